"""DOC-1 on a page: its samples against its own rules, and the text of an issue that reports contradictions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from linkproof.base.json_values import MISSING, NOT_JSON, at, parse
from linkproof.checks.documentation import judge_samples
from linkproof.contract.definition import page_called
from linkproof.contract.model import Contract
from linkproof.definition_pages.facts import Facts
from linkproof.definition_pages.verify import operation_of, page_of
from linkproof.model.finding import Breach


@dataclass(frozen=True)
class Contradiction:
    """A contradiction within a document: the document, the sample's place, the broken rule, the sample."""

    document: str
    address: str
    place: str
    breach: Breach
    text: str


def defects_of_page(facts: Facts, contract: Contract, file: str) -> list[Contradiction]:
    """Return the contradictions between a page's samples and its rules."""
    page = page_of(facts, contract, file)
    samples = list(_samples(facts, contract))
    judged = judge_samples(replace(contract, definition={"page": page, "sample": samples}))
    return [
        Contradiction(
            page.get("title", facts.title or file), page.get("address", file), sample["place"], j.breach, sample["text"]
        )
        for sample, judgements in judged
        for j in judgements
        if j.breach
    ]


def defects_of_contract(contract: Contract) -> list[Contradiction]:
    """Return the contradictions between a document's rules and its samples in a contract (x-ms-examples included)."""
    return [
        Contradiction(page["title"], page["address"], sample["place"], j.breach, sample["text"])
        for sample, judgements in judge_samples(contract)
        for page in [page_called(contract, sample.get("file", ""))]
        for j in judgements
        if j.breach
    ]


def _samples(facts: Facts, contract: Contract) -> Iterator[dict[str, Any]]:
    """Return a page's samples as in definition.toml; answers are matched to the documented statuses in order."""
    operation = operation_of(facts, contract)
    successes = [s for s in (facts.statuses or sorted(operation.responses)) if s < 300]
    for number, sample in enumerate(facts.samples, 1):
        row = {"operation": operation.id, "kind": sample.kind, "status": 0, "path": sample.path, "text": sample.text}
        place = f"sample {number}, {sample.kind}"
        if sample.kind == "response":
            value = parse(sample.text.encode())
            refused = value is NOT_JSON or at(value, contract.error.code) is not MISSING
            row["status"] = 400 if refused else successes.pop(0) if len(successes) > 1 else successes[0]
            place += f" {row['status']}" if not refused else " (an error response)"
        yield row | {"place": place}


def issue_text(defects: Sequence[Contradiction]) -> str:
    """Return a ready-to-send issue (Markdown): each contradiction with the sample's line, and its correction."""
    parts: list[str] = []
    for document in dict.fromkeys(d.document for d in defects):
        own = [d for d in defects if d.document == document]
        parts.append(f"# {document}: samples contradict the page's own rules\n\n{own[0].address}\n")
        for place in dict.fromkeys(d.place for d in own):
            here = [d for d in own if d.place == place]
            parts.append(f"## {place[0].upper()}{place[1:]}\n")
            for d in here:
                where = f"`{d.breach.pointer}`: " if d.breach.pointer else ""
                parts.append(
                    f"- {where}{d.breach.message.removeprefix(f'{d.place}: ')}.\n"
                    f"  - the page's rules: `{d.breach.expected}`\n"
                    f"  - the sample: `{d.breach.actual}`"
                )
            parts.append(f"\n```json\n{here[0].text.strip()}\n```\n")
        parts.append("Readers copy samples: please make them agree with the tables, or the tables with them.\n")
    return "\n".join(parts)
