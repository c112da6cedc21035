"""What was read is not read again by a look, until something was sent that may have changed it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from linkproof.contract.loader import all_contracts, select
from linkproof.contract.operation import Role
from linkproof.mock.defaults import DEFAULT
from linkproof.mock.direct import Direct
from linkproof.model.exchange import Credential, Response
from linkproof.runner.driver import Driver
from linkproof.runner.open_target import without_a_socket
from linkproof.runner.scenarios import bystanders, look
from linkproof.runner.session import Session

AKS, LONG_RUNNING, HUAWEI = "azure-containerservice-pec", "azure-dbforpostgresql-pec", "huawei-vpcep-connections"


@contextmanager
def driving(contract: str) -> Iterator[Driver]:
    contracts = select(all_contracts(), (contract,))
    opened = without_a_socket(DEFAULT)("", contracts)
    session = Session(opened.target, contracts, client=opened.client())
    yield Driver(session, contracts[0])
    session.close()


def sent_by(driver: Driver, what: Callable[[], object]) -> int:
    before = driver.session.requests
    what()
    return driver.session.requests - before


@pytest.mark.parametrize("contract", [AKS, LONG_RUNNING, HUAWEI])
def test_a_second_look_sends_nothing_and_one_after_a_decision_reads_all_again(contract: str) -> None:
    with driving(contract) as driver:
        name = driver.reserve("pending")
        whole_list = sent_by(driver, lambda: bystanders(driver, name))
        others = bystanders(driver, name)
        first = sent_by(driver, lambda: look(driver, name, *others))
        assert sent_by(driver, lambda: look(driver, name, *others)) == 0
        assert bystanders(driver, name) == others
        driver.decide("approve", name)
        # The first look found the list that the bystanders were chosen from.
        assert sent_by(driver, lambda: look(driver, name, *others)) == first + whole_list


def test_only_a_connection_that_was_not_read_yet_is_read() -> None:
    with driving(AKS) as driver:
        names = driver.known_names()
        look(driver, names[0])
        assert sent_by(driver, lambda: look(driver, names[0].upper(), names[1], names[1])) == 1


def refused_write(driver: Driver) -> None:
    driver.send(driver.operation(Role.DECIDE), driver.known_names()[0], raw=b"{")


def reading_with_a_defect(driver: Driver) -> None:
    driver.read(version=None)


def reading_without_a_credential(driver: Driver) -> None:
    driver.read(credential=Credential.MISSING)


def undocumented_method(driver: Driver) -> None:
    driver.read(method="POST", body={})


def decided_together(driver: Driver) -> None:
    name = driver.reserve("pending")
    driver.decide_together(name, [(word, driver.body_for(word, name)) for word in ("approve", "reject")])


def lost_track(driver: Driver) -> None:
    driver.session.lose_track()


@pytest.mark.parametrize(
    "what",
    [
        refused_write,
        reading_with_a_defect,
        reading_without_a_credential,
        undocumented_method,
        decided_together,
        lost_track,
    ],
)
def test_what_may_have_changed_something_is_followed_by_reading(what: Callable[[Driver], None]) -> None:
    with driving(AKS) as driver:
        name = driver.known_names()[0]
        whole = sent_by(driver, lambda: look(driver, name))
        what(driver)
        assert sent_by(driver, lambda: look(driver, name)) == whole


def test_an_absent_connection_is_a_reading_like_any() -> None:
    with driving(AKS) as driver:
        look(driver, driver.known_names()[0])
        driver.get(driver.absent())
        assert sent_by(driver, lambda: look(driver, driver.known_names()[0])) == 0


def test_what_is_seen_while_an_operation_goes_on_is_read_again_after_it() -> None:
    with driving(LONG_RUNNING) as driver:
        name = driver.reserve("pending")
        call = driver.send(driver.operation(Role.DECIDE), name, body=driver.body_for("approve", name))
        whole = sent_by(driver, lambda: look(driver, name))
        driver.wait(call, name)
        assert sent_by(driver, lambda: look(driver, name)) == whole


def test_a_list_that_failed_is_not_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = Direct.receive
    with driving(AKS) as driver:
        monkeypatch.setattr(Direct, "receive", lambda *_: Response(500))
        assert [page.status for page in driver.walk()] == [500]
        monkeypatch.setattr(Direct, "receive", answers)
        assert driver.listed()
        assert sent_by(driver, driver.listed) == 0
