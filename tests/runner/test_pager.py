"""How far a run follows a list that never ends."""

from __future__ import annotations

from itertools import count

import pytest

from linkproof.mock.messages import Answer, Asked
from linkproof.runner.driver import Driver
from tests.runner.test_poller import driver_of, kinds
from tests.traffic import DICOM, HUAWEI, contract

FIRST = 20


def test_a_list_that_never_ends_is_followed_once() -> None:
    numbers = count()

    def hook(asked: Asked, answer: Answer) -> None:
        if isinstance(answer.value, dict) and "value" in answer.value:
            answer.value["nextLink"] = f"https://embedded.invalid{asked.path}?api-version=2022-06-01&n={next(numbers)}"

    driver = driver_of(contract(DICOM), hook)
    again = Driver(driver.session, contract(DICOM))  # another test's
    pages = [len(one.walk()) for one in (driver, again)]
    assert driver.session.endless == {DICOM}
    assert pages[0] > FIRST > pages[1]
    assert ("PAG-3", "never ends") in kinds(driver)


@pytest.mark.parametrize("empty", [1, 2])
def test_pages_without_items_end_no_list_that_ends(empty: int) -> None:
    """A page without items and a next link is legal."""

    def hook(_: Asked, answer: Answer) -> None:
        if isinstance(answer.value, dict) and answer.value.get("nextLink"):
            pages[0] += 1
            if pages[0] <= empty:
                answer.value["value"] = []

    pages = [0]
    driver = driver_of(contract(DICOM), hook)
    walked = driver.walk()
    assert [len(page.items) for page in walked[:empty]] == [0] * empty
    assert walked[-1].items
    assert driver.session.endless == set()


def test_an_offset_that_is_ignored_is_followed_once() -> None:
    def hook(_: Asked, answer: Answer) -> None:
        if isinstance(answer.value, dict) and "connections" in answer.value:
            first.extend(answer.value["connections"] if not first else [])
            answer.value["connections"] = first[:10]

    first: list[object] = []

    driver = driver_of(contract(HUAWEI), hook)
    again = Driver(driver.session, contract(HUAWEI))
    pages = [len(one.walk_by_offset(10)) for one in (driver, again)]
    assert pages[0] > FIRST > pages[1]
