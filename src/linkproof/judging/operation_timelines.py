"""The course of long-running operations: when each was polled, which status it answered, and how it ended."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Literal

from linkproof.base.json_values import at
from linkproof.checks.state import State
from linkproof.checks.subjects import Running
from linkproof.contract.address import Kind
from linkproof.contract.call import Call
from linkproof.contract.model import Contract
from linkproof.model.exchange import Exchange
from linkproof.model.lifecycle import Ended, LongRunning, Step, Timeline

#: Maximum number of operations that are drawn per contract: failed ones first, then the longest.
SHOWN = 6
_MOST_STEPS = 40
_MOST_KEPT = 2000


@dataclass
class _Operation:
    """One operation; ``running`` is its entry in the state, None once it is complete."""

    running: Running | None
    operation: str
    start: Exchange
    steps: list[Step] = field(default_factory=list)
    at_rest: str = ""

    @property
    def ended(self) -> str:
        """Return the status with which it ended; "" if its end was not seen."""
        return self.running.ended if self.running is not None else self.at_rest

    def add(self, step: Step) -> None:
        """Record a poll; above the limit, replace the last one."""
        if len(self.steps) >= _MOST_STEPS:
            self.steps.pop()
        self.steps.append(step)


class Timelines:
    """Follows the operations in the state. Call ``observe`` with each call after the state has recorded it."""

    def __init__(self) -> None:
        self._operations: dict[str, dict[int, _Operation]] = {}

    def observe(self, call: Call, state: State) -> None:
        """Record a call that starts or polls an operation; ignore any other."""
        kept = self._operations.setdefault(call.contract.id, {})
        if call.is_poll:
            running = state.running_at(call.exchange.request.url)
            operation = kept.get(id(running))
            if operation is not None:
                operation.add(self._step(call, operation.start))
            return
        subject = state.subject_of(call)
        if subject is None or subject.running is None or subject.running.call is not call:
            return
        if len(kept) < _MOST_KEPT:
            operation = kept[id(subject.running)] = _Operation(subject.running, call.name, call.exchange)
            operation.add(self._step(call, call.exchange))

    def at_rest(self) -> Timelines:
        """Return a picklable copy, without references to the state."""
        made = Timelines()
        for contract, operations in self._operations.items():
            made._operations[contract] = {
                n: replace(o, running=None, at_rest=o.ended) for n, o in enumerate(operations.values())
            }
        return made

    def merge(self, other: Timelines) -> None:
        """Merge the timelines of another judge (at rest), as if they came after ours."""
        for contract, operations in other._operations.items():
            kept = self._operations.setdefault(contract, {})
            for operation in operations.values():
                if len(kept) < _MOST_KEPT:
                    kept[id(operation)] = operation

    def of(self, contract: Contract) -> LongRunning | None:
        """Return the timelines of a contract; None if it has no operations and none was seen."""
        operations = list(self._operations.get(contract.id, {}).values())
        if not operations and not any(o.long_running for o in contract.operations):
            return None
        good = contract.long_running.succeeded
        operations.sort(key=lambda o: (o.ended in (good, ""), -o.steps[-1].after))
        ended = Counter(o.ended for o in operations)
        shown = tuple(self._timeline(o) for o in operations[:SHOWN])
        clock: Literal["seconds", "exchanges"] = (
            "exchanges" if any(_is_untimed(o.start) for o in operations) else "seconds"
        )
        how = tuple(Ended(word, number) for word, number in sorted(ended.items()))
        return LongRunning(contract.id, len(operations), how, good, clock, shown)

    def _timeline(self, operation: _Operation) -> Timeline:
        start = operation.start
        return Timeline(operation.operation, start.label, start.at, operation.ended, tuple(operation.steps))

    def _step(self, call: Call, start: Exchange) -> Step:
        after = call.exchange.ended - start.ended
        word = at(call.answer, "/status") if call.kind is Kind.STATUS_POLL and call.success else ""
        return Step(round(max(after, 0.0), 3), call.status, word if isinstance(word, str) else "")


def _is_untimed(exchange: Exchange) -> bool:
    """Whether a time is only a position: recordings without times are read so."""
    return exchange.started == float(exchange.number)
