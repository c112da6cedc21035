"""HDR: request ids, credentials, paths in any case."""

import pytest

from linkproof.contract.model import Role
from linkproof.model.exchange import Credential
from linkproof.runner.driver import Driver
from linkproof.runner.scenarios import look


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
        own = driver.take("pending")
        look(driver, own)
        body = driver.body_for("approve", own)
        driver.send(driver.operation(Role.DECIDE), own, body=body, credential=credential)
        if driver.contract.by_role(Role.DELETE) is not None:
            driver.send(driver.operation(Role.DELETE), own, credential=credential)
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


def _provider(driver: Driver) -> str:
    return driver.contract.resource_type.split("/")[0]


@pytest.mark.requirement("HDR-5", "HDR-6", "HDR-3")
def test_the_service_does_not_fail(driver: Driver) -> None:
    driver.read()
    driver.read(query={"unknown": "parameter"})
    driver.send_url("GET", driver.session.client.base_url(driver.contract) + driver.path(*driver.reading()))
    for _ in range(5):
        driver.get(driver.any_name())
