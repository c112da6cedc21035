"""report.html: one page that needs nothing else. Bodies are only ever text."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from linkproof.reports.matrix import families, matrix


def html_page(data: dict[str, Any]) -> str:
    """The page, from the results' JSON."""
    environment = Environment(
        loader=PackageLoader("linkproof.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    followers: dict[str, list[dict[str, Any]]] = {}
    for finding in data["findings"]:
        if finding["follows"]:
            followers.setdefault(finding["follows"], []).append(finding)
    return environment.get_template("report.html.j2").render(
        data=data,
        families=families(data),
        matrix=matrix(data),
        causes=[f for f in data["findings"] if not f["follows"]],
        followers=followers,
        rows={c["id"]: [r for r in data["requirements"] if r["contract"] == c["id"]] for c in data["contracts"]},
    )
