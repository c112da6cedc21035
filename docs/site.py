"""Builds the documentation site: the pages of ``docs/``, and the catalogues made from the data (``make docs``)."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from linkproof.contract.catalogue import imported
from linkproof.contract.definition import other_sources
from linkproof.contract.loader import all_contracts
from linkproof.contract.model import Contract
from linkproof.contract.requirement import Requirement
from linkproof.contract.requirement_catalogue import all_requirements
from linkproof.contract.source import Source
from linkproof.faults.catalogue import all_faults, all_variants

DOCS = Path(__file__).parent
ROOT = DOCS.parent
BUILD = ROOT / "build" / "docs"
#: Title, and pages as they are written in the navigation.
NAV: Sequence[dict[str, Any]] = (
    {"Start": ["index.md", "three-ways.md"]},
    {
        "Use": [
            "targets.md",
            "recordings.md",
            "reports.md",
            "gate.md",
            "nightly.md",
            "history.md",
            "testing.md",
            "commands.md",
        ]
    },
    {
        "Catalogues": [
            "requirements/index.md",
            "contracts/index.md",
            "versions.md",
            "real-services.md",
            "real-bugs.md",
            "glossary.md",
        ]
    },
    {"What it catches": ["faults.md", "fault-matrix.md", "request-coverage.md", "peers.md", "clients.md"]},
    {"How fast it is": ["performance.md", "scale.md"]},
    {"How it is built": ["architecture.md", "add-a-contract.md", "add-a-cloud.md", "definitions.md", "mutants.md"]},
    {"What it withstands": ["security.md", "robustness.md"]},
)


def build(out: Path = BUILD) -> Path:
    """Write the site to ``out/site``; returns that folder. Raises CalledProcessError for a dead link."""
    source = out / "source"
    shutil.rmtree(out, ignore_errors=True)
    source.mkdir(parents=True)
    for page in (*DOCS.glob("*.md"), *DOCS.glob("*.png"), *DOCS.glob("*.json")):
        shutil.copy(page, source)
    _add_policy(source)
    for name, text in generated().items():
        path = source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    config = out / "mkdocs.yml"
    config.write_text(yaml.safe_dump(_config(out), sort_keys=False), encoding="utf-8")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--config-file", str(config)]
    # Not --quiet: a warning that is not logged would not fail a strict build.
    made = subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if made.returncode:
        print(made.stderr, file=sys.stderr)
    made.check_returncode()
    return out / "site"


@cache
def generated() -> dict[str, str]:
    """Path to text of every page that is made from the data."""
    contracts, requirements, cases = all_contracts(), all_requirements(), real_cases()
    faults = [*all_faults(contracts), *all_variants(contracts)]
    by_requirement: dict[str, int] = {}
    for fault in faults:
        if not fault.definition.benign:
            by_requirement[fault.requirement] = by_requirement.get(fault.requirement, 0) + 1
    pages = {
        f"requirements/{r.id}.md": _requirement(r, contracts, cases, by_requirement.get(r.id, 0)) for r in requirements
    }
    pages["requirements/index.md"] = _requirements(requirements)
    pages |= {f"contracts/{c.id}.md": _contract(c, requirements) for c in contracts}
    pages["contracts/index.md"] = _contracts(contracts) + _imported()
    pages["commands.md"] = _commands()
    return pages


def real_cases() -> list[dict[str, str]]:
    """What requirements show of real services: verdicts on recordings, and bugs that were reported.

    Each stands in one place: ``real-services.toml`` has the verdicts, ``real-bugs.md`` the bugs.
    """
    return [*_judged_cases(), *_reported_cases()]


def _judged_cases() -> Iterable[dict[str, str]]:
    data = tomllib.loads((DOCS / "real-services.toml").read_text(encoding="utf-8"))
    types = [(c.id, c.resource_type) for c in all_contracts()] + [(e.id, e.resource_type) for e in imported()]
    for verdict in data["verdict"]:
        if verdict["kind"] != "client":
            namespaces = sorted({t.split("/")[0] for own, t in types if own.startswith(verdict["contract"])})
            what = f"**{', '.join(namespaces)}**: {verdict['text']}"
            yield {"requirement": verdict["requirement"], "what": what, "where": "../real-services.md"}


def _reported_cases() -> Iterable[dict[str, str]]:
    for line in (DOCS / "real-bugs.md").read_text(encoding="utf-8").splitlines():
        if not re.match(r"\| \d+ \|", line):
            continue
        _, thread, what, shown_by, _ = (cell.strip() for cell in line.strip("|").split(" | "))
        link = re.search(r"\((https://[^)]+)\)", thread)
        if link is None or thread.startswith("none: ") or shown_by.startswith("none: "):
            continue
        for requirement in re.findall(r"[A-Z]{3}-\d+", shown_by):
            yield {"requirement": requirement, "what": what, "where": link.group(1)}


def _add_policy(source: Path) -> None:
    """Take SECURITY.md, which stands at the root for GitHub, into the site."""
    policy = (ROOT / "SECURITY.md").read_text(encoding="utf-8").replace("](docs/", "](")
    # Links to the code lead out of the site: their text stays.
    policy = re.sub(r"\[([^\]]+)\]\((?:src|tests|schemas)/[^)]*\)", r"\1", policy)
    (source / "security-policy.md").write_text(policy, encoding="utf-8")
    page = source / "security.md"
    page.write_text(page.read_text(encoding="utf-8").replace("../SECURITY.md", "security-policy.md"), encoding="utf-8")


def _config(out: Path) -> dict[str, Any]:
    return {
        "site_name": "Linkproof",
        "site_description": "Conformance suite for private endpoint connection APIs",
        "docs_dir": str(out / "source"),
        "site_dir": str(out / "site"),
        "use_directory_urls": False,
        "theme": {
            "name": "material",
            "font": False,
            "features": ["navigation.tabs", "navigation.top", "content.code.copy", "search.highlight"],
            "palette": [
                {"media": "(prefers-color-scheme: light)", "scheme": "default", "toggle": _toggle("night", "dark")},
                {"media": "(prefers-color-scheme: dark)", "scheme": "slate", "toggle": _toggle("sunny", "light")},
            ],
        },
        "plugins": ["search"],
        "markdown_extensions": ["admonition", "tables", "toc", "pymdownx.superfences"],
        "validation": {"links": {"anchors": "warn", "not_found": "warn", "absolute_links": "warn"}},
        "nav": list(NAV),
        "not_in_nav": "/requirements/*\n/contracts/*\nsecurity-policy.md\n",
    }


def _toggle(icon: str, mode: str) -> dict[str, str]:
    return {"icon": f"material/weather-{icon}", "name": f"Switch to {mode} mode"}


def _requirements(requirements: Iterable[Requirement]) -> str:
    lines = ["# Requirements", "", "| id | level | title |", "|---|---|---|"]
    lines += [f"| [{r.id}]({r.id}.md) | {r.level} | {_cell(r.title)} |" for r in requirements]
    return "\n".join(lines) + "\n"


def _requirement(
    requirement: Requirement, contracts: Sequence[Contract], cases: Iterable[dict[str, str]], faults: int
) -> str:
    bound = [c for c in contracts if requirement.applies_to(c)]
    lines = [f"# {requirement.id}: {requirement.title}", "", f"**{requirement.level}** {requirement.statement}", ""]
    lines += ["## Why", "", requirement.why, ""]
    lines += ["## Source", "", _sourced(requirement.source), ""]
    if requirement.source.definition_of:
        lines += ["On every other contract: that contract's own definition.", ""]
    others = other_sources(requirement, contracts).items()
    lines += [*(f"- for {', '.join(vendors)}: {_sourced(source)}" for source, vendors in others), ""]
    lines += ["## What it caught in real services", ""]
    own = [c for c in cases if c["requirement"] == requirement.id]
    lines += [_case(c) for c in own] or ["No case is recorded yet."]
    lines += ["", "## How it is tested", ""]
    lines += [f"The catalogue has {faults} faults that breach it: [what the suites catch](../fault-matrix.md)."]
    lines += ["", f"## Binds {len(bound)} of {len(contracts)} contracts", ""]
    lines += [", ".join(f"[{c.id}](../contracts/{c.id}.md)" for c in bound) or "None."]
    return "\n".join(lines) + "\n"


def _sourced(source: Source) -> str:
    return f"[{_cell(source.document)}]({source.address}), {source.section}; read {source.read}"


def _case(case: dict[str, str]) -> str:
    reported = case["where"].startswith("https:")
    return f"- {case['what']} ([{'reported in public' if reported else 'seen in public recordings'}]({case['where']}))"


def _contracts(contracts: Iterable[Contract]) -> str:
    lines = ["# Contracts", "", "| id | version | vendor | title |", "|---|---|---|---|"]
    lines += [f"| [{c.id}]({c.id}.md) | {c.version} | {c.vendor_title} | {_cell(c.title)} |" for c in contracts]
    return "\n".join(lines) + "\n"


def _contract(contract: Contract, requirements: Sequence[Requirement]) -> str:
    bound = [r for r in requirements if r.applies_to(contract)]
    lines = [f"# {contract.id}", "", f"{contract.title}, version {contract.version}, {contract.vendor_title}."]
    if contract.retired:
        lines += ["", f"The vendor retired the service on {contract.retired}: it is judged on recordings and mocks."]
    lines += ["", "## Operations", "", "| operation | role | method and path | answers |", "|---|---|---|---|"]
    for o in contract.operations:
        answers = ", ".join(map(str, o.responses))
        lines.append(
            f"| {o.id} | {o.role} | `{o.method} {o.path}` | {answers}{', long-running' if o.long_running else ''} |"
        )
    lines += ["", "## Start", "", "```sh", f"linkproof init -c {contract.id}", "linkproof run", "```", ""]
    lines += [f"## {len(bound)} requirements bind it", ""]
    lines += [", ".join(f"[{r.id}](../requirements/{r.id}.md)" for r in bound)]
    return "\n".join(lines) + "\n"


def _imported() -> str:
    """The imported contracts, by resource type, with their sources."""
    lines = ["", "## Imported contracts", "", "Used by `linkproof check`, and by `linkproof run --tier imported`.", ""]
    lines += ["| resource type | version | contract | source |", "|---|---|---|---|"]
    for e in sorted(imported(), key=lambda e: (e.resource_type.lower(), e.version)):
        lines.append(f"| {e.resource_type} | {e.version} | `{e.id}` | {_cell('; '.join(e.sources))} |")
    return "\n".join(lines) + "\n"


def _commands() -> str:
    """Every command with its options, from the command line itself."""
    command = [sys.executable, "-m", "typer", "linkproof.cli.app", "utils", "docs", "--name", "linkproof"]
    made = subprocess.run(command, check=True, capture_output=True, text=True)
    text = re.sub(r"^# `linkproof`", "# Commands", made.stdout, count=1, flags=re.MULTILINE)
    return re.sub(r"\n{3,}", "\n\n", text)


def _cell(text: str) -> str:
    """Text within a cell of a table."""
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    print(f"written: {build()}/index.html")
