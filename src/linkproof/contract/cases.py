"""Cases: values to send for each constraint of a request, and what is common to parameters and bodies.

For every constraint there are values that violate it alone, and valid values at its ends. They follow from the contract
alone, so that the suites send exactly what ``docs/request-coverage.md`` lists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

#: Maximum length of a text that every service must accept if its contract documents no length.
COMMON_LENGTH = 140
#: Characters that patterns rarely allow and that do not end a path segment.
ODD = "!$ *名%"
#: Texts that break a format.
FORMATS: Mapping[str, tuple[str, ...]] = {
    "uuid": ("not-a-uuid", "0a1b2c3d-1111-4222-8333-94444555566", "0a1b2c3d-1111-4222-8333-9444455556660"),
    "date-time": ("yesterday", "2024-02-30T00:00:00Z", "2024-01-01"),
    "uri": ("not a uri",),
}


@dataclass(frozen=True, slots=True, order=True)
class Constraint:
    """One constraint on a request.

    ``place`` is ``body``, ``path`` or ``query``; ``name`` a generalised pointer or a parameter's name.
    """

    place: str
    name: str
    keyword: str


@dataclass(frozen=True, slots=True)
class Case:
    """A value to send. ``value`` is the whole body, or the parameter's text; ``what`` describes it briefly."""

    constraint: Constraint
    valid: bool
    what: str
    value: Any


def undocumented(options: Iterable[str]) -> Iterator[str]:
    """Yield texts that an enumeration does not have, some of them close to one that it has."""
    known = list(options)
    if known:
        first = known[0]
        yield from ("Bogus", first[:-1], f"{first} ", f"{first}s", "", "承認", "x" * 300)


def in_another_case(options: Iterable[str]) -> Iterator[str]:
    """Yield each enumerator in another case."""
    for option in options:
        yield from [o for o in (option.lower(), option.upper()) if o != option][:1]


def shown(value: str) -> str:
    """Return a text for a table."""
    return repr(value) if len(value) <= 20 else f"{len(value)} characters"


def constraints(cases: Iterable[Case], wanted: Callable[[Case], bool] = lambda _: True) -> dict[Constraint, list[Case]]:
    """Return the cases by constraint, in their order."""
    found: dict[Constraint, list[Case]] = {}
    for case in cases:
        if wanted(case):
            found.setdefault(case.constraint, []).append(case)
    return found
