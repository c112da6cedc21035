"""Several parents of a contract around a run: recordings, plans, xdist workers, the preflight and the clean-up."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from linkproof.contract.model import Contract
from linkproof.errors import TargetError
from linkproof.mock.fixtures import Fixtures, with_more_parents
from linkproof.mock.serve import Embedded
from linkproof.runner.cleanup import clean_up
from linkproof.runner.driver import Driver
from linkproof.runner.preflight.examine import examine
from linkproof.runner.preflight.findings import Mark
from linkproof.runner.session import Session
from linkproof.targets.embedded import embedded_target
from linkproof.targets.journal import Journal
from linkproof.targets.model import TargetContract
from tests.command_line import linkproof
from tests.runner.test_parents import URL, VAULT, Served

ROOT = Path(__file__).parents[2]


# a target file with several parents


def _two(contract: Contract) -> Fixtures:
    return with_more_parents(contract, 2)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of ``target.toml``: a server on a socket, with two vaults."""
    folder = tmp_path_factory.mktemp("parents")
    with Embedded([VAULT], operation_s=0.01, fixtures=_two) as server:
        lines = [f'[target]\nbase_url = "{server.base_url}"\nwrites = true\nchecks_credentials = true']
        lines += ['reset = { path = "/_control/reset" }', '[auth.azure]\ntoken = "test-token"']
        for number, given in enumerate(embedded_target(server.base_url, [VAULT], 2).contracts[VAULT.id].each):
            lines.append(f"[[contracts.{VAULT.id}.parents]]" if number else f"[contracts.{VAULT.id}]")
            wanted = given.path if not number else {"vaultName": given.path["vaultName"]}
            lines += [f"path = {{ {', '.join(f'{k} = {json.dumps(v)}' for k, v in wanted.items())} }}"]
            table = ", ".join(f"{state} = {json.dumps(names)}" for state, names in given.fixtures.items())
            lines.append(f"fixtures = {{ {table} }}")
        (folder / "target.toml").write_text("\n".join(lines), "utf-8")
        yield folder


def results_in(folder: Path) -> tuple[Any, ...]:
    data = json.loads((folder / "results.json").read_text("utf-8"))
    rows = [(r["id"], r["status"]) for r in data["requirements"]]
    return data["verdict"], rows, sorted(f["id"] for f in data["findings"]), data["requests"]


FEW_OPTIONS = ("-r", "STA-1", "-r", "STA-5", "-r", "STA-7", "--quiet")


def test_a_recorded_run_is_replayed_below_the_same_parents(written: Path) -> None:
    recorded = linkproof(
        written, "run", "--target", "target.toml", *FEW_OPTIONS, "--record", "c.yaml", "--out", "recorded"
    )
    assert recorded.returncode == 0, recorded.stderr
    text = (written / "c.yaml").read_text("utf-8")
    assert "/vaults/vault-1/" in text
    assert "/vaults/vault-1-2/" in text
    assert linkproof(written, "check", "c.yaml", "--quiet", "--allow-unproven").returncode == 0
    for concurrency in ("1", "8"):
        replay = ("run", "--target", "cassette:c.yaml", *FEW_OPTIONS, "--concurrency", concurrency, "--out", "replayed")
        assert linkproof(written, *replay).returncode == 0
        assert results_in(written / "replayed") == results_in(written / "recorded")


def test_the_plan_names_both_parents(written: Path) -> None:
    done = linkproof(written, "run", "--target", "target.toml", *FEW_OPTIONS, "--plan")
    assert done.returncode == 0, done.stderr
    for name in ("vault-1", "vault-1-2"):
        assert any(line.startswith("PUT ") and f"/vaults/{name}/" in line for line in done.stdout.splitlines())


def test_workers_of_xdist_deal_alike(written: Path) -> None:
    chosen = ("--target", str(written / "target.toml"), "-k", "a_deleted_connection", "--out")
    assert linkproof(written, "run", *chosen, "alone", "--quiet", "--allow-unproven").returncode == 0
    base_url = tomllib.loads((written / "target.toml").read_text("utf-8"))["target"]["base_url"]
    httpx.post(f"{base_url}/_control/reset")  # workers share the target, and do not reset it
    command = [sys.executable, "-m", "pytest", "suites", "-n", "2", "-q", "-p", "no:cacheprovider"]
    command = [*command, "-p", "no:hypothesispytest", *chosen, str(written / "dist")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 passed" in done.stdout
    judged = [{row for row in results_in(written / name)[1] if row[1] == "pass"} for name in ("alone", "dist")]
    assert judged[0] <= judged[1]
    assert ("STA-5", "pass") in judged[0]


# before and after the run


def test_each_parent_is_examined_within_its_bound() -> None:
    server = Served(VAULT, 2)
    found = examine(server.opened, [VAULT], "t.toml", lambda _: {"Pending": 40})
    assert found.problem is None
    assert found.requests <= 2 * 10
    lines = [f"{i.contract}: {i.text}" for i in found.items]
    for label in ("parent 1", "parent 2"):
        assert f"{VAULT.id} ({label}): 30 of 30 Pending connections are there" in lines
    assert any("use 40 Pending connections, and 60 that may be written to are there" in line for line in lines)


def test_a_parent_that_is_not_there_ends_the_run() -> None:
    server = Served(VAULT, 2)
    given = server.target.contracts[VAULT.id]
    wrong = replace(given.parents[0], path={**given.path, "vaultName": "vault-9"}, label="vaultName 'vault-9'")
    target = replace(server.target, contracts={VAULT.id: replace(given, parents=(wrong,))})
    found = examine(replace(server.opened, target=target), [VAULT], "t.toml")
    assert "t.toml: [contracts.azure-keyvault-pec] path (vaultName 'vault-9'): the parent does not exist" in str(
        found.problem
    )
    assert [i.contract for i in found.items if i.mark is Mark.PROBLEM] == [f"{VAULT.id} (vaultName 'vault-9')"]


def test_changes_are_undone_below_their_own_parent(tmp_path: Path) -> None:
    server = Served(VAULT, 2, change=lambda t: replace(t, kind="live", allow=("pending-*",), reset=None))
    opened = server.opened
    client = opened.client()
    journal = Journal(tmp_path / "journal.jsonl", "t.toml")
    each = server.target.contracts[VAULT.id].each
    before = {"status": "Pending", "description": "Please approve pending-01"}
    for given in each:
        assert not journal.knows(VAULT.id, "pending-01", given.path)
        journal.changing(VAULT.id, "pending-01", before, given.path)
        assert journal.knows(VAULT.id, "pending-01", given.path)
    journal.close()
    _delete(client, each[1], "pending-01")
    read = Journal.read(tmp_path / "journal.jsonl")
    assert [e.parent for e in read.open] == [dict(p.path) for p in reversed(each)]
    [left] = clean_up(opened, [VAULT], read)
    read.close()
    assert left.name == "pending-01"
    assert "it is gone: a deletion cannot be taken back" in left.what
    assert "vaultName 'vault-1-2'" in left.what
    assert [e.outcome for e in read.entries.values()] == ["as it was", ""]


def test_the_journal_names_the_parent_of_each_change(tmp_path: Path) -> None:
    server = Served(VAULT, 2, change=lambda t: replace(t, kind="live", allow=("pending-*",), reset=None))
    journal = Journal(tmp_path / "journal.jsonl", "t.toml")
    session = Session(server.target, [VAULT], client=server.opened.client(), journal=journal)
    for number in (0, 1):
        Driver(session.alone(VAULT, parent=number), VAULT).decide("approve", "pending-01")
    journal.close()
    assert [e.parent for e in journal.open] == [dict(p.path) for p in reversed(server.target.contracts[VAULT.id].each)]


def test_a_target_that_is_down_is_down_for_every_parent() -> None:
    server = Served(VAULT, 2)
    session = Session(server.target, [VAULT], client=server.opened.client())
    session.dead = "connection refused"
    assert [session.alone(VAULT, parent=number).dead for number in (0, 1)] == ["connection refused"] * 2


def test_a_parent_that_the_file_no_longer_names_is_left_alone(tmp_path: Path) -> None:
    server = Served(VAULT, 2)
    journal = Journal(tmp_path / "journal.jsonl", "t.toml")
    journal.changing(VAULT.id, "pending-01", {"status": "Pending"}, {"vaultName": "vault-7"})
    [left] = clean_up(server.opened, [VAULT], journal)
    assert left.what == "the target file does not name its parent (below vaultName 'vault-7')"
    journal.close()


def _delete(client: Any, given: TargetContract, name: str) -> None:
    path = VAULT.collection_path
    for key, value in given.path.items():
        path = path.replace(f"{{{key}}}", value)
    with suppress(TargetError):
        client.send(VAULT, "DELETE", f"{URL}{path}/{name}", query=[("api-version", VAULT.version)])
    threading.Event().wait(0.05)
