"""The application: one lock, one world, and the hooks of the chosen quirks around each answer."""

from __future__ import annotations

import threading
import traceback
import uuid
from collections import Counter
from collections.abc import Iterable

from tests.other_server import azure, checks, huawei
from tests.other_server.model import Exchange, Reply, azure_error
from tests.other_server.registry import QUIRKS, Quirk
from tests.other_server.route import locate
from tests.other_server.world import World


def entitled(x: Exchange) -> bool:
    """Whether a quirk may answer by itself: the request has its credential and its api-version."""
    if x.contract == "C4":
        return huawei.credential(x) is None
    return checks.credential(x) is None and (x.contract == "" or checks.version(x) is None)


class App:
    """Answers exchanges, one at a time."""

    def __init__(self, chosen: Iterable[str] = ()) -> None:
        self.world = World()
        self.lock = threading.RLock()
        self.quirks: list[Quirk] = [QUIRKS[i] for i in chosen]
        self.ran: Counter[str] = Counter()
        self.raised: Counter[str] = Counter()

    def handle(self, x: Exchange) -> Reply:
        """The answer to a request."""
        try:
            locate(x)
            self.run("arrive", x, Reply(0))
            with self.lock:
                return self.answer(x)
        except Exception:  # a defect of this server: say so on its own error stream, not to the client
            traceback.print_exc()
            return azure_error(x.contract, 500, "InternalServerError", "The server has a defect.", "defect")

    def answer(self, x: Exchange) -> Reply:
        if x.op == "reset":
            with self.lock:
                self.world.reset()
            return Reply(204 if x.method == "POST" else 405)
        self.world.tick()
        reply = Reply(0)
        self.run("before", x, reply)
        if reply.status == 0 or not entitled(x):
            reply = huawei.answer(x) if x.contract == "C4" else azure.answer(x)
        if reply.body is not None:
            reply.headers.setdefault("Content-Type", "application/json; charset=utf-8")
        name = "X-Request-Id" if x.contract == "C4" else "x-ms-request-id"
        reply.headers[name] = str(uuid.uuid4())
        self.run("after", x, reply)
        return reply

    def run(self, stage: str, x: Exchange, reply: Reply) -> None:
        """Run the hooks of a stage that fit; a `before` hook that sets a status answers by itself.

        A hook that misses what it changes does nothing where another quirk may have taken it away; `raised` counts it.
        """
        for quirk in self.quirks:
            for step in quirk.steps:
                if step.stage == stage and step.fits(x, reply):
                    try:
                        step.run(x, reply)
                        self.ran[quirk.id] += 1
                    except (AttributeError, LookupError, TypeError, ValueError):
                        if len(self.quirks) == 1:
                            raise
                        self.raised[quirk.id] += 1
