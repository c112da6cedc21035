"""The values that were seen where a contract has an enumeration, a status or an error code.

They show a vendor's new value before it breaks anything, and a documented value that never occurs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from linkproof.base.json_values import generalise
from linkproof.contract.call import Call
from linkproof.contract.model import Contract
from linkproof.contract.operation import Operation
from linkproof.judging.grouping import within_item
from linkproof.model.observed_values import Observed, ObservedValue

#: Prefix of the place of a query parameter: no pointer into a body begins with it.
VERSION_PLACE = "?"
#: Maximum number of values that are kept for one place, and their maximum length.
_MOST = 50
_LONGEST = 100


@dataclass(slots=True)
class _Word:
    """A value while it is counted; fields as in ``ObservedValue``."""

    documented: bool
    count: int
    first_seen: str
    last_seen: str
    seen: str

    def add(self, count: int, first_seen: str, last_seen: str) -> None:
        """Add further occurrences."""
        self.count += count
        if first_seen and (not self.first_seen or first_seen < self.first_seen):
            self.first_seen = first_seen
        if last_seen > self.last_seen:
            self.last_seen = last_seen


@dataclass(slots=True)
class _Place:
    documented: tuple[str, ...]
    values: dict[str, _Word] = field(default_factory=dict)


#: The place of the requested version (None without one); pointers into a body, each with its place.
_Where = tuple[_Place | None, tuple[tuple[str, _Place], ...]]


class Observations:
    """Collects values by contract and place."""

    def __init__(self) -> None:
        self._places: dict[str, dict[str, _Place]] = {}
        self._where: dict[tuple[str, str, str, int], _Where] = {}

    def observe(self, call: Call) -> None:
        """Add the values of one answer."""
        answered, at = call.answered, call.exchange.at
        words: tuple[_Word, ...] | None = answered.values
        if words is None:
            words = answered.values = tuple(self._words(call))
        for word in words:
            word.add(1, at, at)

    def _words(self, call: Call) -> list[_Word]:
        """Return the values of an answer as they are counted: an answer that is repeated has the same."""
        contract, status = call.contract, call.status
        if call.operation is None or status >= 500:
            return []
        if status >= 400:
            code = call.error_code
            return _known_words(call, [(self._place_of_codes(contract), code)] if code else [])
        key = (contract.id, contract.version, call.operation.id, status)
        known = self._where.get(key)
        if known is None:
            known = self._where[key] = self._places_in(contract, call.operation, status)
        of_version, where = known
        found: list[tuple[_Place, str]] = []
        if of_version is not None and (version := call.query.get(contract.version_parameter)):
            found.append((of_version, version))  # traffic may use another one than the contract's
        for pointer, place in where:
            found += [(place, value) for _, value in call.values_at(pointer) if isinstance(value, str)]
        return _known_words(call, found)

    def _places_in(self, contract: Contract, operation: Operation, status: int) -> _Where:
        """Return the place of the requested version, and the places with values in an answer."""
        name, of_version = contract.version_parameter, None
        if name:
            of_version = self._place(contract, f"{VERSION_PLACE}{name}", (contract.version,))
        found = dict.fromkeys(_walk(contract, operation, status))
        return of_version, tuple([(p, self._place(contract, name, words)) for p, name, words in found])

    def _place_of_codes(self, contract: Contract) -> _Place:
        found = self._places.get(contract.id, {}).get(contract.error.code)
        codes = () if found is not None else tuple([row.code for row in contract.error.table])
        return found or self._place(contract, contract.error.code, codes)

    def merge(self, other: Observations) -> None:
        """Merge the values that another judge saw, as if they came after ours."""
        for contract, places in other._places.items():
            own = self._places.setdefault(contract, {})
            for name, theirs in places.items():
                place = own.setdefault(name, _Place(theirs.documented))
                for text, word in theirs.values.items():
                    before = place.values.get(text)
                    if before is not None:
                        before.add(word.count, word.first_seen, word.last_seen)
                    elif len(place.values) < _MOST:
                        place.values[text] = word

    def of(self, contract: Contract) -> list[Observed]:
        """Return the values that were seen of a contract, by place."""
        found = self._places.get(contract.id, {})
        return [
            Observed(contract.id, name, place.documented, tuple(_value(*v) for v in sorted(place.values.items())))
            for name, place in sorted(found.items())
            if place.values
        ]

    def _place(self, contract: Contract, name: str, documented: tuple[str, ...]) -> _Place:
        return self._places.setdefault(contract.id, {}).setdefault(name, _Place(documented))


def _known_words(call: Call, values: list[tuple[_Place, str]]) -> list[_Word]:
    """Return the words that count values, each added if there is room for it."""
    found: list[_Word] = []
    for place, value in values:
        text = value if len(value) <= _LONGEST else value[: _LONGEST - 1] + "…"
        known = place.values.get(text)
        if known is None and len(place.values) < _MOST:
            known = place.values[text] = _Word(text in place.documented, 0, "", "", call.exchange.label)
        if known is not None:
            found.append(known)
    return found


def _value(text: str, word: _Word) -> ObservedValue:
    return ObservedValue(text, word.documented, word.count, word.first_seen, word.last_seen, word.seen)


def _walk(contract: Contract, operation: Operation, status: int) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield the places with values in an answer: pointer into the body, place relative to a connection, documented
    values.
    """
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
