"""Concurrent requests: never more than allowed, with the same results as sequential ones."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import signal
import subprocess
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from linkproof.contract.loader import all_contracts
from linkproof.contract.model import Contract
from linkproof.errors import TargetError
from linkproof.faults.catalogue import behaving, find
from linkproof.mock.defaults import DEFAULT, Choice
from linkproof.mock.serve import Embedded
from linkproof.model.results import Results
from linkproof.runner.contract_workers import ResetBarrier
from linkproof.runner.driver import Driver
from linkproof.runner.open_target import Opened
from linkproof.runner.pytest_plugin import Conformance
from linkproof.runner.run_context import Choices
from linkproof.runner.running import run_suites
from linkproof.runner.selection import EVERYTHING, Selection
from linkproof.runner.session import Session
from linkproof.targets.embedded import embedded_target
from linkproof.targets.inflight_limit import InflightLimit
from tests.command_line import command, linkproof
from tests.waiting import LIMIT_S, Gate, read_until

CONTRACTS = {c.id: c for c in all_contracts()}
HUAWEI, DICOM, KEYVAULT = "huawei-vpcep-connections", "azure-healthcareapis-dicom", "azure-keyvault-pec"


class Counted:
    """An ASGI app that takes a moment for each answer, and counts how many it is at work on."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.now = self.most = self.all = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.now += 1
        self.all += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0.003)
        await self.app(scope, receive, send)
        self.now -= 1


def run(
    contracts: Sequence[str],
    concurrency: int,
    behaviour: Choice = DEFAULT,
    *,
    writes: bool = True,
    selection: Selection = EVERYTHING,
) -> tuple[Results, int]:
    """The results of a run, and the most requests that the server was at work on."""
    counted: list[Counted] = []

    def around(app: Any) -> Any:
        counted.append(Counted(app))
        return counted[0]

    def opened(_: str, chosen: Sequence[Contract]) -> Opened:
        embedded = Embedded(chosen, behaviour=behaviour, around=around)
        embedded.__enter__()
        target = replace(embedded_target(embedded.base_url, chosen), writes=writes)
        return Opened(target, lambda: embedded.__exit__(None, None, None))

    choices = Choices(contracts=tuple(contracts), concurrency=concurrency, selection=selection)
    conformance = Conformance(choices, opener=opened)
    try:
        output = run_suites(conformance)
    finally:
        conformance.close()
    assert conformance.results is not None, output
    return conformance.results, counted[0].most


def came_to(results: Results) -> tuple[Any, ...]:
    """Verdict, the state of every requirement, and the ids of the findings with what each follows from."""
    rows = [(r.contract, r.requirement, r.status) for r in results.requirements]
    return results.verdict, rows, sorted((f.id, f.follows) for f in results.findings)


@pytest.mark.parametrize("contracts", [(DICOM,), (DICOM, HUAWEI)], ids=["one", "two"])
def test_it_comes_to_the_same_and_overlaps_within_bounds(contracts: tuple[str, ...]) -> None:
    alone, most = run(contracts, 1)
    assert alone.verdict == "conforms"
    assert most <= 2  # two decisions at the same time are asked for on purpose
    several, most = run(contracts, 6)
    assert came_to(several) == came_to(alone)
    assert 2 < most <= 6


def test_where_nothing_is_written_no_test_waits_for_another() -> None:
    alone, most = run((HUAWEI,), 1, writes=False)
    assert (alone.verdict, most) == ("unproven", 1)
    several, most = run((HUAWEI,), 12, writes=False)
    assert came_to(several) == came_to(alone)
    assert several.requests == alone.requests
    assert 8 < most <= 12


@pytest.mark.parametrize(
    ("name", "selection"),
    [
        (f"PAG-6.total-follows-limit@{HUAWEI}", Selection(requirements=("PAG-*",))),
        (f"STA-7.decides-the-next@{KEYVAULT}", Selection(requirements=("STA-1", "STA-7", "LRO-1"))),
    ],
    ids=["PAG-6", "STA-7"],
)
def test_what_is_wrong_is_found_alike(name: str, selection: Selection) -> None:
    fault = find(name, CONTRACTS.values())
    contracts = (DICOM, fault.contract)
    alone, _ = run(contracts, 1, behaving(fault), selection=selection)
    several, _ = run(contracts, 6, behaving(fault), selection=selection)
    assert alone.verdict == "breached"
    assert came_to(several) == came_to(alone)


def test_from_the_command_line(tmp_path: Path) -> None:
    several = ("run", "--contract", DICOM, "--contract", HUAWEI, "--concurrency", "8", "-r", "SHP-*")
    done = linkproof(tmp_path, *several, "--quiet", "--out", "out")
    assert (done.returncode, done.stderr) == (0, "")
    results = json.loads((tmp_path / "out" / "results.json").read_text("utf-8"))
    assert {r["contract"] for r in results["requirements"]} == {DICOM, HUAWEI}


def test_a_cassette_keeps_one_order(tmp_path: Path) -> None:
    done = linkproof(tmp_path, "run", "--contract", DICOM, "--concurrency", "8", "--record", "c.yaml")
    assert done.returncode == 2
    assert "--record c.yaml: a cassette keeps one order" in done.stderr
    assert "leave out --concurrency" in done.stderr
    assert not (tmp_path / "c.yaml").exists()


def target_file(folder: Path, base_url: str, names: Sequence[str]) -> Path:
    """A target of several contracts that is not the embedded server's own."""
    target = embedded_target(base_url, [CONTRACTS[n] for n in names])
    lines = [f'[target]\nkind = "mock"\nbase_url = "{base_url}"\nchecks_credentials = true\nwrites = true']
    lines += [f"timeout_s = {LIMIT_S}"]
    lines += ['reset = { method = "POST", path = "/_control/reset" }']
    lines += [f'[auth.{vendor}]\nkind = "{a.kind}"\ntoken = {json.dumps(a.token)}' for vendor, a in target.auth.items()]
    for name, given in target.contracts.items():
        path = ", ".join(f'{k} = "{v}"' for k, v in given.path.items())
        lines += [f"[contracts.{name}]\npath = {{ {path} }}\n[contracts.{name}.fixtures]"]
        lines += [f"{status} = {json.dumps(list(found))}" for status, found in given.fixtures.items()]
    file = folder / "target.toml"
    file.write_text("\n".join(lines), "utf-8")
    return file


def test_a_signal_ends_all_lanes(tmp_path: Path) -> None:
    names = (DICOM, HUAWEI, KEYVAULT)
    requests = itertools.count()
    gate = Gate(lambda _: next(requests) > 100)
    with Embedded([CONTRACTS[n] for n in names], around=gate.around) as server:
        file = target_file(tmp_path, server.base_url, names)
        arguments = command("run", "--target", file, "--concurrency", "8", "--out", "out", "--quiet")
        with subprocess.Popen(arguments, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as process:
            gate.wait(process)
            process.send_signal(signal.SIGINT)
            error = read_until("stopping after the current request", process.stderr)
            gate.open()
            error += process.communicate(timeout=LIMIT_S)[1]
    assert process.returncode == 3, error
    results = json.loads((tmp_path / "out" / "results.json").read_text("utf-8"))
    assert [b["what"] for b in results["broken"]] == ["the run was interrupted"]
    assert 50 < results["requests"] < 1400
    assert results["findings"] == []


# readings side by side


def test_readings_are_judged_in_the_order_in_which_they_were_asked_for() -> None:
    kept: list[str] = []
    later = threading.Event()
    with Embedded([CONTRACTS[HUAWEI]]) as server:
        chosen = [CONTRACTS[HUAWEI]]
        target = embedded_target(server.base_url, chosen)
        session = Session(target, chosen, concurrency=3, keep=lambda e: kept.append(e.request.url[-1]))
        driver = Driver(session, chosen[0])

        def slow() -> int:
            later.wait(LIMIT_S)
            return driver.page(limit="1").status

        def quick() -> int:
            status = driver.page(limit="2").status
            later.set()
            return status

        def wrong() -> int:
            driver.page(limit="3")
            raise TargetError("it broke")

        assert session.side_by_side([slow, quick]) == [200, 200]
        with pytest.raises(TargetError, match="it broke"):
            session.side_by_side([wrong, quick])
        session.close()
    assert kept == ["1", "2", "3", "2"]


# what lanes share


def test_a_meeting_is_held_once_for_all() -> None:
    barrier, done = ResetBarrier(), []
    ready = threading.Barrier(3)

    def lane(number: int) -> None:
        barrier.enter()
        ready.wait(LIMIT_S)
        if number:  # the first one ends without ever coming to the barrier
            barrier.meet(lambda: done.append(number))
        barrier.leave()

    with ThreadPoolExecutor(3) as pool:
        for future in [pool.submit(lane, n) for n in range(3)]:
            future.result(timeout=LIMIT_S)
    assert len(done) == 1


def test_what_a_meeting_raises_everybody_hears() -> None:
    barrier = ResetBarrier()
    ready = threading.Barrier(2)

    def fail() -> None:
        raise TargetError("no reset")

    def lane(_: int) -> str:
        barrier.enter()
        ready.wait(LIMIT_S)
        try:
            barrier.meet(fail)
        except TargetError as error:
            return str(error)
        finally:
            barrier.leave()
        return ""

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(lane, range(2), timeout=LIMIT_S)) == ["no reset"] * 2


def test_two_that_take_several_places_do_not_wait_for_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    limit = InflightLimit(2)
    both = threading.Barrier(2)
    free = limit._free

    class Slow:
        def acquire(self) -> None:
            with contextlib.suppress(threading.BrokenBarrierError):
                both.wait(0.2)  # where nobody holds the other back, both are here at once
            assert free.acquire(timeout=LIMIT_S), "they wait for each other"

        def release(self, number: int) -> None:
            free.release(number)

    monkeypatch.setattr(limit, "_free", Slow())

    def pair() -> None:
        with limit.several(2):
            pass

    with ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(pair) for _ in range(2)]:
            future.result(timeout=LIMIT_S)


def test_requests_that_must_overlap_do_not_wait_for_each_other() -> None:
    limit = InflightLimit(2)
    met = threading.Barrier(2)

    def one(meets: Callable[[], object]) -> None:
        limit.give()
        with limit.one():
            meets()

    def pair() -> None:
        with limit.several(2), ThreadPoolExecutor(2) as pool:
            for future in [pool.submit(one, lambda: met.wait(LIMIT_S)) for _ in range(2)]:
                future.result(timeout=LIMIT_S)

    with ThreadPoolExecutor(3) as pool:
        for future in [pool.submit(pair) for _ in range(3)]:
            future.result(timeout=LIMIT_S)
    with limit.one(), limit.one():
        assert met.n_waiting == 0
