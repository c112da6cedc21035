"""Passes the results of xdist workers to their controller: one file per worker, in the controller's folder."""

from __future__ import annotations

import pickle
import shutil
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from linkproof.judging.judged import Judged
from linkproof.model.results import Broken, LeakedResource
from linkproof.runner.run_recorder import missing_of
from linkproof.runner.session import Session


@dataclass
class Spool:
    """One worker's results: judgements, skip reasons, errors, requests missing in its cassette, leaked resources."""

    judged: Judged | None = None
    skipped: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    broken: list[Broken] = field(default_factory=list)
    missing: int = 0
    left: list[LeakedResource] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether the worker did nothing."""
        return not (self.judged or self.skipped or self.broken)


def write_spool(folder: Path, worker: str, session: Session | None, left: list[LeakedResource]) -> None:
    """Write a worker's results; ``session`` is None if it opened none."""
    spool = Spool(left=left)
    if session is not None:
        spool.skipped = dict(session.skipped)
        spool.broken = list(session.broken)
        spool.judged = session.judge.judged()
        spool.missing = missing_of(session)
    (folder / f"{worker}.spool").write_bytes(pickle.dumps(spool))


def read_spools(folder: Path) -> list[Spool]:
    """Return all workers' results, and remove the folder."""
    spools: list[Spool] = [pickle.loads(path.read_bytes()) for path in sorted(folder.glob("*.spool"))]
    shutil.rmtree(folder, ignore_errors=True)
    return spools


def merge_spools(session: Session, spools: list[Spool]) -> None:
    """Merge the workers' results into a session: each worker had its own contracts."""
    for spool in spools:
        if spool.judged is not None:
            session.judge.merge(spool.judged)
        session.broken.extend(spool.broken)
    session.skipped.update(merge_skips(s.skipped for s in spools))


def merge_skips(parts: Iterable[Mapping[tuple[str, str], list[str]]]) -> dict[tuple[str, str], list[str]]:
    """Merge the skip reasons of several workers."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for part in parts:
        for key, reasons in part.items():
            found[key].extend(reasons)
    return dict(found)
