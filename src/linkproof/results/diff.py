"""What changed from one run to another: new, fixed, still there, no longer exercised."""

from __future__ import annotations

from dataclasses import dataclass

from linkproof.model.finding import Finding, Level
from linkproof.model.results import RequirementResult, Results, Status

_JUDGED = (Status.PASS, Status.FAIL, Status.WARN)
_Key = tuple[str, str]


@dataclass(frozen=True)
class ObservedValue:
    """A value at one place of a contract; ``documented`` is also False where the contract names no values."""

    contract: str
    place: str
    value: str
    documented: bool


@dataclass(frozen=True)
class Changes:
    """What changed from one run to a later one.

    ``unknown`` are findings that are gone without being fixed for certain: the later run did not judge their place.
    ``lost`` are requirements that only the earlier run judged; if the later run has a row for one, that row, which says
    why.
    """

    new: tuple[Finding, ...]
    fixed: tuple[Finding, ...]
    still: tuple[Finding, ...]
    unknown: tuple[Finding, ...]
    lost: tuple[RequirementResult, ...]
    new_words: tuple[ObservedValue, ...]
    gone_words: tuple[ObservedValue, ...]

    @property
    def is_worse(self) -> bool:
        """Whether there is a new finding, or a new value that is not documented."""
        return bool(self.new) or any(not w.documented for w in self.new_words)

    @property
    def proves_less(self) -> bool:
        """Whether a MUST that was judged before is not judged any more."""
        return bool(self.unknown) or any(r.level is Level.MUST for r in self.lost)


def compare(before: Results, after: Results) -> Changes:
    """Compare two runs. Findings are the same if their ids are."""
    old, now = {f.id: f for f in before.findings}, {f.id: f for f in after.findings}
    judged = {_key(r) for r in after.requirements if r.status in _JUDGED and not _in_part(r)}
    missing = [f for i, f in old.items() if i not in now]
    rows = {_key(r): r for r in after.requirements}
    exercised = {_key(r) for r in after.requirements if r.status in _JUDGED}
    return Changes(
        new=tuple(f for i, f in now.items() if i not in old),
        fixed=tuple(f for f in missing if (f.contract, f.requirement) in judged),
        still=tuple(f for i, f in now.items() if i in old),
        unknown=tuple(f for f in missing if (f.contract, f.requirement) not in judged),
        lost=tuple(
            rows.get(_key(r), r) for r in before.requirements if r.status in _JUDGED and _key(r) not in exercised
        ),
        new_words=_more(before, after),
        gone_words=_more(after, before),
    )


def _key(row: RequirementResult) -> _Key:
    return row.contract, row.requirement


def _in_part(row: RequirementResult) -> bool:
    """Whether a pass is limited: what was not tried may still be wrong."""
    return row.status is Status.PASS and bool(row.why)


def _more(before: Results, after: Results) -> tuple[ObservedValue, ...]:
    """Return the values that only ``after`` has, at places where both have values: elsewhere one run did not look."""
    seen = {(x.contract, x.place): {v.value for v in x.values} for x in before.observed}
    return tuple(
        ObservedValue(x.contract, x.place, v.value, v.documented)
        for x in after.observed
        if (known := seen.get((x.contract, x.place))) is not None
        for v in x.values
        if v.value not in known
    )
