"""Matrix runs that start with the tests of a fault's requirement, and what a matrix reports of the tests."""

from __future__ import annotations

from dataclasses import replace

import pytest

from linkproof.contract.loader import all_contracts
from linkproof.contract.requirement_catalogue import all_requirements
from linkproof.errors import EngineError
from linkproof.fault_matrix.matrix_run import Outcome, Reported, attempt
from linkproof.fault_matrix.pool import in_order
from linkproof.fault_matrix.suite_log import Performed
from linkproof.fault_matrix.table import Matrix, as_markdown, figures, head
from linkproof.fault_matrix.use_of_tests import uses_of_tests
from linkproof.faults.catalogue import find

DICOM = next(c for c in all_contracts() if c.id == "azure-healthcareapis-dicom")


def test_the_tests_of_the_requirement_find_what_all_tests_find() -> None:
    fault = find("PAG-3.link-to-itself@azure-healthcareapis-dicom", [DICOM])
    quick, whole = attempt(fault, [DICOM], all_tests=False), attempt(fault, [DICOM])
    assert (quick.all_tests, whole.all_tests) == (False, True)
    assert quick.by_its_own
    assert whole.by_its_own
    assert quick.requests < whole.requests / 2
    # The last test that was performed is the one that found it.
    assert [bool(p.breached & {"PAG-3"}) for p in quick.performed] == [False] * (len(quick.performed) - 1) + [True]


def test_what_they_miss_meets_every_test() -> None:
    # A fault that breaches another requirement than it says: its own tests cannot find it.
    fault = find("PAG-3.link-to-itself@azure-healthcareapis-dicom", [DICOM])
    mislabelled = replace(fault, definition=replace(fault.definition, requirement="HDR-3", equivalent=()))
    outcome = attempt(mislabelled, [DICOM], all_tests=False)
    assert outcome.all_tests
    assert not outcome.good
    assert outcome.reported


def test_a_requirement_that_no_test_exercises_is_named() -> None:
    fault = find("PAG-3.link-to-itself@azure-healthcareapis-dicom", [DICOM])
    new = replace(fault, definition=replace(fault.definition, requirement="PAG-99"))
    with pytest.raises(EngineError, match="no test in suites/ exercises PAG-99: add"):
        attempt(new, [DICOM], all_tests=False)


def test_a_variant_meets_every_test() -> None:
    variant = find("SHP-3.chunked@azure-healthcareapis-dicom", [DICOM])
    outcome = attempt(variant, [DICOM], all_tests=False)
    assert outcome.all_tests
    assert outcome.good


def test_outcomes_come_in_the_order_of_the_tasks() -> None:
    tasks = [("one" if n % 3 else "other", n) for n in range(50)]
    assert in_order(_squared, tasks, 2) == [n * n for n in range(50)]
    assert in_order(_squared, tasks, 1) == [n * n for n in range(50)]


def _squared(number: int) -> int:
    return number * number


# the tables


def _outcome(name: str, *performed: Performed, all_tests: bool = True) -> Outcome:
    reported = (Reported("PAG-3", True, False, "x"),)
    return Outcome(
        f"PAG-3.{name}@c", "PAG-3", "c", "t", False, (), reported, "breached", 9, 1.0, "", all_tests, performed
    )


def test_a_test_is_credited_with_what_only_it_finds() -> None:
    both, one = frozenset({"PAG-3"}), frozenset({"HDR-1"})
    found = uses_of_tests(
        [
            _outcome("a", Performed("slow", 40, 2.0, both), Performed("fast", 2, 0.1, one)),
            _outcome("b", Performed("slow", 60, 4.0, both), Performed("fast", 2, 0.1, both)),
        ]
    )
    assert [(u.test, u.requests, u.seconds, u.finds, u.alone) for u in found] == [
        ("slow", 50.0, 3.0, 2, ("PAG-3.a@c",)),
        ("fast", 2.0, 0.1, 1, ()),
    ]


def test_the_table_says_which_tests_were_run() -> None:
    outcomes = [_outcome("a", all_tests=False), _outcome("b")]
    quick, whole = Matrix({1: outcomes}, 1.0, 2, all_tests=False), Matrix({1: outcomes[1:]}, 1.0, 2)
    assert figures(quick)["faults_of_all_tests"] == 1
    assert "all tests for the 1 of 2 faults that these miss" in dict(head(quick))["tests"]
    assert dict(head(whole))["tests"] == "all, for every fault and variant"
    assert "the first finding is the cause" in dict(head(whole))
    assert "the first finding is the cause" not in dict(head(quick))
    assert "## Every test" in as_markdown(whole, all_requirements())
    assert "## Every test" not in as_markdown(quick, all_requirements())
