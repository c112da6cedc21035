"""Which connection a representation shows."""

from __future__ import annotations

from typing import Any

from linkproof.contract.model import Contract
from linkproof.jsontext import MISSING, at


def name_of(contract: Contract, value: Any) -> str:
    """A connection's name in lower case: the last segment of its id; "" where it has none, or says another name."""
    found = at(value, contract.member.id)
    if not isinstance(found, str):
        return ""
    name = found.rsplit("/", 1)[-1].lower()
    other = at(value, contract.member.name) if contract.member.name else MISSING
    return name if not isinstance(other, str) or other.rsplit("/", 1)[-1].lower() == name else ""
