"""Groups breaches into findings: one wrong enumeration in 200 answers is one finding, with a count and evidence."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from msgspec.structs import replace

from linkproof.base.json_values import generalise
from linkproof.contract.call import Call
from linkproof.contract.model import Contract
from linkproof.contract.operation import Role
from linkproof.contract.requirement import Requirement
from linkproof.judging.causes import Answered, Place, Seen, Traced, in_order_of_fixing, trace_causes
from linkproof.model.evidence import cut, evidence_of
from linkproof.model.exchange import Exchange
from linkproof.model.finding import Breach, Finding, Judgement, Level
from linkproof.redaction.curl import MOST_BYTES, commands
from linkproof.redaction.masking import Masker

#: Maximum number of exchanges kept as evidence, and of breaches kept to find causes.
SHOWN = 3
#: Maximum number of exchanges that are kept of one breach; the judged one is among them.
MOST_TOGETHER = 6
_REMEMBERED = 5000
_PLACES_REMEMBERED = 20_000
_ANSWERS_REMEMBERED = 100
_MOST_OPERATIONS = 20
_MOST_MEMBERS = 30
#: Maximum number of members that a finding's message names.
_MEMBERS_NAMED = 5
#: Maximum number of separate findings of one requirement, contract and kind; all others become one more finding.
MOST_ALIKE = 200
_REST = "(more)"

_Key = tuple[str, Level, str, str, str, str]


class _Shown(NamedTuple):
    """A breach that is shown: the size of what was sent, its exchanges, and its pointer, values and message."""

    size: int
    exchanges: tuple[Exchange, ...]
    wording: tuple[str, str, str, str]


@dataclass
class _Group:
    finding: Finding
    operations: list[str] = field(default_factory=list)
    members: list[str] = field(default_factory=list)
    #: Api-versions of its exchanges other than the contract's.
    versions: list[str] = field(default_factory=list)
    judged_by: str = ""
    #: Ordered, so that the first ones are kept, whichever judge collected them.
    seen: dict[Seen, None] = field(default_factory=dict)
    #: Exchanges that show it. A list with many items counts once, so that more exchanges can be kept.
    places: dict[Place, None] = field(default_factory=dict)
    answers: dict[Answered, None] = field(default_factory=dict)
    #: Roles of the operations that show it.
    views: set[Role | None] = field(default_factory=set)
    #: Whether a connection shows it that nothing had written to.
    untouched: bool = False
    #: Breaches with the size of what was sent and their exchanges, long bodies truncated; the smallest first.
    shown: list[_Shown] = field(default_factory=list)

    def note(self, call: Call, breach: Breach) -> None:
        """Add one breach."""
        finding = self.finding
        finding.count += 1
        at = call.exchange.at
        finding.first_seen = min(finding.first_seen or at, at or finding.first_seen)
        finding.last_seen = max(finding.last_seen, at)
        _append(self.operations, [call.name], _MOST_OPERATIONS)
        _append(self.members, [breach.member] if breach.member else [], _MOST_MEMBERS)
        if call.seen_version:
            _append(self.versions, [call.seen_version], _MOST_MEMBERS)
            self.judged_by = call.contract.version
        self.views.add(call.role)
        self.untouched |= breach.untouched
        if len(self.seen) < _REMEMBERED:
            self.seen[_seen(call, breach)] = None
        if len(self.places) < _PLACES_REMEMBERED:
            self.places[_place(call.exchange)] = None
        if len(self.answers) < _ANSWERS_REMEMBERED:
            self.answers[call.name, call.decision, call.status, call.error_code] = None
        exchanges = (*breach.evidence, call.exchange)
        wording = (breach.pointer, breach.expected, breach.actual, breach.message)
        self.show(_Shown(sum(len(e.request.body) for e in exchanges), exchanges, wording))

    def show(self, one: _Shown) -> None:
        """Keep a breach as evidence if what was sent is among the smallest; of equal sizes the first."""
        if len(self.shown) >= SHOWN and one.size >= self.shown[-1].size:
            return
        kept = one._replace(exchanges=tuple(cut(e, MOST_BYTES) for e in one.exchanges))
        if all(kept.exchanges != known.exchanges for known in self.shown):
            self.shown.append(kept)
            self.shown.sort(key=lambda s: s.size)
            del self.shown[SHOWN:]

    def merge(self, other: _Group) -> None:
        """Merge a group of the same key, as if its breaches came after ours."""
        finding, more = self.finding, other.finding
        finding.count += more.count
        finding.first_seen = min(finding.first_seen or more.first_seen, more.first_seen or finding.first_seen)
        finding.last_seen = max(finding.last_seen, more.last_seen)
        _append(self.operations, other.operations, _MOST_OPERATIONS)
        _append(self.members, other.members, _MOST_MEMBERS)
        _append(self.versions, other.versions, _MOST_MEMBERS)
        self.judged_by = self.judged_by or other.judged_by
        self.views |= other.views
        self.untouched |= other.untouched
        for one in other.shown:
            self.show(one)
        for seen in other.seen:
            if len(self.seen) < _REMEMBERED:
                self.seen[seen] = None
        for answer in other.answers:
            if len(self.answers) < _ANSWERS_REMEMBERED:
                self.answers[answer] = None
        for place in other.places:
            if len(self.places) < _PLACES_REMEMBERED:
                self.places[place] = None

    def finished(self, masker: Masker) -> Traced:
        """Return the finding with its evidence without credentials, and its complete message."""
        first = _together(self.shown[0].exchanges) if self.shown else ()
        shown = list(dict.fromkeys((*first, *(e for one in self.shown for e in one.exchanges))))
        where = f" (in {_several(self.operations)})" if len(self.operations) > 1 else ""
        if self.versions:
            where += f" (seen: {', '.join(sorted(self.versions))}, judged by: {self.judged_by})"
        members = tuple(sorted(self.members))
        worded = self.finding
        if self.shown and worded.value != _REST:  # the text is that of the exchanges that are shown
            pointer, expected, actual, message = self.shown[0].wording
            worded = replace(worded, pointer=pointer, expected=expected, actual=actual, message=message)
        *before, last = commands(self.shown[0].exchanges, masker) if self.shown else [worded.curl]
        finding = replace(
            worded,
            exchanges=[evidence_of(masker.exchange(e)) for e in shown[: max(SHOWN, len(first))]],
            together=max(1, len(first)),
            curl=last,
            curl_before=tuple(before),
            operations=tuple(sorted(self.operations)),
            members=members,
            message=worded.message + _listed(members) + where,
        )
        answers, views = frozenset(self.answers), frozenset(self.views)
        return Traced(finding, list(self.seen), list(self.places), answers, views, self.untouched)


def _together(exchanges: tuple[Exchange, ...]) -> tuple[Exchange, ...]:
    """Return the exchanges that show one breach in the order in which they were sent; the judged one is the last."""
    *earlier, judged = dict.fromkeys(exchanges)
    return (*sorted(earlier, key=lambda e: e.number)[: MOST_TOGETHER - 1], judged)


def _append(known: list[str], more: Iterable[str], most: int) -> None:
    known.extend(m for m in dict.fromkeys(more) if m not in known)
    del known[most:]


def _several(operations: list[str]) -> str:
    """Return the contract's own operations by name; of many calls outside it, the number."""
    own = [name for name in operations if " " not in name]
    others = len(operations) - len(own)
    counted = f"{others} {'other ' if own else ''}methods and polls"
    return ", ".join(operations if others < 3 else [*own, counted])


def _listed(members: tuple[str, ...]) -> str:
    """Return the members at which one cause was seen, for a message: a few by name, the others as a number."""
    if not members:
        return ""
    rest = len(members) - _MEMBERS_NAMED
    return f": {', '.join(members[:_MEMBERS_NAMED])}" + (f" and {rest} more" if rest > 0 else "")


class Findings:
    """Collects breaches and groups them."""

    def __init__(self) -> None:
        self._groups: dict[_Key, _Group] = {}
        self._alike: Counter[tuple[str, ...]] = Counter()

    def add(self, call: Call, judgement: Judgement) -> str:
        """Add a breach. A documented variant is not a finding: its message is returned instead."""
        breach = judgement.breach
        assert breach is not None
        if breach.level is Level.NOTE:
            return breach.message
        contract = call.contract
        pointer = "" if breach.member else within_item(contract, breach.pointer)
        value = breach.actual if breach.group is None else breach.group
        key = (judgement.requirement, breach.level, contract.id, breach.kind, pointer, value)
        group = self._groups.get(key)
        if group is None:
            group = self._new(key, _Group(_finding(key, call, judgement.requirement, breach)))
        group.note(call, breach)
        return ""

    def merge(self, other: Findings) -> None:
        """Merge the findings of another judge, as if its breaches came after ours."""
        for key, theirs in other._groups.items():
            group = self._groups.get(key) or self._new(key, theirs)
            if group is not theirs:
                group.merge(theirs)

    def _new(self, key: _Key, group: _Group) -> _Group:
        """Add a new group; if there are too many of its kind, return the group of all others instead."""
        kind = key[:4]
        if key[-1] != _REST:
            if self._alike[kind] >= MOST_ALIKE:
                rest = (*kind, "", _REST)
                return self._groups.get(rest) or self._groups.setdefault(rest, _Group(_rest_of(rest, group.finding)))
            self._alike[kind] += 1
        self._groups[key] = group
        return group

    def all(self, requirements: Iterable[Requirement] = (), masker: Masker | None = None) -> list[Finding]:
        """Return every finding, root causes first.

        Args:
            requirements: the rules that say what can explain what.
            masker: masks evidence; it knows the credentials of the whole run.
        """
        masker = masker or Masker()
        traced = [group.finished(masker) for group in self._groups.values()]
        trace_causes(traced, requirements)
        return in_order_of_fixing(t.finding for t in traced)


def _id(key: _Key) -> str:
    return f"{key[0]}-{hashlib.sha256(chr(0).join(key).encode('utf-8', 'replace')).hexdigest()[:10]}"


def _rest_of(key: _Key, first: Finding) -> Finding:
    """Return a finding without breaches for all findings above the limit; ``first`` is the first of them."""
    message = f"more of this kind than the first {MOST_ALIKE}, for example: {first.message}"
    return replace(
        first, id=_id(key), pointer="", actual=_REST, message=message, count=0, exchanges=[], place="", value=_REST
    )


def _finding(key: _Key, call: Call, requirement: str, breach: Breach) -> Finding:
    return Finding(
        id=_id(key),
        requirement=requirement,
        level=breach.level,
        contract=call.contract.id,
        operation=call.name,
        kind=breach.kind,
        pointer=breach.pointer,
        expected=breach.expected,
        actual=breach.actual,
        message=breach.message,
        place=key[-2],
        value=key[-1],
    )


def _seen(call: Call, breach: Breach) -> Seen:
    return _place(call.exchange), _connection_of(call, breach.pointer), tuple(map(_place, breach.evidence))


def _place(exchange: Exchange) -> Place:
    return exchange.world, exchange.number


def _connection_of(call: Call, pointer: str) -> str:
    """Return the connection of a breach: the one at the pointer in a list, else that of the call."""
    items = call.contract.list.items
    if items and pointer.startswith(f"{items}/"):
        for name, _, place in call.named:
            if pointer == place or pointer.startswith(f"{place}/"):
                return name
    return call.subject


def within_item(contract: Contract, pointer: str) -> str:
    """Return a pointer relative to its connection, so that a list and a Get have the same cause at the same place."""
    items = contract.list.items
    if items and pointer.startswith(f"{items}/"):
        rest = pointer[len(items) + 1 :].split("/", 1)
        pointer = f"/{rest[1]}" if len(rest) > 1 else ""
    return generalise(pointer)
