"""Recordings judged, and nights performed, on Dask: a real scheduler and two worker processes, for both."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import command, linkproof
from tests.dask_clusters import dask_cluster
from tests.judging.test_sharing import check, timeless, written
from tests.nightly.plans import summary, target
from tests.waiting import LIMIT_S, wait_until


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("recordings"))


@pytest.fixture(scope="module")
def alone(recordings: Path) -> str:
    """What one process comes to."""
    return timeless(check(recordings.parent, recordings).stdout)


def test_another_cluster_may_run_beside_it(cluster: Any) -> None:
    with dask_cluster(0) as another:
        assert another.scheduler_address != cluster.scheduler_address


def test_recordings_are_judged_to_the_same(cluster: Any, recordings: Path, alone: str) -> None:
    done = check(recordings.parent, recordings, "--engine", "dask", "--scheduler", cluster.scheduler_address)
    assert done.returncode == 1, done.stderr
    assert timeless(done.stdout) == alone


def test_a_scheduler_that_is_slow_to_let_its_client_go_loses_no_results(
    cluster: Any, recordings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    distributed = pytest.importorskip("distributed")
    close, closed = distributed.Client.close, []

    def slow(client: Any) -> None:
        close(client)
        closed.append(client)
        raise TimeoutError

    files = sorted(recordings.iterdir())[:1]
    with monkeypatch.context() as patch:
        patch.setattr(distributed.Client, "close", slow)
        done = check(recordings.parent, *files, "--engine", "dask", "--scheduler", cluster.scheduler_address)
    assert len(closed) == 1
    assert timeless(done.stdout) == timeless(check(recordings.parent, *files).stdout)


def test_thousands_of_exchanges_survive_a_worker(cluster: Any, recordings: Path, alone: str) -> None:
    import distributed

    library: Any = distributed
    with library.Client(cluster.scheduler_address) as client:
        pids = list(client.run(os.getpid).values())
        arguments = command("check", recordings, "--json", "--engine", "dask", "--scheduler", cluster.scheduler_address)
        with subprocess.Popen(
            arguments, cwd=recordings.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            wait_until(lambda: any(client.processing().values()), process)
            os.kill(pids[0], signal.SIGKILL)
            out, error = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 1, error
    assert timeless(out) == alone
    judged = re.search(r'^ "requests": (\d+)', out, re.MULTILINE)
    assert judged
    assert int(judged[1]) > 2_000


def comparable(out: Path, name: str) -> Any:
    """A run's results without times, durations and the port of the moment."""
    data = json.loads((out / name / "results.json").read_text(encoding="utf-8"))

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            gone = (
                "started_at",
                "duration_s",
                "at",
                "date",
                "first_seen",
                "last_seen",
                "headers",
                "body",
                "url",
                "curl",
            )
            return {k: plain(v) for k, v in value.items() if k not in gone}
        return [plain(v) for v in value] if isinstance(value, list) else value

    return plain(data)


@pytest.mark.usefixtures("jobs_here")
def test_a_night_comes_to_the_same(cluster: Any, plan: Path, tmp_path: Path) -> None:
    linkproof(tmp_path, "nightly", plan, "--out", "here", "-q", "--processes", "1")
    scheduler = cluster.scheduler_address
    done = linkproof(tmp_path, "nightly", plan, "--out", "there", "--engine", "dask", "--scheduler", scheduler)
    assert done.returncode == 1, done.stderr
    here, there = summary(tmp_path / "here"), summary(tmp_path / "there")
    assert {n: there[n]["word"] for n in there if n != "exit_code"} == {
        n: here[n]["word"] for n in here if n != "exit_code"
    }
    for name in ("good", "bad", "again"):
        assert comparable(tmp_path / "there", name)["findings"] == comparable(tmp_path / "here", name)["findings"]
        assert (
            comparable(tmp_path / "there", name)["requirements"] == comparable(tmp_path / "here", name)["requirements"]
        )


def test_a_worker_that_is_killed_loses_nothing(cluster: Any, servers: tuple[str, str], tmp_path: Path) -> None:
    import distributed

    for number in range(3):
        target(tmp_path / f"t{number}.toml", servers[0])
    text = "".join(f'[[run]]\ntarget = "t{n}.toml"\nallow_unproven = true\n' for n in range(3))
    (tmp_path / "PLAN.toml").write_text(text, encoding="utf-8")
    library: Any = distributed
    with library.Client(cluster.scheduler_address) as client:
        pids = list(client.run(os.getpid).values())
    night = ("nightly", "PLAN.toml", "--out", "out", "--engine", "dask", "--scheduler", cluster.scheduler_address)
    state = tmp_path / "out" / "state.jsonl"
    with subprocess.Popen(
        command(*night), cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        wait_until(lambda: state.exists() and state.read_text(encoding="utf-8") != "", process)
        os.kill(pids[0], signal.SIGKILL)
        said, _ = process.communicate(timeout=LIMIT_S)
    found = summary(tmp_path / "out")
    assert process.returncode == 0, said
    assert {n: found[n]["word"] for n in found if n != "exit_code"} == {f"t{n}": "conforms" for n in range(3)}


def test_a_target_that_is_written_to_is_not_sent_away(cluster: Any, tmp_path: Path) -> None:
    target(tmp_path / "live.toml", "http://127.0.0.1:1", 'kind = "live"\nwrites = true\nallow = ["x-*"]\n')
    (tmp_path / "PLAN.toml").write_text('[[run]]\ntarget = "live.toml"\n', encoding="utf-8")
    done = linkproof(tmp_path, "nightly", "PLAN.toml", "--engine", "dask", "--scheduler", cluster.scheduler_address)
    assert done.returncode == 2
    assert "keeps a journal, which has to be on this machine" in done.stderr
