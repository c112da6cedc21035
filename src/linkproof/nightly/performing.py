"""Run jobs, each in a separate process, on this machine or by Dask."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path

from linkproof.base.toml_tables import toml_of
from linkproof.errors import UsageError
from linkproof.judging.parallel import as_they_end, dask_client
from linkproof.nightly.plan import Job

#: Exit code of a process that was stopped at its time limit.
OVER_TIME = 124
#: Seconds that a stopped process has for cleaning up and its reports. Then it is killed.
GRACE_S = 60
_MOST_SAID = 4000


@dataclass(frozen=True)
class Done:
    """The end of a job: the exit code of its run, its standard error, and its duration.

    ``reported``: whether it wrote results; its folder may still have those of an earlier night.
    """

    name: str
    exit_code: int
    said: str
    seconds: float
    reported: bool = True


def perform(job: Job, out: Path) -> Done:
    """Run a job in a separate process, after cleaning up what a killed run left on the target."""
    started = time.monotonic()
    journal = out / "journal.jsonl"
    if journal.exists():
        _run(["cleanup", str(journal), "--target", job.target, "--accept-own", "--quiet"], job.minutes)
    before = _written_at(out)
    code, said = _run(job.arguments(out), job.minutes)
    took = round(time.monotonic() - started, 1)
    return Done(job.name, code, said[-_MOST_SAID:], took, _written_at(out) not in (None, before))


def _written_at(out: Path) -> int | None:
    """Return when the results in a folder were written; None without results."""
    try:
        return (out / "results.json").stat().st_mtime_ns
    except OSError:
        return None


def _run(arguments: list[str], minutes: int) -> tuple[int, str]:
    # It ends with this process: its standard input is never written to, and closes when this process ends.
    command = [sys.executable, "-m", "linkproof.cli.watched", *arguments]
    read_end, write_end = os.pipe()
    try:
        process = subprocess.Popen(
            command, stdin=read_end, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        os.close(read_end)
        return _ended(process, minutes)
    finally:
        os.close(write_end)


def _ended(process: subprocess.Popen[str], minutes: int) -> tuple[int, str]:
    """Wait for a process for some minutes; return its exit code and what it printed to standard error."""
    try:
        _, said = process.communicate(timeout=minutes * 60)
        return process.returncode, said
    except subprocess.TimeoutExpired:
        process.terminate()  # as by Ctrl-C: it cleans up, and writes its reports
        try:
            _, said = process.communicate(timeout=GRACE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            _, said = process.communicate()
        return OVER_TIME, f"stopped after {minutes} minutes\n{said}"


def locally(jobs: Iterable[Job], out: Path, processes: int) -> Iterator[Done]:
    """Run jobs in parallel on this machine; yield each when it is done."""
    with ThreadPoolExecutor(processes or os.cpu_count() or 1) as pool:
        for future in as_completed([pool.submit(perform, job, out / job.name) for job in jobs]):
            yield future.result()


def by_dask(jobs: Iterable[Job], out: Path, scheduler: str) -> Iterator[Done]:
    """Run jobs on the workers of a Dask scheduler. If a worker dies, another one runs its job.

    Workers need no common disk: target files are sent to them, and reports come back. Raises UsageError.
    """
    with dask_client(scheduler) as client:
        futures = [client.submit(perform_away, job, _sent(job), pure=False, retries=3) for job in jobs]
        for future in as_they_end(futures):
            done, archive = future.result()
            _unpack(archive, out / done.name)
            yield done


def _sent(job: Job) -> dict[str, bytes]:
    """Return the files that a job needs; a missing one is reported by the run.

    Raises UsageError for a target that may be written to: its journal would be out of reach.
    """
    files: dict[str, bytes] = {}
    for name, path in (("target.toml", job.target), ("waivers.toml", job.waivers)):
        if path and Path(path).is_file():
            files[name] = Path(path).read_bytes()
    try:
        target = toml_of(files.get("target.toml", b""), job.target).get("target", {})
    except UsageError:
        return files  # the run reports what is wrong with it
    if isinstance(target, dict) and target.get("kind") == "live" and target.get("writes"):
        problem = "a live target that is written to keeps a journal, which has to be on this machine"
        raise UsageError(problem, where=job.target, fix="perform it with --engine local")
    return files


def perform_away(job: Job, files: dict[str, bytes]) -> tuple[Done, bytes]:
    """Run a job in a temporary folder, and return its reports (a tar archive)."""
    with tempfile.TemporaryDirectory(prefix="linkproof-") as place:
        folder = Path(place)
        for name, content in files.items():
            (folder / name).write_bytes(content)
        own = replace(job, target=str(folder / "target.toml"))
        own = replace(own, waivers=str(folder / "waivers.toml")) if job.waivers else own
        done = perform(own, folder / "out")
        return done, _packed(folder / "out")


def _packed(folder: Path) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        if folder.is_dir():
            archive.add(folder, arcname=".")
    return stream.getvalue()


def _unpack(archive: bytes, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as packed:
        packed.extractall(folder, filter="data")


#: The engines by name.
Engine = Callable[[Iterable[Job], Path], Iterator[Done]]


def engine_of(name: str, processes: int, scheduler: str) -> Engine:
    """Return the engine with a name. Raises UsageError if there is none."""
    if name == "local":
        return lambda jobs, out: locally(jobs, out, processes)
    if name != "dask":
        raise UsageError(f"there is no engine {name!r}", where="--engine", fix="local or dask")
    return lambda jobs, out: by_dask(jobs, out, scheduler)
