"""An embedded server called without a socket, for tests that do not concern the wire: half the time of a run.

Requests to its address that leave by httpx's own transport are handed over within the process: those of a run that the
test starts in this process, and the test's own. Another process cannot reach it.
"""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Self
from unittest.mock import patch

import httpx

from linkproof.contract.model import Contract
from linkproof.mock.app import build_server
from linkproof.mock.defaults import DEFAULT, Choice
from linkproof.mock.direct import Direct

_numbers = itertools.count(1)


class Unwired:
    """Like ``linkproof.mock.serve.Embedded``, within a ``with`` block. Its address suits a live target."""

    scheme = "https"

    def __init__(
        self,
        contracts: Iterable[Contract],
        *,
        token: str = "test-token",
        operation_s: float = 0.05,
        behaviour: Choice = DEFAULT,
        clock: Callable[[], float] = time.monotonic,
        clock_of: Callable[[Contract], float] | None = None,
    ) -> None:
        chosen = tuple(contracts)
        self._direct = Direct(
            build_server(
                chosen, token=token, operation_s=operation_s, behaviour=behaviour, clock=clock, clock_of=clock_of
            )
        )
        self._host = f"unwired-{next(_numbers)}.invalid"
        self._open = contextlib.ExitStack()

    @property
    def base_url(self) -> str:
        """The address for target files."""
        return f"{self.scheme}://{self._host}"

    def __enter__(self) -> Self:
        self._open.enter_context(handed_over(self._host, self._direct.handle_request))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()


@contextlib.contextmanager
def handed_over(host: str, answer: Callable[[httpx.Request], httpx.Response]) -> Iterator[None]:
    """Within it, ``answer`` answers requests to a host that leave by httpx's own transport."""
    before = httpx.HTTPTransport.handle_request

    def handle(transport: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        return answer(request) if request.url.host == host else before(transport, request)

    with patch.object(httpx.HTTPTransport, "handle_request", handle):
        yield


class UnwiredMock(Unwired):
    """The same with an address as that of the embedded server."""

    scheme = "http"
