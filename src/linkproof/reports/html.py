"""report.html: one self-contained page. Bodies are only ever text."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment
from markupsafe import Markup
from msgspec import to_builtins

from linkproof.base.models import changed_texts
from linkproof.base.wording import count
from linkproof.judging.observed_values import VERSION_PLACE
from linkproof.model.evidence import Evidence
from linkproof.model.finding import Finding
from linkproof.model.results import RequirementResult
from linkproof.redaction.publish import Published
from linkproof.reports.bodies import pretty, whole
from linkproof.reports.diagram import HEIGHT, WIDTH, diagram
from linkproof.reports.difference import marked
from linkproof.reports.digest import about_waivers, causes, counts, heading, unproven, waived, why_it_follows
from linkproof.reports.matrix import FAMILY_NAMES, families, matrix
from linkproof.reports.pages import pages_of
from linkproof.reports.schema_excerpt import Excerpts
from linkproof.reports.text import commands_of, in_words, plain, waiting_for

#: Number of findings above which bodies stay text until they are opened: many elements make a page slow.
INLINE = 300


# Long: one variable of the template per line.
def html_page(results: Published, *, printed: bool = False) -> str:
    """Return the page, from the results' JSON; ``printed``: everything open, without scripts, for a PDF."""
    environment = pages_of("linkproof.reports")
    environment.filters |= {"slug": _slug, "count": count, "pretty": pretty, "path": _path, "commands": _commands}
    environment.filters["waiting_for"] = waiting_for
    environment.globals |= {"in_words": in_words, "diagram": diagram, "marked": marked, "size": (WIDTH, HEIGHT)}
    results = changed_texts(results, plain)
    exchanges = _Exchanges()
    script = _source(environment, "report.js")
    common = {
        "data": results,
        "printed": printed,
        "exchange_number": exchanges.number,
        "waived": waived(results),
        "why_it_follows": lambda finding: why_it_follows(finding, results),
        "excerpt": Excerpts().of,
        "by_key": {(r.contract, r.requirement): r for r in results.requirements},
        "age": lambda day: _age(day, results.started_at),
    }
    lazy = not printed and len(results.findings) > INLINE
    bodies: dict[str, str] = {}
    if lazy:
        module = environment.get_template("finding.html.j2").make_module(common)
        bodies = {f.id: str(module.body(f)) for f in results.findings}  # type: ignore[attr-defined]
    return environment.get_template("report.html.j2").render(
        common,
        lazy=lazy,
        store=lambda: _json({"exchanges": exchanges.kept, "bodies": bodies}),
        style=Markup(_source(environment, "report.css")),
        script=Markup(script),
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        families=families(results),
        family_names=FAMILY_NAMES,
        matrix=matrix(results),
        causes=causes(results),
        heading=heading(causes(results)),
        judged=[r for r in results.requirements if r.family != "DOC"],
        unproven=unproven(results),
        about_waivers=about_waivers(results),
        counts=counts(r for r in results.requirements if r.family != "DOC"),
        rows=_rows(results),
        vendors={c.vendor: c.vendor_title for c in results.contracts},
        vendor_of={c.id: c.vendor for c in results.contracts},
        evidence_dates=_evidence_dates(results),
        versions=_versions(results),
        drawn=[x for x in results.lifecycles if any(t.count for t in x.transitions)],
        timed=[x for x in results.long_running if x.count],
    )


class _Exchanges:
    """Every exchange once, however many findings show it."""

    def __init__(self) -> None:
        self.kept: list[dict[str, Any]] = []
        self._numbers: dict[Evidence, int] = {}

    def number(self, exchange: Evidence) -> int:
        """Return the index of an exchange, adding it if it is new."""
        if exchange not in self._numbers:
            self._numbers[exchange] = len(self.kept)
            body, note = whole(exchange.response.body)
            kept = to_builtins(exchange)
            kept["response"] |= {"body": body, "note": note}
            self.kept.append(kept)
        return self._numbers[exchange]


def _commands(finding: Finding) -> str:
    """Return the commands that show a finding again, one on each line."""
    return "\n".join(commands_of(finding))


def _path(url: str) -> str:
    """Return a URL without its host, which is the same for most exchanges."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return f"{parts.path}?{parts.query}" if parts.query else parts.path or url


def _source(environment: Environment, name: str) -> str:
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0]


def _json(value: Any) -> Markup:
    """Return JSON that can end neither its element nor a line of a script."""
    return Markup(json.dumps(value, separators=(",", ":")).replace("<", "\\u003c").replace("&", "\\u0026"))


def _rows(results: Published) -> dict[str, dict[str, list[RequirementResult]]]:
    """Return the requirements by contract and family."""
    found: dict[str, dict[str, list[RequirementResult]]] = {c.id: {} for c in results.contracts}
    for row in results.requirements:
        found[row.contract].setdefault(row.family, []).append(row)
    return found


def _evidence_dates(results: Published) -> list[str]:
    """Return the days of the oldest and the newest evidence; one if they are equal, none if unknown."""
    days = [f.first_seen for f in results.findings] + [r.date for r in results.requirements if r.family != "DOC"]
    days += [d for o in results.observed for v in o.values for d in (v.first_seen, v.last_seen)]
    known = sorted({d[:10] for d in days if d})
    return list(dict.fromkeys((known[0], known[-1]))) if known else []


def _versions(results: Published) -> dict[str, list[str]]:
    """Return the api-versions in the traffic, by contract, if any. Of a run: without those it sent to be refused."""
    is_recording = "recording" in results.target.kind
    judged = {contract.id: contract.seen_versions for contract in results.contracts}
    found: dict[str, list[str]] = {}
    for seen in results.observed:
        if seen.place.startswith(VERSION_PLACE):
            known = judged.get(seen.contract, ())
            values = [v.value for v in seen.values if is_recording or v.documented or v.value in known]
            found.setdefault(seen.contract, []).extend(values)
    return {contract: values for contract, values in found.items() if values}


def _age(day: str, started_at: str) -> str:
    """Return the age of evidence at the start of the run, if both dates are known."""
    try:
        days = (date.fromisoformat(started_at[:10]) - date.fromisoformat(day[:10])).days
    except ValueError:
        return ""
    return f"{count(days, 'day')} old" if days > 0 else "of the same day"


def _slug(status: str) -> str:
    return status.replace(" ", "-")
