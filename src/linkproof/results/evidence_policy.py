"""Minimum evidence for a pass: its grade, and how old it may be."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from linkproof.base.wording import parsed_moment
from linkproof.errors import UsageError
from linkproof.judging.verdict import sum_up
from linkproof.model.exchange import Grade
from linkproof.model.results import RequirementResult, Results, Status

#: From the weakest to the strongest.
_ORDER = (Grade.MOCK, Grade.RECORDING, Grade.LIVE)
_WRITTEN = re.compile(r"(mock|recording|live)(?::(\d{1,4})([hd]))?")


@dataclass(frozen=True)
class EvidencePolicy:
    """The minimum grade, and the maximum age of the evidence (None: any age)."""

    grade: Grade
    age: timedelta | None
    text: str


def evidence_policy_from(text: str) -> EvidencePolicy:
    """Parse ``live:7d``, ``recording`` or ``mock:12h``. Raises UsageError."""
    found = _WRITTEN.fullmatch(text)
    if found is None:
        fix = "a grade (mock, recording, live), and how old it may be: live:7d, recording:12h"
        raise UsageError(f"{text!r} is not a minimum evidence", where="--require", fix=fix)
    number = int(found[2] or 0)
    age = (timedelta(days=number) if found[3] == "d" else timedelta(hours=number)) if found[2] else None
    return EvidencePolicy(Grade(found[1]), age, text)


def under_policy(results: Results, policy: EvidencePolicy, now: datetime | None = None) -> Results:
    """Return the results with passes on weaker or older evidence as not exercised. A breach stays a breach."""
    moment = now or datetime.now(UTC)
    rows = [_row(r, policy, moment) for r in results.requirements]
    verdict, sentence = sum_up(rows, results.findings, results.broken, results.target)
    return replace(results, requirements=rows, verdict=verdict, sentence=sentence)


def _row(row: RequirementResult, policy: EvidencePolicy, now: datetime) -> RequirementResult:
    if row.status is not Status.PASS or row.grade is None:
        return row
    if _ORDER.index(row.grade) < _ORDER.index(policy.grade):
        why = f"passed on a {row.grade} only, but {policy.text} is required"
    elif policy.age is not None and not row.date:
        why = f"passed at an unknown time, but {policy.text} is required"
    elif policy.age is not None and now - _moment(row.date) > policy.age:
        why = f"passed on {row.date[:10]}, but {policy.text} is required"
    else:
        return row
    return replace(row, status=Status.NOT_EXERCISED, why=why)


def _moment(date: str) -> datetime:
    """Parse an ISO 8601 date or time. A date alone is its first moment, so that in doubt it counts as too old."""
    try:
        return parsed_moment(date)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)  # no date: as old as can be
