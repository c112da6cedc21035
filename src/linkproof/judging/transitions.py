"""Observed transitions of a connection: from which status, by which request, to which status.

A transition counts only if it is certain: the connection was shown at rest before and after, no operation is in
progress, and there was at most one write in between.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from linkproof.base.bounded import Recent
from linkproof.checks.equivalence import status_of
from linkproof.checks.state import State
from linkproof.checks.subjects import Subject
from linkproof.contract.call import Call
from linkproof.contract.model import Contract
from linkproof.contract.operation import Role
from linkproof.model.lifecycle import GONE, Lifecycle, Transition

ALONE = "by itself"
OTHER = "another write"
DELETE = "delete"
_MOST_KINDS = 100
_Step = tuple[str, str, str, bool]


@dataclass
class Track:
    """One connection of one state scope: its last status, and the writes since it was shown."""

    last: str | None = None
    writes: list[str] = field(default_factory=list)


Tracks = Recent[tuple[str, str, str], Track]
#: Maximum number of connections that are followed at a time.
FOLLOWED = 20_000


class Lifecycles:
    """Counts transitions by contract. Call ``observe`` with each call after the state has recorded it."""

    def __init__(self) -> None:
        self._seen: dict[str, dict[_Step, tuple[int, str]]] = {}

    def observe(self, call: Call, state: State, tracks: Tracks) -> None:
        """Record a call; ``tracks`` belong to its state scope."""
        contract = call.contract
        if not contract.member.status or call.is_poll:
            return
        if not call.reads:
            for name in call.subjects or (call.subject,):
                self._write(call.about(name), state, tracks)
        elif call.is_get and call.not_found and call.subject and not call.defects:
            if not _goes_on(call, state, call.subject):
                self._shown(call, tracks, call.subject, GONE)
        elif call.is_get or call.is_list:
            collection = state.collection(call.collection)
            for name, item, _ in call.named:
                status, subject = status_of(contract, item), collection.find(name)
                if status and subject is not None and _is_settled(subject, call) and not subject.goes_on:
                    self._shown(call, tracks, name, status)

    def merge(self, other: Lifecycles) -> None:
        """Merge the transitions that another judge counted, as if they came after ours."""
        for contract, steps in other._seen.items():
            seen = self._seen.setdefault(contract, {})
            for step, (number, first) in steps.items():
                if step in seen or len(seen) < _MOST_KINDS:
                    before, label = seen.get(step, (0, first))
                    seen[step] = (before + number, label)

    def of(self, contract: Contract) -> Lifecycle | None:
        """Return the lifecycle of a contract's connections: documented transitions, seen or not, then all others that
        were seen.
        """
        if contract.by_role(Role.DECIDE) is None or not contract.member.status:
            return None
        seen = self._seen.get(contract.id, {})
        foreseen = list(_foreseen(contract))
        steps = foreseen + sorted(s for s in seen if s not in foreseen)
        transitions = tuple(Transition(*s, s in foreseen, *seen.get(s, (0, ""))) for s in steps)
        return Lifecycle(contract.id, tuple(contract.states.values()), transitions)

    def _write(self, call: Call, state: State, tracks: Tracks) -> None:
        if not call.subject:
            return
        track = _track(tracks, call, call.subject)
        act = _act(call)
        if call.done or call.status >= 500:
            track.writes.append(act if call.done else OTHER)
            del track.writes[:-2]
        elif track.last and not track.writes and _was_refused(call, act) and not _goes_on(call, state, call.subject):
            self._count(call, (track.last, act, track.last, True))

    def _shown(self, call: Call, tracks: Tracks, name: str, status: str) -> None:
        track = _track(tracks, call, name)
        last, writes = track.last, track.writes
        track.last = status
        if writes:
            track.writes = []
        if last is None or len(writes) > 1:
            return
        by = writes[0] if writes else ALONE
        if status != last or by not in (ALONE, OTHER, DELETE):
            self._count(call, (last, by, status, False))

    def _count(self, call: Call, step: _Step) -> None:
        seen = self._seen.setdefault(call.contract.id, {})
        number, first = seen.get(step, (0, call.exchange.label))
        if number or len(seen) < _MOST_KINDS:
            seen[step] = (number + 1, first)


def is_followed(call: Call, tracks: Tracks) -> bool:
    """Whether a status of the call's connection is known, and nothing was written since."""
    track = tracks.get((call.contract.id, call.collection, call.subject))
    return track is not None and track.last is not None and not track.writes


def _track(tracks: Tracks, call: Call, name: str) -> Track:
    key = (call.contract.id, call.collection, name)
    return tracks.get(key) or tracks.put(key, Track())


def _is_settled(subject: Subject, call: Call) -> bool:
    """Whether a call showed a connection at rest, as the state has just determined."""
    get, listed = subject.get, subject.listed
    if get is not None and get.call is call and get.settled:
        return True
    return listed is not None and listed.call is call and listed.settled


def _goes_on(call: Call, state: State, name: str) -> bool:
    return state.collection(call.collection).subject(name).goes_on


def _act(call: Call) -> str:
    if call.exchange.request.method == "DELETE":
        return DELETE
    if call.defects or not call.decision:
        return OTHER
    shows = call.contract.decide.shows
    return next((neutral for neutral, word in shows.items() if word == call.decision), OTHER)


def _was_refused(call: Call, act: str) -> bool:
    """Whether a valid decision was rejected for what it requests, not for how it was written."""
    is_refused = call.status in (400, 409) or (call.success and not call.done)
    return act not in (OTHER, DELETE) and is_refused and call.plain and not call.throttled


def _foreseen(contract: Contract) -> list[_Step]:
    """Return the documented transitions: decisions from each status (rejected if decisions are final), and deletion."""
    states, decide = contract.states, contract.decide
    pending = states["pending"]
    decided = list(dict.fromkeys(decide.shows.values()))
    steps: list[_Step] = [(pending, act, word, False) for act, word in decide.shows.items()]
    for before in decided:
        for act, word in decide.shows.items():
            if decide.final:
                steps.append((before, act, before, True))
            elif word != before:
                steps.append((before, act, word, False))
    if contract.by_role(Role.DELETE) is not None:
        steps.extend((before, DELETE, GONE, False) for before in (pending, *decided))
    return steps
