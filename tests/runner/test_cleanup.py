"""Changes on a live target are written to a journal first, and undone at the end of a run or after a kill."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from linkproof.contract.loader import all_contracts
from linkproof.contract.model import Contract
from linkproof.errors import UsageError
from linkproof.mock.fixtures import read_fixtures
from linkproof.mock.serve import Embedded
from linkproof.targets.file import read_target
from linkproof.targets.journal import Journal
from tests.command_line import command
from tests.command_line import linkproof as in_process
from tests.unwired import Unwired
from tests.waiting import LIMIT_S, Gate, read_until

CONTRACTS = {c.id: c for c in all_contracts()}
HEALTH, HUAWEI = CONTRACTS["azure-healthcareapis-pec"], CONTRACTS["huawei-vpcep-connections"]
PARENTS = {c.id: read_fixtures(c).parents[0] for c in (HEALTH, HUAWEI)}
SUBNET = "/subscriptions/x/resourceGroups/rg1/providers/Microsoft.Network/virtualNetworks/v/subnets/s"
AZURE = f'subnet = "{SUBNET}"\nlocation = "westeurope"\ngroup_ids = ["healthcareworkspace"]'
EAST = 'subnet = "s-1"\nvpc_id = "v-1"\nproject_id = "consumer-project"'
HEADERS = {"Authorization": "Bearer test-token", "X-Auth-Token": "test-token"}

pytestmark = pytest.mark.usefixtures("short_pauses")


#: What processes run that are ended early: counting the connections that a run needs takes as long as the run.
FEW = ("-r", "STA-1")
#: For [target]: what a gate holds is waited for.
PATIENT = f"timeout_s = {LIMIT_S}"


def target_file(folder: Path, base_url: str, contract: Contract, provision: str, more: str = "") -> Path:
    """A live target of one contract; ``provision`` makes connections, ``more`` is for [target]."""
    path = ", ".join(f'{k} = "{v}"' for k, v in PARENTS[contract.id].path.items())
    kind = "x-auth-token" if contract.vendor == "huawei" else "bearer"
    auths = "".join(
        f'[auth.{name}]\nkind = "{kind}"\ntoken_env = "LINKPROOF_TEST_TOKEN"\n'
        for name in (contract.vendor, f"{contract.vendor}-consumer")
    )
    table = f"[contracts.{contract.id}.provision]\n{provision}\n" if provision else ""
    file = folder / "target.toml"
    file.write_text(
        f'[target]\nkind = "live"\nwrites = true\nbase_url = "{base_url}"\nchecks_credentials = true\n'
        f"operation_timeout_s = 5\n{more}\n[budget]\nper_second = 100000\n{auths}"
        f"[contracts.{contract.id}]\npath = {{ {path} }}\n{table}",
        encoding="utf-8",
    )
    return file


def shown(server: Embedded | Unwired, contract: Contract) -> dict[str, object]:
    """Every connection by its name, and every endpoint of the consumer's."""
    path = contract.collection_path
    for name, value in PARENTS[contract.id].path.items():
        path = path.replace(f"{{{name}}}", value)
    query = {"limit": "1000"} if contract.list.limit else {"api-version": contract.version}
    data = httpx.get(f"{server.base_url}{path}", params=query, headers=HEADERS, timeout=LIMIT_S).json()
    return {item["id"].rsplit("/", 1)[-1]: item for item in data.get("value") or data.get("connections")}


EACH = pytest.mark.parametrize("contract", [HEALTH, HUAWEI], ids=lambda c: c.id)


def held_at(journal: Path, entries: int) -> Gate:
    """A gate that holds the first request after so many entries of the journal: the run is in the middle."""
    return Gate(lambda _: journal.exists() and journal.read_text(encoding="utf-8").count("\n") >= entries)


@pytest.fixture
def gate(contract: Contract, tmp_path: Path) -> Gate:
    """A gate in the middle of a run: connections were made and decided."""
    return held_at(tmp_path / "out" / "journal.jsonl", 14 if contract is HEALTH else 22)


@pytest.fixture
def live(contract: Contract, gate: Gate, tmp_path: Path) -> Iterator[tuple[Embedded, Path]]:
    """A server of a contract behind the gate, and a live target file that has connections made for it."""
    with Embedded([contract], around=gate.around) as server:
        provision = f"count = 9\n{EAST if contract is HUAWEI else AZURE}"
        yield server, target_file(tmp_path, server.base_url, contract, provision, PATIENT)


@pytest.fixture
def near(contract: Contract, tmp_path: Path) -> Iterator[tuple[Unwired, Path]]:
    """As ``live``, for runs in this process."""
    with Unwired([contract]) as server:
        provision = f"count = 9\n{EAST if contract is HUAWEI else AZURE}"
        yield server, target_file(tmp_path, server.base_url, contract, provision)


def environment() -> dict[str, str]:
    return {**os.environ, "LINKPROOF_TEST_TOKEN": "test-token"}


def linkproof(folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return in_process(folder, *arguments, env={"LINKPROOF_TEST_TOKEN": "test-token"})


def started(folder: Path, file: Path, gate: Gate) -> subprocess.Popen[str]:
    """A run whose request is held by the gate."""
    process = subprocess.Popen(
        command("run", "--target", file, "--out", "out", *FEW), cwd=folder, env=environment(),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    gate.wait(process)
    return process


# Whole runs: each contract and each way of sending once.
@pytest.mark.parametrize(("contract", "concurrency"), [(HEALTH, "8"), (HUAWEI, "1")], ids=["azure-8", "huawei-1"])
def test_what_was_made_is_gone_after_the_run(
    near: tuple[Unwired, Path], contract: Contract, tmp_path: Path, concurrency: str
) -> None:
    server, file = near
    before = shown(server, contract)
    done = linkproof(tmp_path, "run", "--target", file, "--out", "out", "--json", "--concurrency", concurrency)
    results = json.loads(done.stdout)
    assert shown(server, contract) == before
    assert results["left_behind"] == []
    assert results["findings"] == []
    assert results["broken"] == []
    rows = {r["id"]: r["status"] for r in results["requirements"]}
    assert rows["STA-1"] == "pass"  # decisions were made, on connections of the run's own
    assert Journal.read(tmp_path / "out" / "journal.jsonl").open == []
    assert "test-token" not in (tmp_path / "out" / "journal.jsonl").read_text(encoding="utf-8")


@EACH
def test_what_was_killed_is_cleaned_up_afterwards(
    live: tuple[Embedded, Path], gate: Gate, contract: Contract, tmp_path: Path
) -> None:
    server, file = live
    before = shown(server, contract)
    journal = tmp_path / "out" / "journal.jsonl"
    process = started(tmp_path, file, gate)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    gate.open()
    during = shown(server, contract)
    assert set(during) > set(before)
    again = linkproof(tmp_path, "run", "--target", file, "--out", "out")
    assert again.returncode == 2
    assert "an earlier run has left something behind" in again.stderr
    assert "fix: linkproof cleanup out/journal.jsonl" in again.stderr
    done = linkproof(tmp_path, "cleanup", journal)
    assert done.returncode == 0, done.stderr
    assert shown(server, contract) == before
    assert linkproof(tmp_path, "cleanup", journal).stdout.startswith("nothing is left to clean up")


@pytest.mark.usefixtures("jobs_here")
def test_a_night_undoes_first_what_a_killed_run_had_left(tmp_path: Path) -> None:
    gate = held_at(tmp_path / "out" / "journal.jsonl", 14)
    with Embedded([HEALTH], around=gate.around) as server:
        file = target_file(tmp_path, server.base_url, HEALTH, f"count = 9\n{AZURE}", PATIENT)
        before = shown(server, HEALTH)
        process = started(tmp_path, file, gate)
        process.kill()
        process.communicate()
        gate.open()
        (tmp_path / "night").mkdir()
        (tmp_path / "out").rename(tmp_path / "night" / "target")
        (tmp_path / "PLAN.toml").write_text('[[run]]\ntarget = "target.toml"\n', encoding="utf-8")
        done = linkproof(tmp_path, "nightly", "PLAN.toml", "--out", "night", "--resume", "--processes", "1")
        assert shown(server, HEALTH) == before
    found = json.loads((tmp_path / "night" / "summary.json").read_text(encoding="utf-8"))
    assert found["runs"][0]["word"] in ("conforms", "unproven"), done.stderr


@pytest.mark.parametrize(
    ("contract", "number"), [(HEALTH, signal.SIGTERM), (HUAWEI, signal.SIGINT)], ids=["azure-TERM", "huawei-INT"]
)
def test_what_was_stopped_cleans_up_itself(
    live: tuple[Embedded, Path], gate: Gate, contract: Contract, tmp_path: Path, number: signal.Signals
) -> None:
    server, file = live
    before = shown(server, contract)
    process = started(tmp_path, file, gate)
    process.send_signal(number)
    said = read_until("stopping after the current request", process.stderr)
    gate.open()
    out, rest = process.communicate(timeout=LIMIT_S)
    assert shown(server, contract) == before
    assert "Traceback" not in said + rest
    assert "the run was interrupted" in out
    assert process.returncode == 3
    results = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))
    assert results["verdict"] == "broken"
    assert results["left_behind"] == []


def test_a_signal_while_it_cleans_up_does_not_stop_that(tmp_path: Path) -> None:
    gate = Gate(lambda scope: scope["method"] == "DELETE")
    with Embedded([HEALTH], around=gate.around) as server:
        file = target_file(tmp_path, server.base_url, HEALTH, f"count = 9\n{AZURE}", PATIENT)
        before = shown(server, HEALTH)
        process = started(tmp_path, file, gate)
        process.send_signal(signal.SIGINT)
        said = read_until("repeat to stop it", process.stderr)
        gate.open()
        process.communicate(timeout=LIMIT_S)
        assert shown(server, HEALTH) == before
    assert "cleaning up (out/journal.jsonl); repeat to stop it" in said
    assert process.returncode == 0


@EACH
def test_a_plan_shows_what_is_made_and_makes_nothing(
    near: tuple[Unwired, Path], contract: Contract, tmp_path: Path
) -> None:
    server, file = near
    before = shown(server, contract)
    done = linkproof(tmp_path, "run", "--target", file, "--plan")
    assert done.returncode == 0, done.stderr
    made = [
        line for line in done.stdout.splitlines() if "ndpoints" in line and line.startswith(("PUT", "POST", "DELETE"))
    ]
    assert (
        sum("/privateEndpoints/" in line or line.split("(")[0].rstrip().endswith("/vpc-endpoints") for line in made)
        >= 9
    )
    assert shown(server, contract) == before
    assert not (tmp_path / "reports").exists()


def test_what_cannot_be_taken_back_is_told_in_red(tmp_path: Path) -> None:
    with Unwired([HEALTH]) as server:
        file = target_file(tmp_path, server.base_url, HEALTH, "", 'allow = ["pending-1?"]')
        with file.open("a", encoding="utf-8") as stream:
            names = [n for n in PARENTS[HEALTH.id].names["Pending"] if n.startswith("pending-1")]
            stream.write(f"[contracts.{HEALTH.id}.fixtures]\nPending = {json.dumps(names)}\n")
        before = shown(server, HEALTH)
        done = linkproof(tmp_path, "run", "--target", file, "--out", "out")
        after = shown(server, HEALTH)
    changed = {n for n in before if after.get(n) != before[n]}
    results = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))
    assert changed
    assert {x["name"] for x in results["left_behind"]} >= changed
    told = {x["what"] for x in results["left_behind"]}
    assert told <= {
        "it was Pending, and is Approved: a decision cannot be taken back",
        "it was Pending, and is Rejected: a decision cannot be taken back",
        "it is gone: a deletion cannot be taken back",
    }
    assert "leaked resource: azure-healthcareapis-pec pending-1" in done.stdout
    assert "Leaked resources" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_what_can_never_be_undone_is_accepted_once_and_kept_on_record(tmp_path: Path) -> None:
    with Unwired([HEALTH]) as server:
        file = target_file(tmp_path, server.base_url, HEALTH, "", 'allow = ["pending-1?"]')
        with file.open("a", encoding="utf-8") as stream:
            names = [n for n in PARENTS[HEALTH.id].names["Pending"] if n.startswith("pending-1")]
            stream.write(f"[contracts.{HEALTH.id}.fixtures]\nPending = {json.dumps(names)}\n")
        run = ("run", "--target", file, "--out", "out", "--quiet", "-r", "ENM-3")
        linkproof(tmp_path, *run)
        refused = linkproof(tmp_path, *run)
        assert refused.returncode == 2
        assert "an earlier run has left something behind" in refused.stderr
        journal = ("cleanup", tmp_path / "out" / "journal.jsonl", "--target", file)
        for more in ((), ("--accept-own",)):
            undone = linkproof(tmp_path, *journal, *more)
            assert undone.returncode == 1
            assert "to accept irreversible changes: linkproof cleanup" in undone.stderr
        accepted = linkproof(tmp_path, *journal, "--accept")
        assert accepted.returncode == 0
        assert "accepted: it was Pending, and is Approved: a decision cannot be taken back" in accepted.stderr
        assert linkproof(tmp_path, *journal).stdout.startswith("nothing is left to clean up")
        again = linkproof(tmp_path, *run)
        assert again.returncode != 2, again.stderr
    record = (tmp_path / "out" / "journal-accepted.jsonl").read_text(encoding="utf-8")
    assert "accepted: it was Pending" in record


def test_a_changed_connection_is_put_back(tmp_path: Path) -> None:
    with Unwired([HEALTH]) as server:
        file = target_file(tmp_path, server.base_url, HEALTH, "", 'allow = ["approved-0?"]')
        before = shown(server, HEALTH)["approved-01"]
        journal = Journal(tmp_path / "journal.jsonl", str(file))
        state = before["properties"]["privateLinkServiceConnectionState"]  # type: ignore[index]
        journal.changing(HEALTH.id, "approved-01", {"status": state["status"], "description": state["description"]})
        journal.changing(HEALTH.id, "conformance-new", None)
        journal.close()
        path = HEALTH.collection_path
        for name, value in PARENTS[HEALTH.id].path.items():
            path = path.replace(f"{{{name}}}", value)
        body = {"properties": {"privateLinkServiceConnectionState": {"status": "Rejected", "description": "changed"}}}
        query = {"api-version": HEALTH.version}
        for name in ("approved-01", "conformance-new"):
            url = f"{server.base_url}{path}/{name}"
            assert httpx.put(url, params=query, headers=HEADERS, json=body).status_code in (200, 201, 404)
        done = linkproof(tmp_path, "cleanup", "journal.jsonl")
        now = shown(server, HEALTH)
    assert done.stdout == "2 of 2 cleaned up (journal.jsonl)\n"
    assert now["approved-01"]["properties"] == before["properties"]  # type: ignore[index]
    assert "conformance-new" not in now


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, "cannot be read: No such file or directory"),
        ("{", "line 1: this is not JSON"),
        (
            '{"what": "journal", "target": "t.toml"}\n{"what": "odd"}\n{"what": "odd"}\n',
            "line 2: 'contract'",
        ),
        (
            '{"what": "journal", "target": "t.toml"}\n{"what": "making", "contract": "x", "name": "n"}\n',
            "t.toml: cannot be read: No such file or directory",
        ),
    ],
)
def test_what_is_no_journal_is_a_message(tmp_path: Path, text: str | None, told: str) -> None:
    path = tmp_path / "journal.jsonl"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    done = linkproof(tmp_path, "cleanup", path)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("contract", "provision", "told"),
    [
        ("azure-healthcareapis-pec", "count = 2", "subnet is missing"),
        ("azure-healthcareapis-pec", f"count = 51\n{AZURE}", "count is 51"),
        ("azure-healthcareapis-pec", f"count = 2\nlocaton = 'x'\n{AZURE}", "unknown member 'localton'"),
        ("azure-healthcareapis-pec", f"count = 2\n{AZURE.replace('[', '[7, ')}", "group_ids is"),
        ("huawei-vpcep-connections", "count = 2\nsubnet = 's'", "vpc_id is missing"),
    ],
)
def test_mistakes_in_provision_are_told(tmp_path: Path, contract: str, provision: str, told: str) -> None:
    file = target_file(tmp_path, "http://127.0.0.1:1", CONTRACTS[contract], provision)
    with pytest.raises(UsageError, match=told.replace("localton", "locaton")):
        read_target(file, all_contracts())


def test_what_is_made_has_to_be_found_again(tmp_path: Path) -> None:
    vault = CONTRACTS["azure-keyvault-pec"]
    PARENTS[vault.id] = read_fixtures(vault).parents[0]
    file = target_file(tmp_path, "http://127.0.0.1:1", vault, f"count = 2\n{AZURE}")
    with pytest.raises(UsageError, match="has no list in which the made connections could be found"):
        read_target(file, all_contracts())
