"""Typed pseudonyms for subscriptions, people, hosts and credentials: the same one for every occurrence of a value."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum


class ValueKind(StrEnum):
    """The kind of value that a pseudonym replaces."""

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


#: The first digit of an id's pseudonym shows its kind. There are no letters in it, so upper and lower case are one.
_DIGITS = {
    ValueKind.SUBSCRIPTION: 1,
    ValueKind.TENANT: 2,
    ValueKind.PRINCIPAL: 3,
    ValueKind.PROJECT: 4,
    ValueKind.ID: 9,
}
#: The id that documentation uses for "no id"; not a secret.
_NOBODYS = frozenset({"00000000-0000-0000-0000-000000000000", "0" * 32})


class Pseudonyms:
    """Assigns pseudonyms in order of first occurrence, so that they reveal nothing; no new ones once it is ``frozen``.

    Values that a suite generates (``own``) are not secrets and stay: a replay generates them again.
    """

    def __init__(self) -> None:
        self._known: dict[str, str] = {}
        self._given: set[str] = set()
        self._own: set[str] = set(_NOBODYS)
        self._counts: Counter[ValueKind] = Counter()
        self.frozen = False

    def own(self, value: str) -> None:
        """Keep a value unchanged, unless it has a pseudonym already."""
        key = value.casefold()
        if key not in self._known:
            self._own.add(key)

    def of(self, value: str, kind: ValueKind) -> str:
        """Return the pseudonym of a value. Its first occurrence decided the kind."""
        key = value.casefold()
        found = self._known.get(key)
        if found is not None:
            return found
        if (key in self._own and kind is not ValueKind.CREDENTIAL) or key in self._given or self.frozen:
            return value
        self._counts[kind] += 1
        found = self._known[key] = _written(kind, self._counts[kind], value)
        self._given.add(found.casefold())
        return found

    def given(self, value: str) -> bool:
        """Return whether a value is a pseudonym."""
        return value.casefold() in self._given


def _written(kind: ValueKind, number: int, value: str) -> str:
    """Write a pseudonym. None is a prefix of another, so that replacing one cannot damage another."""
    if kind in _DIGITS:
        guid = f"{_DIGITS[kind]}0000000-0000-4000-8000-{number:012d}"
        return guid if "-" in value else guid.replace("-", "")
    if kind is ValueKind.MAIL:
        return f"user-{number}@mail.example"
    if kind is ValueKind.HOST:
        return f"host-{number}.example"
    if kind is ValueKind.ADDRESS:
        return f"198.18.{100 + number // 100 % 100}.{100 + number % 100}"  # RFC 2544: reserved for benchmarks
    return f"redacted-{number}-{kind}"
