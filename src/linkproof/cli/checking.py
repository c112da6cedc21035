"""``linkproof check``: recordings, judged without sending anything."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

from linkproof.cli.defining import with_attribution
from linkproof.cli.output import finish
from linkproof.cli.waiving import read_waivers, waived
from linkproof.contract.load import all_contracts, all_requirements, select
from linkproof.errors import UsageError
from linkproof.evidence import needed_from, with_needed
from linkproof.exchange import Circumstances, Grade
from linkproof.judge import Judge
from linkproof.recording import read_recordings
from linkproof.results import Results, TargetInfo
from linkproof.verdict import RunFacts, conclude


def check_recordings(
    paths: list[Path],
    out: Path | None,
    contracts: tuple[str, ...],
    any_version: bool,
    allow_unproven: bool,
    waivers: Path | None = None,
    definitions: list[Path] | None = None,
    require: str = "",
    *,
    quiet: bool,
    as_json: bool,
) -> int:
    """Judge recordings; returns the exit code. Raises UsageError where a file cannot be read."""
    excused = read_waivers(waivers)
    needed = needed_from(require) if require else None
    results = judge_recordings(paths, contracts, any_version, allow_unproven)
    results = with_attribution(with_needed(results, needed) if needed else results, definitions)
    return finish(waived(results, excused), out, quiet=quiet, as_json=as_json)


def judge_recordings(paths: list[Path], contracts: tuple[str, ...], any_version: bool, allow_unproven: bool) -> Results:
    """What recordings come to. Raises UsageError where a file cannot be read, or none has an exchange."""
    started = time.time()
    chosen = select(all_contracts(), contracts)
    judge = Judge(chosen, Circumstances(grade=Grade.RECORDING), any_version=any_version)
    for exchange in read_recordings(paths, judge.leave_out):
        judge.feed(exchange)
    if not judge.exchanges and not judge.unmatched():
        raise UsageError("no exchange was found", where=", ".join(map(str, paths)), fix="give a recording with some")
    name = paths[0].name if len(paths) == 1 else f"{len(paths)} recordings"
    facts = RunFacts(
        target=TargetInfo(name=name, kind="recording"),
        started_at=datetime.fromtimestamp(started, UTC).isoformat(timespec="seconds"),
        duration_s=round(time.time() - started, 3),
        requests=judge.exchanges,
        allow_unproven=allow_unproven,
    )
    seen = [c for c in chosen if judge.matched[c.id]]
    return conclude(judge, seen, all_requirements(), facts)
