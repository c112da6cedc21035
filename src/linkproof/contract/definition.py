"""The definition pages of a contract, as its ``definition.toml`` names them: the main one, and further ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from linkproof.contract.model import Contract
from linkproof.contract.requirement import Requirement, Source

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
    """Return the source of a requirement on a contract: its own source, instead of the definition of another one."""
    sources = contract.document.get("info", {}).get("x-sources", ())
    if requirement.source.definition_of in ("", contract.id) or not sources:
        return requirement.source
    own = sources[0]
    return Source(own["document"], _OWN_SECTION, own["address"], own["read"], contract.id)
