"""A finding follows from another one only by a rule, and only if the exchanges agree."""

from __future__ import annotations

from dataclasses import replace

import pytest

from linkproof.contract.operation import Role
from linkproof.contract.requirement import Agreement, Explanation, Requirement
from linkproof.contract.requirement_catalogue import all_requirements
from linkproof.judging.causes import Answered, Seen, Traced, among_selected, in_order_of_fixing, trace_causes
from linkproof.model.finding import Finding, Level

KNOWN = {r.id: r for r in all_requirements()}


def finding(requirement: str, kind: str = "k", place: str = "", level: Level = Level.MUST) -> Finding:
    return Finding(f"{requirement}-{kind}", requirement, level, "c", "Get", kind, "", "", "", "m", count=1, place=place)


def seen(number: int, subject: str = "", *evidence: int) -> Seen:
    return ("run", number), subject, tuple(("run", n) for n in evidence)


def rules(agree: Agreement, **more: tuple[str, ...]) -> list[Requirement]:
    explanation = Explanation(("ERR-5",), agree, "because it is so", **more)
    return [replace(KNOWN["SHP-1"], explained_by=(explanation,)), replace(KNOWN["ERR-5"], explained_by=())]


@pytest.mark.parametrize(
    ("agree", "effect", "cause", "place", "follows"),
    [
        (Agreement.EXCHANGE, [seen(3)], [seen(3)], "", True),
        (Agreement.EXCHANGE, [seen(3), seen(4)], [seen(3)], "", False),
        (Agreement.EXCHANGE, [seen(3, "", 2)], [seen(2)], "", False),
        (Agreement.REQUEST, [seen(3, "", 2)], [seen(2)], "", True),
        (Agreement.MEMBER, [seen(3)], [seen(3)], "/a", False),
        (Agreement.MEMBER, [seen(3)], [seen(3)], "", True),
        (Agreement.CONNECTION, [seen(3, "one")], [seen(9, "one")], "", True),
        (Agreement.CONNECTION, [seen(3, "one")], [seen(9, "two")], "", False),
        (Agreement.CONNECTION, [seen(3)], [seen(9)], "", False),
        (Agreement.CONNECTION_MEMBER, [seen(3, "one")], [seen(9, "one")], "/a", False),
        (Agreement.AFTER, [seen(9)], [seen(3)], "", True),
        (Agreement.AFTER, [seen(2)], [seen(3)], "", False),
        (Agreement.CONTRACT, [seen(2)], [seen(3)], "", True),
    ],
)
def test_both_have_to_agree(agree: Agreement, effect: list[Seen], cause: list[Seen], place: str, follows: bool) -> None:
    one, other = finding("SHP-1", place=place), finding("ERR-5")
    trace_causes([Traced(one, effect), Traced(other, cause)], rules(agree))
    assert bool(one.follows) is follows
    assert bool(one.because) is follows
    assert not other.follows


def test_without_a_rule_the_same_answers_explain_nothing() -> None:
    one, other = finding("HDR-1"), finding("ERR-1")
    trace_causes([Traced(one, [seen(1)]), Traced(other, [seen(1)])], all_requirements())
    assert not one.follows
    assert not other.follows


def test_a_rule_may_be_for_some_kinds_only() -> None:
    for kinds, follows in ((("echo*",), False), (("k",), True)):
        one, other = finding("SHP-1"), finding("ERR-5")
        trace_causes([Traced(one, [seen(1)]), Traced(other, [seen(1)])], rules(Agreement.EXCHANGE, kinds=kinds))
        assert bool(one.follows) is follows


@pytest.mark.parametrize(
    ("answers", "follows"),
    [
        ([("Put", "Approved", 400, "Bad")], True),
        ([("Put", "Approved", 400, "Bad"), ("Put", "Rejected", 400, "Bad")], False),
        ([("Put", "Approved", 400, "Other")], False),
        ([("Put", "Approved", 409, "Bad")], False),
        ([], False),
    ],
)
def test_all_answers_of_a_finding_may_have_to_be_those_of_its_cause(answers: list[Answered], follows: bool) -> None:
    one, other = finding("SHP-1"), finding("ERR-5")
    known: list[Answered] = [("Put", "Approved", 400, "Bad"), ("Delete", "", 400, "Bad")]
    found = [Traced(one, [seen(1)], (), frozenset(answers)), Traced(other, [seen(2)], (), frozenset(known))]
    trace_causes(found, rules(Agreement.ANSWERS))
    assert bool(one.follows) is follows


def test_a_warning_explains_no_breach() -> None:
    one, other = finding("SHP-1"), finding("ERR-5", level=Level.SHOULD)
    trace_causes([Traced(one, [seen(1)]), Traced(other, [seen(1)])], rules(Agreement.EXCHANGE))
    assert not one.follows


def test_several_causes_may_explain_one_finding_together() -> None:
    one, first, second = finding("SHP-1"), finding("ERR-5", "a"), finding("ERR-5", "b")
    found = [Traced(one, [seen(1), seen(2), seen(3)]), Traced(first, [seen(1)]), Traced(second, [seen(2), seen(3)])]
    trace_causes(found, rules(Agreement.EXCHANGE))
    assert one.follows == second.id


def test_causes_go_in_no_circle() -> None:
    both = (Explanation(("ERR-5", "SHP-1"), Agreement.EXCHANGE, "because it is so"),)
    one, other = finding("SHP-1"), finding("ERR-5")
    requirements = [replace(KNOWN[i], explained_by=both) for i in ("SHP-1", "ERR-5")]
    trace_causes([Traced(one, [seen(1)]), Traced(other, [seen(1)])], requirements)
    assert bool(one.follows) != bool(other.follows)


def test_what_explains_most_is_fixed_first() -> None:
    alone, cause, should = finding("HDR-1"), finding("STA-1"), finding("SHP-4", level=Level.SHOULD)
    effect = finding("STA-2")
    effect.follows = cause.id
    assert in_order_of_fixing([should, effect, alone, cause]) == [cause, alone, should, effect]


def test_every_rule_names_requirements_that_there_are_and_a_header_explains_no_body() -> None:
    for requirement in KNOWN.values():
        for rule in requirement.explained_by:
            assert set(rule.causes) <= KNOWN.keys()
            assert "HDR-1" not in rule.causes
            assert "SHP-3" not in rule.causes
            if requirement.family == "STA":
                assert "ERR-1" not in rule.causes


def follows(effect: Traced, cause: Traced) -> bool:
    """Whether one finding follows from another by the rules that stand in the requirements."""
    trace_causes([effect, cause], all_requirements())
    return effect.finding.follows == cause.finding.id


def test_a_connection_that_vanished_is_not_found_afterwards() -> None:
    vanished = Traced(finding("STA-7", "another vanished"), [seen(5, "decided")])
    assert follows(Traced(finding("ERR-10", "get not found"), [seen(9, "other")]), vanished)
    assert not follows(Traced(finding("ERR-10", "get not found"), [seen(4, "other")]), vanished)
    assert not follows(Traced(finding("ERR-10", "get refused"), [seen(9, "other")]), vanished)


def test_what_each_decision_changes_a_second_one_changes_too() -> None:
    changed = Traced(finding("STA-11", "changed by decide", "/createdAt"), [seen(5, "one")])
    views: frozenset[Role | None] = frozenset({Role.GET})
    assert follows(Traced(finding("STA-4", "second changes", "/createdAt"), [seen(9, "two")], views=views), changed)
    assert not follows(Traced(finding("STA-4", "second changes", "/status"), [seen(9, "one")], views=views), changed)


@pytest.mark.parametrize(
    ("effect", "kind", "cause", "its_kind"),
    [
        ("STA-7", "another changed", "ERR-3", "unknown connection"),
        ("STA-3", "changed this", "ERR-3", "unknown connection"),
        ("STA-11", "changed by decide", "STA-5", "still in Get"),
        ("PAG-4", "shown by Get only", "STA-5", "still in Get"),
        ("ERR-10", "decide not found", "ERR-3", "unknown connection"),
    ],
)
def test_what_is_not_there_has_no_state(effect: str, kind: str, cause: str, its_kind: str) -> None:
    gone = Traced(finding(cause, its_kind), [seen(5, "gone")])
    assert follows(Traced(finding(effect, kind), [seen(9, "gone")]), gone)
    assert not follows(Traced(finding(effect, kind), [seen(9, "gone"), seen(10, "other")]), gone)


def test_a_parent_that_is_not_looked_at_explains_limits_that_do_not_hold() -> None:
    parent = Traced(finding("ERR-3", "unknown parent"), [seen(5)])
    assert follows(Traced(finding("ERR-6", "answered 2xx"), [seen(9)]), parent)
    assert not follows(Traced(finding("ERR-6", "answered 4xx"), [seen(9)]), parent)


def test_a_list_that_repeats_items_before_anything_was_written_repeats_them_for_a_reason_of_its_own() -> None:
    """Pages that overlap were hidden below a deletion in another case that had no effect, for any reason."""
    other = Traced(finding("HDR-4", "deletion not shown"), [seen(5)])
    assert follows(Traced(finding("PAG-4", "twice"), [seen(9)]), other)
    assert not follows(Traced(finding("PAG-4", "twice"), [seen(2), seen(9)]), other)


def test_a_deletion_whose_operation_cannot_be_polled_may_stay_unfinished() -> None:
    """Mock servers finish an operation when it is polled: a URL that leads elsewhere is the one thing to mend."""
    elsewhere = Traced(finding("LRO-1", "Location on another host"), [seen(5, "one")])
    shown = Traced(finding("STA-5", "still in Get"), [(("run", 9), "one", (("run", 5),))])
    assert follows(shown, elsewhere)
    assert not follows(Traced(finding("STA-5", "still in Get"), [(("run", 9), "one", (("run", 4),))]), elsewhere)
    assert not follows(shown, Traced(finding("LRO-1", "no URL"), [seen(5, "one")]))


def test_a_path_in_another_case_explains_the_writes_to_it_before_anything_else() -> None:
    found = Traced(finding("HDR-4", "not found"), [seen(5)])
    stays = Traced(finding("STA-5", "still in Get"), [seen(5)])
    write = Traced(finding("HDR-4", "deletion not shown"), [seen(9)])
    trace_causes([stays, found, write], all_requirements())
    assert write.finding.follows == found.finding.id


@pytest.mark.parametrize(
    ("requirement", "kind"), [("SHP-3", "content type"), ("HDR-1", "absent"), ("ERR-1", "not JSON")]
)
def test_what_only_a_failure_lacks_follows_from_it(requirement: str, kind: str) -> None:
    failure = Traced(finding("HDR-5", "5xx"), [seen(5), seen(6)])
    assert follows(Traced(finding(requirement, kind), [seen(6)]), failure)
    assert not follows(Traced(finding(requirement, kind), [seen(6), seen(7)]), failure)


def test_a_consequence_never_follows_from_what_is_not_selected() -> None:
    top, middle, low = finding("HDR-5"), finding("STA-1"), finding("STA-2")
    middle.follows, middle.because = top.id, "it failed"
    low.follows, low.because = middle.id, "the decision is not shown"
    every = [top, middle, low]
    assert among_selected(every, every) == every
    kept = among_selected([top, low], every)
    assert [(f.id, f.follows, f.because) for f in kept] == [(top.id, None, ""), (low.id, top.id, low.because)]
    [alone] = among_selected([low], every)
    assert (alone.follows, alone.because) == (None, "")
    assert alone.message == "m (follows from STA-1, which is not selected: the decision is not shown)"
    assert low.follows == middle.id
