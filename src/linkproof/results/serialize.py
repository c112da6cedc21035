"""Results as JSON, and back. The format is the model itself; its schema is generated from the model."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from linkproof.base.models import convert, decode_json
from linkproof.errors import UsageError
from linkproof.model.results import SCHEMA_VERSION, Results
from linkproof.redaction.publish import Published, published

#: Versions of the format that are read; all but the last lack fields that have a default.
_READABLE = ("1.0", SCHEMA_VERSION)
_FIX = "run again: results are not made for editing"


class _File(Published, kw_only=True, forbid_unknown_fields=True):
    """The results with the members that only the file has: version and exit code."""

    file_version: Annotated[str, Meta(description="The version of this format.")] = msgspec.field(name="schema_version")
    code: Annotated[
        Literal[0, 1, 3, 4],
        Meta(
            description="The exit code: 0 conforms (or unproven, where that was allowed; or every breach is waived),"
            " 1 breached (or a waiver expired, or is unused), 3 broken, 4 unproven."
        ),
    ] = msgspec.field(name="exit_code")


class _Head(Struct):
    """Distinguishes results from other JSON."""

    schema_version: str | None = None


def results_to_json(results: Results) -> bytes:
    """Return results.json: the results as JSON, without any credential."""
    return published_json(published(results))


def published_json(results: Published) -> bytes:
    """Return results.json of results that are masked already."""
    return msgspec.json.format(msgspec.json.encode(_file_of(results)), indent=1) + b"\n"


def results_to_dict(results: Results) -> dict[str, Any]:
    """Return the results as plain JSON types, without any credential."""
    found: dict[str, Any] = msgspec.to_builtins(_file_of(published(results)))
    return found


def results_from_json(data: bytes, where: str = "results.json") -> Results:
    """Return the results that ``results_to_json`` wrote. Raises UsageError for anything else."""
    _check_version(decode_json(data, _Head, where, _FIX).schema_version, where)
    return _checked(decode_json(data, _File, where, _FIX), where)


def results_from_dict(data: Any, where: str = "results.json") -> Results:
    """Return the results in ``data``, as ``results_to_dict`` writes them. Raises UsageError for anything else."""
    _check_version(convert(data, _Head, where, _FIX).schema_version, where)
    return _checked(convert(data, _File, where, _FIX), where)


def results_schema() -> dict[str, Any]:
    """Return the JSON Schema of results.json: every member that this version writes is required."""
    (top,), definitions = msgspec.json.schema_components((_File,), ref_template="#/$defs/{name}")
    definitions = {name: _closed(part) for name, part in definitions.items()}
    found = definitions.pop(top["$ref"].rpartition("/")[2])
    found["properties"]["schema_version"]["const"] = SCHEMA_VERSION
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "results.json",
        "description": "The results of a run, or of a check of recordings. Every credential in it is masked as ***.",
    }
    return {**found, **head, "$defs": definitions}


def _closed(part: dict[str, Any]) -> dict[str, Any]:
    if "properties" not in part:
        return part
    members = {name: {k: v for k, v in m.items() if k != "default"} for name, m in part["properties"].items()}
    return part | {"properties": members, "required": list(members)}


def _file_of(results: Published) -> _File:
    return _File(**_members(results), file_version=SCHEMA_VERSION, code=results.exit_code)  # type: ignore[arg-type]


def _members(results: Results) -> dict[str, Any]:
    return {name: getattr(results, name) for name in Results.__struct_fields__}


def _check_version(found: str | None, where: str) -> None:
    if found not in _READABLE:
        raise UsageError(
            f"schema_version is {found!r:.40}, this Linkproof reads {' and '.join(_READABLE)}",
            where=where,
            fix="read it with the Linkproof that wrote it, or run again with this one",
        )


def _checked(file: _File, where: str) -> Results:
    """The results, if what refers to something within them refers to something that is there."""
    results = Results(**_members(file))
    if file.code != results.exit_code:
        problem = f"exit_code is {file.code}, but the results say {results.exit_code}"
        raise UsageError(problem, where=f"{where}: /exit_code", fix=_FIX)
    contracts = [c.id for c in file.contracts]
    rows = [(r.contract, r.requirement) for r in file.requirements]
    _unique(contracts, "contracts", where)
    _unique(rows, "requirements", where)
    _unique([f.id for f in (*file.findings, *file.documentation_defects)], "findings", where)
    for number, (contract, _) in enumerate(rows):
        if contract not in contracts:
            problem = f"{contract!r:.80} is not one of the contracts"
            raise UsageError(problem, where=f"{where}: /requirements/{number}/contract", fix=_FIX)
    return results


def _unique(keys: Iterable[object], name: str, where: str) -> None:
    seen: set[object] = set()
    for number, key in enumerate(keys):
        if key in seen:
            raise UsageError("this entry is there twice", where=f"{where}: /{name}/{number}", fix=_FIX)
        seen.add(key)
