"""The server without a socket: an exchange in, a reply out, by a clock of the caller's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta

from tests.other_server.app import App
from tests.other_server.model import Exchange, Reply

_BEGAN = datetime(2025, 6, 1, 12, 0, 0, tzinfo=UTC)


class Direct:
    """An application that answers within the process. Its dates follow from the clock: two runs are the same."""

    def __init__(self, chosen: Iterable[str], clock: Callable[[], float]) -> None:
        self.app = App(chosen)
        began = clock()
        self.app.world.clock = clock
        self.app.world.date = lambda: _BEGAN + timedelta(seconds=clock() - began)

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes, host: str) -> Reply:
        """The reply to one request; header names are compared without case."""
        given = {k.lower(): v for k, v in headers.items()}
        return self.app.handle(Exchange(method, target, given, body, host, self.app.world))
