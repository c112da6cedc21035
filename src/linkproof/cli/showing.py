"""``linkproof contracts`` and ``linkproof requirements``: the data, for people and for scripts."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from linkproof.base.wording import count
from linkproof.contract.catalogue import Entry, chosen, imported, names_of
from linkproof.contract.definition import other_sources
from linkproof.contract.loader import all_contracts
from linkproof.contract.model import Contract
from linkproof.contract.requirement import Requirement
from linkproof.contract.requirement_catalogue import all_requirements
from linkproof.contract.source import Source
from linkproof.errors import UsageError


def _print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=1))


def list_contracts(tier: str = "reviewed", *, as_json: bool) -> None:
    """Print every contract of a tier. Raises UsageError for an unknown tier."""
    names_of((), tier)
    reviewed = [_contract_row(c) for c in all_contracts()] if tier != "imported" else []
    rows = [*reviewed, *(_entry_row(e) for e in imported())] if tier != "reviewed" else reviewed
    if as_json:
        _print_json(rows)
        return
    width = max(len(row["id"]) for row in rows)
    for row in rows:
        retired = f" (retired {row['retired']})" if row.get("retired") else ""
        version = f"{row['version']:<10}" if tier == "reviewed" else f"{row['version']:<18}  {row['tier']}"
        sources = f"; from {', '.join(row['sources'])}" if tier != "reviewed" and row["sources"] else ""
        print(f"{row['id']:<{width}}  {version}  {row['title']}{retired}{sources}")
    if tier == "reviewed" and imported():
        print(f"{count(len(imported()), 'more contract')}, imported: linkproof contracts list --tier imported")


def _entry_row(entry: Entry) -> dict[str, Any]:
    names = {"id": entry.id, "version": entry.version, "vendor": entry.vendor, "title": entry.resource_type}
    return {**names, "retired": "", "folder": str(entry.folder), "tier": "imported", "sources": list(entry.sources)}


def _contract_row(contract: Contract) -> dict[str, Any]:
    names = ("id", "version", "vendor", "title", "retired", "folder", "tier")
    sources = contract.sources or contract.document.get("info", {}).get("x-sources", ())
    return {**{n: getattr(contract, n) for n in names}, "sources": [s.get("document", "") for s in sources]}


def show_coverage(names: tuple[str, ...]) -> None:
    """Print which constraints of each request are tested. Raises UsageError for an unknown contract."""
    from linkproof.reports.request_coverage import coverage

    print(coverage(chosen(names) if names else all_contracts()), end="")


def show_contract(name: str, *, as_json: bool, expanded: bool = False) -> None:
    """Print one contract with its operations and the requirements that apply to it. Raises UsageError.

    ``expanded``: print its whole OpenAPI document instead, for other tools.
    """
    contract = chosen([name])[0]
    if expanded:
        _print_json(contract.document)
        return
    binding = [r for r in all_requirements() if r.applies_to(contract)]
    if as_json:
        operations = [{"id": o.id, "role": o.role, "method": o.method, "path": o.path} for o in contract.operations]
        _print_json(
            {
                **_contract_row(contract),
                "operations": operations,
                "capabilities": sorted(contract.capabilities),
                "requirements": [r.id for r in binding],
            }
        )
        return
    print(f"{contract.id} {contract.version}: {contract.title}")
    if contract.retired:
        print(f"retired by its vendor on {contract.retired}: only recordings and mocks can be judged")
    for o in contract.operations:
        statuses = ", ".join(map(str, sorted(o.responses)))
        long = ", may run long" if o.long_running else ""
        statuses = statuses if o.statuses_said else "what the definition does not say"
        print(f"  {o.id} ({o.role}): {o.method} {o.path}\n    answers {statuses}{long}")
    print(f"tier: {contract.tier}; from {', '.join(_contract_row(contract)['sources'])}")
    print(f"binding requirements: {', '.join(r.id for r in binding)}")
    print(f"data: {contract.folder}")


def list_requirements(contracts: tuple[str, ...], *, as_json: bool) -> None:
    """Print the catalogue, or the requirements that apply to some contracts."""
    asked = chosen(contracts)
    found = [r for r in all_requirements() if any(r.applies_to(c) for c in asked)]
    if as_json:
        _print_json([asdict(r) for r in found])
        return
    for r in found:
        print(f"{r.id:<7} {r.level:<6} {r.title}")


def show_requirement(name: str, *, as_json: bool) -> None:
    """Print one requirement. Raises UsageError for an unknown id."""
    requirement = next((r for r in all_requirements() if r.id == name.upper()), None)
    if requirement is None:
        known = ", ".join(r.id for r in all_requirements())
        raise UsageError(f"no requirement is called {name!r}", where="ID", fix=f"one of: {known}")
    binds = [c.id for c in all_contracts() if requirement.applies_to(c)]
    if as_json:
        _print_json({**asdict(requirement), "contracts": binds})
        return
    _print_requirement(requirement, binds)


def _print_requirement(requirement: Requirement, binds: list[str]) -> None:
    print(f"{requirement.id} {requirement.level}: {requirement.title}")
    print(f"  what: {' '.join(requirement.statement.split())}")
    print(f"  why: {' '.join(requirement.why.split())}")
    if requirement.condition:
        print(f"  when: {requirement.condition}")
    print(f"  judged on: {', '.join(requirement.evidence)}")
    print(f"  binds: {', '.join(binds)}")
    _print_source("source", requirement.source)
    if requirement.source.definition_of:
        print("          on every other contract: that contract's own definition")
    for source, vendors in other_sources(requirement, all_contracts()).items():
        _print_source(f"source for {', '.join(vendors)}", source)


def _print_source(what: str, source: Source) -> None:
    print(f"  {what}: {source.document}, {source.section}\n          {source.address} (read {source.read})")
