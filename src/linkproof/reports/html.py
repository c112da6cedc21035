"""report.html: one page that needs nothing else. Bodies are only ever text."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment
from markupsafe import Markup

from linkproof.reports.bodies import pretty, whole
from linkproof.reports.diagram import HEIGHT, WIDTH, diagram
from linkproof.reports.difference import marked
from linkproof.reports.digest import about_waivers, causes, counts, unproven, waived
from linkproof.reports.matrix import FAMILY_NAMES, families, matrix
from linkproof.reports.pages import pages_of
from linkproof.reports.text import count, in_words, plain_all

#: With more findings than this their bodies wait as text until they are opened: elements are what makes a page slow.
INLINE = 300


def html_page(data: dict[str, Any], *, printed: bool = False) -> str:
    """The page, from the results' JSON; ``printed``: all of it open, without scripts, to be made a PDF of."""
    environment = pages_of("linkproof.reports")
    environment.filters |= {"slug": _slug, "count": count, "pretty": pretty, "path": _path}
    environment.globals |= {"in_words": in_words, "diagram": diagram, "marked": marked, "size": (WIDTH, HEIGHT)}
    data = plain_all(data)
    exchanges = _Exchanges()
    script = _source(environment, "report.js")
    common = {
        "data": data,
        "printed": printed,
        "exchange_number": exchanges.number,
        "waived": waived(data),
        "by_key": {(r["contract"], r["id"]): r for r in data["requirements"]},
        "age": lambda day: _age(day, data["started_at"]),
    }
    lazy = not printed and len(data["findings"]) > INLINE
    bodies: dict[str, str] = {}
    if lazy:
        module = environment.get_template("finding.html.j2").make_module(common)
        bodies = {f["id"]: str(module.body(f)) for f in data["findings"]}  # type: ignore[attr-defined]
    return environment.get_template("report.html.j2").render(
        common,
        lazy=lazy,
        store=lambda: _json({"exchanges": exchanges.kept, "bodies": bodies}),
        style=Markup(_source(environment, "report.css")),
        script=Markup(script),
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        families=families(data),
        family_names=FAMILY_NAMES,
        matrix=matrix(data),
        causes=causes(data),
        unproven=unproven(data),
        about_waivers=about_waivers(data),
        counts=counts({"requirements": [r for r in data["requirements"] if r["family"] != "DOC"]}),
        rows=_rows(data),
        vendors={c["vendor"]: c["vendor_title"] for c in data["contracts"]},
        vendor_of={c["id"]: c["vendor"] for c in data["contracts"]},
    )


class _Exchanges:
    """Every exchange once, however many findings show it."""

    def __init__(self) -> None:
        self.kept: list[dict[str, Any]] = []
        self._numbers: dict[str, int] = {}

    def number(self, exchange: dict[str, Any]) -> int:
        """The place of an exchange among those kept."""
        key = json.dumps(exchange, sort_keys=True)
        if key not in self._numbers:
            self._numbers[key] = len(self.kept)
            self.kept.append({**exchange, "response": _readable(exchange["response"])})
        return self._numbers[key]


def _readable(message: dict[str, Any]) -> dict[str, Any]:
    body, note = whole(message["body"])
    return {**message, "body": body, "note": note}


def _path(url: str) -> str:
    """A URL without its host: what tells one exchange from another."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return f"{parts.path}?{parts.query}" if parts.query else parts.path or url


def _source(environment: Environment, name: str) -> str:
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0]


def _json(value: Any) -> Markup:
    """JSON that cannot end the element that it stands in, nor a line of a script."""
    return Markup(json.dumps(value, separators=(",", ":")).replace("<", "\\u003c").replace("&", "\\u0026"))


def _rows(data: dict[str, Any]) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """The requirements by contract and family."""
    found: dict[str, dict[str, list[dict[str, Any]]]] = {c["id"]: {} for c in data["contracts"]}
    for row in data["requirements"]:
        found[row["contract"]].setdefault(row["family"], []).append(row)
    return found


def _age(day: str, started_at: str) -> str:
    """How old evidence was when the run started, where both dates are known."""
    try:
        days = (date.fromisoformat(started_at[:10]) - date.fromisoformat(day[:10])).days
    except ValueError:
        return ""
    return f"{count(days, 'day')} old" if days > 0 else "of the same day"


def _slug(status: str) -> str:
    return status.replace(" ", "-")
