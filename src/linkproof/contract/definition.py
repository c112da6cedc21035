"""The definition pages of a contract, as its ``definition.toml`` names them: the main one, and further ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from linkproof.contract.model import Contract

DefinitionPage = Mapping[str, Any]


def pages_of(contract: Contract) -> tuple[DefinitionPage, ...]:
    """Return the contract's pages, the main one first; empty if it has none."""
    main = contract.definition.get("page")
    return (main, *contract.definition.get("further", ())) if main else ()


def page_called(contract: Contract, file: str) -> DefinitionPage:
    """Return the page with this file name, else the main one; empty if the contract has none."""
    pages = pages_of(contract)
    return next((page for page in pages if page.get("file") == file), pages[0] if pages else {})
