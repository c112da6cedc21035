"""Several parents of a contract: its tests are dealt over them, with the same results however many requests overlap."""

from __future__ import annotations

import functools
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from linkproof.base.clock import Clock
from linkproof.contract.loader import all_contracts
from linkproof.contract.model import Contract
from linkproof.faults.catalogue import behaving, find
from linkproof.mock.app import build_server
from linkproof.mock.defaults import DEFAULT, Choice
from linkproof.mock.direct import Direct
from linkproof.mock.fixtures import with_more_parents
from linkproof.model.exchange import Exchange, Request, Response
from linkproof.model.results import Results, Status
from linkproof.runner.open_target import Opened
from linkproof.runner.pytest_plugin import Conformance
from linkproof.runner.run_context import Choices
from linkproof.runner.running import run_suites
from linkproof.runner.selection import EVERYTHING, Selection
from linkproof.targets.embedded import embedded_target
from linkproof.targets.model import Target
from linkproof.targets.transfer import InProcess

ROOT = Path(__file__).parents[2]
CONTRACTS = {c.id: c for c in all_contracts()}
VAULT, HUAWEI = CONTRACTS["azure-keyvault-pec"], CONTRACTS["huawei-vpcep-connections"]
URL = "http://embedded.invalid"
FAULTS = ["STA-7.decides-the-next", "SHP-5.name-of-parent-alone"]
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
                *_, name = parent.path.values()
                if f"/{name}/".lower() in exchange.request.url.lower():
                    found[exchange.scene].add(name)
        return found


@functools.cache
def below_one_parent(contract: str) -> Results:
    """The results of a whole run with one parent, to which others are compared."""
    return Served(CONTRACTS[contract], parents=1).run()


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


@pytest.mark.parametrize("contract", [VAULT, HUAWEI], ids=lambda c: c.id)
def test_several_parents_give_the_results_of_one(contract: Contract) -> None:
    one = below_one_parent(contract.id)
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


@pytest.mark.parametrize(("number", "concurrency", "resets"), [(0, 4, False), (1, 1, True)])
def test_what_one_parent_lacks_is_exercised_at_another(number: int, concurrency: int, resets: bool) -> None:
    few = {"Pending": ("pending-01",), "Rejected": ()}

    def change(target: Target) -> Target:
        return replace(with_fixtures(target, number, few), reset=target.reset if resets else None)

    assert statuses(Served(VAULT, 2, change=change).run(concurrency)) == statuses(below_one_parent(VAULT.id))


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


@pytest.mark.parametrize("contract", [VAULT, HUAWEI], ids=lambda c: c.vendor)
def test_long_lists_are_read_where_they_are_long(contract: Contract) -> None:
    def few(target: Target) -> Target:
        fixtures = target.contracts[contract.id].fixtures
        return with_fixtures(target, 0, {state: names[:2] for state, names in fixtures.items()})

    server = Served(contract, 2, change=few)
    server.run(selection=Selection(keyword="pagination"))
    tests = {name: parents for name, parents in server.parents_of_tests().items() if "pagination" in name}
    *_, longest = server.target.contracts[contract.id].parents[0].path.values()
    assert tests
    assert set().union(*tests.values()) == {longest}
