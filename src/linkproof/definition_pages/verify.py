"""A definition page against the contract that was taken from it: what has changed, and what is known to differ."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from linkproof.contract.definition import DefinitionPage, page_called, pages_of
from linkproof.contract.model import Contract, Operation, plain_path
from linkproof.definition_pages.compare import Difference, differences
from linkproof.definition_pages.facts import Facts
from linkproof.definition_pages.from_contract import decision_or_first, facts_of_operation


@dataclass(frozen=True)
class Known:
    """A way in which a contract differs from its page, and why that is so (``[[differs]]`` in definition.toml).

    ``files`` names the pages that it is about; the main one where it names none.
    """

    place: str
    what: str
    contract: str
    page: str
    why: str
    files: Sequence[str] = ()

    def covers(self, difference: Difference) -> bool:
        """Whether it is about this difference."""
        return (self.place, self.what, self.contract, self.page) == (
            difference.place,
            difference.what,
            difference.was,
            difference.now,
        )


@dataclass(frozen=True)
class Drift:
    """How a page and a contract stand to each other.

    ``new``: differences that nothing explains; ``known``: those that are explained; ``gone``: explanations of what no
    longer differs; ``lost``: parts that the page had, and has no more, so that they were not compared.
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
        """Whether page and contract are not what they were when one was taken from the other."""
        return bool(self.new or self.gone or self.lost)


def verify(facts: Facts, contract: Contract, file: str = "") -> Drift:
    """Compare a page with a contract, both ways; ``file`` says which of the contract's pages it is."""
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
    """Return which of the contract's pages these facts are of: by its file's name, its operation, else the main one."""
    found = page_called(contract, file)
    if found.get("file") == file or not facts.method:
        return found
    own = operation_of(facts, contract).id
    return next((page for page in pages_of(contract) if page.get("operation") == own), found)


def operation_of(facts: Facts, contract: Contract) -> Operation:
    """The operation that a page is about: by method and path, by method alone, or the decision."""
    same = [o for o in contract.operations if o.method == facts.method and plain_path(o.path) == plain_path(facts.path)]
    alike = [o for o in contract.operations if o.method == facts.method]
    samples = {s.get("operation") for s in contract.definition.get("sample", ())}
    told = [o for o in contract.operations if o.id in samples]
    return next(iter(same or [o for o in told if o in alike] or told or alike), None) or decision_or_first(contract)


def contract_of(facts: Facts, file: str, contracts: Iterable[Contract]) -> Contract | None:
    """The contract that a page belongs to: by its file's name, its path, its resource.

    Of several it is the newest that is not newer; of several clouds with the same API, the one that differs least.
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
    """``A/PrivateEndpointConnection`` names ``Microsoft.A/.../privateEndpointConnections``."""
    own = contract.resource_type.lower().split("/")
    named = facts.resource.lower().split("/")
    return bool(facts.resource) and own[0].endswith(named[0]) and own[-1].startswith(named[-1])
