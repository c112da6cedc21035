"""report.html: one page that needs nothing else. Bodies are only ever text."""

from __future__ import annotations

from datetime import date
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from linkproof.reports.digest import causes, counts, unproven
from linkproof.reports.matrix import families, matrix
from linkproof.reports.text import count, plain_all


def html_page(data: dict[str, Any]) -> str:
    """The page, from the results' JSON."""
    environment = Environment(
        loader=PackageLoader("linkproof.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"slug": _slug, "count": count}
    data = plain_all(data)
    return environment.get_template("report.html.j2").render(
        data=data,
        families=families(data),
        matrix=matrix(data),
        causes=causes(data),
        unproven=unproven(data),
        counts=counts(data),
        rows=_rows(data),
        age=lambda day: _age(day, data["started_at"]),
    )


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
    return f"{count(days, 'day')} old" if days > 0 else ""


def _slug(status: str) -> str:
    return status.replace(" ", "-")
