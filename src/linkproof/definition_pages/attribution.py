"""Attribution: which of traffic, contract and definition page disagrees with the other two."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from linkproof.base.json_values import generalise
from linkproof.contract.model import Contract
from linkproof.contract.operation import Operation
from linkproof.definition_pages.compare import Difference, alike
from linkproof.definition_pages.facts import DefinitionFact, Facts
from linkproof.definition_pages.from_contract import body_of, raw_operation
from linkproof.definition_pages.verify import Drift, operation_of
from linkproof.definition_pages.versions import walk_body
from linkproof.model.finding import Attribution, Finding, Party
from linkproof.model.observed_values import Observed
from linkproof.model.results import Results

_TYPES = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array", dict: "object"}


@dataclass(frozen=True)
class ReadPage:
    """A definition page: its file name, its facts, and its contract."""

    file: str
    facts: Facts
    contract: Contract


def attributed(results: Results, pages: Iterable[ReadPage]) -> Results:
    """Return the results with an attribution for each finding on a page's contract."""
    by_contract: dict[str, list[ReadPage]] = {}
    for page in pages:
        by_contract.setdefault(page.contract.id, []).append(page)
    findings = [
        replace(f, attribution=_by_pages(f, by_contract[f.contract])) if f.contract in by_contract else f
        for f in results.findings
    ]
    return replace(results, findings=findings)


def _by_pages(finding: Finding, pages: Sequence[ReadPage]) -> Attribution:
    """Return the attribution by the first page that has a relevant fact."""
    found = [attribution(finding, page) for page in pages]
    return next((a for a in found if a.alone is not Party.UNDECIDED), found[0])


def attribution(finding: Finding, page: ReadPage) -> Attribution:
    """Attribute a finding: the service disagrees with contract and page, or the contract with the other two."""
    judged = {"ENM-1": _word, "SHP-1": _shape, "SHP-2": _status, "SHP-4": _unknown}.get(finding.requirement)
    operation = next((o for o in page.contract.operations if o.id == finding.operation), None)
    found = judged(finding, page, operation) if judged and operation else None
    return found or Attribution(Party.UNDECIDED, f"{page.file} says nothing about it")


def of_difference(difference: Difference, drift: Drift, observed: Sequence[Observed], file: str) -> Attribution:
    """Attribute a difference between page and contract, by the values that were seen in traffic."""
    if difference.what != "enumerator":
        return Attribution(Party.UNDECIDED, "results keep only the values of enumerations")
    word = difference.was or difference.now
    places = [o for o in observed if o.contract == drift.contract.id and _is_of(o, difference)]
    seen = sum(v.count for o in places for v in o.values if v.value == word)
    if not seen:
        return Attribution(Party.UNDECIDED, f"{word!r} was not seen in this traffic")
    if difference.was:
        return Attribution(Party.PAGE, f"the contract names {word!r}, and it was seen {seen}x; {file} does not name it")
    return Attribution(Party.SPECIFICATION, f"{file} names {word!r}, and it was seen {seen}x; the contract does not")


def _is_of(observed: Observed, difference: Difference) -> bool:
    """Whether values were seen at the place of the difference: at the member with that enumeration."""
    members = {name.rsplit(".", 1)[-1] for name in difference.place.split(", ")}
    return observed.place.rsplit("/", 1)[-1] in members


def _word(finding: Finding, page: ReadPage, operation: Operation | None) -> Attribution | None:
    assert operation is not None
    where = generalise(finding.pointer)
    options = next((b.enumerations[where] for b in operation.responses.values() if b and where in b.enumerations), ())
    own = DefinitionFact("", values=tuple(map(str, options)))
    best = max(page.facts.enumerations, key=lambda d: alike(own, d), default=None)
    if best is None or not alike(own, best):
        return None
    named = ", ".join(best.values)
    if finding.actual in best.values:
        why = f"{page.file} names {finding.actual!r} as well ({best.name}: {named}); the contract does not"
        return Attribution(Party.SPECIFICATION, why)
    return Attribution(
        Party.SERVICE, f"the contract and {page.file} ({best.name}: {named}) both lack {finding.actual!r}"
    )


def _status(finding: Finding, page: ReadPage, operation: Operation | None) -> Attribution | None:
    if operation is not operation_of(page.facts, page.contract) or not page.facts.statuses:
        return None
    named = ", ".join(map(str, page.facts.statuses))
    if finding.actual in map(str, page.facts.statuses):
        return Attribution(
            Party.SPECIFICATION, f"{page.file} has {finding.actual} as well ({named}); the contract has not"
        )
    return Attribution(Party.SERVICE, f"the contract and {page.file} ({named}) both lack {finding.actual}")


def _unknown(finding: Finding, page: ReadPage, operation: Operation | None) -> Attribution | None:
    assert operation is not None
    definition, prefix = _definition(finding, page, operation)
    if definition is None:
        return None
    name = prefix + finding.pointer.rsplit("/", 1)[-1]
    if any(m.name == name for m in definition.members):
        why = f"{page.file} has {name} as well (in {_name(definition)}); the contract has not"
        return Attribution(Party.SPECIFICATION, why)
    return Attribution(Party.SERVICE, f"neither the contract nor {page.file} (in {_name(definition)}) has {name}")


def _shape(finding: Finding, page: ReadPage, operation: Operation | None) -> Attribution | None:
    assert operation is not None
    definition, prefix = _definition(finding, page, operation)
    name = prefix + finding.pointer.rsplit("/", 1)[-1]
    member = next((m for m in definition.members if m.name == name), None) if definition else None
    if member is None or definition is None:
        return None
    if finding.kind == "type" and member.type:
        came = _type_of(finding.actual)
        if member.type == came or (member.type, came) == ("number", "integer"):
            return Attribution(
                Party.SPECIFICATION, f"{page.file} says that {name} is of type {member.type}; so it came"
            )
        if member.type in finding.expected:
            return Attribution(
                Party.SERVICE, f"the contract and {page.file} both say that {name} is of type {member.type}"
            )
    if finding.kind == "required" and member.required is not None:
        if member.required:
            return Attribution(Party.SERVICE, f"the contract and {page.file} both say that {name} is required")
        return Attribution(Party.SPECIFICATION, f"{page.file} does not say that {name} is required; the contract does")
    return None


def _definition(finding: Finding, page: ReadPage, operation: Operation) -> tuple[DefinitionFact | None, str]:
    """Return the page's definition of the object of a finding, by its members, and the prefix of their names."""
    parent = generalise(finding.pointer).rpartition("/")[0]
    prefix = "properties." if parent.endswith("/properties") else ""
    siblings = {
        pointer.rpartition("/")[2]
        for answer in raw_operation(page.contract, operation)["responses"].values()
        for pointer, _, _ in walk_body(body_of(answer), page.contract.document)
        if pointer.rpartition("/")[0] == parent
    }
    wanted = {prefix + s for s in siblings}
    best = max(page.facts.objects, key=lambda d: len(wanted & {m.name for m in d.members}), default=None)
    return (best, prefix) if best and wanted & {m.name for m in best.members} else (None, prefix)


def _name(definition: DefinitionFact) -> str:
    return definition.name or "an unnamed table"


def _type_of(shown: str) -> str:
    try:
        value: Any = json.loads(shown)
    except ValueError:
        return ""
    return "null" if value is None else _TYPES[type(value)]
