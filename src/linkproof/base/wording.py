"""Numbers and moments in words, the same everywhere."""

from __future__ import annotations

from datetime import UTC, datetime


def count(number: int, noun: str) -> str:
    """Return a number with its noun: "1 finding", "5 findings"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def moment_of(seconds: float) -> str:
    """Return seconds since 1970 as ISO 8601, in UTC, to the second."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def parsed_moment(text: str) -> datetime:
    """Return the moment that ISO 8601 text names; without a zone it is UTC. Raises ValueError."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
