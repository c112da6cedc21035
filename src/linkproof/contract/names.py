"""Names of connections: as a representation shows them, and as a contract allows them."""

from __future__ import annotations

from typing import Any

from linkproof.base.json_values import MISSING, at
from linkproof.contract.model import Contract, Parameter


def name_of(contract: Contract, value: Any) -> str:
    """A connection's name in lower case: the last segment of its id; "" where it has none, or says another name."""
    found = at(value, contract.member.id)
    if not isinstance(found, str):
        return ""
    name = found.rsplit("/", 1)[-1].lower()
    other = at(value, contract.member.name) if contract.member.name else MISSING
    return name if not isinstance(other, str) or other.rsplit("/", 1)[-1].lower() == name else ""


#: Forms of a name, tried in this order until one is within the vendor's limits.
_FORMS = ("{}", "{plain}", "{}.{guid}", "{short}")
_GUID = "0a1b2c3d-1111-4222-8333-944445555666"


def within_limits(word: str, parameter: Parameter | None, guid: str = _GUID) -> str:
    """A name made of ``word`` that the parameter allows; the word itself where there is no limit, or no form fits.

    ``guid`` is what is added where the limit asks for one.
    """
    plain = "".join(c for c in word if c.isalnum())
    forms = [form.format(word, plain=plain, short=plain[:12], guid=guid) for form in _FORMS]
    return next((f for f in forms if parameter is None or parameter.allows(f)), word)
