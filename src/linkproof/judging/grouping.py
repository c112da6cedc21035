"""Breaches grouped by cause: one broken enumeration in 200 answers is one finding, with a count and a few exchanges."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from linkproof.base.json_values import generalise
from linkproof.contract.call import Call
from linkproof.contract.model import Contract
from linkproof.model.exchange import Exchange
from linkproof.model.finding import Breach, Finding, Judgement, Level
from linkproof.redaction.masking import curl

#: So many exchanges are kept to show, and so many are remembered to tell causes from consequences.
SHOWN = 3
_REMEMBERED = 5000
_MOST_OPERATIONS = 20
#: So many findings of one requirement, contract and kind are told apart; what differs beyond that is one more finding.
MOST_ALIKE = 200
_REST = "(more)"

_Key = tuple[str, Level, str, str, str, str]

#: Of two findings on the same exchanges the one named first here is the cause. What is not named comes in between.
_CAUSES = ("PAG-1", "HDR-2", "ERR-4", "ERR-5", "ERR-6", "ERR-7", "ENM-2", "PAG-8", "STA-3", "STA-1", "STA-5", "STA-8")
_CONSEQUENCES = ("HDR-5", "ERR-3", "ERR-8", "ERR-1", "LRO-4", "STA-2", "STA-9", "SHP-5", "SHP-3", "SHP-4")

#: Consequence (with its kind, where only that one is meant) to its causes, whatever the exchanges.
_LEADS_TO = {
    "STA-10": ("STA-1", "STA-3", "STA-9"),
    "STA-9": ("STA-1", "STA-3"),
    "LRO-4": ("STA-1", "STA-5"),
    "STA-2": ("STA-1",),
    "PAG-4": ("STA-7", "STA-5"),
    "ENM-3": ("STA-7",),
    "PAG-6 total varies": ("STA-3", "STA-7"),
    "PAG-6 offset": ("PAG-7",),
}


@dataclass
class _Group:
    finding: Finding
    operations: list[str] = field(default_factory=list)
    #: Ordered, so that of very many the first are remembered, whoever collected them.
    seen: dict[tuple[str, int], None] = field(default_factory=dict)

    def add(self, other: _Group) -> None:
        """Take in a group of the same cause, as if its breaches had come after those that are here."""
        finding, more = self.finding, other.finding
        finding.count += more.count
        finding.first_seen = min(finding.first_seen or more.first_seen, more.first_seen or finding.first_seen)
        finding.last_seen = max(finding.last_seen, more.last_seen)
        self.operations = list(dict.fromkeys([*self.operations, *other.operations]))[:_MOST_OPERATIONS]
        new = [e for e in more.exchanges if e not in finding.exchanges]
        finding.exchanges = [*finding.exchanges, *new][:SHOWN]
        for place in other.seen:
            if len(self.seen) < _REMEMBERED:
                self.seen[place] = None


class Findings:
    """Collects breaches and groups them as they come."""

    def __init__(self) -> None:
        self._groups: dict[_Key, _Group] = {}
        self._alike: Counter[tuple[str, ...]] = Counter()

    def add(self, call: Call, judgement: Judgement) -> str:
        """Take in a breach. A documented variant is no finding: its message is returned instead."""
        breach = judgement.breach
        assert breach is not None
        if breach.level is Level.NOTE:
            return breach.message
        contract = call.contract
        pointer = within_item(contract, breach.pointer)
        value = breach.actual if breach.group is None else breach.group
        key = (judgement.requirement, breach.level, contract.id, breach.kind, pointer, value)
        group = self._groups.get(key)
        if group is None:
            group = self._new(key, _Group(_finding(key, call, judgement.requirement, breach)))
        finding = group.finding
        finding.count += 1
        seen = call.exchange.at
        finding.first_seen = min(finding.first_seen or seen, seen or finding.first_seen)
        finding.last_seen = max(finding.last_seen, seen)
        if call.name not in group.operations and len(group.operations) < _MOST_OPERATIONS:
            group.operations.append(call.name)
        for exchange in (*breach.evidence, call.exchange):
            if exchange not in finding.exchanges and len(finding.exchanges) < SHOWN:
                finding.exchanges.append(exchange)
        if len(group.seen) < _REMEMBERED:
            group.seen[_key(call.exchange)] = None
        return ""

    def take(self, other: Findings) -> None:
        """Take in what others collected, as if it had come after all that is here."""
        for key, theirs in other._groups.items():
            group = self._groups.get(key) or self._new(key, theirs)
            if group is not theirs:
                group.add(theirs)

    def _new(self, key: _Key, group: _Group) -> _Group:
        """Keep a new group; where there are too many of its kind, the group of what is more is given instead."""
        kind = key[:4]
        if key[-1] != _REST:
            if self._alike[kind] >= MOST_ALIKE:
                rest = (*kind, "", _REST)
                return self._groups.get(rest) or self._groups.setdefault(rest, _Group(_rest_of(rest, group.finding)))
            self._alike[kind] += 1
        self._groups[key] = group
        return group

    def all(self) -> list[Finding]:
        """Every finding, MUST before SHOULD, causes before what follows from them."""
        groups = list(self._groups.values())
        together: dict[tuple[str, str], set[tuple[str, int]]] = {}
        by_contract: dict[str, list[_Group]] = {}
        for group in groups:
            by_contract.setdefault(group.finding.contract, []).append(group)
            together.setdefault((group.finding.contract, group.finding.requirement), set()).update(group.seen)
        for group in groups:
            others = [
                o
                for o in by_contract[group.finding.contract]
                if o is not group and (_is_cause(o, group, together) or _leads_to(o, group))
            ]
            cause = min(others, key=lambda o: (-len(o.seen), _rank(o.finding), o.finding.id), default=None)
            group.finding.follows = cause.finding.id if cause else ""
            group.finding.operations = tuple(sorted(group.operations))
            if len(group.operations) > 1:
                group.finding.message = f"{group.finding.message} (in {', '.join(group.operations)})"
        found = [g.finding for g in groups]
        found.sort(key=lambda f: (f.level is not Level.MUST, bool(f.follows), f.contract, f.requirement, f.id))
        return found


def _id(key: _Key) -> str:
    return f"{key[0]}-{hashlib.sha256(chr(0).join(key).encode('utf-8', 'replace')).hexdigest()[:10]}"


def _rest_of(key: _Key, first: Finding) -> Finding:
    """What is more than can be told apart, as a finding without breaches yet; ``first`` is the first of it."""
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
        curl=curl(call.exchange),
        place=key[-2],
        value=key[-1],
    )


def _leads_to(cause: _Group, consequence: _Group) -> bool:
    """Whether one breach brings the other about on other exchanges too: what is not shown at all is also not mixed."""
    a, b = cause.finding, consequence.finding
    causes = (*_LEADS_TO.get(b.requirement, ()), *_LEADS_TO.get(f"{b.requirement} {b.kind}", ()))
    return a.contract == b.contract and a.requirement in causes


def _is_cause(cause: _Group, consequence: _Group, together: Mapping[tuple[str, str], set[tuple[str, int]]]) -> bool:
    """Whether all that the one is seen on is also what the other is seen on: then the wider one explains it.

    ``together``: what each requirement is seen on, by contract and requirement, in all its groups.
    """
    a, b = cause.finding, consequence.finding
    if a.contract != b.contract or (a.level is not Level.MUST and b.level is Level.MUST):
        return False
    wide, narrow = together[a.contract, a.requirement], consequence.seen.keys()
    if a.requirement == b.requirement or not narrow <= wide or not narrow & cause.seen.keys():
        return False
    if narrow < wide:
        return _rank(b) >= _rank(a) or a.requirement in ("HDR-5", "ERR-1", "ERR-8")
    return _rank(a) < _rank(b)


def _rank(finding: Finding) -> int:
    if finding.requirement in _CAUSES:
        return _CAUSES.index(finding.requirement) - len(_CAUSES)
    if finding.requirement in _CONSEQUENCES:
        return 1 + _CONSEQUENCES.index(finding.requirement)
    return 0


def _key(exchange: Exchange) -> tuple[str, int]:
    return exchange.world, exchange.number


def within_item(contract: Contract, pointer: str) -> str:
    """A pointer within one connection, whether it came from a list or from Get: the same cause, the same place."""
    items = contract.list.items
    if items and pointer.startswith(f"{items}/"):
        rest = pointer[len(items) + 1 :].split("/", 1)
        pointer = f"/{rest[1]}" if len(rest) > 1 else ""
    return generalise(pointer)
