"""Start and end of a run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from linkproof.base.wording import parsed_moment
from linkproof.redaction.publish import Published


def utc(results: Published) -> tuple[datetime, datetime] | None:
    """Return start and end of a run, from the results' JSON; None if the start is unknown."""
    try:
        start = parsed_moment(results.started_at).astimezone(UTC)
        return start, start + timedelta(seconds=results.duration_s)
    except (ValueError, OverflowError):
        return None


def milliseconds(moment: datetime) -> int:
    """Return milliseconds since 1970."""
    return round(moment.timestamp() * 1000)
