"""Several parents of a contract: its tests are dealt over them, with the same results however many requests overlap."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from linkproof.base.clock import Clock
from linkproof.contract.loader import all_contracts
from linkproof.contract.model import Contract
from linkproof.errors import TargetError
from linkproof.faults.catalogue import behaving, find
from linkproof.mock.app import build_server
from linkproof.mock.defaults import DEFAULT, Choice
from linkproof.mock.direct import Direct
from linkproof.mock.fixtures import Fixtures, with_more_parents
from linkproof.mock.serve import Embedded
from linkproof.model.exchange import Exchange, Request, Response
from linkproof.model.results import Results, Status
from linkproof.runner.cleanup import clean_up
from linkproof.runner.open_target import Opened
from linkproof.runner.preflight.examine import examine
from linkproof.runner.preflight.findings import Mark
from linkproof.runner.pytest_plugin import Conformance
from linkproof.runner.run_context import Choices
from linkproof.runner.running import run_suites
from linkproof.runner.selection import EVERYTHING, Selection
from linkproof.targets.embedded import embedded_target
from linkproof.targets.journal import Journal
from linkproof.targets.model import Target, TargetContract
from linkproof.targets.transfer import InProcess
from tests.command_line import linkproof

ROOT = Path(__file__).parents[2]
CONTRACTS = {c.id: c for c in all_contracts()}
VAULT, HUAWEI = CONTRACTS["azure-keyvault-pec"], CONTRACTS["huawei-vpcep-connections"]
URL = "http://embedded.invalid"
FAULTS = ["STA-7.decides-the-next", "SHP-5.name-of-parent-alone", "HDR-4.writes-lost"]
FEW = Selection(requirements=("STA-1", "STA-5", "STA-7"))


class Served:
    """A server with some parents as a target, in this process and in real time; keeps every exchange of a run."""

    def __init__(
        self,
        contract: Contract,
        parents: int = 2,
        behaviour: Choice = DEFAULT,
        change: Callable[[Target], Target] = lambda target: target,
        around: Callable[[InProcess], InProcess] = lambda server: server,
    ) -> None:
        self.contract = contract
        self.target = change(embedded_target(URL, [contract], parents))
        server = build_server(
            [contract], behaviour=behaviour, operation_s=0.01, fixtures=lambda c: with_more_parents(c, parents)
        )
        self.opened = Opened(self.target, lambda: None, transport=around(Direct(server)), clock=Clock())
        self.sent: list[Exchange] = []

    def run(self, concurrency: int = 1, selection: Selection = EVERYTHING) -> Results:
        choices = Choices(contracts=(self.contract.id,), concurrency=concurrency, selection=selection)
        run = Conformance(choices, opener=lambda *_: self.opened, observe=self.sent.append)
        try:
            output = run_suites(run)
        finally:
            run.close()
        assert run.results is not None, output
        return run.results

    def parents_of_tests(self) -> dict[str, set[str]]:
        """The parents below which each test sent its writes."""
        found: dict[str, set[str]] = defaultdict(set)
        for exchange in self.sent:
            for parent in self.target.contracts[self.contract.id].each:
                if f"/{parent.path['vaultName']}/".lower() in exchange.request.url.lower():
                    found[exchange.scene].add(parent.path["vaultName"])
        return found


def came_to(results: Results) -> tuple[Any, ...]:
    rows = [(r.contract, r.requirement, r.status) for r in results.requirements]
    return results.verdict, rows, sorted((f.id, f.follows) for f in results.findings)


def statuses(results: Results) -> Mapping[str, Status]:
    return {r.requirement: r.status for r in results.requirements}


def with_fixtures(target: Target, number: int, fixtures: Mapping[str, Sequence[str]]) -> Target:
    """A target, one of whose parents has other fixtures."""
    given = next(iter(target.contracts.values()))
    each = list(given.each)
    each[number] = replace(each[number], fixtures={s: tuple(n) for s, n in fixtures.items()})
    return replace(target, contracts={given.id: replace(each[0], parents=tuple(each[1:]))})


def _without_reset(target: Target, number: int, fixtures: Mapping[str, Sequence[str]]) -> Target:
    return replace(with_fixtures(target, number, fixtures), reset=None)


@pytest.mark.parametrize("contract", [VAULT, HUAWEI], ids=lambda c: c.id)
def test_several_parents_give_the_results_of_one(contract: Contract) -> None:
    one = Served(contract, parents=1).run()
    assert one.verdict == "conforms"
    for parents, concurrency in ((2, 1), (3, 8)):
        assert came_to(Served(contract, parents).run(concurrency)) == came_to(one)


@pytest.mark.parametrize("name", FAULTS)
def test_one_bug_is_one_finding_whichever_parent_shows_it(name: str) -> None:
    fault = find(f"{name}@{VAULT.id}", CONTRACTS.values())
    one = Served(VAULT, 1, behaving(fault)).run()
    assert one.verdict == "breached"
    for concurrency in (1, 2, 8):
        assert came_to(Served(VAULT, 2, behaving(fault)).run(concurrency)) == came_to(one)


def test_each_test_keeps_to_one_parent_that_neither_concurrency_nor_selection_changes() -> None:
    whole = Served(VAULT, 3)
    whole.run(selection=FEW)
    found = whole.parents_of_tests()
    assert {len(parents) for parents in found.values()} == {1}
    assert set().union(*found.values()) == {"vault-1", "vault-1-2", "vault-1-3"}
    for concurrency, selection in ((8, FEW), (1, Selection(requirements=("STA-5",)))):
        again = Served(VAULT, 3)
        again.run(concurrency, selection)
        assert again.parents_of_tests().items() <= found.items()


def test_parents_get_about_as_many_requests() -> None:
    server = Served(VAULT, 3)
    server.run()
    parents = server.parents_of_tests()
    loads = Counter(next(iter(parents[e.scene])) for e in server.sent if parents[e.scene])
    assert max(loads.values()) < 2 * min(loads.values())


class Meeting:
    """Lets the first decision below each parent wait until one below every other parent has arrived."""

    def __init__(self, server: InProcess, parents: Sequence[str]) -> None:
        self._server = server
        self._left = set(parents)
        self._lock = threading.Lock()
        self._all = threading.Barrier(len(parents))
        self.met = False

    def receive(self, request: Request) -> Response:
        if request.method == "PUT":
            with self._lock:
                mine = [p for p in self._left if f"/{p}/" in request.url]
                self._left -= set(mine)
            if mine:
                with suppress(threading.BrokenBarrierError):
                    self._all.wait(60)
                    self.met = True
        return self._server.receive(request)


def test_decisions_below_different_parents_overlap() -> None:
    made: list[Meeting] = []

    def around(server: InProcess) -> InProcess:
        made.append(Meeting(server, ["vault-1", "vault-1-2"]))
        return made[0]

    results = Served(VAULT, 2, around=around).run(4, Selection(requirements=("STA-1",)))
    assert made[0].met
    assert results.findings == []


def test_what_one_parent_lacks_is_exercised_at_another() -> None:
    own = embedded_target(URL, [VAULT]).contracts[VAULT.id].fixtures
    few = {"Pending": own["Pending"][:1], "Rejected": ()}
    one = Served(VAULT, 1).run()
    for number, concurrency in ((0, 4), (1, 1)):
        change = partial(_without_reset, number=number, fixtures=few)
        server = Served(VAULT, 2, change=change)
        assert statuses(server.run(concurrency)) == statuses(one)


def test_what_no_parent_has_is_not_exercised_for_this_reason() -> None:
    def change(target: Target) -> Target:
        for number in range(2):
            target = with_fixtures(target, number, {"Approved": ("approved-01",)})
        return replace(target, reset=None)

    selection = Selection(requirements=("STA-1", "STA-9"))
    found = [Served(VAULT, 2, change=change).run(n, selection) for n in (1, 4)]
    assert came_to(found[0]) == came_to(found[1])
    [row] = [r for r in found[0].requirements if r.requirement == "STA-1"]
    assert (row.status, row.why) == (
        Status.NOT_EXERCISED,
        "no Pending connection is left among the target's fixtures",
    )


def test_long_lists_are_read_where_they_are_long() -> None:
    few = {"Pending": ["pending-01", "pending-02"], "Approved": ["approved-01"]}
    server = Served(VAULT, 2, change=lambda t: with_fixtures(t, 0, few))
    server.run(selection=Selection(keyword="pagination"))
    tests = {name: parents for name, parents in server.parents_of_tests().items() if "pagination" in name}
    assert tests
    assert set().union(*tests.values()) == {"vault-1-2"}


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
    command = [sys.executable, "-m", "pytest", "suites", "-n", "2", "-q", "-p", "no:cacheprovider"]
    command = [*command, *chosen, str(written / "dist")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 passed" in done.stdout
    judged = [{row for row in results_in(written / name)[1] if row[1] == "passed"} for name in ("alone", "dist")]
    assert judged[0] <= judged[1]
    assert ("STA-5", "passed") in judged[0]


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
