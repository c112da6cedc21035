"""The target's fixtures during a run: which connections are reserved, which are lost, and what a reset brings back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from linkproof.contract.call import Call
from linkproof.contract.model import Contract
from linkproof.contract.operation import Role
from linkproof.model.exchange import Circumstances
from linkproof.runner.not_exercised import LacksFixtures
from linkproof.targets.model import Target


class FixturePool:
    """The promised connections of some contracts, by state."""

    def __init__(self, target: Target, contracts: Iterable[Contract], circumstances: Circumstances) -> None:
        self._target = target
        self._contracts = tuple(contracts)
        self._circumstances = circumstances
        self._free: dict[str, dict[str, list[str]]] = {}
        self._listed: dict[str, set[str]] = {}
        self._gone: dict[str, set[str]] = defaultdict(set)
        self._deleted: dict[str, set[str]] = defaultdict(set)
        self.reset()

    def reset(self) -> None:
        """Return all connections to the pool, as the target has them after a reset."""
        self._listed.clear()
        self._gone.clear()
        self._deleted.clear()
        self._free = {
            c.id: {s: list(n) for s, n in self._target.contracts[c.id].fixtures.items()} for c in self._contracts
        }

    def reserve(self, contract: Contract, state: str, listed: Sequence[str] = ()) -> str:
        """Return an unused connection in a state (the contract's own value).

        If ``listed`` (lower-case names) is given, the last unused one of them is preferred. A connection that the
        target no longer shows is returned only if there is no other. Raises LacksFixtures if none is left.
        """
        names = self._free[contract.id].get(state, [])
        if not names:
            raise LacksFixtures(f"no {state} connection is left among the target's fixtures")
        there = self._still_there(contract, state) or names
        last = next((n for name in reversed(listed) for n in there if n.lower() == name), there[0])
        names.remove(last)
        return last

    def _still_there(self, contract: Contract, state: str) -> list[str]:
        """Return the unused connections of a state without those that the last Get did not find."""
        gone = self._gone[contract.id]
        return [n for n in self._free[contract.id].get(state, ()) if n.lower() not in gone]

    def loses_connections(self, contract: Contract) -> bool:
        """Whether the last Get of a promised connection that no test deleted did not find it."""
        return bool(self._gone[contract.id] - self._deleted[contract.id])

    def note(self, call: Call) -> None:
        """Record from a judged call whether a Get found its connection, and deletions."""
        contract = call.contract.id
        if call.defects or call.collection not in self._circumstances.collections.get(contract, ()):
            return
        if call.role is Role.DELETE:
            self._deleted[contract].add(call.subject)
        elif call.role is Role.GET and call.subject in self._circumstances.names:
            (self._gone[contract].add if call.not_found else self._gone[contract].discard)(call.subject)

    def unused(self, contract: Contract, state: str) -> tuple[str, ...]:
        """Return the connections of a state that are not reserved."""
        return tuple(self._free[contract.id].get(state, ()))

    def used(self, contract: Contract) -> dict[str, int]:
        """Return how many connections of each state were reserved since the last reset."""
        given, free = self._target.contracts[contract.id].fixtures, self._free[contract.id]
        return {state: len(names) - len(free.get(state, ())) for state, names in given.items()}

    def no_longer_listed(self, contract: Contract, names: Iterable[str]) -> set[str]:
        """Store the names in a list; return those of the previous list that are missing now."""
        before, self._listed[contract.id] = self._listed.get(contract.id, set()), set(names)
        return before - self._listed[contract.id]

    def leave_out(self, contract: Contract, state: str, wanted: Callable[[str], bool]) -> None:
        """Keep only the wanted connections of a state."""
        names = self._free[contract.id].get(state)
        if names is not None:
            names[:] = [n for n in names if wanted(n)]

    def short_of(self, contract: Contract, state: str, count: int) -> bool:
        """Whether fewer than ``count`` connections of a state are left that the target still shows."""
        return len(self._still_there(contract, state)) < count
