"""HDR: request ids, credentials, paths in any case."""

import pytest

from linkproof.contract.operation import Role
from linkproof.model.exchange import Credential
from linkproof.runner.driver import Driver
from linkproof.runner.not_exercised import DoesNotApply
from linkproof.runner.scenarios import bystanders, look, send_writes


@pytest.mark.requirement("HDR-1")
def test_every_answer_has_an_id_of_its_own(driver: Driver) -> None:
    name = driver.any_name()
    for _ in range(3):
        driver.get(name)
        driver.read()
        driver.get(driver.absent())


@pytest.mark.requirement("HDR-2", "HDR-6", "ERR-1", "STA-3")
@pytest.mark.parametrize("credential", [Credential.MISSING, Credential.WRONG], ids=["missing", "wrong"])
def test_credentials_are_checked(driver: Driver, credential: Credential) -> None:
    if not driver.target.checks_credentials:
        pytest.skip("the target says that it does not check credentials")
    name = driver.any_name()
    driver.read(credential=credential)
    if driver.contract.by_role(Role.GET) is not None:
        driver.send(driver.operation(Role.GET), name, credential=credential)
        driver.send(driver.operation(Role.GET), driver.absent(), credential=credential)
    if driver.contract.by_role(Role.DECIDE) is not None and driver.target.writes:
        own = driver.reserve("pending")
        look(driver, own)
        send_writes(driver, own, credential=credential)
        look(driver, own)


@pytest.mark.requirement("HDR-4")
def test_paths_compare_without_case(driver: Driver) -> None:
    operation = driver.operation(Role.GET)
    name = driver.any_name()
    given = next((n for n in driver.known_names() if n.lower() == name), name)
    plain = driver.path(operation, given)
    driver.get(given)
    variants = (
        driver.path(operation, given.swapcase()),
        plain.replace("resourceGroups", "resourcegroups"),
        plain.replace("/providers/", "/PROVIDERS/").replace(_provider(driver), _provider(driver).lower()),
        plain.lower(),
        plain.upper(),
    )
    for path in variants:
        driver.send(operation, given, path=path)
        driver.get(given)


@pytest.mark.sends(60)
@pytest.mark.requirement("HDR-4", "STA-1", "STA-5", "STA-7", "STA-11", "PAG-4")
def test_writes_compare_paths_without_case(driver: Driver) -> None:
    driver.operation(Role.DECIDE)
    if not driver.contract.caseless_paths:
        raise DoesNotApply("the contract's paths compare with case")
    names = [driver.reserve("pending"), driver.reserve("pending")]
    others = bystanders(driver, names[0])
    for name, decision in zip(names, ("approve", "reject"), strict=True):
        operation = driver.deciding(decision)
        plain = driver.path(operation, name)
        other = driver.path(operation, name.swapcase()) if decision == "approve" else plain.lower()
        if other == plain:
            other = plain.upper()
        look(driver, name, *others)
        call = driver.send(operation, name, body=driver.body_for(decision, name), path=other)
        driver.wait(call, name)
        look(driver, name, *others)
        tags = driver.contract.by_role(Role.TAGS)
        if tags is not None:
            call = driver.send(tags, name, body={"tags": {"owner": "linkproof"}}, path=other)
            driver.wait(call, name)
            look(driver, name, *others)
        delete = driver.contract.by_role(Role.DELETE)
        if delete is not None:
            driver.wait(driver.send(delete, name, path=other), name)
            look(driver, name, *others)
    if driver.lists:
        listing = driver.operation(Role.LIST)
        driver.send(listing, path=driver.path(listing).lower())
        driver.send(listing, path=driver.path(listing).upper())
    driver.walk()


def _provider(driver: Driver) -> str:
    return driver.contract.resource_type.split("/")[0]


@pytest.mark.requirement("HDR-5", "HDR-6", "HDR-3")
def test_the_service_does_not_fail(driver: Driver) -> None:
    driver.read()
    driver.read(query={"unknown": "parameter"})
    if not driver.contract.by_name:  # a GET that names no operation may be another service's: S3 shares AWS's address
        driver.send_url("GET", driver.session.client.base_url(driver.contract) + driver.path(*driver.reading()))
    for _ in range(5):
        driver.get(driver.any_name())
