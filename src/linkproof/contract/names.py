"""Names of connections, as representations show them and as contracts allow them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from linkproof.base.json_values import MISSING, at
from linkproof.contract.model import Contract
from linkproof.contract.operation import Parameter


def name_of(contract: Contract, value: Any) -> str:
    """Return a connection's name in lower case: the last segment of its id; "" if it has none, or its name contradicts
    it.
    """
    found = at(value, contract.member.id)
    if not isinstance(found, str):
        return ""
    name = found.rsplit("/", 1)[-1].lower()
    other = at(value, contract.member.name) if contract.member.name else MISSING
    return name if not isinstance(other, str) or other.rsplit("/", 1)[-1].lower() == name else ""


def name_among(contract: Contract, value: Any, is_known: Callable[[str], bool]) -> str:
    """Return a name as ``name_of``; if id and name contradict each other or one is missing, return the known one."""
    own = name_of(contract, value)
    if own or not contract.member.name:
        return own
    said = {at(value, pointer) for pointer in (contract.member.id, contract.member.name) if _is_text(value, pointer)}
    known = {name for name in (text.rsplit("/", 1)[-1].lower() for text in said) if is_known(name)}
    return known.pop() if len(known) == 1 else ""


def _is_text(value: Any, pointer: str) -> bool:
    return isinstance(at(value, pointer), str)


#: Forms of a name, tried in order until one is within the vendor's limits.
_FORMS = ("{}", "{plain}", "{}.{guid}", "{short}")
_GUID = "0a1b2c3d-1111-4222-8333-944445555666"


def within_limits(word: str, parameter: Parameter | None, guid: str = _GUID) -> str:
    """Return a name made of ``word`` that the parameter allows; ``word`` if it has no limit, or no form fits.

    ``guid`` is added if the limit requires one.
    """
    plain = "".join(c for c in word if c.isalnum())
    forms = [form.format(word, plain=plain, short=plain[:12], guid=guid) for form in _FORMS]
    return next((f for f in forms if parameter is None or parameter.allows(f)), word)
