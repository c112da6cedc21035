"""Compares a definition page with the contract taken from it: what has changed, and what is known to differ."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from linkproof.contract.definition import DefinitionPage, page_called, pages_of
from linkproof.contract.model import Contract
from linkproof.contract.operation import Operation, plain_path
from linkproof.definition_pages.compare import Difference, differences
from linkproof.definition_pages.facts import Facts
from linkproof.definition_pages.from_contract import decision_or_first, facts_of_operation


@dataclass(frozen=True)
class Known:
    """A known difference between a contract and its page, with its reason (``[[differs]]`` in definition.toml).

    ``files``: the pages to which it applies; the main page if empty.
    """

    place: str
    what: str
    contract: str
    page: str
    why: str
    files: Sequence[str] = ()

    def covers(self, difference: Difference) -> bool:
        """Whether it explains this difference."""
        return (self.place, self.what, self.contract, self.page) == (
            difference.place,
            difference.what,
            difference.was,
            difference.now,
        )


@dataclass(frozen=True)
class Drift:
    """The comparison of a page and a contract.

    ``new``: unexplained differences; ``known``: explained ones; ``gone``: explanations of differences that no longer
    exist; ``lost``: sections that the page no longer has, so that they were not compared.
    """

    contract: Contract
    operation: Operation
    facts: Facts
    new: tuple[Difference, ...]
    known: tuple[tuple[Difference, str], ...]
    gone: tuple[Known, ...]
    lost: tuple[str, ...]

    @property
    def is_there(self) -> bool:
        """Whether page or contract changed since one was taken from the other."""
        return bool(self.new or self.gone or self.lost)


def verify(facts: Facts, contract: Contract, file: str = "") -> Drift:
    """Compare a page with a contract in both directions; ``file`` selects the page of the contract."""
    page = page_of(facts, contract, file)
    named = next((o for o in contract.operations if o.id == page.get("operation")), None)
    operation = named or operation_of(facts, contract)
    found = differences(facts_of_operation(contract, operation), facts)
    main = page_called(contract, "").get("file", "")
    rows = [Known(**row) for row in contract.definition.get("differs", ())]
    explained = [k for k in rows if page.get("file", "") in (k.files or (main,))]
    known = [(d, next((k.why for k in explained if k.covers(d)), "")) for d in found]
    gone = [k for k in explained if not any(k.covers(d) for d in found)]
    lost = tuple(part for part in facts.lacks if part not in page.get("lacks", ()))
    return Drift(
        contract=contract,
        operation=operation,
        facts=facts,
        new=tuple(d for d, why in known if not why),
        known=tuple((d, why) for d, why in known if why),
        # What was not compared may still differ.
        gone=() if lost else tuple(gone),
        lost=lost,
    )


def page_of(facts: Facts, contract: Contract, file: str) -> DefinitionPage:
    """Return the contract's page with these facts: by file name, by operation, else the main one."""
    found = page_called(contract, file)
    if found.get("file") == file or not facts.method:
        return found
    own = operation_of(facts, contract).id
    return next((page for page in pages_of(contract) if page.get("operation") == own), found)


def operation_of(facts: Facts, contract: Contract) -> Operation:
    """Return the operation that a page is about: by method and path, by method alone, or the decision."""
    same = [o for o in contract.operations if o.method == facts.method and plain_path(o.path) == plain_path(facts.path)]
    alike = [o for o in contract.operations if o.method == facts.method]
    samples = {s.get("operation") for s in contract.definition.get("sample", ())}
    in_samples = [o for o in contract.operations if o.id in samples]
    found = same or [o for o in in_samples if o in alike] or in_samples or alike
    return found[0] if found else decision_or_first(contract)


def contract_of(facts: Facts, file: str, contracts: Iterable[Contract]) -> Contract | None:
    """Return the contract of a page: by file name, by path, by resource.

    Of several versions, the newest that is not newer than the page; of several clouds with the same API, the one with
    the fewest differences.
    """
    known = list(contracts)
    for rule in (_by_file, _by_path, _by_resource):
        found = [c for c in known if rule(facts, file, c)]
        exact = [c for c in found if c.version == facts.version]
        if found:
            newest = (exact or sorted(found, key=lambda c: c.version))[-1]
            rivals = [c for c in found if c.version == newest.version]
            return min(rivals, key=lambda c: _unexplained(verify(facts, c, file))) if len(rivals) > 1 else newest
    return None


def _unexplained(drift: Drift) -> int:
    return len(drift.new) + len(drift.gone)


def _by_file(_: Facts, file: str, contract: Contract) -> bool:
    return any(page.get("file") == file for page in pages_of(contract))


def _by_path(facts: Facts, _: str, contract: Contract) -> bool:
    return bool(facts.path) and any(plain_path(o.path) == plain_path(facts.path) for o in contract.operations)


def _by_resource(facts: Facts, _: str, contract: Contract) -> bool:
    """Whether a name such as ``A/PrivateEndpointConnection`` means ``Microsoft.A/.../privateEndpointConnections``."""
    own = contract.resource_type.lower().split("/")
    named = facts.resource.lower().split("/")
    return bool(facts.resource) and own[0].endswith(named[0]) and own[-1].startswith(named[-1])
