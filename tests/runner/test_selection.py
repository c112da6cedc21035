"""Selection of tests by requirement, by name and by earlier failure; stopping after some failures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from linkproof.contract.loader import all_contracts, select
from linkproof.contract.requirement_catalogue import all_requirements
from linkproof.errors import UsageError
from linkproof.faults.catalogue import behaving, find
from linkproof.model.exchange import Exchange
from linkproof.model.results import Results, Status, Verdict
from linkproof.runner.open_target import without_a_socket
from linkproof.runner.pytest_plugin import Conformance
from linkproof.runner.run_context import Choices
from linkproof.runner.running import run_suites
from linkproof.runner.selection import EVERYTHING, Failed, Selection, failed_in, selected
from tests.results_examples import breached

CONTRACT = "azure-search-pec"
FAULT = f"PAG-5.empty-link@{CONTRACT}"


def _run(selection: Selection, fault: str = "", concurrency: int = 1, observe: Any = None) -> Results:
    """A run against the embedded server without a socket, with or without a fault."""
    behaviour = behaving(find(fault, select(all_contracts(), (CONTRACT,)))) if fault else None
    opener = without_a_socket(behaviour) if behaviour else without_a_socket(_default())
    contracts = (CONTRACT,) if concurrency == 1 else (CONTRACT, "azure-keyvault-pec")
    run = Conformance(
        Choices(contracts=contracts, selection=selection, concurrency=concurrency), opener=opener, observe=observe
    )
    try:
        run_suites(run)
    finally:
        run.close()
    assert run.results is not None
    return run.results


def _default() -> Any:
    from linkproof.mock.defaults import DEFAULT

    return DEFAULT


def test_only_the_named_requirements_are_run_and_reported() -> None:
    results = _run(Selection(requirements=("PAG-5", "sta-1")))
    assert {r.requirement for r in results.requirements} == {"PAG-5", "STA-1"}
    assert results.verdict is Verdict.CONFORMS
    assert "Selected (-r PAG-5 -r sta-1): 2 of" in results.sentence


def test_a_breach_of_what_was_selected_fails() -> None:
    results = _run(Selection(requirements=("PAG-5",)), FAULT)
    assert [(r.requirement, r.status) for r in results.requirements] == [("PAG-5", Status.FAIL)]
    assert results.exit_code == 1


def test_findings_of_others_are_counted_and_not_shown() -> None:
    results = selected(breached(), Selection(requirements=("XXX",)), frozenset())
    hidden = len(breached().findings)
    assert not results.findings
    assert f"{hidden} findings about other requirements are not shown" in results.sentence


def test_a_keyword_selects_tests_and_their_requirements() -> None:
    results = _run(Selection(keyword="decision and not concurrent"))
    assert results.requirements
    assert {r.family for r in results.requirements} < {r.family for r in _run_all().requirements}


_ALL: list[Results] = []


def _run_all() -> Results:
    if not _ALL:
        _ALL.append(_run(EVERYTHING, FAULT))
    return _ALL[0]


def test_what_failed_is_run_again_and_passes_once_it_is_right() -> None:
    failed = failed_in(_run_all())
    assert (CONTRACT, "PAG-5") in failed.pairs
    assert failed.tests
    again = _run(Selection(failed=failed), FAULT)
    assert again.exit_code == 1
    assert {(r.contract, r.requirement) for r in again.requirements} == failed.pairs
    mended = _run(Selection(failed=failed))
    assert mended.exit_code == 0
    assert again.requests < _run_all().requests


@pytest.mark.parametrize("concurrency", [1, 4])
def test_the_run_ends_after_so_many_failures(concurrency: int) -> None:
    results = _run(Selection(max_failures=1), FAULT, concurrency)
    assert results.exit_code == 1
    stopped = [r for r in results.requirements if "--max-failures" in r.why]
    assert any(r.status is Status.NOT_EXERCISED for r in stopped)
    whole = _run_all() if concurrency == 1 else _run(EVERYTHING, FAULT, concurrency)
    assert results.requests < whole.requests


def test_every_exchange_is_observed() -> None:
    seen: list[Exchange] = []
    results = _run(Selection(requirements=("STA-1",)), observe=seen.append)
    assert len(seen) == results.requests > 0
    assert all(e.scene for e in seen)


@pytest.mark.parametrize(
    ("selection", "where"),
    [
        (Selection(keyword="no_such_test"), "-k"),
        (Selection(keyword="and ("), "-k"),
        (Selection(failed=Failed()), "--last-failed"),
    ],
)
def test_a_selection_of_nothing_is_an_error(selection: Selection, where: str) -> None:
    with pytest.raises(UsageError) as caught:
        _run(selection)
    assert where in caught.value.where
    assert caught.value.fix


def test_an_unknown_requirement_is_named_with_one_that_is_near() -> None:
    with pytest.raises(UsageError) as caught:
        Selection(requirements=("STX-5",)).check(all_requirements())
    assert "STX-5" in caught.value.problem
    assert "STA-5" in caught.value.fix
    Selection(requirements=("pag-*", "STA-5")).check(all_requirements())


def test_reports_of_a_selection_can_be_written(tmp_path: Path) -> None:
    from linkproof.reports.write import write_reports

    written = write_reports(selected(breached(), Selection(requirements=("PAG-1",)), frozenset()), tmp_path / "out")
    assert all(p.exists() for p in written)
