"""Tab completion: ids of contracts, requirements and faults, target files and formats.

Each function gets what was typed so far and returns the possible completions, with a help text if there is one. Data is
read only when the shell asks.
"""

from __future__ import annotations

from pathlib import Path

#: Maximum number of completions: shells show long lists badly.
_MOST = 200


def contracts(incomplete: str) -> list[tuple[str, str]]:
    """Return ids of contracts."""
    from linkproof.contract.loader import all_contracts

    return [(c.id, c.title) for c in all_contracts() if c.id.startswith(incomplete)]


def requirements(incomplete: str) -> list[tuple[str, str]]:
    """Return ids of requirements."""
    from linkproof.contract.requirement_catalogue import all_requirements

    return [(r.id, r.title) for r in all_requirements() if r.id.lower().startswith(incomplete.lower())]


def faults(incomplete: str) -> list[tuple[str, str]]:
    """Return ids of faults and variants."""
    from linkproof.contract.loader import all_contracts
    from linkproof.faults.catalogue import all_faults, all_variants

    known = all_contracts()
    found = (f for f in (*all_faults(known), *all_variants(known)) if f.id.startswith(incomplete))
    return [(f.id, f.definition.text) for f in found][:_MOST]


def targets(incomplete: str) -> list[str]:
    """Return target files (TOML files with a ``[target]`` table), folders, and the name of the embedded server."""
    path = Path(incomplete)
    folder = path if incomplete.endswith("/") else path.parent
    start = "" if incomplete.endswith("/") else path.name
    found = ["embedded"] if "embedded".startswith(incomplete) else []
    try:
        entries = sorted(p for p in folder.iterdir() if p.name.startswith(start) and not p.name.startswith("."))
    except OSError:
        return found
    for entry in entries[:_MOST]:
        if entry.is_dir():
            found.append(f"{entry}/")
        elif entry.suffix == ".toml" and is_target_file(entry):
            found.append(str(entry))
    return found


def is_target_file(path: Path) -> bool:
    """Whether a file has the table of a target, whatever else is wrong with it."""
    try:
        return "\n[target]" in "\n" + path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False


def formats(incomplete: str) -> list[str]:
    """Return formats in which results can be printed."""
    from linkproof.reports.formats import FORMATS

    return [name for name in FORMATS if name.startswith(incomplete)]
