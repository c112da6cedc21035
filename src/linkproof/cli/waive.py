"""``linkproof waive``: adds entries for a finding to a waiver file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import tomli_w

from linkproof.base.files import replace_file
from linkproof.base.toml_tables import toml_of
from linkproof.cli.reading import read_results
from linkproof.contract.catalogue import imported
from linkproof.contract.loader import all_contracts
from linkproof.contract.operation import Role
from linkproof.contract.requirement_catalogue import all_requirements
from linkproof.contract.routing import Known as Routed
from linkproof.errors import UsageError
from linkproof.model.finding import Finding
from linkproof.model.results import Results
from linkproof.results.waiver_file import known_names, read_waivers
from linkproof.results.waivers import covers, entry_of, waivers_from

_DAYS = 90
_START = "# Accepted breaches: see docs/reports.md. Each covers exactly what it names, until its day.\n"


def waive(
    name: str, where: Path, file: Path, *, owner: str, reason: str, link: str, expires: str, any_value: bool
) -> int:
    """Add entries for a finding and its consequences to a waiver file; return 0. Raises UsageError."""
    _given({"--owner": owner, "--reason": reason, "--link": link})
    day = _day(expires)
    meant = _chosen(read_results(where), name, where)
    present = read_waivers(file) if file.exists() else ()
    found = [f for f in meant if not any(covers(w, f) and w.expires >= day.isoformat() for w in present)]
    given = {"owner": owner, "reason": reason, "link": link}
    entries = [entry_of(f, **given, expires=day, any_value=any_value, also=_also(f)) for f in found]
    text = (file.read_text(encoding="utf-8") if present else _START) + "".join(
        f"\n# {f.id}: {' '.join(f.message.split())}\n{tomli_w.dumps({'waiver': [e]})}"
        for f, e in zip(found, entries, strict=True)
    )
    waivers_from(toml_of(text.encode(), str(file)), str(file), known_names())
    _write(file, text)
    for finding in meant:
        print(f"{'waived' if finding in found else 'already waived'}: {finding.id}, until {day} ({file})")
    return 0


def _also(finding: Finding) -> Iterator[str]:
    """Return the operations that may show a finding in the next run: in a race, any reading operation may."""
    if any(r.id == finding.requirement and r.race for r in all_requirements()):
        every: tuple[Routed, ...] = (*all_contracts(), *imported())
        known = next((c for c in every if c.id == finding.contract), None)
        operations = known.contract.operations if known is not None else ()
        yield from (o.id for o in operations if o.role in (Role.GET, Role.LIST))


def _chosen(results: Results, name: str, where: Path) -> list[Finding]:
    """Return the named finding and its consequences."""
    meant = [f for f in results.findings if f.id == name] or [f for f in results.findings if f.id.startswith(name)]
    if len(meant) != 1:
        problem = f"{len(meant)} findings begin with {name!r}" if meant else f"no finding is called {name!r}"
        known = ", ".join(f.id for f in (meant or results.findings)[:10]) or "there are none"
        raise UsageError(problem, where=str(where), fix=f"give one id: {known}")
    found = {meant[0].id: meant[0]}
    while more := [f for f in results.findings if f.follows in found and f.id not in found]:
        found |= {f.id: f for f in more}
    return list(found.values())


def _given(options: dict[str, str]) -> None:
    for option, value in options.items():
        if not value.strip():
            raise UsageError("a value is missing", where=option, fix="give the owner, the reason and a link")


def _day(expires: str) -> date:
    today = datetime.now(UTC).date()
    if not expires:
        return today + timedelta(days=_DAYS)
    try:
        day = date.fromisoformat(expires)
    except ValueError:
        raise UsageError(f"{expires!r} is not a day", where="--expires", fix="write it as 2027-01-31") from None
    if day < today:
        raise UsageError(f"{expires} is over", where="--expires", fix="give a future day")
    return day


def _write(path: Path, text: str) -> None:
    try:
        replace_file(path, text)
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror}", where=str(path), fix="choose another file") from None
