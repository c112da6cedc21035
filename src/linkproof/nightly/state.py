"""What a night remembers in its folder: its finished jobs, its lock, and the results of the night before."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from linkproof.base.files import read_file, replace_file
from linkproof.base.models import decode_json
from linkproof.errors import UsageError
from linkproof.model.results import Results, Verdict
from linkproof.nightly.performing import Done
from linkproof.nightly.plan import Job
from linkproof.results.serialize import results_from_json

_STATE = "state.jsonl"
_SUMMARY = "summary.json"
#: The folder with the newest results of each job that judged anything, as they were before this night.
_BEFORE = ".before"
#: Seconds after its start in which a night can be resumed: the next night judges everything again.
RESUMABLE_S = 20 * 3600


class _FinishedJob(msgspec.Struct):
    """A line of the state file: a finished job, the key of its input, and when its night began (seconds since 1970)."""

    key: str
    night: float
    done: Done


class NightState:
    """The finished jobs of one night, in a file of its folder that survives a crash.

    Args:
        out: the folder of the night.
        jobs: the jobs of the plan.
        resume: whether to continue a night that began less than ``RESUMABLE_S`` ago. What it finished is in ``done``.
        now: returns seconds since 1970.
    """

    def __init__(self, out: Path, jobs: Sequence[Job], *, resume: bool, now: Callable[[], float] = time.time) -> None:
        self._path = out / _STATE
        self._keys = {j.name: j.key for j in jobs}
        self.began = now()
        self.done: dict[str, Done] = {}
        if resume:
            self._take_up(self.began)

    def begin(self) -> None:
        """Forget the jobs of an earlier night. Raises OSError."""
        if not self.done:
            replace_file(self._path, "")

    def add(self, done: Done) -> None:
        """Write a finished job: an interrupted night continues after it. Raises OSError."""
        row = _FinishedJob(self._keys[done.name], self.began, done)
        with self._path.open("ab") as state:
            state.write(msgspec.json.encode(row) + b"\n")

    def _take_up(self, now: float) -> None:
        """Read the finished jobs of a night of today; changed or broken jobs are run again."""
        try:
            lines = self._path.read_bytes().splitlines()
        except OSError:
            return
        for line in lines:
            try:
                row = decode_json(line, _FinishedJob, _STATE, "")
            except UsageError:
                continue  # truncated: that job is run again
            # A night of the future was written before the clock was set back: its age is unknown.
            if self._keys.get(row.done.name) != row.key or not 0 <= now - row.night < RESUMABLE_S:
                continue
            if row.done.exit_code in (0, 1, 4):
                self.done[row.done.name] = row.done
                self.began = min(self.began, row.night)


@contextmanager
def only_night(out: Path) -> Iterator[None]:
    """Keep other nights out of a folder until the block ends, or its process. Raises UsageError if there is one."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    with (out / ".lock").open("a", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            fix = "wait until it has ended, or give another --out"
            raise UsageError("another night is still running here", where=f"--out {out}", fix=fix) from None
        except OSError:
            pass  # a disk without locks
        yield


def keep_before(out: Path, jobs: Sequence[Job], *, resumed: bool) -> None:
    """Keep the results that are now in the folders of jobs, to compare this night's with them. Raises OSError.

    Results of a run that broke are not kept: the last ones that judged anything stay. The summary of a night that is
    ``resumed`` is not that of the night before.
    """
    if not resumed:
        with suppress(UsageError):
            replace_file(out / _BEFORE / _SUMMARY, read_file(out / _SUMMARY, ""))
    for job in jobs:
        found = results_in(out / job.name / "results.json")
        if found is not None and found.verdict is not Verdict.BROKEN:
            replace_file(out / _BEFORE / f"{job.name}.results.json", read_file(out / job.name / "results.json", ""))


def words_before(out: Path) -> dict[str, str]:
    """Return how each run of the last night ended ("breached"), by its name; empty if there is no such night."""
    try:
        rows = json.loads(read_file(out / _BEFORE / _SUMMARY, ""))["runs"]
        return {str(row["name"]): str(row["word"]) for row in rows}
    except (UsageError, ValueError, LookupError, TypeError):
        return {}


def results_before(out: Path, name: str) -> Results | None:
    """Return the newest results of a job that judged anything, as they were before this night; None without any."""
    return results_in(out / _BEFORE / f"{name}.results.json")


def results_in(path: Path) -> Results | None:
    """Return the results in a file; None if there are none that can be read."""
    try:
        return results_from_json(read_file(path, ""))
    except UsageError:
        return None
