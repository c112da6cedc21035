"""When a run started and ended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any


def utc(data: dict[str, Any]) -> tuple[datetime, datetime] | None:
    """Start and end of a run, from the results' JSON; None where the start is unknown."""
    try:
        moment = datetime.fromisoformat(data["started_at"])
    except ValueError:
        return None
    start = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    return start, start + timedelta(seconds=data["duration_s"])


def milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970."""
    return round(moment.timestamp() * 1000)
