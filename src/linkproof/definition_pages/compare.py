"""Differences between two sets of facts: before (the contract) and now (the page, or a newer contract)."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from linkproof.definition_pages.facts import DefinitionFact, ErrorFact, Facts, MemberFact, ParameterFact

ABSENT = ""
_ALIKE = 0.3
_TIGHTER = {"minLength": 1, "minimum": 1, "maxLength": -1, "maximum": -1}


@dataclass(frozen=True, order=True)
class Difference:
    """One difference. ``was`` and ``now`` are "" for something absent.

    ``breaking``: a client written for the old facts may fail with the new ones.
    """

    place: str
    what: str
    was: str
    now: str
    breaking: bool

    @property
    def line(self) -> str:
        """Return the difference as one line of text."""
        change = (
            f"added: {self.now}"
            if not self.was
            else f"removed: {self.was}"
            if not self.now
            else f"{self.was} → {self.now}"
        )
        return f"{'breaking' if self.breaking else 'not breaking'}: {self.place}: {self.what} {change}"


def differences(was: Facts, now: Facts) -> list[Difference]:
    """Return all differences between ``was`` and ``now``. Whole sections that ``now`` lacks are not compared."""
    found = [*_operation(was, now)]
    if "parameters" not in now.lacks:
        found += _parameters(was.parameters, now.parameters)
    if now.body:
        found += _members("request body", was.body, now.body, sent=True)
    if "status codes" not in now.lacks:
        found += _statuses(was.statuses, now.statuses)
    if "definitions" not in now.lacks:
        found += _objects(was.objects, now.objects)
        found += _enumerations(was.enumerations, now.enumerations)
    if was.errors and now.errors:
        found += _errors(was.errors, now.errors)
    return sorted(set(found))


def _operation(was: Facts, now: Facts) -> Iterator[Difference]:
    for what in ("method", "path", "version"):
        old, new = getattr(was, what), getattr(now, what)
        if old and new and old != new:
            yield Difference("operation", what, old, new, True)


def _statuses(was: Sequence[int], now: Sequence[int]) -> Iterator[Difference]:
    for status in sorted(set(was) ^ set(now)):
        if status in now:
            yield Difference("answers", "status", ABSENT, str(status), status < 400)
        else:
            yield Difference("answers", "status", str(status), ABSENT, False)


def _errors(was: Sequence[ErrorFact], now: Sequence[ErrorFact]) -> Iterator[Difference]:
    """Compare error codes without case: prefixes are written in two ways, even within one page."""
    old, new = ({e.code.lower(): e for e in row} for row in (was, now))
    for code in old.keys() | new.keys():
        before, after = old.get(code), new.get(code)
        if before and after and before.status != after.status:
            yield Difference(f"error code {before.code}", "status", str(before.status), str(after.status), True)
        elif before and not after:
            yield Difference(f"error code {before.code}", "status", str(before.status), ABSENT, False)
        elif after and not before:
            yield Difference(f"error code {after.code}", "status", ABSENT, str(after.status), False)


# parameters


def _parameters(was: Sequence[ParameterFact], now: Sequence[ParameterFact]) -> list[Difference]:
    """Return the smallest set of differences over all possible readings of truncated names."""
    readings = [
        [replace(p, names=(n,)) for p, n in zip(now, names, strict=True)]
        for names in itertools.islice(itertools.product(*(p.names for p in now)), 256)
    ]
    found = [_parameters_read(was, reading) for reading in readings]
    return min(found, key=len)


def _parameters_read(was: Sequence[ParameterFact], now: Sequence[ParameterFact]) -> list[Difference]:
    old, new = {p.names[0]: p for p in was}, {p.names[0]: p for p in now}
    found = [
        Difference(f"parameter {n}", "in the " + p.place, ABSENT, "required" if p.required else "optional", p.required)
        for n, p in new.items()
        if n not in old
    ]
    found += [
        Difference(f"parameter {n}", "in the " + p.place, "required" if p.required else "optional", ABSENT, True)
        for n, p in old.items()
        if n not in new
    ]
    if len(new) < len(now):
        found.append(Difference("parameters", "read twice", ABSENT, ", ".join(p.names[0] for p in now), False))
    for name in old.keys() & new.keys():
        found += _parameter(old[name], new[name])
    return found


def _parameter(was: ParameterFact, now: ParameterFact) -> Iterator[Difference]:
    place = f"parameter {was.names[0]}"
    if was.place != now.place:
        yield Difference(place, "place", was.place, now.place, True)
    if was.required != now.required:
        yield Difference(place, "required", str(was.required), str(now.required), now.required)
    if was.type and now.type and was.type != now.type:
        yield Difference(place, "type", was.type, now.type, True)
    for limit in sorted({*was.limits, *now.limits} - {*was.lost, *now.lost}):
        old, new = was.limits.get(limit), now.limits.get(limit)
        if old != new:
            yield Difference(place, limit, _text(old), _text(new), _tightened(limit, old, new))
    if was.default and now.default and was.default != now.default:
        yield Difference(place, "default", was.default, now.default, True)
    if was.values and now.values:
        for word in [w for w in was.values if w not in now.values]:
            yield Difference(place, "enumerator", word, ABSENT, True)
        for word in [w for w in now.values if w not in was.values]:
            yield Difference(place, "enumerator", ABSENT, word, False)


def _tightened(limit: str, was: str | int | None, now: str | int | None) -> bool:
    """Whether a limit became stricter: a new one did, a removed one did not, a changed pattern may have."""
    if now is None or was is None:
        return was is None
    sign = _TIGHTER.get(limit, 0)
    return sign == 0 or (int(now) - int(was)) * sign > 0


def _text(value: str | int | None) -> str:
    return ABSENT if value is None else str(value)


# bodies


def _objects(was: Sequence[DefinitionFact], now: Sequence[DefinitionFact]) -> Iterator[Difference]:
    pairs = _paired(was, now)
    for old, new in pairs:
        yield from _members(old.name, old.members, new.members, sent=old.sent)
    matched = {id(o) for o, _ in pairs}
    for other in was:
        if id(other) in matched:
            continue
        # A page has one definition for request and answer: the request lacks what only the service sets.
        twins = [n for n in now if {m.name for m in other.members} <= {m.name for m in n.members}]
        if twins:
            twin = min(twins, key=lambda n: len(n.members))
            known = {m.name for m in other.members}
            yield from _members(
                other.name, other.members, [m for m in twin.members if m.name in known], sent=other.sent
            )
        else:
            yield Difference(other.name, "definition", ", ".join(sorted(m.name for m in other.members)), ABSENT, True)
    taken = {id(n) for _, n in pairs}
    for other in now:
        if id(other) not in taken:
            yield Difference(
                other.name or "(unnamed)", "definition", ABSENT, ", ".join(sorted(m.name for m in other.members)), False
            )


def _members(place: str, was: Iterable[MemberFact], now: Iterable[MemberFact], *, sent: bool) -> Iterator[Difference]:
    old, new = {m.name: m for m in was}, {m.name: m for m in now}
    for name in old.keys() - new.keys():
        yield Difference(f"{place}.{name}", "member", old[name].type or "present", ABSENT, True)
    for name in new.keys() - old.keys():
        member = new[name]
        yield Difference(f"{place}.{name}", "member", ABSENT, member.type or "present", sent and bool(member.required))
    for name in old.keys() & new.keys():
        yield from compare_members(place, old[name], new[name], sent=sent)


def compare_members(place: str, was: MemberFact, now: MemberFact, *, sent: bool) -> Iterator[Difference]:
    """Yield the differences between two versions of a member. ``sent``: the member belongs to a request."""
    place = f"{place}.{was.name}"
    if was.type and now.type and was.type != now.type:
        yield Difference(place, "type", was.type, now.type, True)
    for limit in sorted({*was.limits, *now.limits}):
        earlier, later = was.limits.get(limit), now.limits.get(limit)
        # Pages rarely print formats of members: a missing format is not a difference.
        if earlier != later and (limit != "format" or later is not None):
            harms = _tightened(limit, earlier, later) == sent
            yield Difference(place, limit, _text(earlier), _text(later), harms)
    if None not in (was.required, now.required) and was.required != now.required:
        yield Difference(place, "required", str(was.required), str(now.required), bool(now.required) == sent)


def _enumerations(was: Sequence[DefinitionFact], now: Sequence[DefinitionFact]) -> Iterator[Difference]:
    pairs = _paired(was, now)
    for old, new in pairs:
        for word in [w for w in old.values if w not in new.values]:
            yield Difference(old.name, "enumerator", word, ABSENT, old.sent)
        for word in [w for w in new.values if w not in old.values]:
            yield Difference(old.name, "enumerator", ABSENT, word, True)
    matched, taken = {id(o) for o, _ in pairs}, {id(n) for _, n in pairs}
    for other in was:
        if id(other) not in matched:
            yield Difference(other.name, "enumeration", ", ".join(other.values), ABSENT, False)
    for other in now:
        if id(other) not in taken:
            yield Difference(other.name, "enumeration", ABSENT, ", ".join(other.values), True)


def _paired(
    was: Sequence[DefinitionFact], now: Sequence[DefinitionFact]
) -> list[tuple[DefinitionFact, DefinitionFact]]:
    """Return which definition matches which: by the source's name, then by the same name, then by similarity."""
    scored = sorted(
        (
            (_score(old, new), -i, -j, old, new)
            for i, old in enumerate(was)
            for j, new in enumerate(now)
            if _score(old, new) >= _ALIKE
        ),
        key=lambda row: row[:3],
        reverse=True,
    )
    pairs: list[tuple[DefinitionFact, DefinitionFact]] = []
    for _, _, _, old, new in scored:
        if all(old is not o and new is not n for o, n in pairs):
            pairs.append((old, new))
    return pairs


def _score(was: DefinitionFact, now: DefinitionFact) -> float:
    return alike(was, now) + (2 if now.name and now.name == was.cites else 1 if now.name == was.name else 0)


def alike(one: DefinitionFact, other: DefinitionFact) -> float:
    """Return the similarity of two definitions, from 0 to 1."""
    names, others = (set(d.values or (m.name for m in d.members)) for d in (one, other))
    return len(names & others) / len(names | others) if names or others else 0.0
