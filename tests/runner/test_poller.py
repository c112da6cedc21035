"""How long a run waits for what takes time, and where it polls."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from linkproof.contract.model import Contract
from linkproof.contract.operation import Role
from linkproof.mock.defaults import conforming, only_for
from linkproof.mock.messages import Answer, Asked
from linkproof.runner.driver import Driver
from linkproof.runner.open_target import without_a_socket
from linkproof.runner.scenarios import look
from linkproof.runner.session import Session
from tests.traffic import AKS, HUAWEI, POSTGRES, contract

CLUSTER, ENDPOINTS = contract(AKS), contract(HUAWEI)


def driver_of(own: Contract, hook: Callable[[Asked, Answer], None]) -> Driver:
    opened = without_a_socket(only_for(own.id, lambda b: b.finishing(hook), conforming))("", [own])
    return Driver(Session(opened.target, [own], client=opened.client()), own)


def showing_every_state_as(word: str) -> Callable[[Asked, Answer], None]:
    def hook(_: Asked, answer: Answer) -> None:
        shown = answer.value if isinstance(answer.value, dict) else {}
        for item in shown.get("value", [shown]):
            if "properties" in item:
                item["properties"]["provisioningState"] = word

    return hook


def kinds(driver: Driver) -> set[tuple[str, str]]:
    """The findings so far."""
    return {(f.requirement, f.kind) for f in driver.session.judge.findings.all()}


def test_an_undocumented_state_that_stays_shortens_no_operation() -> None:
    driver = driver_of(CLUSTER, showing_every_state_as("Ready"))
    driver.decide("approve", driver.reserve("pending"))
    assert driver.session.stuck == set()
    name = driver.reserve("pending")
    driver.delete(name)
    assert driver.send(driver.operation(Role.DELETE), name).status == 204


def test_a_run_waits_once_for_an_undocumented_state_that_stays() -> None:
    first = driver_of(CLUSTER, showing_every_state_as("Ready"))
    first.decide("approve", first.reserve("pending"))
    waited = first.session.judge.exchanges
    second = Driver(first.session, CLUSTER)  # another test's
    second.decide("approve", second.reserve("pending"))
    assert waited > 10
    assert first.session.judge.exchanges - waited < 5


def test_for_a_documented_state_that_never_ends_a_run_waits_once() -> None:
    driver = driver_of(CLUSTER, showing_every_state_as("Creating"))
    driver.decide("approve", driver.reserve("pending"))
    assert driver.session.stuck == {AKS}


def test_decisions_without_effect_are_waited_for_once_for_each_undocumented_state_they_stay_in() -> None:
    """PostgreSQL documents no states. A decision answered with 202 and no URL, and still pending, never ends."""

    def hook(_: Asked, answer: Answer) -> None:
        answer.headers = [h for h in answer.headers if h[0] not in ("Azure-AsyncOperation", "Location")]
        shown = answer.value if isinstance(answer.value, dict) else {}
        for item in shown.get("value", [shown]):
            if "properties" in item:
                item["properties"]["provisioningState"] = "Updating"
                item["properties"]["privateLinkServiceConnectionState"]["status"] = "Pending"

    driver = driver_of(contract(POSTGRES), hook)
    sent = []
    for _ in range(4):
        before = driver.session.judge.exchanges
        driver.decide("approve", driver.reserve("pending"))
        sent.append(driver.session.judge.exchanges - before)
    assert driver.session.stuck == {POSTGRES}
    assert min(sent[:2]) > 10 > max(sent[2:])


def test_what_a_decision_leaves_in_transition_is_looked_at_again_after_the_limit() -> None:
    def hook(asked: Asked, answer: Answer) -> None:
        for item in answer.value.get("connections", []) if asked.method == "GET" else []:
            item["status"] = {"accepted": "creating"}.get(item["status"], item["status"])

    driver = driver_of(ENDPOINTS, hook)
    name = driver.reserve("pending")
    driver.decide("approve", name)
    look(driver, name)
    assert kinds(driver) == {("STA-1", "still on its way")}
    assert driver.session.stuck == {HUAWEI}


@pytest.mark.parametrize("prefix", ["", "//embedded.invalid"])
def test_an_operation_is_polled_at_a_url_that_is_not_absolute(prefix: str) -> None:
    asked_for: list[str] = []

    def hook(asked: Asked, answer: Answer) -> None:
        asked_for.append(asked.path)
        for name in ("Azure-AsyncOperation", "Location"):
            urls = [url for known, url in answer.headers if known.lower() == name.lower()]
            for url in urls:
                answer.put(name, prefix + urlsplit(url)._replace(scheme="", netloc="").geturl())

    driver = driver_of(contract(POSTGRES), hook)
    assert driver.delete(driver.reserve("pending")).status == 202
    assert kinds(driver) == {("LRO-1", "Azure-AsyncOperation not absolute")}
    assert len(asked_for) > 2


def test_a_deletion_that_cannot_be_polled_is_waited_for() -> None:
    def hook(_: Asked, answer: Answer) -> None:
        answer.headers = [h for h in answer.headers if h[0] not in ("Azure-AsyncOperation", "Location")]

    driver = driver_of(contract(POSTGRES), hook)
    name = driver.reserve("pending")
    assert driver.delete(name).status == 202
    assert driver.get(name).not_found
    assert driver.session.stuck == set()
