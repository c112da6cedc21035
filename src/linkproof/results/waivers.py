"""Waivers: breaches that an owner accepts until a day. They change the exit code, never the verdict.

A waiver covers a finding where requirement, contract, operations, pointer, kind of breach and (where it is given) the
value are the same: another bug with the same shape is not covered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from msgspec.structs import replace

from linkproof.errors import UsageError
from linkproof.model.finding import Finding
from linkproof.model.results import Results, Status
from linkproof.model.waiver import Waiver, WaiverStatus

_TEXTS = ("requirement", "contract", "pointer", "kind", "owner", "reason", "link")
_MAY_BE_EMPTY = ("pointer",)
_KNOWN = (*_TEXTS, "operation", "value", "expires")
_RECIPE = "linkproof waive FINDING writes a whole entry"


@dataclass(frozen=True)
class Known:
    """The ids that a waiver may name."""

    requirements: frozenset[str]
    contracts: frozenset[str]


def waivers_from(data: Mapping[str, Any], where: str, known: Known) -> tuple[Waiver, ...]:
    """Return the waivers of a waiver file, read as TOML. Raises UsageError, naming the entry and its member."""
    for name in data:
        if name != "waiver":
            raise UsageError(f"unknown table {name!r}", where=where, fix="every entry is a [[waiver]]")
    entries = data.get("waiver", [])
    if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
        raise UsageError("waiver is not a list of tables", where=where, fix="begin every entry with [[waiver]]")
    found = tuple(_waiver(e, f"{where}: waiver {n}", known) for n, e in enumerate(entries, 1))
    for number, waiver in enumerate(found, 1):
        if waiver in found[: number - 1]:
            raise UsageError("the same entry stands here twice", where=f"{where}: waiver {number}", fix="remove one")
    return found


def entry_of(
    finding: Finding,
    *,
    owner: str,
    reason: str,
    link: str,
    expires: date,
    any_value: bool,
    also: Iterable[str] = (),
) -> dict[str, Any]:
    """Return the entry of a waiver file for a finding, as plain TOML types.

    ``also`` has the operations that may show the same breach in another run.
    """
    operations = sorted({*finding.operations, *also})
    return {
        "requirement": finding.requirement,
        "contract": finding.contract,
        "operation": operations[0] if len(operations) == 1 else operations,
        "pointer": finding.place,
        "kind": finding.kind,
        **({} if any_value else {"value": finding.value}),
        "owner": owner,
        "reason": reason,
        "link": link,
        "expires": expires,
    }


def with_waivers(results: Results, waivers: Iterable[Waiver]) -> Results:
    """Return the results with the status of each waiver on the day on which the run started."""
    day = results.started_at[:10]
    return replace(results, waivers=[_judged(w, results, day) for w in waivers])


def _judged(waiver: Waiver, results: Results, day: str) -> Waiver:
    covered = tuple(f.id for f in results.findings if covers(waiver, f))
    if waiver.expires < day:
        status = WaiverStatus.EXPIRED
    elif covered:
        status = WaiverStatus.IN_FORCE
    elif _was_judged(waiver, results):
        status = WaiverStatus.UNUSED
    else:
        status = WaiverStatus.NOT_JUDGED
    return replace(waiver, standing=status, findings=covered)


def covers(waiver: Waiver, finding: Finding) -> bool:
    """Whether a waiver covers a finding, on any day. ``***`` in its value stands for what reports mask."""
    if (waiver.requirement, waiver.contract) != (finding.requirement, finding.contract):
        return False
    if (waiver.pointer, waiver.kind) != (finding.place, finding.kind):
        return False
    if not finding.operations or not set(finding.operations) <= set(waiver.operations):
        return False
    if waiver.value is None:
        return True
    pattern = ".*".join(re.escape(part) for part in waiver.value.split("***"))
    return re.fullmatch(pattern, finding.value, re.DOTALL) is not None


def _was_judged(waiver: Waiver, results: Results) -> bool:
    """Whether the waiver's place was judged, so that a waiver that covers nothing there is unused.

    Where the requirement passed in full, every place was. Where it is breached, only the places of its findings are
    known to have been judged; and a pass that depends on a race says nothing about the next run.
    """
    key = (waiver.requirement, waiver.contract)
    rows = [r for r in results.requirements if (r.requirement, r.contract) == key]
    if results.broken:
        return False
    if any(r.status is Status.PASS and not r.why for r in rows):
        return True
    own = [f for f in results.findings if (f.requirement, f.contract) == key]
    here = [f for f in own if f.place == waiver.pointer and set(f.operations) & set(waiver.operations)]
    return any(r.status in (Status.FAIL, Status.WARN) for r in rows) and bool(here)


def _waiver(entry: Mapping[str, Any], where: str, known: Known) -> Waiver:
    for name in entry:
        if name not in _KNOWN:
            raise UsageError(f"unknown member {name!r}", where=where, fix=f"known are: {', '.join(_KNOWN)}")
    texts = {name: _text(entry, name, where) for name in _TEXTS}
    _one_of(texts["requirement"], "requirement", known.requirements, where)
    _one_of(texts["contract"], "contract", known.contracts, where)
    if texts["requirement"].startswith("DOC"):
        problem = "defects of the documentation are not part of the verdict"
        raise UsageError(problem, where=f"{where}: requirement", fix="remove the entry")
    value = entry.get("value")
    if value is not None and not isinstance(value, str):
        raise UsageError("value is not text", where=where, fix='write it as the report shows it, value = "..."')
    return Waiver(
        requirement=texts["requirement"],
        contract=texts["contract"],
        operations=_operations(entry, where),
        pointer=texts["pointer"],
        kind=texts["kind"],
        owner=texts["owner"],
        reason=texts["reason"],
        link=texts["link"],
        expires=_day(entry, where),
        value=value,
    )


def _text(entry: Mapping[str, Any], name: str, where: str) -> str:
    text = entry.get(name)
    if isinstance(text, str) and (text.strip() or name in _MAY_BE_EMPTY):
        return text
    problem = f"{name} is missing" if text is None else f"{name} is empty, or no text"
    raise UsageError(problem, where=where, fix=f'add {name} = "..."; {_RECIPE}')


def _one_of(word: str, name: str, known: Iterable[str], where: str) -> None:
    if word not in known:
        raise UsageError(f"no {name} is called {word!r}", where=where, fix=f"see linkproof {name}s list")


def _operations(entry: Mapping[str, Any], where: str) -> tuple[str, ...]:
    given = entry.get("operation")
    several = [given] if isinstance(given, str) else given
    if isinstance(several, list) and several and all(isinstance(o, str) and o for o in several):
        return tuple(several)
    raise UsageError("operation is missing, or no text", where=where, fix=f'add operation = "..."; {_RECIPE}')


def _day(entry: Mapping[str, Any], where: str) -> str:
    given = entry.get("expires")
    try:
        return (given if type(given) is date else date.fromisoformat(str(given))).isoformat()
    except ValueError:
        problem = "expires is missing" if given is None else f"expires is not a day: {given}"
        raise UsageError(problem, where=where, fix="add a day such as expires = 2027-01-31") from None
