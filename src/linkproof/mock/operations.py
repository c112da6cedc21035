"""Long-running operations: their start, their status, their end, and the URLs at which they are polled."""

from __future__ import annotations

import math
import uuid
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from linkproof.base.json_values import MISSING
from linkproof.base.wording import zulu
from linkproof.contract.operation import Operation
from linkproof.mock.messages import Answer, Asked
from linkproof.mock.setting import Setting

#: Maximum number of operations that can still be polled.
_KEPT = 4096


@dataclass
class LongRunning:
    """An operation in progress. ``apply`` puts it into effect when it ends; ``result`` returns its final answer."""

    id: str
    operation: Operation
    paths: Mapping[str, str]
    started: datetime
    due: float
    apply: Callable[[], None]
    result: Callable[[], Answer]
    ended: datetime | None = None


class Operations:
    """The long-running operations of one contract. An operation that is due takes effect before the next request."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.known: OrderedDict[str, LongRunning] = OrderedDict()
        self.going_on: list[LongRunning] = []
        self._polls: dict[str, tuple[str, str]] = {}

    def reset(self) -> None:
        """Forget every operation."""
        self.known.clear()
        self.going_on.clear()
        self._polls.clear()

    def find(self, path: str) -> tuple[str, str] | None:
        """Return what a path polls, compared without case: ("status" or "result", the operation's id)."""
        return self._polls.get(path.lower())

    def settle(self) -> None:
        """Put every due operation into effect, in the order of their ends."""
        if not self.going_on:
            return
        now = self.setting.clock()
        for running in sorted((r for r in self.going_on if r.due <= now), key=lambda r: r.due):
            self.going_on.remove(running)
            running.ended = datetime.now(UTC)
            self.end(running)

    def end(self, running: LongRunning) -> None:
        """Put one operation into effect."""
        running.apply()

    # the start

    def start(self, asked: Asked, apply: Callable[[], None], result: Callable[[], Answer]) -> Answer:
        """Start an operation and answer 202."""
        assert asked.operation is not None
        identifier = str(uuid.uuid4())
        running = LongRunning(
            id=identifier,
            operation=asked.operation,
            paths=self.paths(asked, identifier),
            started=datetime.now(UTC),
            due=self.setting.clock() + self.duration(asked.operation),
            apply=apply,
            result=result,
        )
        self._keep(running)
        return self.accepted(asked, running)

    def _keep(self, running: LongRunning) -> None:
        self.going_on.append(running)
        self.known[running.id] = running
        for kind, path in running.paths.items():
            self._polls[path.lower()] = (kind, running.id)
        if len(self.known) > _KEPT:
            _, oldest = self.known.popitem(last=False)
            for path in oldest.paths.values():
                self._polls.pop(path.lower(), None)

    def duration(self, operation: Operation) -> float:  # noqa: ARG002
        """Return the duration of an operation in seconds."""
        return self.setting.operation_s

    def paths(self, asked: Asked, identifier: str) -> Mapping[str, str]:  # noqa: ARG002
        """Return the paths at which an operation is polled, by "status" and "result"."""
        return {"status": f"/operations/{identifier}", "result": f"/operations/{identifier}/result"}

    def accepted(self, asked: Asked, running: LongRunning) -> Answer:
        """Return the 202 that starts an operation."""
        schema = running.operation.responses.get(202)
        value = MISSING if schema is None else self.accepted_body(running)
        return Answer(202, value, self.headers(asked, running))

    def accepted_body(self, running: LongRunning) -> dict[str, Any]:
        """Return the body of that 202, if the contract documents one."""
        return {"operation": f"{running.operation.id}PrivateEndpointConnection", "startTime": _time(running.started)}

    def headers(self, asked: Asked, running: LongRunning) -> list[tuple[str, str]]:
        """Return the header fields that say where and when to poll."""
        return [
            ("Azure-AsyncOperation", self.url(asked, running, "status")),
            ("Location", self.url(asked, running, "result")),
            ("Retry-After", self.retry_after()),
        ]

    def url(self, asked: Asked, running: LongRunning, kind: str) -> str:
        """Return the absolute URL of a poll, on the host that the client called."""
        contract = self.setting.contract
        query = f"?{contract.version_parameter}={contract.version}" if contract.version_parameter else ""
        return f"{asked.base}{running.paths[kind]}{query}"

    def retry_after(self) -> str:
        """Return the whole seconds to wait before the next poll."""
        return str(max(1, math.ceil(self.setting.operation_s)))

    # the polls

    def status(self, asked: Asked, running: LongRunning) -> Answer:  # noqa: ARG002
        """Answer a poll of the status URL: always 200."""
        value: dict[str, Any] = {
            "id": running.paths["status"],
            "name": running.id,
            "status": self.word(running),
            "startTime": _time(running.started),
        }
        if running.ended is None:
            return Answer(200, value, [("Retry-After", self.retry_after())])
        value["endTime"] = _time(running.ended)
        return Answer(200, value)

    def word(self, running: LongRunning) -> str:
        """Return the status of an operation."""
        return "InProgress" if running.ended is None else self.setting.contract.long_running.succeeded

    def result(self, asked: Asked, running: LongRunning) -> Answer:
        """Answer a poll of Location: 202 during the operation, then the final answer."""
        if running.ended is None:
            return Answer(202, headers=self.headers(asked, running)[1:])
        return running.result()


def _time(moment: datetime) -> str:
    return zulu(moment, "microseconds")
