"""Integers beyond 2^53: where they occur in an answer, and whether they may have been rounded to a double."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from linkproof.base.json_values import at, generalise
from linkproof.contract.address import Kind
from linkproof.contract.call import Call

#: Beyond this, a JSON number that is parsed as a double may lose digits.
EXACT = 2**53


@dataclass(frozen=True, slots=True)
class BigInteger:
    """An integer beyond 2^53 in an answer; ``key`` identifies the member and its connection."""

    pointer: str
    key: tuple[str, str]
    value: int


def big_integers(call: Call) -> tuple[BigInteger, ...]:
    """Yield the integers beyond 2^53 in a success body, in document order."""
    if not call.success or call.kind is not Kind.OPERATION or call.operation is None:
        return ()
    schema = call.schema
    if schema is None or not isinstance(call.answer, dict):
        return ()
    return tuple(
        BigInteger(pointer, _key(call, pointer), value)
        for place in schema.integers
        for pointer, value in call.values_at(place)
        if isinstance(value, int) and abs(value) > EXACT
    )


def _key(call: Call, pointer: str) -> tuple[str, str]:
    """Return the connection's id and the member; without an id what is comparable with no other answer."""
    owner = at(call.answer, pointer.rsplit("/", 1)[0] + call.contract.member.id)
    if not isinstance(owner, str) or not owner:
        owner = f"{call.exchange.world} {call.exchange.number} {pointer}"
    return owner, generalise(pointer).rsplit("/", 1)[-1]


def is_exact(number: int) -> bool:
    """Whether a number cannot have been rounded to a double."""
    return _chance_of_rounding(number) is None


def all_rounded(numbers: Iterable[int]) -> bool:
    """Whether all these numbers were rounded to doubles, with a chance of error below one in a million.

    Equal numbers count at most four times: they may be meant to be equal.
    """
    chance = 1.0
    for number, count in Counter(numbers).items():
        likely = _chance_of_rounding(number)
        if likely is None:
            return False
        chance *= min(1.0, likely) ** min(count, 4)
    return chance < 1e-6


def _chance_of_rounding(number: int) -> float | None:
    """Return the probability that an arbitrary number looks rounded to a double; None for one that does not.

    Some implementations print a double in full, others print only the digits that distinguish it from its neighbours.
    """
    if int(float(number)) == number:
        return float(2.0 ** -(abs(number).bit_length() - 53))
    if int(Decimal(repr(float(number)))) == number:
        return float(10.0 ** -(len(str(abs(number))) - 17))
    return None
