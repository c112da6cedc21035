"""The definition pages of a contract, as its ``definition.toml`` names them: the main one, and further ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from linkproof.contract.model import Contract
from linkproof.contract.requirement import Requirement
from linkproof.contract.source import Source

DefinitionPage = Mapping[str, Any]
#: What a contract's own source says about a requirement that rests on it.
_OWN_SECTION = "the operations' schemas, statuses and limits"


def pages_of(contract: Contract) -> tuple[DefinitionPage, ...]:
    """Return the contract's pages, the main one first; empty if it has none."""
    main = contract.definition.get("page")
    return (main, *contract.definition.get("further", ())) if main else ()


def page_called(contract: Contract, file: str) -> DefinitionPage:
    """Return the page with this file name, else the main one; empty if the contract has none."""
    pages = pages_of(contract)
    return next((page for page in pages if page.get("file") == file), pages[0] if pages else {})


def source_for(contract: Contract, requirement: Requirement) -> Source:
    """Return the source of a requirement on a contract: its own definition, or its vendor's document, if there is one.

    A rule that only another vendor's document states is said to be the same as there.
    """
    source = contract.vendor_sources.get(requirement.id, requirement.source)
    definitions = contract.document.get("info", {}).get("x-sources", ())
    if source.definition_of not in ("", contract.id) and definitions:
        page = definitions[0]
        return Source(page["document"], _OWN_SECTION, page["address"], page["read"], contract.id)
    if source.vendor not in ("", contract.vendor):
        return replace(source, document=f"no document of {contract.vendor_title}; as in {source.document}")
    return source


def other_sources(requirement: Requirement, contracts: Iterable[Contract]) -> dict[Source, list[str]]:
    """Return the sources of a requirement beside its own, each with the vendors on whose contracts it is shown.

    Contracts' own definitions are left out.
    """
    found: dict[Source, list[str]] = {}
    for contract in contracts:
        source = source_for(contract, requirement)
        if requirement.applies_to(contract) and not source.definition_of and source != requirement.source:
            vendors = found.setdefault(source, [])
            vendors += [contract.vendor] if contract.vendor not in vendors else []
    return found
