"""Decides which finding follows from which, by the rules in the requirements and by the exchanges.

A finding follows from another only if a rule (``explained_by`` in ``schemas/requirements``) says that the other can
explain it, and if each of its breaches agrees with one of the other's in the way that the rule names. Overlap alone
explains nothing: two independent defects of one server show in the same answers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from msgspec.structs import replace

from linkproof.contract.operation import Role
from linkproof.contract.requirement import Agreement, Explanation, Requirement
from linkproof.model.finding import Finding

#: One exchange: its state scope, and its number.
Place = tuple[str, int]
#: How a request was answered: its operation, what it decides, the status, and the error code.
Answered = tuple[str, str, int, str]
#: One breach: its exchange, its connection ("" for none), and the earlier exchanges on which it is based.
Seen = tuple[Place, str, tuple[Place, ...]]


@dataclass(frozen=True)
class Traced:
    """A finding with its breaches, and the exchanges and answers that show it (the first ones, if there are many).

    ``views``: roles of the operations that show it. ``untouched``: whether a connection shows it that nothing had
    written to. Agreements compare ``exchanges``, ``requests``, ``connections`` and ``first`` (the number of the first
    exchange in each state scope).
    """

    finding: Finding
    seen: Sequence[Seen]
    places: Sequence[Place] = ()
    answers: frozenset[Answered] = frozenset()
    views: frozenset[Role | None] = frozenset()
    untouched: bool = False
    exchanges: set[Place] = field(init=False, default_factory=set)
    requests: set[Place] = field(init=False, default_factory=set)
    connections: set[tuple[str, str]] = field(init=False, default_factory=set)
    first: dict[str, int] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.exchanges.update(self.places)
        self.requests.update(self.places)
        for place, subject, evidence in self.seen:
            self.exchanges.add(place)
            self.requests.update((place, *evidence))
            if subject:
                self.connections.add((place[0], subject))
            for scope, number in (place, *evidence):
                self.first[scope] = min(number, self.first.get(scope, number))


def _agrees(how: Agreement, seen: Seen, effect: Traced, cause: Traced) -> bool:
    """Whether one breach of ``effect`` agrees with a breach of ``cause``."""
    place, subject, evidence = seen
    same_member = effect.finding.place == cause.finding.place
    same_connection = (place[0], subject) in cause.connections
    same_request = place in cause.requests or any(p in cause.requests for p in evidence)
    match how:
        case Agreement.EXCHANGE:
            return place in cause.exchanges
        case Agreement.REQUEST:
            return same_request
        case Agreement.MEMBER:
            return same_member and same_request
        case Agreement.SIBLING:
            return place in cause.exchanges and _parent(effect.finding.place) == _parent(cause.finding.place)
        case Agreement.ONE_VIEW:
            return same_member and len(effect.views) == 1
        case Agreement.UNTOUCHED:
            return same_member and len(effect.views) == 1 and cause.untouched
        case Agreement.CONNECTION:
            return same_connection
        case Agreement.CONNECTION_MEMBER:
            return same_member and same_connection
        case Agreement.AFTER:
            return place[1] >= cause.first.get(place[0], place[1] + 1)
        case Agreement.MEMBERS:
            return set() < set(effect.finding.members) <= set(cause.finding.members)
        case Agreement.ANSWERS:
            return frozenset() < effect.answers <= cause.answers
        case Agreement.CONTRACT:
            return True


def _parent(place: str) -> str:
    """Return the object that has a member."""
    return place.rpartition("/")[0]


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A cause that explains some of a finding's breaches: how many, by which rule, and why."""

    cause: Finding
    explains: int
    order: int
    reason: str


def trace_causes(traced: Iterable[Traced], requirements: Iterable[Requirement]) -> None:
    """Set ``follows`` and ``because`` of every finding that others of its contract explain completely."""
    rules = {r.id: r.explained_by for r in requirements}
    by_contract: dict[str, list[Traced]] = {}
    for one in traced:
        by_contract.setdefault(one.finding.contract, []).append(one)
    for together in by_contract.values():
        above: dict[str, str] = {}
        for effect in together:
            found = _candidates(effect, together, rules.get(effect.finding.requirement, ()))
            chosen = next((c for c in found if not _leads_back(c.cause.id, effect.finding.id, above)), None)
            effect.finding.follows = chosen.cause.id if chosen else None
            effect.finding.because = chosen.reason if chosen else ""
            if chosen:
                above[effect.finding.id] = chosen.cause.id


def _leads_back(start: str, end: str, above: Mapping[str, str]) -> bool:
    """Whether following causes from ``start`` leads to ``end``, which would be a circle."""
    while start != end and start in above:
        start = above[start]
    return start == end


def _candidates(effect: Traced, together: Sequence[Traced], rules: Sequence[Explanation]) -> list[_Candidate]:
    """Return the causes of a finding, the one that explains most first; empty if a breach stays unexplained."""
    unexplained = set(range(len(effect.seen)))
    found: list[_Candidate] = []
    for order, rule in enumerate(rules):
        if not _fits(effect.finding.kind, rule.kinds):
            continue
        for cause in together:
            if cause is effect or not _may_explain(rule, cause.finding, effect.finding):
                continue
            explained = [i for i, seen in enumerate(effect.seen) if _agrees(rule.agree, seen, effect, cause)]
            if explained:
                unexplained.difference_update(explained)
                found.append(_Candidate(cause.finding, len(explained), order, rule.reason))
    if unexplained:
        return []
    found.sort(key=lambda c: (-c.explains, c.order, -c.cause.count, c.cause.id))
    return found


def _may_explain(rule: Explanation, cause: Finding, effect: Finding) -> bool:
    """Whether a rule names this cause. A cause that is a warning does not explain a breach of a MUST."""
    if cause.requirement not in rule.causes or not _fits(cause.kind, rule.cause_kinds):
        return False
    return cause.is_must or not effect.is_must


def _fits(kind: str, patterns: Sequence[str]) -> bool:
    return not patterns or any(fnmatchcase(kind, pattern) for pattern in patterns)


def in_order_of_fixing(findings: Iterable[Finding]) -> list[Finding]:
    """Return root causes in the order in which to fix them, then their consequences in the same order.

    Breaches of a MUST come first; then what explains the most other findings, then what the most operations and answers
    show.
    """
    known = {f.id: f for f in findings}
    roots = {i: _root_of(i, known) for i in known}
    weight: dict[str, int] = dict.fromkeys(known, 0)
    for root in roots.values():
        weight[root] += 1

    def rank(f: Finding) -> tuple[object, ...]:
        return (not f.is_must, -weight[f.id], -len(f.operations), -f.count, f.contract, f.requirement, f.id)

    first = sorted((known[i] for i, root in roots.items() if root == i), key=rank)
    place = {f.id: n for n, f in enumerate(first)}
    rest = [f for f in known.values() if f.id not in place]
    rest.sort(key=lambda f: (not f.is_must, place[roots[f.id]], f.requirement, f.id))
    return [*first, *rest]


def among_selected(selected: Iterable[Finding], every: Iterable[Finding]) -> list[Finding]:
    """Return the selected findings, none of which follows from one that is not selected.

    It follows from the next selected cause above, or is a root cause whose message names the cause that is missing.
    """
    known, kept = {f.id: f for f in every}, list(selected)
    shown = {f.id for f in kept}
    return in_order_of_fixing(_following(f, known, shown) for f in kept)


def _following(finding: Finding, known: Mapping[str, Finding], shown: Collection[str]) -> Finding:
    if not finding.follows or finding.follows in shown:
        return finding
    above = known.get(finding.follows)
    while above is not None and above.id not in shown and above.follows:
        above = known.get(above.follows)
    if above is not None and above.id in shown:
        return replace(finding, follows=above.id)
    cause = known[finding.follows].requirement if finding.follows in known else "another finding"
    message = f"{finding.message} (follows from {cause}, which is not selected: {finding.because})"
    return replace(finding, follows=None, because="", message=message)


def _root_of(start: str, known: Mapping[str, Finding]) -> str:
    while (above := known[start].follows or "") in known:
        start = above
    return start
