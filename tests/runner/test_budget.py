"""A run stays within its budget, and reports what is unproven because of it."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from linkproof.base.clock import VirtualClock
from linkproof.base.json_values import place
from linkproof.contract.loader import all_contracts
from linkproof.contract.operation import Role
from linkproof.errors import UsageError
from linkproof.mock.defaults import conforming, only_for
from linkproof.mock.fixtures import read_fixtures
from linkproof.mock.messages import Answer, Asked
from linkproof.runner.driver import Driver
from linkproof.runner.open_target import without_a_socket
from linkproof.runner.session import Session
from linkproof.targets.budget import LIVE, Budget, Limits, OverBudget
from linkproof.targets.client import Client
from linkproof.targets.embedded import embedded_target
from linkproof.targets.file import read_target
from tests.command_line import linkproof
from tests.unwired import Unwired

CONTRACTS = all_contracts()
DICOM = next(c for c in CONTRACTS if c.id == "azure-healthcareapis-dicom")


def target_file(folder: Path, base_url: str, more: str = "", kind: str = "mock") -> Path:
    parent = read_fixtures(DICOM).parents[0]
    path = ", ".join(f'{k} = "{v}"' for k, v in parent.path.items())
    text = f"""
[target]
kind = "{kind}"
base_url = "{base_url}"
checks_credentials = true
[auth.azure]
kind = "bearer"
token = "test-token"
{more}
[contracts.{DICOM.id}]
path = {{ {path} }}
"""
    file = folder / "target.toml"
    file.write_text(text, "utf-8")
    return file


# what is left


def test_requests_are_counted() -> None:
    budget = Budget(Limits(requests=2), VirtualClock())
    budget.spend()
    budget.spend()
    with pytest.raises(OverBudget, match="budget of 2 requests"):
        budget.spend()


def test_nothing_is_sent_after_the_end() -> None:
    clock = VirtualClock()
    budget = Budget(Limits(minutes=1), clock)
    budget.spend()
    clock.sleep(61)
    with pytest.raises(OverBudget, match="budget of 1 minutes"):
        budget.spend()


def test_a_worker_waits_on_its_part_of_the_clock() -> None:
    """The server reads that part: on another clock, an operation would be polled until it ends by the polls alone."""
    clock = VirtualClock()
    worker = Client(embedded_target("http://embedded.invalid", [DICOM]), clock=clock).for_worker(DICOM)
    before = clock.now(), clock.part(DICOM.id).now()
    worker.pause(5)
    assert clock.part(DICOM.id).now() - before[1] > 5
    assert clock.now() - before[0] < 1


def test_nobody_waits_beyond_the_end() -> None:
    clock = VirtualClock()
    before = clock.now()
    with pytest.raises(OverBudget):
        Budget(Limits(minutes=1), clock).rest(3600)
    assert clock.now() - before < 1


def test_requests_keep_their_distance() -> None:
    clock = VirtualClock()
    budget = Budget(Limits(per_second=4), clock)
    began = clock.now()
    for _ in range(9):
        budget.spend()
    assert 2.0 <= clock.now() - began < 2.1


def test_a_live_target_has_limits_of_itself(tmp_path: Path) -> None:
    file = target_file(tmp_path, "https://management.example.org", kind="live")
    assert read_target(file, CONTRACTS).limits == LIVE
    file = target_file(tmp_path, "https://management.example.org", "[budget]\nrequests = 7", kind="live")
    assert read_target(file, CONTRACTS).limits == Limits(7, LIVE.minutes, LIVE.per_second)
    file = target_file(tmp_path, "http://127.0.0.1:1")
    assert read_target(file, CONTRACTS).limits == Limits()


@pytest.mark.parametrize(
    ("line", "says"), [("requests = 0", "more than 0"), ('minutes = "x"', "a number"), ("rps = 1", "per_second")]
)
def test_a_mistake_in_it_is_told(tmp_path: Path, line: str, says: str) -> None:
    with pytest.raises(UsageError) as told:
        read_target(target_file(tmp_path, "http://127.0.0.1:1", f"[budget]\n{line}"), CONTRACTS)
    assert "[budget]" in str(told.value)
    assert says in str(told.value)


# a run


def test_a_run_ends_with_what_it_has(tmp_path: Path) -> None:
    with Unwired([DICOM]) as server:
        file = target_file(tmp_path, server.base_url, "[budget]\nrequests = 40")
        done = linkproof(tmp_path, "run", "--target", file, "--out", "out", "--quiet")
    assert done.returncode == 4, done.stdout + done.stderr
    results = json.loads((tmp_path / "out" / "results.json").read_text("utf-8"))
    assert results["requests"] == 40
    assert results["broken"] == []
    why = {r["why"] for r in results["requirements"] if r["status"] == "not exercised"}
    assert any("the budget of 40 requests is used up" in w for w in why)
    assert [r for r in results["requirements"] if r["status"] == "pass"]


def driver_of(hook: Any) -> Driver:
    opened = without_a_socket(only_for(DICOM.id, lambda b: b.finishing(hook), conforming))("", [DICOM])
    return Driver(Session(opened.target, [DICOM], client=opened.client()), DICOM)


def turned_away(times: int) -> Any:
    """Throttles so many requests, each with Retry-After."""
    turns = itertools.count()

    def hook(_: Asked, answer: Answer) -> None:
        if next(turns) < times:
            answer.status, answer.value = 429, {}
            place(answer.value, DICOM.error.code, "TooManyRequests")
            place(answer.value, DICOM.error.message, "Too many requests.")
            answer.put("Retry-After", "7")

    return hook


def test_what_is_throttled_is_asked_again() -> None:
    driver = driver_of(turned_away(3))
    assert driver.page().status == 200
    assert driver.session.requests == 4


def test_patience_ends() -> None:
    driver = driver_of(turned_away(1000))
    assert driver.send(driver.operation(Role.LIST)).status == 429
    assert driver.session.requests == 5
