"""Reads contracts from ``schemas/``; every error names its file and place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from linkproof.base.files import read_file
from linkproof.base.json_values import parse
from linkproof.base.resources import contract_folders
from linkproof.base.toml_tables import dataclass_of, read_toml
from linkproof.contract.common_shape import expand, with_changes
from linkproof.contract.document_operations import operations_of
from linkproof.contract.folder_files import ContractFile, DefinitionFile
from linkproof.contract.model import Contract
from linkproof.contract.openapi_shape import Description, check_shape
from linkproof.contract.operation import Operation, Role
from linkproof.contract.profile import read_profile, vendors
from linkproof.contract.protocol import ProtocolRules
from linkproof.contract.rules import (
    DecideRules,
    ErrorRules,
    ListRules,
    LongRunningRules,
    MemberRules,
    SettledRules,
)
from linkproof.errors import UsageError

#: Tables that a contract inherits from its vendor and may override, member by member.
_TABLES: Mapping[str, type] = {
    "error": ErrorRules,
    "list": ListRules,
    "member": MemberRules,
    "settled": SettledRules,
    "decide": DecideRules,
    "long_running": LongRunningRules,
    "protocol": ProtocolRules,
}


_FIX = "see docs/add-a-contract.md"


@lru_cache(maxsize=1)
def all_contracts() -> tuple[Contract, ...]:
    """Return every shipped contract, then those of other folders, each by id and version. Raises UsageError.

    A contract of another folder with the same paths and version replaces the shipped one.
    """
    return _contracts_in(contract_folders())


def _contracts_in(roots: Iterable[Path]) -> tuple[Contract, ...]:
    found: dict[tuple[str, str], Contract] = {}
    places: dict[tuple[str, str], tuple[Path, Contract]] = {}
    for root in roots:
        files = sorted(root.glob("*/*/contract.toml"))
        if not files:
            fix = "expected DIR/<id>/<version>/contract.toml: see docs/add-a-contract.md"
            problem = "no contract found" if root.is_dir() else "this is not a folder"
            raise UsageError(problem, where=f"--contracts {root}", fix=fix)
        for path in files:
            contract = read_contract(path.parent)
            twin = found.setdefault((contract.id, contract.version), contract)
            if twin is not contract:
                problem = f"{contract.id} {contract.version} is in {twin.folder} as well"
                raise UsageError(problem, where=str(path), fix="give it another id")
            other_root, other = places.get(contract.place, (None, None))
            if other is not None and other_root == root:
                problem = f"{contract.id} has the paths and the version of {other.id}, in {other.folder}"
                raise UsageError(problem, where=str(path), fix="remove one of the two")
            if other is not None:
                del found[other.id, other.version]
            places[contract.place] = (root, contract)
    return tuple(found.values())


def known_contracts() -> tuple[Contract, ...]:
    """Return every contract as ``all_contracts`` does, but ignore empty folders. Raises UsageError."""
    return _contracts_in([r for r in contract_folders() if any(r.glob("*/*/contract.toml"))])


def read_contract(place: Path) -> Contract:
    """Read the contract in a folder: contract.toml over its vendor's file, openapi.json, definition.toml."""
    own = read_toml(place / "contract.toml", _FIX, ContractFile)
    page = place / "definition.toml"
    definition = read_toml(page, _FIX, DefinitionFile) if page.is_file() else {}
    return contract_of(own, None if "common" in own else _json(place / "openapi.json"), place, definition)


# Long: one argument per part of a contract.
def contract_of(
    own: dict[str, Any], document: dict[str, Any] | None, place: Path, definition: dict[str, Any] | None = None
) -> Contract:
    """Return the contract of ``contract.toml`` and a document (None: built from the vendor's common parts).

    ``place``: its folder, for messages and fixtures. Raises UsageError.
    """
    where = str(place / "contract.toml")
    vendor = read_profile(str(own.get("vendor", "")), where)
    is_compact = document is None
    if document is None:
        document = _expanded(own, vendor["family"], where)
    places = {name: f"{where if own.get(name) else vendor['file']}: [{name}]" for name in _TABLES}
    tables: dict[str, Any] = {
        name: dataclass_of(kind, {**vendor.get(name, {}), **own.get(name, {})}, places[name], _FIX)
        for name, kind in _TABLES.items()
    }
    _check_words(tables["decide"], places["decide"])
    try:
        operations = operations_of(document, own["operations"], tables["decide"], str(place / "openapi.json"))
        _check_decisions(tables["decide"], operations, places["decide"])
        tables["decide"] = _writable(tables["decide"], operations)
        return Contract(
            id=own["id"],
            version=own["version"],
            title=own["title"],
            vendor=vendor["id"],
            vendor_title=vendor["title"],
            resource_type=own["resource_type"],
            retired=own["retired"],
            version_parameter=vendor["version_parameter"],
            version_pattern=vendor["version_pattern"],
            request_id_header=vendor["request_id_header"],
            authorization_header=vendor["authorization_header"],
            caseless_paths=vendor["caseless_paths"],
            operations=operations,
            elsewhere=tuple(own.get("elsewhere", ())),
            states={**vendor["states"], **own.get("states", {})},
            document=document,
            definition=definition or {},
            folder=str(place),
            tier=str(own.get("tier", "reviewed")),
            sources=tuple(own.get("source", ())),
            is_compact=is_compact,
            hosts=tuple(own.get("hosts", vendor.get("hosts", ()))),
            family=vendor["family"],
            vendor_sources=vendor["sources"],
            **tables,
        )
    except KeyError as missing:
        raise UsageError(f"member {missing} is missing", where=where, fix="see docs/add-a-contract.md") from None


def _check_words(rules: DecideRules, where: str) -> None:
    """Require that each decision has the status that it leads to. Raises UsageError."""
    silent = sorted({*rules.words, *rules.operations} - set(rules.shows))
    if silent:
        fix = f'shows = {{ {silent[0]} = "the status after it" }}'
        raise UsageError(f"/shows: {silent[0]} is missing", where=where, fix=fix)


def _check_decisions(rules: DecideRules, operations: Iterable[Operation], where: str) -> None:
    """Require that each decision by an operation's path names one of the contract's. Raises UsageError."""
    deciding = [o.id for o in operations if o.role is Role.DECIDE]
    for word, name in rules.operations.items() if rules.by_path and deciding else ():
        if name not in deciding:
            problem = f"/operations/{word}: no operation of the contract that decides is called {name!r}"
            raise UsageError(problem, where=where, fix=f"one of: {', '.join(deciding)}")


def _writable(rules: DecideRules, operations: Iterable[Operation]) -> DecideRules:
    """Return how a decision is written into a request, without a description if the contract forbids one."""
    deciding = [o for o in operations if o.role is Role.DECIDE]
    if rules.by_path and not any(o.may_have(rules.description) for o in deciding):
        return replace(rules, description="")
    decides = deciding[0] if deciding else None
    if not rules.description or rules.operations or decides is None or decides.request is None:
        return rules
    schemas = {node.pointer: node.schema for node in decides.request.nodes()}
    beside = rules.decision in schemas and rules.description not in schemas
    if beside or schemas.get(rules.description, {}).get("readOnly"):
        return replace(rules, description="")
    return rules


def _expanded(own: dict[str, Any], vendor: str, where: str) -> dict[str, Any]:
    """Return the OpenAPI document of a contract over its vendor's common parts."""
    try:
        return expand(own, common_parts(vendors() / vendor, str(own.get("common", "v1")), where))
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        problem = f"the contract cannot be made of its common parts: {type(error).__name__} {error}"
        raise UsageError(problem, where=where, fix="see docs/add-a-contract.md") from None


@lru_cache(maxsize=32)
def common_parts(folder_: Path, version: str, where: str) -> dict[str, Any]:
    """Return what a vendor's contracts share at one version of its common types. Raises UsageError."""
    path = folder_ / f"common-types-{version}.toml"
    if not path.is_file():
        known = ", ".join(sorted(p.stem.removeprefix("common-types-") for p in folder_.glob("common-types-*.toml")))
        raise UsageError(f"no common types {version!r}", where=where, fix=f"common is one of: {known}")
    own = read_toml(path, _FIX)
    if "extends" not in own:
        return own
    base = common_parts(folder_, str(own["extends"]), str(path))
    return {**base, **{name: with_changes(part, own.get(name)) for name, part in base.items() if name != "server"}}


def _json(path: Path) -> dict[str, Any]:
    found = parse(read_file(path, _FIX))
    if not isinstance(found, dict):
        raise UsageError("this is not a JSON object", where=str(path), fix="an OpenAPI document is an object")
    check_shape(found, Description, str(path))
    return found


def select(contracts: Iterable[Contract], names: Iterable[str]) -> tuple[Contract, ...]:
    """Return the contracts with these ids, in the given order of contracts; all if no id is given."""
    wanted = list(names)
    every = tuple(contracts)
    known = {c.id for c in every}
    for name in wanted:
        if name not in known:
            raise UsageError(
                f"no contract is called {name!r}", where="--contract", fix=f"one of: {', '.join(sorted(known))}"
            )
    return tuple(c for c in every if not wanted or c.id in wanted)
