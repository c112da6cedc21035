"""How long a run waits for what takes time."""

from __future__ import annotations

from linkproof.contract.model import Role
from linkproof.mock.defaults import conforming, only_for
from linkproof.mock.messages import Answer, Asked
from linkproof.runner.driver import Driver
from linkproof.runner.open_target import without_a_socket
from linkproof.runner.session import Session
from tests.traffic import AKS, contract

CLUSTER = contract(AKS)


def driver_where_every_state_is(word: str) -> Driver:
    def hook(_: Asked, answer: Answer) -> None:
        shown = answer.value if isinstance(answer.value, dict) else {}
        for item in shown.get("value", [shown]):
            if "properties" in item:
                item["properties"]["provisioningState"] = word

    opened = without_a_socket(only_for(AKS, lambda b: b.finishing(hook), conforming))("", [CLUSTER])
    return Driver(Session(opened.target, [CLUSTER], client=opened.client()), CLUSTER)


def test_an_undocumented_state_that_stays_shortens_no_operation() -> None:
    driver = driver_where_every_state_is("Ready")
    driver.decide("approve", driver.reserve("pending"))
    assert driver.session.stuck == set()
    name = driver.reserve("pending")
    driver.delete(name)
    assert driver.send(driver.operation(Role.DELETE), name).status == 204


def test_for_a_documented_state_that_never_ends_a_run_waits_once() -> None:
    driver = driver_where_every_state_is("Creating")
    driver.decide("approve", driver.reserve("pending"))
    assert driver.session.stuck == {AKS}
