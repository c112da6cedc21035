"""What the other faults of a group leave of a fault: the same requests, to a server with it and to one without it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from linkproof.base.clock import VirtualClock
from linkproof.contract.model import Format
from linkproof.fault_matrix.footprint import Answered, comparable, places
from linkproof.model.exchange import Request
from linkproof.targets.transfer import InProcess

#: Makes a server with the faults of these names, by a clock.
Make = Callable[[Sequence[str], Callable[[], float]], InProcess]

_LONGEST_OPERATION_S = 60.0


@dataclass(frozen=True)
class Company:
    """The faults of a group on one server.

    ``names`` are their ids, ``make`` makes a server with some of them, ``requests`` are the requests of runs, and
    ``reset`` is one that puts the server's fixtures back.
    """

    names: Sequence[str]
    make: Make
    requests: Sequence[Request]
    reset: Request
    how: Format
    _known: dict[tuple[tuple[str, ...], bool], list[Answered]] = field(default_factory=dict)

    def hides(self, name: str) -> bool:
        """Whether a fault that shows alone does not show beside the others.

        Every request is answered with the fault as it is without it, in turn, and each on a server that was reset
        before. What shows only where requests meet is not seen in this way, and not hidden.
        """
        rest = [n for n in self.names if n != name]
        return self._differ([name], []) and not self._differ(self.names, rest)

    def _differ(self, one: Sequence[str], other: Sequence[str]) -> bool:
        return any(
            places(*both, self.how)
            for fresh in (False, True)
            for both in zip(self._answers(one, fresh), self._answers(other, fresh), strict=True)
        )

    def _answers(self, names: Sequence[str], fresh: bool) -> list[Answered]:
        """Return the answers of a server, each after every operation has ended; ``fresh``: and after a reset."""
        known = self._known.get((tuple(names), fresh))
        if known is not None:
            return known
        clock = VirtualClock()
        server, found = self.make(names, clock.now), []
        for request in self.requests:
            clock.sleep(_LONGEST_OPERATION_S)
            if fresh:
                server.receive(self.reset)
            found.append(comparable(server.receive(request)))
        self._known[tuple(names), fresh] = found
        return found
