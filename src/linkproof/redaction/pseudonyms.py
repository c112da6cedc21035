"""Typed pseudonyms: what stands for a subscription, a person or a host, the same one wherever the value comes."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum


class Kind(StrEnum):
    """What a pseudonym stands for."""

    SUBSCRIPTION = "subscription"
    TENANT = "tenant"
    PRINCIPAL = "principal"
    PROJECT = "project"
    ID = "id"
    MAIL = "mail"
    HOST = "host"
    ADDRESS = "address"
    CREDENTIAL = "credential"
    NAME = "name"


#: The first digit of an id's pseudonym tells its kind. There are no letters in it, so upper and lower case are one.
_DIGITS = {Kind.SUBSCRIPTION: 1, Kind.TENANT: 2, Kind.PRINCIPAL: 3, Kind.PROJECT: 4, Kind.ID: 9}
#: What documentation uses for "no id at all": nobody's secret.
_NOBODYS = frozenset({"00000000-0000-0000-0000-000000000000", "0" * 32})


class Pseudonyms:
    """Gives out pseudonyms by order of first sight, so that they say nothing of the value; none once it is ``frozen``.

    What a suite made up itself (``own``) is nobody's secret and stays as it is: a replay makes it up again.
    """

    def __init__(self) -> None:
        self._known: dict[str, str] = {}
        self._given: set[str] = set()
        self._own: set[str] = set(_NOBODYS)
        self._counts: Counter[Kind] = Counter()
        self.frozen = False

    def own(self, value: str) -> None:
        """Leave a value as it is, unless it is known already."""
        key = value.casefold()
        if key not in self._known:
            self._own.add(key)

    def of(self, value: str, kind: Kind) -> str:
        """The pseudonym of a value; it was given out at first sight, whatever the kind is said to be now."""
        key = value.casefold()
        found = self._known.get(key)
        if found is not None:
            return found
        if (key in self._own and kind is not Kind.CREDENTIAL) or key in self._given or self.frozen:
            return value
        self._counts[kind] += 1
        found = self._known[key] = _written(kind, self._counts[kind], value)
        self._given.add(found.casefold())
        return found

    def given(self, value: str) -> bool:
        """Whether a value is a pseudonym."""
        return value.casefold() in self._given


def _written(kind: Kind, number: int, value: str) -> str:
    """A pseudonym; none is the beginning of another, or one would be found in the other's place."""
    if kind in _DIGITS:
        guid = f"{_DIGITS[kind]}0000000-0000-4000-8000-{number:012d}"
        return guid if "-" in value else guid.replace("-", "")
    if kind is Kind.MAIL:
        return f"user-{number}@mail.example"
    if kind is Kind.HOST:
        return f"host-{number}.example"
    if kind is Kind.ADDRESS:
        return f"198.18.{100 + number // 100 % 100}.{100 + number % 100}"  # RFC 2544: nobody's
    return f"redacted-{number}-{kind}"
