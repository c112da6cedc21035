"""``linkproof definitions`` and ``contracts diff``: the vendors' pages and the contracts taken from them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from msgspec import to_builtins

from linkproof.base.files import write_file
from linkproof.base.wording import count
from linkproof.cli.reading import read_results
from linkproof.contract.catalogue import imported
from linkproof.contract.loader import all_contracts, read_contract, select
from linkproof.contract.model import Contract
from linkproof.contract.routing import Known
from linkproof.definition_pages import estate
from linkproof.definition_pages.attribution import ReadPage, of_difference
from linkproof.definition_pages.compare import Difference
from linkproof.definition_pages.defects import Contradiction, defects_of_contract, defects_of_page, issue_text
from linkproof.definition_pages.facts import Facts
from linkproof.definition_pages.read import read_page
from linkproof.definition_pages.verify import Drift, contract_of, verify
from linkproof.definition_pages.versions import contract_differences
from linkproof.errors import UsageError
from linkproof.model.finding import Attribution
from linkproof.model.results import Results
from linkproof.reports.text import one_line

_FIX = "name its contract with -c, or add the contract: see docs/add-a-contract.md"


def read_definition(path: Path, *, as_json: bool) -> int:
    """Print a page's facts; return 0. Raises UsageError for an unreadable page."""
    facts = read_page(path)
    if as_json:
        print(json.dumps(asdict(facts), ensure_ascii=False, indent=1))
        return 0
    for line in _fact_lines(facts):
        print(one_line(line))
    return 0


def verify_definitions(paths: list[Path], contract: str, results: Path | None, *, as_json: bool) -> int:
    """Print the differences between pages and contracts; return 1 if any has drifted, else 0. Raises UsageError."""
    seen = read_results(results) if results else None
    drifts = [(page.file, verify(page.facts, page.contract, page.file)) for page in pages_in(paths, contract)]
    if as_json:
        print(json.dumps([_as_json(file, d, seen) for file, d in drifts], ensure_ascii=False, indent=1))
    else:
        for file, drift in drifts:
            for line in _drift_lines(file, drift, seen):
                print(one_line(line))
    return 1 if any(d.is_there for _, d in drifts) else 0


def list_defects(paths: list[Path], contracts: tuple[str, ...], *, issue: bool, as_json: bool) -> int:
    """Print the contradictions in pages, or in the samples of contracts; return 0. Raises UsageError."""
    if paths:
        pages = pages_in(paths, contracts[0] if contracts else "")
        found = [d for page in pages for d in defects_of_page(page.facts, page.contract, page.file)]
    else:
        found = [d for c in select(all_contracts(), contracts) for d in defects_of_contract(c)]
    if as_json:
        print(json.dumps([_defect_as_json(d) for d in found], ensure_ascii=False, indent=1))
    elif issue:
        print(issue_text(found) or "No defect was found.")
    else:
        for d in found:
            print(one_line(f"{d.document}: {d.breach.message} (expected {d.breach.expected}, got {d.breach.actual})"))
        print(f"{count(len(found), 'defect')} of the documentation")
    return 0


def diff_estate(out: Path) -> int:
    """Write a page that compares all known versions of all resource types; return 0."""
    every = (*all_contracts(), *(e.contract for e in imported()))
    found = estate.steps(every)
    write_file(out, estate.as_markdown(found, len(every)), "choose another --out")
    breaking = sum(bool(s.breaking) for s in found)
    print(f"{count(len(found), 'pair')} of neighbouring versions, {breaking} breaking ({out})")
    return 0


def diff_contracts(before: str, after: str, *, as_json: bool) -> int:
    """Print the differences between two contracts; return 1 if there are any, else 0. Raises UsageError."""
    if not before or not after:
        fix = "give two contracts, or --out for a page of all versions"
        raise UsageError("two contracts are needed", where="BEFORE AFTER", fix=fix)
    found = contract_differences(_contract(before), _contract(after))
    if as_json:
        print(json.dumps([asdict(d) for d in found], ensure_ascii=False, indent=1))
    else:
        for d in found:
            print(one_line(d.line))
        print(f"{count(len(found), 'difference')}, {sum(d.breaking for d in found)} of them breaking")
    return 1 if found else 0


def pages_in(paths: list[Path], contract: str) -> list[ReadPage]:
    """Return the pages in files and folders, each with its contract. Raises UsageError."""
    known = select(all_contracts(), (contract,)) if contract else all_contracts()
    found: list[ReadPage] = []
    for path in [file for p in paths for file in _files(p)]:
        facts = read_page(path)
        own = known[0] if contract else contract_of(facts, path.name, known)
        if own is None:
            raise UsageError(f"no contract has the operation of this page ({facts.title})", where=str(path), fix=_FIX)
        found.append(ReadPage(path.name, facts, own))
    return found


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(p for p in path.iterdir() if p.suffix in (".txt", ".md", ".rst"))
    if not found:
        raise UsageError("no page is in this folder", where=str(path), fix="give pages as .txt, .md or .rst files")
    return found


def _contract(name: str) -> Contract:
    """Return a contract by its id, by id@version, or by its folder."""
    if (Path(name) / "contract.toml").is_file():
        return read_contract(Path(name))
    wanted, _, version = name.partition("@")
    shipped: tuple[Known, ...] = (*all_contracts(), *imported())
    found = [c.contract for c in shipped if c.id == wanted and version in ("", c.version)]
    if not found:
        known = ", ".join(f"{c.id}@{c.version}" for c in all_contracts())
        raise UsageError(f"no contract is called {name!r}", where="CONTRACT", fix=f"a folder, or one of: {known}")
    return max(found, key=lambda c: c.version)


# Long: one branch per kind of fact.
def _fact_lines(facts: Facts) -> Iterator[str]:
    yield f"{facts.title} ({facts.layout})"
    yield f"  {facts.method} {facts.path} {facts.version} {facts.resource}".rstrip()
    for p in facts.parameters:
        limits = " ".join(f"{k}={v}" for k, v in p.limits.items())
        lost = f" ({', '.join(p.lost)} announced, not printed)" if p.lost else ""
        asked = "required" if p.required else "optional"
        yield f"  parameter {' or '.join(p.names)}: in the {p.place}, {asked} {p.type} {limits}{lost}".rstrip()
        if p.values or p.default:
            yield f"    values {', '.join(p.values) or '(any)'}{f'; default {p.default}' if p.default else ''}"
    for m in facts.body:
        yield f"  request body {m.name}: {'required' if m.required else 'optional'} {m.type}"
    if facts.statuses:
        yield f"  statuses {', '.join(map(str, facts.statuses))}"
    for d in facts.definitions:
        values = d.values or tuple(
            f"{m.name}{f': {m.type}' if m.type else ''}{'!' if m.required else ''}" for m in d.members
        )
        yield f"  {'enumeration' if d.values else 'definition'} {d.name or '(unnamed)'}: {', '.join(values)}"
    for error in facts.errors:
        yield f"  error code {error.code}: status {error.status}"
    for s in facts.samples:
        yield f"  sample {s.kind}: {count(len(s.text), 'character')} {s.path}"
    if facts.lacks:
        yield f"  lacks: {', '.join(facts.lacks)}"


def _drift_lines(file: str, drift: Drift, seen: Results | None) -> Iterator[str]:
    state = "has drifted" if drift.is_there else "no drift"
    contract = drift.contract
    yield f"{file}: {state} ({contract.id} {contract.version}, {drift.operation.id})"
    for d in drift.new:
        attribution = _attribution(d, drift, seen, file)
        yield f"  {d.line}{f' [{attribution.alone}: {attribution.why}]' if attribution else ''}"
    for known in drift.gone:
        yield f"  explained, but no longer there: {known.place}: {known.what} (remove [[differs]] in {contract.folder})"
    for part in drift.lost:
        yield f"  not compared: the page has no {part}"
    for d, why in drift.known:
        yield f"  known: {d.place}: {d.what} {d.was or '(none)'} → {d.now or '(none)'}: {why}"


def _attribution(difference: Difference, drift: Drift, seen: Results | None, file: str) -> Attribution | None:
    return of_difference(difference, drift, seen.observed, file) if seen else None


def _as_json(file: str, drift: Drift, seen: Results | None) -> dict[str, Any]:
    attributed = [(d, _attribution(d, drift, seen, file)) for d in drift.new]
    return {
        "file": file,
        "contract": drift.contract.id,
        "version": drift.contract.version,
        "operation": drift.operation.id,
        "drift": drift.is_there,
        "differences": [asdict(d) | {"attribution": to_builtins(t)} for d, t in attributed],
        "known": [asdict(d) | {"why": why} for d, why in drift.known],
        "gone": [asdict(k) for k in drift.gone],
        "not_compared": list(drift.lost),
    }


def _defect_as_json(defect: Contradiction) -> dict[str, Any]:
    breach = replace(defect.breach, evidence=())
    names = ("kind", "pointer", "expected", "actual", "message")
    facts = {n: getattr(breach, n) for n in names}
    return {"document": defect.document, "address": defect.address, "place": defect.place} | facts
