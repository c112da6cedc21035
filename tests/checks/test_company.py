"""What is still seen of a fault where another one makes an answer, a name or a status unreadable."""

from __future__ import annotations

import pytest

from linkproof.model.exchange import Exchange
from tests.check_cases import LONG
from tests.traffic import (
    AKS,
    DICOM,
    HOST,
    MOCK,
    PATHS,
    POSTGRES,
    connection,
    decision,
    error,
    ex,
    judge,
    listing,
)


def kinds(exchanges: list[Exchange]) -> set[tuple[str, str]]:
    return {(requirement, breach.kind) for requirement, breach in judge(exchanges, MOCK)[1]}


@pytest.mark.parametrize(("name", "seen"), [("one-1", True), ("two", True), ("one", True)])
def test_a_connection_whose_name_contradicts_its_id_is_still_the_one_that_was_asked_for(name: str, seen: bool) -> None:
    shown = connection(AKS, "one", name=name)
    refused = [
        ex(AKS, own="one", answer=shown),
        error(AKS, 400, "BadRequest", "PUT", "one", sent=decision("Rejected", "no")),
    ]
    assert (("ENM-3", "refused") in kinds(refused)) is seen


def test_a_connection_of_which_neither_id_nor_name_is_the_one_that_was_asked_for_is_another() -> None:
    shown = connection(AKS, "three", name="two")
    refused = [
        ex(AKS, own="one", answer=shown),
        error(AKS, 400, "BadRequest", "PUT", "one", sent=decision("Rejected", "no")),
    ]
    assert ("ENM-3", "refused") not in kinds(refused)


def asked(status: int, path: str) -> Exchange:
    """A Get whose body is cut short, or a 404."""
    version = "?api-version=2022-06-01"
    if status == 404:
        return error(DICOM, 404, "ResourceNotFound", url=f"{HOST}{path}{version}")
    return ex(DICOM, raw=b'{"name": "one"', url=f"{HOST}{path}{version}")


def test_a_path_in_another_case_is_judged_by_the_list_where_no_get_can_be_read() -> None:
    path = f"{PATHS[DICOM]}/one"
    other = path.replace("resourceGroups", "resourcegroups")
    shown = listing(DICOM, connection(DICOM))
    assert ("HDR-4", "not found") in kinds([shown, asked(200, path), asked(404, other)])
    assert ("HDR-4", "not found") in kinds([shown, asked(200, path), asked(404, path.replace("/one", "/ONE"))])
    # The same path: the list has what Get does not find.
    assert kinds([shown, asked(404, path)]) == {("STA-6", "listed, not found")}
    # No Get was answered: the case need not be the reason, and who is wrong is unknown.
    assert kinds([shown, asked(404, other)]) == set()


def deletion(*later: float, status: int = 404) -> list[Exchange]:
    """A Delete whose status cannot be polled and whose result is there at once; then Gets at these times."""
    gets = [ex(POSTGRES, own="one", answer=connection(POSTGRES), times=(at, at + 0.1)) for at in (*later,)]
    refused = error(POSTGRES, status, "NotFound", url=LONG[0][1], times=(103, 103.1))
    return [
        ex(POSTGRES, own="one", answer=connection(POSTGRES), times=(100, 100.1)),
        ex(POSTGRES, "DELETE", "one", 202, headers=LONG, times=(101, 101.1)),
        ex(POSTGRES, status=204, url=LONG[1][1], times=(102, 102.1)),
        refused,
        *gets,
    ]


def test_a_deletion_whose_status_cannot_be_polled_takes_as_long_as_an_operation_may() -> None:
    assert ("STA-5", "still in Get") not in kinds(deletion(104))
    assert ("STA-5", "still in Get") in kinds(deletion(107))
