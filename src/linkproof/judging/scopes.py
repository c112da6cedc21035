"""State scopes: what calls have shown of each contract, and the URLs at which operations are polled."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from linkproof.base.bounded import Recent
from linkproof.checks.state import State
from linkproof.contract.address import Kind
from linkproof.contract.call import Call
from linkproof.contract.model import Contract
from linkproof.contract.routing import Route
from linkproof.judging.transitions import FOLLOWED, Tracks
from linkproof.model.exchange import Circumstances, Grade

#: Maximum number of state scopes that are kept: recordings are read one after the other, runs have few.
_MOST_SCOPES = 4
#: Maximum number of operations whose polling URLs are kept.
_POLLS = 10_000


@dataclass
class Scope:
    """One state scope: a state for each contract, and the URLs at which operations are polled."""

    states: dict[tuple[str, str], State] = field(default_factory=dict)
    polls: Recent[str, tuple[Route, Kind]] = field(default_factory=lambda: Recent(_POLLS))
    tracks: Tracks = field(default_factory=lambda: Recent(FOLLOWED))

    def state(self, contract: Contract, circumstances: Circumstances) -> State:
        """Return the state of a contract, a new one if no call of it was seen yet."""
        key = (contract.id, contract.version)
        found = self.states.get(key)
        if found is None:
            found = self.states[key] = State(contract, circumstances)
        return found

    def note_polls(self, call: Call) -> None:
        """Record the URLs in an answer at which its operation is polled."""
        if call.reads or not call.success:
            return
        status_url, result_url = call.contract.long_running.polled_at(call.exchange)
        route = call.address.route
        if status_url:
            self.polls.put(status_url, (route, Kind.STATUS_POLL))
        if result_url and result_url != status_url:
            self.polls.put(result_url, (route, Kind.RESULT_POLL))


class Scopes:
    """The last state scopes. Scopes of one run are resets of one target: each starts with what outlasts a reset."""

    def __init__(self, circumstances: Circumstances) -> None:
        self.known: OrderedDict[str, Scope] = OrderedDict()
        self._outlast = circumstances.grade is not Grade.RECORDING

    def named(self, name: str) -> Scope:
        """Return a scope, a new one if the name is unknown. Evicts the oldest at the limit."""
        scope = self.known.get(name)
        if scope is None:
            scope = Scope()
            if self.known and self._outlast:
                before = next(reversed(self.known.values()))
                scope.states = {key: state.after_reset() for key, state in before.states.items()}
            self.known[name] = scope
            while len(self.known) > _MOST_SCOPES:
                self.known.popitem(last=False)
        return scope
