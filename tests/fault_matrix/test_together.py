"""Several faults at once: which ones can be combined, and what is counted."""

from __future__ import annotations

import pytest

from linkproof.contract.loader import all_contracts
from linkproof.contract.protocol import Format
from linkproof.fault_matrix.footprint import Answered, Footprints, hides, places
from linkproof.fault_matrix.matrix_run import Reported
from linkproof.fault_matrix.together import (
    GroupOutcome,
    Planted,
    Together,
    as_markdown,
    attempt_group,
    compatible,
    groups_of,
)
from linkproof.faults.catalogue import all_faults, find

PEC = next(c for c in all_contracts() if c.id == "azure-healthcareapis-pec")
DICOM = next(c for c in all_contracts() if c.id == "azure-healthcareapis-dicom")


@pytest.fixture(scope="module")
def footprints() -> Footprints:
    return Footprints(PEC)


def named(name: str) -> Planted:
    fault = find(f"{name}@{PEC.id}", [PEC])
    return Planted(fault.id, fault.requirement, fault.names)


def test_what_shows_only_in_an_answer_that_another_fault_spoils_is_hidden(footprints: Footprints) -> None:
    spoilt, cut = (find(f"{n}@{PEC.id}", [PEC]) for n in ("SHP-1.state-absent", "STA-2.cut"))
    a, b = footprints.of(spoilt.id, spoilt.change), footprints.of(cut.id, cut.change)
    assert hides(a, b)
    assert not hides(b, a)
    assert not compatible(spoilt, cut, footprints)


def test_faults_of_other_places_go_together(footprints: Footprints) -> None:
    one, other = (find(f"{n}@{PEC.id}", [PEC]) for n in ("STA-2.cut", "HDR-1.errors-without-id"))
    assert compatible(one, other, footprints)
    assert not compatible(one, one, footprints)


def test_the_places_in_an_xml_answer_are_those_of_its_elements() -> None:
    def answered(items: str) -> Answered:
        return Answered(200, {}, f"<R><unsuccessful>{items}</unsuccessful></R>".encode())

    item = "<item><code>A</code></item>"
    cleared = places(answered(item), answered(""), Format.XML)
    twice = places(answered(item), answered(item * 2), Format.XML)
    other = places(answered(item), answered(item.replace("A", "B")), Format.XML)
    assert other == {"/unsuccessful/0/code"}
    assert hides({0: cleared}, {0: twice})
    assert hides({0: cleared}, {0: other})
    assert not hides({0: other}, {0: twice})


def test_a_seed_draws_the_same_groups_of_different_requirements() -> None:
    faults = all_faults([DICOM])  # each that is drawn is looked at by a run: one with few requests
    groups = groups_of(faults, [DICOM], 3, 2, seed=5)
    assert groups == groups_of(faults, [DICOM], 3, 2, seed=5)
    assert [len(g) for g in groups] == [3, 3]
    for group in groups:
        assert len({f.requirement for f in group}) == 3


def test_two_faults_are_two_root_causes() -> None:
    group = [find(f"{n}@{PEC.id}", [PEC]) for n in ("ERR-1.no-message", "ERR-9.two-codes")]
    outcome = attempt_group(group, PEC)
    assert outcome.broken == ""
    assert outcome.as_causes == list(outcome.faults)
    assert outcome.foreign_roots == []


def test_what_is_missed_folded_or_foreign_is_counted() -> None:
    faults = (named("STA-2.cut"), named("HDR-1.errors-without-id"), named("ERR-1.no-message"))
    told = (
        Reported("HDR-1", True, False, "x"),
        Reported("ERR-1", True, True, "x"),
        Reported("SHP-3", True, False, "x"),
    )
    together = Together(3, 1, [GroupOutcome(PEC.id, faults, told)])
    assert {k: together.figures[k] for k in ("named", "shown_as_causes", "root_causes", "foreign_root_causes")} == {
        "named": 2,
        "shown_as_causes": 1,
        "root_causes": 2,
        "foreign_root_causes": 1,
    }
    assert len(together.shortfalls) == 2
    text = as_markdown([together])
    assert "| 3 | 1 | 1 | 2 of 3 | 1 of 3 | 0.67 | 1 |" in text
    assert f"- `STA-2.cut@{PEC.id}`, with" in text
