"""STA: decisions are shown, on their connection and on no other."""

from typing import Any

import pytest

from linkproof.base.json_values import place
from linkproof.contract.operation import Role
from linkproof.contract.schema_walk import type_of
from linkproof.runner.driver import Driver
from linkproof.runner.not_exercised import DoesNotApply
from linkproof.runner.scenarios import bystanders, look, look_at_everything

_LONG = "Long enough to be cut somewhere: " + "0123456789 " * 24
_DESCRIPTIONS = {
    "plain": "Agreed on by the network team",
    "non-ascii": "Genehmigt für Zürich – 承認済み ✓ \U0001f510",
    "long": _LONG.strip(),
    "quoted": ' with "quotes", a \\ backslash, <tags> & a\ttab, and blanks around it  ',
}


#: What a long-running operation is judged by.
_LRO = ("LRO-1", "LRO-2", "LRO-3", "LRO-4", "LRO-5", "STA-7", "STA-11")


@pytest.mark.requirement("STA-1", "STA-2", "ENM-3", "SHP-9", *_LRO)
@pytest.mark.parametrize("text", list(_DESCRIPTIONS))
def test_a_decision_is_accepted_and_shown_and_leaves_the_others(driver: Driver, text: str) -> None:
    driver.operation(Role.DECIDE)
    name = driver.reserve("pending")
    others = bystanders(driver, name, 4)
    look(driver, name, *others)
    driver.decide("approve" if text in ("plain", "long") else "reject", name, _DESCRIPTIONS[text])
    look(driver, name, *others)


@pytest.mark.requirement("STA-3")
def test_a_refused_request_changes_nothing(driver: Driver) -> None:
    name = driver.any_name()
    others = bystanders(driver, name)
    look(driver, name, *others)
    if driver.lists:
        driver.read(method="POST" if "POST" not in driver.contract.methods else "PUT", body={})
    if driver.contract.by_role(Role.DECIDE) is not None and driver.target.writes:
        for decision in ("approve", "reject"):
            operation, body = driver.deciding(decision), driver.body_for(decision, name)
            if operation.body_required:
                body.popitem()
                driver.send(operation, name, body=body)
            if operation.request is not None:
                driver.send(operation, name, raw=b"{")
    look(driver, name, *others)


@pytest.mark.requirement("STA-4")
@pytest.mark.parametrize("decision", ["approve", "reject"])
def test_the_same_decision_twice_is_the_same_as_once(driver: Driver, decision: str) -> None:
    driver.operation(Role.DECIDE)
    name = driver.reserve("pending")
    look(driver, name)
    for _ in range(2):
        driver.decide(decision, name, "The same words, sent twice")
        look(driver, name)


@pytest.mark.sends(22)
@pytest.mark.requirement("STA-5", "STA-6", *_LRO)
@pytest.mark.parametrize("decision", ["", "approve"])
def test_a_deleted_connection_is_gone(driver: Driver, decision: str) -> None:
    driver.operation(Role.DELETE)
    name = driver.reserve("pending")
    others = bystanders(driver, name)
    if decision:
        driver.decide(decision, name)
    look(driver, name, *others)
    driver.delete(name)
    look(driver, name, *others)
    driver.delete(name)
    look(driver, name)


@pytest.mark.sends(25)
@pytest.mark.requirement("STA-6")
def test_list_and_get_agree(driver: Driver) -> None:
    driver.operation(Role.GET)
    if driver.contract.by_role(Role.DECIDE) is not None and driver.target.writes:
        name = driver.reserve("pending")
        driver.decide("reject", name, "Not this one – non")
    look_at_everything(driver)


#: What is sent for members that only the service may write, where a word will not do.
_READ_ONLY: dict[str, Any] = {
    "/id": "/subscriptions/ffffffff-ffff-4fff-8fff-ffffffffffff/resourceGroups/taken-over",
    "/type": "Taken.Over/things",
    "/properties/provisioningState": "Failed",
    "/systemData": {
        "createdBy": "taken-over@example.org",
        "createdByType": "Key",
        "createdAt": "2001-01-01T00:00:00Z",
        "lastModifiedBy": "taken-over@example.org",
    },
}
_BY_TYPE = {"string": "taken-over", "integer": 7, "boolean": True}


def _for_the_service_only(driver: Driver) -> dict[str, Any]:
    """Return a value for each member that the vendor calls read-only and the contract has, by pointer."""
    answer = driver.operation(Role.DECIDE).responses.get(200)
    schemas = {node.pointer: node.schema for node in answer.nodes()} if answer else {}
    found: dict[str, Any] = {}
    for pointer in driver.contract.member.read_only:
        schema = schemas.get(pointer, {})
        usual = (
            "2001-01-01T00:00:00Z" if schema.get("format") == "date-time" else _BY_TYPE.get(type_of(schema) or "string")
        )
        if (value := _READ_ONLY.get(pointer, usual)) is not None:
            found[pointer] = value
    return found


@pytest.mark.requirement("STA-8")
@pytest.mark.parametrize("members", ["all", "state and system data"])
def test_read_only_members_are_not_taken_over(driver: Driver, members: str) -> None:
    wanted, member = _for_the_service_only(driver), driver.contract.member
    if members != "all":
        wanted = {p: v for p, v in wanted.items() if p not in (member.id, member.name, member.type)}
    if not wanted or not driver.contract.decide.by_resource:
        raise DoesNotApply("a decision does not send the connection's members, or the vendor calls none read-only")
    name = driver.reserve("pending")
    look(driver, name)
    call = driver.decide("approve", name, "With members that only the service may write", more=wanted)
    if not call.success:
        for pointer, value in wanted.items():
            driver.decide("approve", name, more={pointer: value})
            look(driver, name)
    look(driver, name)


@pytest.mark.requirement("STA-9", "STA-1", "STA-3")
@pytest.mark.parametrize(("first", "second"), [("reject", "approve"), ("approve", "reject")])
def test_what_was_decided_is_decided_again_or_refused(driver: Driver, first: str, second: str) -> None:
    driver.operation(Role.DECIDE)
    name = driver.reserve("pending")
    look(driver, name)
    driver.decide(first, name, "First")
    look(driver, name)
    driver.decide(second, name, "Second")
    look(driver, name)
    if driver.contract.decide.final:
        # Also what the target has decided: there the first decision's operation cannot fail, or last for ever.
        for known in driver.unused({"reject": "rejected", "approve": "approved"}[first])[:1]:
            look(driver, known)
            driver.decide(second, known, "Second")
            look(driver, known)


#: Number of races on one connection: an intermittent defect should show in every run.
_RACES = 5


@pytest.mark.requirement("STA-10")
@pytest.mark.parametrize("attempt", [1, 2, 3])
def test_two_decisions_at_the_same_time_do_not_mix(driver: Driver, attempt: int) -> None:
    driver.operation(Role.DECIDE)
    name = driver.reserve("pending")
    look(driver, name)
    for race in range(1 if driver.contract.decide.final else _RACES):
        decisions = [
            ("approve", driver.body_for("approve", name, f"The first of two writers {attempt}.{race}")),
            ("reject", driver.body_for("reject", name, f"The second of two writers {attempt}.{race}")),
        ]
        calls = driver.decide_together(name, decisions)
        for call in calls:
            driver.wait(call, name)
        driver.get(name)
    look(driver, name)


@pytest.mark.requirement("STA-12", "STA-1", "STA-3", "STA-7", "ERR-3")
@pytest.mark.parametrize("decision", ["approve", "reject"])
def test_several_are_decided_together(driver: Driver, decision: str) -> None:
    operation, subjects = driver.deciding(decision), driver.contract.decide.subjects
    if not subjects:
        raise DoesNotApply("a decision is about one connection")
    names = [driver.reserve("pending") for _ in range(3)]
    others = bystanders(driver, names[0], 4)
    for asked in (names[:2], [names[2], "linkproof-absent-1"], ["linkproof-absent-1", "linkproof-absent-2"]):
        look(driver, *names, *others)
        body = driver.body_for(decision, names[0])
        place(body, subjects, asked)
        call = driver.send(operation, body=body)
        for name in asked[:1]:
            driver.wait(call.about(name), name)
        look(driver, *names, *others)


@pytest.mark.requirement("STA-3")
def test_a_dry_run_changes_nothing(driver: Driver) -> None:
    pointer = driver.contract.decide.dry_run
    if not pointer:
        raise DoesNotApply("the contract has no dry run")
    name = driver.reserve("pending")
    look(driver, name)
    for decision in ("approve", "reject"):
        body = driver.body_for(decision, name)
        place(body, pointer, True)
        driver.send(driver.deciding(decision), body=body)
        look(driver, name)
