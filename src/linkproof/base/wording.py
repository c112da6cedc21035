"""Numbers and moments in words, the same everywhere."""

from __future__ import annotations

from datetime import UTC, datetime


def count(number: int, noun: str) -> str:
    """Return a number with its noun: "1 finding", "5 findings"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def moment_of(seconds: float) -> str:
    """Return seconds since 1970 as ISO 8601, in UTC, to the second, as in 2026-11-20T10:00:00+00:00."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def zulu(moment: datetime, timespec: str = "seconds") -> str:
    """Return a moment as ISO 8601 in UTC with a Z, as in 2026-11-20T10:00:00Z."""
    return moment.astimezone(UTC).isoformat(timespec=timespec).replace("+00:00", "Z")


def zulu_now() -> str:
    """Return the present as ISO 8601 in UTC with a Z, to the second."""
    return zulu(datetime.now(UTC))


def parsed_moment(text: str) -> datetime:
    """Return the moment that ISO 8601 text names; without a zone it is UTC. Raises ValueError."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
