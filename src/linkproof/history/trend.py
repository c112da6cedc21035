"""One target over time: runs, statuses, and what was seen first and last."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from linkproof.history.store import Store
from linkproof.history.tables import Run
from linkproof.model.results import Status

_ORDER = (Status.FAIL, Status.WARN, Status.NOT_EXERCISED, Status.PASS, Status.NOT_APPLICABLE)


@dataclass
class Line:
    """A requirement on a contract over the runs: its status in each; "" if the run did not judge it."""

    contract: str
    requirement: str
    family: str
    level: str
    statuses: list[str]

    @property
    def changes(self) -> bool:
        """Whether its status differs between the runs that judged it."""
        return len({s for s in self.statuses if s}) > 1


@dataclass
class Kept:
    """A finding or a value over the runs: first and last evidence, number of runs, and whether it is in the newest."""

    first: str
    last: str
    runs: int = 0
    now: bool = False


@dataclass
class KeptFinding(Kept):
    """A finding over the runs."""

    name: str = ""
    contract: str = ""
    requirement: str = ""
    level: str = ""
    operation: str = ""
    message: str = ""
    waived: bool = False


@dataclass
class KeptWord(Kept):
    """A value that runs observed, with the first and the last run that did."""

    contract: str = ""
    place: str = ""
    value: str = ""
    documented: bool = False


@dataclass
class Trend:
    """One target over time, the oldest run first."""

    target: str
    runs: list[Run]
    lines: list[Line] = field(default_factory=list)
    findings: list[KeptFinding] = field(default_factory=list)
    words: list[KeptWord] = field(default_factory=list)

    @property
    def newest(self) -> Run:
        """The newest run."""
        return self.runs[-1]

    @property
    def judged(self) -> Run:
        """The newest run that judged anything, so without runs that broke."""
        have = {number for line in self.lines for number, status in enumerate(line.statuses) if status}
        return self.runs[max(have, default=len(self.runs) - 1)]

    def contracts(self) -> dict[str, list[str]]:
        """Return the worst status of each contract in each run; "" if the run did not judge it."""
        found: dict[str, list[str]] = {}
        for line in self.lines:
            if line.family != "DOC":
                worst = found.setdefault(line.contract, [""] * len(self.runs))
                for i, status in enumerate(line.statuses):
                    worst[i] = _worse(worst[i], status)
        return found


def _worse(a: str, b: str) -> str:
    return min((s for s in (a, b) if s), key=lambda s: _ORDER.index(Status(s)), default="")


def targets(runs: Iterable[Run]) -> list[str]:
    """Return the names of all targets, sorted."""
    return sorted({r.target for r in runs})


def trend(store: Store, target: str) -> Trend:
    """Return the history of a target that has at least one run."""
    runs = store.runs(target)
    place = {run.id: number for number, run in enumerate(runs)}
    lines: dict[tuple[str, str], Line] = {}
    for run, row in store.rows(target):
        new = Line(row.contract, row.requirement, row.family, row.level, [""] * len(runs))
        lines.setdefault((row.contract, row.requirement), new).statuses[place[run.id]] = row.status
    newest = _newest_judged(runs, {number for line in lines.values() for number, s in enumerate(line.statuses) if s})
    findings: dict[str, KeptFinding] = {}
    for run, seen in store.findings(target):
        new_finding = KeptFinding(seen.first, seen.last, name=seen.name, contract=seen.contract)
        finding = findings.setdefault(seen.name, new_finding)
        finding.requirement, finding.level, finding.operation = seen.requirement, seen.level, seen.operation
        finding.message, finding.waived = seen.message, seen.waived
        _keep(finding, seen.first, seen.last, now=run.id == newest)
    words: dict[tuple[str, str, str], KeptWord] = {}
    for run, word in store.words(target):
        key = (word.contract, word.place, word.value)
        new_word = KeptWord(word.first, word.last, 0, False, *key, word.documented)
        kept = words.setdefault(key, new_word)
        kept.documented = word.documented
        _keep(kept, word.first, word.last, now=run.id == newest)
    ordered = sorted(findings.values(), key=lambda f: (not f.now, f.level != "MUST", f.last, f.name))
    return Trend(
        target,
        runs,
        list(lines.values()),
        ordered,
        sorted(words.values(), key=lambda w: (w.contract, w.place, w.value)),
    )


def _newest_judged(runs: list[Run], judged: set[int]) -> int:
    """Return the id of the newest run that judged anything: a broken run does not show what is still there."""
    return runs[max(judged, default=len(runs) - 1)].id


def _keep(kept: Kept, first: str, last: str, *, now: bool) -> None:
    kept.first, kept.last = min(kept.first, first), max(kept.last, last)
    kept.runs += 1
    kept.now = kept.now or now
