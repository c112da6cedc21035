"""Recorded runs: vcrpy reads them, a crash loses at most one exchange, and a replay gives the same results."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import vcr
from vcr.serialize import deserialize
from vcr.serializers import yamlserializer

from linkproof.cli.checking import check_recordings
from linkproof.cli.output import Output
from linkproof.contract.loader import all_contracts, select
from linkproof.errors import UsageError
from linkproof.mock.serve import Embedded
from linkproof.recordings import read_recordings
from linkproof.recordings.writer import UNFINISHED, CassetteWriter
from linkproof.runner.driver import Driver
from linkproof.runner.run_recorder import age_of
from linkproof.runner.session import Session
from linkproof.targets.embedded import embedded_target
from linkproof.targets.replay_client import NotRecorded, ReplayClient, facts_of, read_recorded
from tests.command_line import command, linkproof
from tests.waiting import LIMIT_S, wait_until

ROOT = Path(__file__).parents[2]
DICOM = "azure-healthcareapis-dicom"
POSTGRES = "azure-dbforpostgresql-pec"
HEALTH = "azure-healthcareapis-pec"
BETWEEN = "\n- request:\n"


ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "src")}


def run(*command: str, cwd: Path) -> str:
    """A process that has to end well; what it printed."""
    found = subprocess.run(
        command, cwd=cwd, env=ENVIRONMENT, capture_output=True, text=True, timeout=LIMIT_S, check=False
    )
    assert found.returncode == 0, found.stdout + found.stderr
    return found.stdout


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a recorded run of the embedded server: ``run.yaml`` and ``out/results.json``."""
    folder = tmp_path_factory.mktemp("recorded")
    command = ("run", "-c", DICOM, "--record", "run.yaml", "--out", "out", "--seed", "7", "--quiet")
    assert linkproof(folder, *command).returncode == 0
    return folder


@pytest.fixture(scope="module")
def replayed(recorded: Path) -> Path:
    """The same folder with replays of the run, of parts of it, and of it as if it had been a live one long ago.

    All of them with a proxy that does not exist: no server can be reached.
    """
    text = (recorded / "run.yaml").read_text(encoding="utf-8")
    head, *interactions = text.split(BETWEEN)
    kept = [i for i in interactions if "test_headers.py" not in i]
    assert 0 < len(kept) < len(interactions)
    (recorded / "part.yaml").write_text(BETWEEN.join([head, *kept]), encoding="utf-8")
    live = text.replace("    kind: mock\n", "    kind: live\n", 1).replace("recorded_at: '20", "recorded_at: '19", 1)
    (recorded / "live.yaml").write_text(live, encoding="utf-8")
    _kill_one(recorded / "killed.yaml")
    nowhere = {"HTTP_PROXY": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9"}
    printed = ""
    for name, seed in (("run", None), ("run", 8), ("part", None), ("killed", None), ("live", None)):
        more = () if seed is None else ("--seed", str(seed), "--quiet")
        done = linkproof(
            recorded, "run", "--target", f"cassette:{name}.yaml", "--out", f"{name}-{seed}", *more, env=nowhere
        )
        (recorded / f"{name}-{seed}.code").write_text(str(done.returncode))
        printed += done.stdout
    (recorded / "printed").write_text(printed, encoding="utf-8")
    return recorded


def _kill_one(path: Path) -> None:
    """Kill a run while it records, and rename the unfinished file to a cassette."""
    part = path.with_name(path.name + UNFINISHED)
    killed = command("run", "-c", DICOM, "--record", path.name, "--out", "killed")
    with subprocess.Popen(killed, cwd=path.parent, env=ENVIRONMENT, stdout=subprocess.DEVNULL) as process:
        wait_until(lambda: part.exists() and part.read_bytes().count(BETWEEN.encode()) > 40, process)
        os.kill(process.pid, signal.SIGKILL)
    assert not path.exists()
    part.rename(path)


def results(folder: Path, name: str) -> dict[str, Any]:
    """What was written."""
    data: dict[str, Any] = json.loads((folder / name / "results.json").read_text(encoding="utf-8"))
    return data


def code(folder: Path, name: str) -> int:
    """What a replay would have ended with."""
    return int((folder / f"{name}.code").read_text())


def test_a_replay_says_the_same(replayed: Path) -> None:
    before, after = results(replayed, "out"), results(replayed, "run-None")
    assert code(replayed, "run-None") == 0
    for key in ("verdict", "findings", "requests", "seed", "requirements"):
        assert after[key] == before[key]
    assert after["target"]["not_recorded"] == 0
    assert after["target"]["kind"] == "mock"  # replaying makes no better evidence of it
    shown = f"(recorded {after['target']['recorded_at'][:10]}, today)"
    assert shown in (replayed / "printed").read_text(encoding="utf-8")


def test_another_seed_is_not_recorded_in_part_and_nothing_is_made_up(replayed: Path) -> None:
    data = results(replayed, "run-8")
    assert code(replayed, "run-8") in (0, 4)
    assert data["findings"] == data["broken"] == []
    assert data["target"]["not_recorded"] > 0
    assert any("not recorded" in r["why"] for r in data["requirements"])


def test_what_is_missing_is_counted_and_never_passed(replayed: Path) -> None:
    data = results(replayed, "part-None")
    rows = {r["id"]: r for r in data["requirements"]}
    assert code(replayed, "part-None") == 4
    assert rows["HDR-2"]["status"] == "not exercised"
    assert "not recorded" in rows["HDR-2"]["why"]
    assert data["target"]["not_recorded"] >= 2
    told = f"{data['target']['not_recorded']} requests that the cassette does not hold"
    assert told in (replayed / "printed").read_text(encoding="utf-8")


def test_kill_9_loses_at_most_the_last_exchange(replayed: Path) -> None:
    path = replayed / "killed.yaml"
    whole = path.read_bytes().count(BETWEEN.encode())
    assert whole > 40
    assert len(list(read_recordings([path]))) == whole
    assert len(deserialize(path.read_text(encoding="utf-8"), yamlserializer)[0]) == whole
    data = results(replayed, "killed-None")
    assert code(replayed, "killed-None") == 4
    assert data["findings"] == []
    assert data["target"]["not_recorded"] > 0


def test_a_live_run_becomes_a_recording_and_keeps_its_dates(replayed: Path) -> None:
    data = results(replayed, "live-None")
    assert data["target"]["kind"] == "recording"
    assert " days ago)" in data["target"]["name"]
    evidence = [r["evidence"] for r in data["requirements"] if r["exercised"] and r["family"] != "DOC"]
    assert {e["grade"] for e in evidence} == {"recording"}
    assert {e["date"] for e in evidence} <= {e.at for e in read_recordings([replayed / "run.yaml"])}


def test_pytest_replays_it_too_with_two_workers(recorded: Path) -> None:
    without = ("-p", "no:cacheprovider", "-p", "no:hypothesispytest")
    command = (sys.executable, "-m", "pytest", "suites", "-n", "2", "-v", *without, "-k", "headers")
    shown = run(*command, "--target", f"cassette:{recorded / 'run.yaml'}", "--out", str(recorded / "pytest"), cwd=ROOT)
    assert results(recorded, "pytest")["target"]["not_recorded"] == 0
    workers = [line[:5] for line in shown.splitlines() if line.startswith("[gw") and f"[{DICOM}" in line]
    assert len(workers) > 3
    assert len(set(workers)) == 1  # the tests of one contract share its connections


def test_check_reads_it_with_its_worlds_and_credentials(recorded: Path) -> None:
    path = recorded / "run.yaml"
    assert check_recordings(
        [path], recorded / "checked", (), any_version=False, allow_unproven=False, output=Output(quiet=True)
    ) in (0, 4)
    assert [f for f in results(recorded, "checked")["findings"] if f["level"] == "MUST"] == []
    assert {e.credential.value for e in read_recordings([path])} == {"valid", "missing", "wrong"}
    assert all(e.world.startswith(f"{path} run-") for e in read_recordings([path]))


def test_vcrpy_reads_it_and_answers_from_it(recorded: Path) -> None:
    path = recorded / "run.yaml"
    requests, responses = deserialize(path.read_text(encoding="utf-8"), yamlserializer)[:2]
    ours = list(read_recordings([path]))
    assert len(requests) == len(responses) == len(ours) == results(recorded, "out")["requests"]
    assert [r.uri for r in requests] == [e.request.url for e in ours]
    assert [r["body"]["string"] for r in responses] == [e.response.body for e in ours]
    with vcr.use_cassette(str(path), record_mode="none", match_on=["method", "uri"]):
        answer = httpx.get(ours[0].request.url, headers=dict(ours[0].request.headers))
    assert (answer.status_code, answer.content) == (ours[0].response.status, ours[0].response.body)


@contextmanager
def session(contract: str, path: Path) -> Iterator[Session]:
    """A session with the embedded server that is recorded as it is."""
    chosen = select(all_contracts(), (contract,))
    with Embedded(chosen) as server:
        target = embedded_target(server.base_url, chosen)
        writer = CassetteWriter(path, facts_of(target, 1))
        opened = Session(target, chosen, keep=writer.write)
        opened.enter("scene", contract)
        yield opened
        opened.close()
        writer.close()


def test_polling_and_decisions_at_the_same_time_come_again_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"

    def scenario(opened: Session) -> list[tuple[int, str]]:
        driver = Driver(opened, opened.contracts[0])
        name = driver.reserve("pending")
        driver.decide("approve", name)
        texts = {"approve": "one", "reject": "two"}
        calls = driver.decide_together(name, [(w, driver.body_for(w, name, text)) for w, text in texts.items()])
        for call in calls:
            driver.wait(call, name)
        calls.append(driver.delete(name))
        return [(c.status, c.exchange.response.headers.get("location")) for c in calls]

    with session(POSTGRES, path) as opened:
        live = scenario(opened)
        count = opened.requests
    assert any(link for _, link in live)
    recorded_run = read_recorded(path, opened.contracts)
    client = ReplayClient(recorded_run)
    replay = Session(recorded_run.target, opened.contracts, client=client)
    replay.enter("scene", POSTGRES)
    assert scenario(replay) == live
    assert replay.requests == count
    with pytest.raises(NotRecorded, match="not recorded: GET"):
        Driver(replay, opened.contracts[0]).get("never asked for")
    assert client.missing == 1


def test_no_answer_is_given_that_shows_the_effect_of_another_sequence_of_writes(tmp_path: Path) -> None:
    """As when a later version of the suites reads before or after another write than the recorded one did."""
    path = tmp_path / "c.yaml"
    with session(HEALTH, path) as opened:
        driver = Driver(opened, opened.contracts[0])
        first, second = driver.reserve("pending"), driver.reserve("pending")
        assert driver.get(first).success
        driver.decide("approve", first)
        driver.decide("approve", second)
        assert driver.get(second).success
        opened.enter("next scene", HEALTH)
        assert driver.get(second).success
    recorded_run = read_recorded(path, opened.contracts)

    worlds: list[str] = []

    def replay() -> tuple[Session, Driver]:
        client = ReplayClient(recorded_run)
        replaying = Session(recorded_run.target, opened.contracts, client=client, keep=lambda e: worlds.append(e.world))
        replaying.enter("scene", HEALTH)
        return replaying, Driver(replaying, opened.contracts[0])

    _, driver = replay()
    driver.decide("approve", first)
    with pytest.raises(NotRecorded, match="not recorded: GET"):
        driver.get(first)  # recorded before its decision
    replaying, driver = replay()
    with pytest.raises(NotRecorded, match="not recorded: GET"):
        driver.get(second)  # recorded after its decision
    driver.decide("approve", first)
    assert replaying.client.is_out_of_step
    replaying.enter("next scene", HEALTH)
    driver.get(second)
    assert worlds[-2:] == ["run-0", "run-1"]  # nothing is compared with what was before the decision on the second


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("version: 1\ninteractions: []\n", "does not say of which target it is"),
        ("version: 1\nlinkproof: {seed: 1}\ninteractions: []\n", "target is missing"),
        ("version: 1\nlinkproof: {target: {}, contracts: {}}\ninteractions: []\n", "no contract that was asked for"),
        ("version: 1\nlinkproof: 7\ninteractions: []\n", "does not say of which target it is"),
        ("", "the file is empty"),
    ],
)
def test_what_cannot_be_replayed_is_told(text: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=says) as told:
        read_recorded(tmp_path / "c.yaml", all_contracts())
    assert told.value.fix
    with pytest.raises(UsageError, match="this is a folder"):
        read_recorded(tmp_path, all_contracts())


def test_a_contract_that_is_not_recorded_is_told(recorded: Path) -> None:
    with pytest.raises(UsageError, match="no contract that was asked for is recorded") as told:
        read_recorded(recorded / "run.yaml", select(all_contracts(), (POSTGRES,)))
    assert told.value.fix == f"recorded are: {DICOM}"


def test_no_other_file_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    target = embedded_target("http://127.0.0.1:1", all_contracts())
    for name, says in (("mine.txt", "something else"), ("c.yaml.gz", "plain text"), (".", "cannot be written")):
        with pytest.raises(UsageError, match=says):
            CassetteWriter(tmp_path / name, facts_of(target, 1))
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_ages_are_told_in_days() -> None:
    now = 1_800_000_000.0
    assert age_of("2027-01-15T08:00:00Z", now) == "today"
    assert age_of("2027-01-14T07:59:00Z", now) == "1 day ago"
    assert age_of("2026-12-16T08:00:00Z", now) == "30 days ago"
    assert age_of("some day", now) == "at an unknown time"
