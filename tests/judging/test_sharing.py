"""Recordings judged in parallel: the same results byte for byte, apart from times. On Dask: tests/nightly."""

from __future__ import annotations

import gzip
import os
import re
import shutil
import signal
from pathlib import Path
from unittest.mock import ANY

import pytest

from linkproof.cli.checking import workers_of
from linkproof.contract.loader import all_contracts
from linkproof.errors import EngineError, UsageError
from linkproof.judging import parallel
from tests.command_line import Ended, linkproof

ROOT = Path(__file__).parents[2]


def check(folder: Path, *arguments: str | Path) -> Ended:
    return linkproof(folder, "check", *arguments, "--json")


def timeless(text: str) -> str:
    """Results without the lines that say when, and how long."""
    return re.sub(r'^ "(started_at|duration_s)": .*$', "", text, flags=re.MULTILINE)


#: Contracts with few exchanges, and what is wrong in the copies of their cassettes.
WRONG = {
    "azure-healthcareapis-dicom": ("application/json", "text/plain"),
    "azure-signalr-pec": ("Rejected", "Rejectd"),
    "huawei-vpcep-connections": ("total_count", "total"),
}
#: What begins an exchange of a cassette, and how many of each cassette are judged.
BETWEEN, EXCHANGES = "\n- request:\n", 250


def beginning(name: str, exchanges: int) -> str:
    """A shipped cassette up to a number of exchanges."""
    whole = gzip.decompress((ROOT / "cassettes" / f"{name}.yaml.gz").read_bytes()).decode()
    return BETWEEN.join(whole.split(BETWEEN)[: exchanges + 1])


def written(folder: Path) -> Path:
    """A folder with the beginnings of shipped cassettes, and each twice again with something wrong in it."""
    for name, (old, new) in WRONG.items():
        text = beginning(name, EXCHANGES)
        (folder / f"{name}.yaml.gz").write_bytes(gzip.compress(text.encode()))
        assert old in text
        for number in (1, 2):
            (folder / f"wrong-{number}-{name}.yaml").write_text(text.replace(old, new), "utf-8")
    return folder


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("recordings"))


@pytest.fixture(scope="module")
def alone(recordings: Path) -> str:
    """What one process comes to."""
    done = check(recordings.parent, recordings)
    assert done.returncode == 1, done.stderr
    assert done.stdout.count('"requirement": "SHP-3"') >= 1
    return timeless(done.stdout)


def test_processes_come_to_the_same(recordings: Path, alone: str) -> None:
    done = check(recordings.parent, recordings, "--processes", "3")
    assert (done.returncode, done.stderr) == (1, "")
    assert timeless(done.stdout) == alone


def test_files_as_they_are_named_come_to_the_same(recordings: Path) -> None:
    files = sorted(recordings.iterdir(), reverse=True)[:5]
    one, two = (timeless(check(recordings, *files, "--processes", n).stdout) for n in ("1", "2"))
    assert one == two


def test_small_files_are_judged_together_in_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "TOGETHER", 100)
    files = []
    for number, size in enumerate((40, 60, 1, 0, 120, 30, 600, 70, 20)):
        files.append(tmp_path / f"{number}.yaml")
        files[-1].write_bytes(b"x" * size)
    tasks = parallel.tasks_of(files, (), any_version=False, workers=3)
    assert ["".join(Path(path).stem for path in task[0]) for task in tasks] == ["01", "23", "4", "5", "6", "78"]
    assert {task[3] for task in tasks} == {(0, 1)}
    assert parallel.tasks_of([], (), any_version=False, workers=3) == []


@pytest.mark.parametrize("together", [0, 1 << 30])
def test_files_judged_together_come_to_the_same(
    recordings: Path, together: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parallel, "TOGETHER", together)
    files = sorted(recordings.iterdir())
    tasks = parallel.tasks_of(files, (), any_version=False, workers=8)
    assert len(tasks) == (1 if together else len(files))
    perform = parallel.by_processes(2)
    found = parallel.judge_files(files, (), any_version=False, perform=perform, workers=8)
    first = parallel.judge_files(files, (), any_version=False, perform=lambda t: map(parallel.judge_file, t), workers=8)
    one = parallel.recording_judge((), any_version=False)
    parallel.judge_into(one, files)
    for judge in (found, first):
        assert judge.findings.all() == one.findings.all() != []
        assert (judge.exchanges, judge.tallies, judge.matched) == (one.exchanges, one.tallies, one.matched)


def test_a_large_file_is_shared_out_by_contract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Several cassettes as one file, with breaches in it: each part alone, and all of them together."""
    text = [beginning(name, 2 * EXCHANGES) for name in WRONG]
    bodies = [t[t.index("\ninteractions:") + len("\ninteractions:") :] for t in text]
    whole = text[0][: text[0].index("\ninteractions:")] + "\ninteractions:" + "".join(bodies)
    path = tmp_path / "one.yaml"
    path.write_text(whole.replace("Rejected", "Rejectd"), encoding="utf-8")
    monkeypatch.setattr(parallel, "LARGE", 1)
    tasks = parallel.tasks_of([path], (), any_version=False, workers=4)
    assert [t[3] for t in tasks] == [(0, 3), (1, 3), (2, 3)]
    assert sorted(tasks[0][4]) == sorted(WRONG)
    parts = [parallel.judge_file(t) for t in tasks]
    assert all(len(p.matched) == 1 for p in parts if not isinstance(p, UsageError))
    together = parallel.judge_files([path], (), any_version=False, perform=lambda _: parts, workers=4)
    alone = parallel.recording_judge((), any_version=False)
    parallel.judge_into(alone, [path])
    assert together.exchanges == alone.exchanges > 1000
    assert together.findings.all() == alone.findings.all() != []
    assert together.tallies == alone.tallies
    assert together.unmatched() == alone.unmatched()
    for contract in all_contracts():
        assert together.observations.of(contract) == alone.observations.of(contract)
        assert together.lifecycles.of(contract) == alone.lifecycles.of(contract)
        assert together.timelines.of(contract) == alone.timelines.of(contract)


def test_a_file_is_shared_out_only_where_workers_would_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each share reads the whole file: one of a single contract, or among many others, would take longer."""
    monkeypatch.setattr(parallel, "LARGE", 1)
    monkeypatch.setattr(parallel, "TOGETHER", 1)
    one, other = list(WRONG)[:2]
    single, several, unreadable = (tmp_path / f"{name}.yaml" for name in ("single", "several", "unreadable"))
    single.write_text(beginning(one, 300), "utf-8")
    both = beginning(one, 150).removesuffix("version: 1\n"), beginning(other, 150).partition("\ninteractions:")[2]
    several.write_text("".join(both), "utf-8")
    unreadable.write_text("interactions: 1\n", "utf-8")

    def shares(*files: Path, workers: int) -> list[tuple[int, int]]:
        return [task[3] for task in parallel.tasks_of(files, (), any_version=False, workers=workers)]

    assert shares(single, workers=8) == [(0, 1)]
    assert workers_of(3, "local", "") == (ANY, 3)
    assert shares(unreadable, workers=8) == [(0, 1)]
    assert shares(several, workers=1) == [(0, 1)]
    assert shares(several, workers=8) == [(0, 2), (1, 2)]
    assert shares(several, several, workers=2) == [(0, 1), (0, 1)]
    assert shares(several, several, workers=4) == 2 * [(0, 2), (1, 2)]
    monkeypatch.setattr(parallel, "LARGE", several.stat().st_size + 1)
    assert shares(several, workers=8) == [(0, 1)]


def test_a_process_that_is_killed_is_no_result(recordings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "judge_file", _dies)
    files = sorted(recordings.iterdir())[:3]
    with pytest.raises(EngineError, match="a process that judged recordings was killed"):
        parallel.judge_files(files, (), any_version=False, perform=parallel.by_processes(2), workers=1)


def _dies(_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("processes", ["1", "2"])
def test_a_mistake_in_one_file_is_told_alike(recordings: Path, tmp_path: Path, processes: str) -> None:
    shutil.copytree(recordings, tmp_path / "all")
    broken = tmp_path / "all" / "b.yaml.gz"
    broken.write_bytes((recordings / "azure-signalr-pec.yaml.gz").read_bytes()[:-2000])
    done = check(tmp_path, "all", "--processes", processes)
    assert done.returncode == 2
    assert "b.yaml.gz" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--engine", "cloud"), "there is no engine 'cloud'"),
        (("--engine", "dask"), "dask needs a scheduler"),
        (("--engine", "dask", "--scheduler", "tcp://127.0.0.1:1"), "no scheduler answers"),
    ],
)
def test_engines_that_are_not_there_are_told(recordings: Path, options: tuple[str, ...], told: str) -> None:
    done = check(recordings.parent, recordings, *options)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr
