"""When a run started and ended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from linkproof.base.wording import parsed_moment
from linkproof.redaction.publish import Published


def utc(results: Published) -> tuple[datetime, datetime] | None:
    """Start and end of a run, from the results' JSON; None where the start is unknown."""
    try:
        start = parsed_moment(results.started_at).astimezone(UTC)
        return start, start + timedelta(seconds=results.duration_s)
    except (ValueError, OverflowError):
        return None


def milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970."""
    return round(moment.timestamp() * 1000)
