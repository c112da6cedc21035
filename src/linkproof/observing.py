"""Which values were seen where a contract has words of its own: enumerations, statuses, error codes.

A vendor's new word shows here before anything breaks on it, and a documented word that never comes shows as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from linkproof.contract.body import values_at
from linkproof.contract.call import Call
from linkproof.contract.model import Contract, Operation
from linkproof.grouping import within_item
from linkproof.jsontext import generalise
from linkproof.results import Observed, ObservedValue

#: So many words are kept for one place, and so much of each.
_MOST = 50
_LONGEST = 100


#: Pointer into a body, place within one connection, documented words.
_Where = tuple[tuple[str, str, tuple[str, ...]], ...]


@dataclass
class _Place:
    documented: tuple[str, ...]
    values: dict[str, ObservedValue] = field(default_factory=dict)


class Observations:
    """Collects values by contract and place, as exchanges come."""

    def __init__(self) -> None:
        self._places: dict[str, dict[str, _Place]] = {}
        self._where: dict[tuple[str, str, str, int], _Where] = {}

    def observe(self, call: Call) -> None:
        """Take in the values of one answer."""
        if call.operation is None or call.status >= 500:
            return
        if call.status >= 400:
            if isinstance(call.error_code, str) and call.error_code:
                codes = tuple(row.code for row in call.contract.error.table)
                self._note(call, call.contract.error.code, codes, call.error_code)
            return
        key = (call.contract.id, call.contract.version, call.operation.id, call.status)
        where = self._where.get(key)
        if where is None:
            where = self._where[key] = tuple(dict.fromkeys(_walk(call.contract, call.operation, call.status)))
        for pointer, place, documented in where:
            for _, value in values_at(call.answer, pointer):
                if isinstance(value, str):
                    self._note(call, place, documented, value)

    def take(self, other: Observations) -> None:
        """Take in what others saw, as if it had come after all that is here."""
        for contract, places in other._places.items():
            own = self._places.setdefault(contract, {})
            for name, theirs in places.items():
                place = own.setdefault(name, _Place(theirs.documented))
                for word, value in theirs.values.items():
                    before = place.values.get(word)
                    if before is not None:
                        place.values[word] = _together(before, value)
                    elif len(place.values) < _MOST:
                        place.values[word] = value

    def of(self, contract: Contract) -> list[Observed]:
        """What was seen of a contract, place by place."""
        found = self._places.get(contract.id, {})
        return [
            Observed(contract.id, name, place.documented, tuple(v for _, v in sorted(place.values.items())))
            for name, place in sorted(found.items())
        ]

    def _note(self, call: Call, name: str, documented: tuple[str, ...], value: str) -> None:
        places = self._places.setdefault(call.contract.id, {})
        place = places.get(name)
        if place is None:
            place = places[name] = _Place(documented)
        word = value if len(value) <= _LONGEST else value[: _LONGEST - 1] + "…"
        before = place.values.get(word)
        at = call.exchange.at
        if before is None:
            if len(place.values) < _MOST:
                place.values[word] = ObservedValue(word, word in documented, 1, at, at, call.exchange.label)
            return
        first = min(before.first_seen or at, at or before.first_seen)
        place.values[word] = replace(
            before, count=before.count + 1, first_seen=first, last_seen=max(before.last_seen, at)
        )


def _together(before: ObservedValue, after: ObservedValue) -> ObservedValue:
    first = min(before.first_seen or after.first_seen, after.first_seen or before.first_seen)
    last = max(before.last_seen, after.last_seen)
    return replace(before, count=before.count + after.count, first_seen=first, last_seen=last)


def _walk(contract: Contract, operation: Operation, status: int) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Where words stand in an answer: pointer into the body, place within one connection, documented words."""
    schema = operation.responses.get(status)
    if schema is None:
        return
    for pointer, options in schema.enumerations.items():
        yield pointer, within_item(contract, pointer), tuple(map(str, options))
    open_words = {p for p in (contract.member.status, contract.member.provisioning) if p}
    for pointer, leaf in schema.leaves():
        place = within_item(contract, generalise(pointer))
        if place in open_words and "enum" not in leaf:
            yield pointer, place, ()
