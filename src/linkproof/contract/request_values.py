"""What a request says by itself: the value that it sends, the connections that it names, and the defects of both."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from linkproof.base.json_values import MISSING, NOT_JSON, TOO_DEEP, at, parse
from linkproof.contract.address import Address
from linkproof.contract.codec import decode
from linkproof.contract.defect import Defect, FoundDefect
from linkproof.contract.model import Contract
from linkproof.contract.request_match import Addresses
from linkproof.contract.routing import Router
from linkproof.contract.schema import BodySchema, Problem
from linkproof.model.exchange import READING, Credential


def sent_value(address: Address, body: bytes) -> Any:
    """Return the value of a request's body; without the members that name the operation, where requests do so."""
    contract, operation = address.contract, address.operation
    how = contract.protocol.request
    if not contract.by_name:
        return decode(body, how) if body else MISSING
    return sent_by_name(contract, address.route.query_pairs, body, operation.request if operation else None)


def sent_by_name(contract: Contract, query: Iterable[tuple[str, str]], body: bytes, schema: BodySchema | None) -> Any:
    """Return the value of a request that names its operation: its form, and the other parameters of its query."""
    beside = urlencode(list(query)).encode()
    found = decode(b"&".join(part for part in (beside, body.strip()) if part), contract.protocol.request, schema)
    if not isinstance(found, dict):
        return found
    own = contract.protocol.members
    return {name: value for name, value in found.items() if name not in own}


def credential_defects(credential: Credential) -> tuple[FoundDefect, ...]:
    """Return the defect of a request that was sent without its credential, or with a wrong one."""
    if credential is Credential.MISSING:
        return (FoundDefect(Defect.NO_CREDENTIAL),)
    return (FoundDefect(Defect.WRONG_CREDENTIAL),) if credential is Credential.WRONG else ()


def body_defects(schema: BodySchema, sent: Any, *, required: bool) -> tuple[FoundDefect, ...]:
    """Return the defects of a request's body, by its value; an absent one is a defect if a body is ``required``."""
    if sent is MISSING:
        return (FoundDefect(Defect.EMPTY),) if required else ()
    if sent is NOT_JSON:
        return (FoundDefect(Defect.NOT_JSON),)
    if sent is TOO_DEEP:
        return (FoundDefect(Defect.BODY),)
    if not isinstance(sent, dict):
        return (FoundDefect(Defect.NOT_OBJECT, "", sent),)
    if schema.fits(sent):
        return ()
    return tuple(_defect_of(p) for p in schema.problems(sent))


def _defect_of(problem: Problem) -> FoundDefect:
    if problem.keyword == "required":
        return FoundDefect(Defect.LACKS_MEMBER, problem.pointer)
    if problem.keyword == "enum" and isinstance(problem.value, str):
        return FoundDefect(Defect.ENUMERATOR, problem.pointer, problem.value)
    return FoundDefect(Defect.BODY, problem.pointer, problem.value)


def reads(contract: Contract, method: str, url: str, body: bytes) -> bool:
    """Whether a request only reads, by its method or by the operation that it names."""
    found = Addresses(Router([contract], any_version=True)).find(method, url, body, contract.id)
    return method in READING if isinstance(found, str) else found.reads


def subjects_of(contract: Contract, url: str, body: bytes) -> tuple[str, ...]:
    """Return the connections of a request, as the URL or the body spells them; empty if neither names one."""
    found = Router([contract], any_version=True).match(url)
    if isinstance(found, str):
        return ()
    if contract.by_name:
        named = at(sent_by_name(contract, found.query_pairs, body, None), contract.decide.subject.rsplit("/", 1)[0])
        return tuple(map(str, named)) if isinstance(named, list) else ()
    own = [name for name in found.parameters if name not in contract.parent_parameters]
    if own:
        return (found.parameters[own[-1]],)
    if not contract.decide.subject or not body.strip():
        return ()
    named = at(parse(body), contract.decide.subject.rsplit("/", 1)[0])
    return tuple(map(str, named)) if isinstance(named, list) else ()
