"""A reservation on a server that loses connections: what it no longer shows is passed over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from linkproof.contract.loader import all_contracts
from linkproof.contract.operation import Role
from linkproof.faults.catalogue import behaving, find
from linkproof.mock.defaults import DEFAULT, Choice
from linkproof.runner.driver import Driver
from linkproof.runner.open_target import without_a_socket
from linkproof.runner.scenarios import bystanders, look
from linkproof.runner.session import Session

SIGNALR = next(c for c in all_contracts() if c.id == "azure-signalr-pec")
PEC = next(c for c in all_contracts() if c.id == "azure-healthcareapis-pec")
REMOVES = behaving(find("STA-7.removes-the-next@azure-signalr-pec", [SIGNALR]))


@contextmanager
def driving(choice: Choice = DEFAULT) -> Iterator[Driver]:
    opened = without_a_socket(choice)("", [SIGNALR, PEC])
    session = Session(opened.target, [SIGNALR, PEC], client=opened.client())
    yield Driver(session, SIGNALR)
    session.close()


def test_the_neighbours_of_a_connection_are_bystanders_if_no_list_shows_them() -> None:
    with driving() as driver:
        names = driver.known_names()
        assert {names[3], names[5]} <= set(bystanders(driver, names[4]))
        assert names[1] in bystanders(driver, names[0])
        assert names[-2] in bystanders(driver, names[-1])
        listing = Driver(driver.session, PEC)
        listed = listing.known_names()
        assert not {listed[3], listed[5]} & set(bystanders(listing, listed[4]))


def test_a_connection_that_a_decision_on_its_neighbour_removed_is_found() -> None:
    with driving(REMOVES) as driver:
        first, second = driver.known_names()[:2]
        others = bystanders(driver, first)
        look(driver, first, *others)
        driver.decide("approve", first)
        look(driver, first, *others)
        [finding] = driver.session.judge.findings.all()
        assert (finding.requirement, finding.kind) == ("STA-7", "another vanished")
        assert driver.get(second).not_found


def test_what_is_no_longer_shown_is_not_reserved() -> None:
    with driving(REMOVES) as driver:
        first = driver.reserve("pending")
        driver.decide("approve", first)
        assert not driver.session.fixtures.loses_connections(SIGNALR)
        assert driver.get(driver.known_names()[1]).not_found
        assert driver.session.fixtures.loses_connections(SIGNALR)
        for _ in range(5):
            name = driver.reserve("pending")
            assert driver.get(name).success
            driver.decide("reject", name)


def test_without_a_loss_no_request_is_sent_to_reserve() -> None:
    with driving() as driver:
        name = driver.reserve("pending")
        driver.delete(name)
        assert driver.get(name).not_found
        operation = driver.operation(Role.GET)
        driver.send(operation, driver.known_names()[2], parents={"resourceName": "linkproof-absent-1"})
        sent = driver.session.requests
        assert driver.reserve("pending") == driver.known_names()[1]
        assert driver.session.requests == sent
        assert not driver.session.fixtures.loses_connections(SIGNALR)


def test_a_decision_is_sent_again_with_every_member_once() -> None:
    needs_endpoint = behaving(find("ERR-10.endpoint-required@azure-signalr-pec", [SIGNALR]))
    with driving(needs_endpoint) as driver:
        names = driver.known_names()
        driver.get(names[0])
        assert driver.decide("approve", names[0]).success
        assert "/properties/privateEndpoint" in driver.session.beside[SIGNALR.id]
        sent = driver.session.requests
        body = driver.body_for("reject", names[1])
        assert body["properties"]["privateEndpoint"]["id"].endswith(f"/pe-{names[1]}")
        assert driver.decide("reject", names[1]).success
        assert driver.session.requests < sent + 10
        assert {f.requirement for f in driver.session.judge.findings.all()} <= {"ERR-10", "ENM-3"}


def test_a_decision_that_is_refused_whatever_it_holds_is_tried_once_more_only() -> None:
    refuses = behaving(find("ENM-3.rejection-refused@azure-signalr-pec", [SIGNALR]))
    with driving(refuses) as driver:
        for name in driver.known_names()[:3]:
            driver.get(name)
            assert not driver.decide("reject", name).success
        assert driver.session.beside[SIGNALR.id] == ()
        assert "privateEndpoint" not in driver.body_for("approve", driver.known_names()[4])["properties"]
