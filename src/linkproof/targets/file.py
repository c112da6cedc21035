"""Reads a target file (TOML). Every error names the file, the table and the field, and the fix."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from linkproof.base.hosts import is_loopback
from linkproof.base.toml_tables import check_members, read_toml, shown, table_of
from linkproof.contract.catalogue import chosen, imported
from linkproof.contract.loader import all_contracts
from linkproof.contract.model import Contract
from linkproof.contract.routing import Known
from linkproof.errors import UsageError
from linkproof.targets.auth import auth_from
from linkproof.targets.budget import LIVE, Limits
from linkproof.targets.model import Target, TargetContract
from linkproof.targets.parents import parent_from, with_parents
from linkproof.targets.provision.settings import provision_from

_TARGET: Mapping[str, tuple[type, ...]] = {
    "name": (str,),
    "kind": (str,),
    "base_url": (str,),
    "checks_credentials": (bool,),
    "writes": (bool,),
    "timeout_s": (int, float),
    "operation_timeout_s": (int, float),
    "max_answer_mb": (int, float),
    "reset": (dict,),
    "open_enumerations": (bool,),
    "allow": (list,),
}
#: Minimum rate: one request in a quarter of an hour. A slower run would never end.
_LEAST = {"per_second": 0.001}
_BUDGET: Mapping[str, tuple[type, ...]] = {"requests": (int,), "minutes": (int, float), "per_second": (int, float)}
_CONTRACT: Mapping[str, tuple[type, ...]] = {
    "path": (dict,),
    "fixtures": (dict,),
    "base_url": (str,),
    "version": (str,),
    "provision": (dict,),
    "parents": (list,),
}


def read_target(path: Path, contracts: Sequence[Contract]) -> Target:
    """Return the target in a file, for the known contracts. Raises UsageError."""
    raw = read_toml(path, "give a target file (TOML): see docs/targets.md")
    check_members(raw, {"target": (dict,), "auth": (dict,), "budget": (dict,), "contracts": (dict,)}, str(path), "")
    table = table_of(raw, "target", str(path))
    check_members(table, _TARGET, str(path), "target")
    where = f"{path}: [target]"
    kind = table.get("kind", "mock")
    if kind not in ("mock", "live"):
        raise UsageError(f"kind is {kind!r}", where=where, fix='write kind = "mock" or kind = "live"')
    base_url = _base_url(table, where, kind, required=True)
    found = _contracts(raw, contracts, str(path), kind, may_write=table.get("writes", False))
    auth = auth_from(raw, str(path))
    checks_credentials = table.get("checks_credentials", False)
    for vendor in sorted({c.vendor for c in contracts if c.id in found} - set(auth)):
        if checks_credentials:
            raise UsageError(f"checks_credentials without [auth.{vendor}]", where=where, fix=f"add [auth.{vendor}]")
    return Target(
        # "linkproof does not conform" would blame the wrong one.
        name=table.get("name", path.name if path.stem == "linkproof" else path.stem),
        kind=kind,
        base_url=base_url,
        contracts=found,
        auth=auth,
        checks_credentials=checks_credentials,
        writes=table.get("writes", False),
        timeout_s=_seconds(table, "timeout_s", 10.0, where),
        operation_timeout_s=_seconds(table, "operation_timeout_s", 60.0 if kind == "live" else 20.0, where),
        max_answer_bytes=_megabytes(table, "max_answer_mb", 16.0, where),
        reset=_reset(table, where, kind),
        open_enumerations=table.get("open_enumerations", False),
        allow=_allow(table, where, kind, makes=any(c.provision for c in found.values())),
        limits=_limits(raw, str(path), kind),
    )


def _allow(table: Mapping[str, Any], where: str, kind: str, *, makes: bool) -> tuple[str, ...]:
    """Return the patterns of connections that may be written to; a live target must name them, unless the run creates
    them.
    """
    found = table.get("allow", [])
    if not all(isinstance(p, str) and p.strip("*?") for p in found):
        raise UsageError(
            f"allow is {found!r:.80}", where=where, fix='write patterns of names: allow = ["conformance-*"]'
        )
    if kind == "live" and table.get("writes") and not found and not makes:
        problem = "writes = true on a live target, and no connection is named that may be written to"
        raise UsageError(problem, where=where, fix='add allow = ["conformance-*"], or leave writes out')
    return tuple(found)


def _limits(raw: Mapping[str, Any], file: str, kind: str) -> Limits:
    """Return the limits of the run; a live target has defaults."""
    table = raw.get("budget", {})
    check_members(table, _BUDGET, file, "budget")
    for name, value in table.items():
        if not _LEAST.get(name, 0) < value < 1e9:
            fix = f"{name} is more than {_LEAST.get(name, 0)}, and less than 1e9"
            raise UsageError(f"{name} is {value!r:.80}", where=f"{file}: [budget]", fix=fix)
    given = LIVE if kind == "live" else Limits()
    return replace(given, **table)


def _base_url(table: Mapping[str, Any], where: str, kind: str, *, required: bool) -> str:
    url = str(table.get("base_url", ""))
    if not url and not required:
        return ""
    if not url:
        raise UsageError("base_url is missing", where=where, fix='add base_url = "https://..."')
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises for a port that is none
    except ValueError as error:
        raise UsageError(f"base_url is {url!r}: {error}", where=where, fix="correct the URL") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"base_url is {url!r}", where=where, fix="it begins with http:// or https:// and a host")
    if parts.username is not None or parts.password is not None:
        # Not shown: reports and logs would show it too.
        raise UsageError("base_url holds a user name or password", where=where, fix="give credentials in [auth.*]")
    if not url.isprintable() or " " in url:
        raise UsageError(f"base_url is {url!r}", where=where, fix="leave out the white space")
    if parts.query or parts.fragment:
        raise UsageError(f"base_url is {url!r}", where=where, fix="leave out what follows ? or #")
    if kind == "live" and parts.scheme == "http" and not is_loopback(parts.hostname):
        raise UsageError("a live target would get credentials in clear text", where=where, fix="use https://")
    return url.rstrip("/")


def _seconds(table: Mapping[str, Any], name: str, default: float, where: str) -> float:
    found = table.get(name, default)
    if not 0 < found < 86_400:
        raise UsageError(f"{name} is {shown(found)}", where=where, fix="a number of seconds above 0, less than a day")
    return float(found)


def _megabytes(table: Mapping[str, Any], name: str, default: float, where: str) -> int:
    found = table.get(name, default)
    if not 0.001 <= found <= 1000:
        raise UsageError(f"{name} is {shown(found)}", where=where, fix="a number of megabytes from 0.001 to 1000")
    return int(found * 1_000_000)


def _reset(table: Mapping[str, Any], where: str, kind: str) -> tuple[str, str] | None:
    found = table.get("reset")
    if found is None:
        return None
    if kind == "live":
        raise UsageError("a live target has a reset", where=where, fix="remove reset, or set kind to mock")
    method, path = found.get("method", "POST"), found.get("path")
    unknown = set(found) - {"method", "path"}
    if unknown or not isinstance(method, str) or not isinstance(path, str) or not path.startswith("/"):
        fix = 'write reset = { method = "POST", path = "/..." }'
        raise UsageError(f"reset is {shown(found)}", where=where, fix=fix)
    return method.upper(), path


def requested_contracts(names: Iterable[str], path: Path | None) -> tuple[Contract, ...]:
    """Return the contracts with these ids or patterns; without names, the reviewed ones and those of a target file.

    An unreadable target file adds none: ``read_target`` reports it. Raises UsageError for a name that no contract has.
    """
    wanted = tuple(names)
    if wanted or path is None:
        return chosen(wanted)
    try:
        tables = read_toml(path, "").get("contracts", {})
    except UsageError:
        tables = {}
    named = frozenset(tables) if isinstance(tables, dict) else frozenset()
    return (*all_contracts(), *(e.contract for e in imported() if e.id in named))


def _contracts(
    raw: Mapping[str, Any], contracts: Sequence[Contract], file: str, kind: str, *, may_write: bool
) -> dict[str, TargetContract]:
    shipped: tuple[Known, ...] = (*all_contracts(), *imported())
    known = {c.id: c for c in shipped}
    asked = {c.id for c in contracts}
    tables = table_of(raw, "contracts", file)
    found: dict[str, TargetContract] = {}
    for name, table in tables.items():
        where = f"{file}: [contracts.{name}]"
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            reviewed = ", ".join(c.id for c in all_contracts())
            hint = f"did you mean {near[0]!r}? " if near else ""
            raise UsageError(f"unknown contract {name!r}", where=where, fix=f"{hint}known are: {reviewed}")
        if not isinstance(table, dict):
            raise UsageError(f"{name} is not a table", where=where, fix=f"write [contracts.{name}]")
        check_members(table, _CONTRACT, file, f"contracts.{name}")
        own = replace(
            parent_from(known[name].contract, table, file),
            base_url=_base_url(table, where, kind, required=False),
            version=table.get("version", ""),
        )
        made = with_parents(known[name].contract, own, table.get("parents", []), file)
        if name in asked:
            provision = provision_from(
                known[name].contract, table.get("provision"), f"{file}: [contracts.{name}.provision]"
            )
            if provision and not may_write:
                problem = "connections would be made, and the target is not written to"
                raise UsageError(problem, where=where, fix="set writes = true, or remove provision")
            found[name] = replace(made, provision=provision)
    if not found:
        fix = f"add [contracts.<id>] with one of: {', '.join(known)}"
        problem = "[contracts] names no contract" if not tables else "[contracts] names none of the requested contracts"
        raise UsageError(problem, where=file, fix=fix)
    return found
