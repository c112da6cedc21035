"""Each rule of ``schemas/requirements`` explains what agrees with its cause, and nothing that differs in one thing."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

import linkproof.checks
from linkproof.contract.operation import Role
from linkproof.contract.requirement import Agreement, Explanation, Requirement
from linkproof.contract.requirement_catalogue import all_requirements
from linkproof.judging.causes import Answered, Traced, trace_causes
from linkproof.model.finding import Finding, Level

KNOWN = {r.id: r for r in all_requirements()}
RULES = [(r, rule, cause) for r in KNOWN.values() for rule in r.explained_by for cause in rule.causes]
IDS = [f"{r.id} {','.join(rule.kinds)} from {cause} {','.join(rule.cause_kinds)}" for r, rule, cause in RULES]
REFUSED: Answered = ("Put", "Approved", 400, "Bad")


BOTH = frozenset({Role.GET, Role.LIST})


def traced(
    requirement: str,
    kind: str,
    number: int = 5,
    place: str = "/a/b",
    name: str = "one",
    views: frozenset[Role | None] = frozenset({Role.LIST}),
    **more: str,
) -> Traced:
    """A finding, seen on one exchange with one connection."""
    own = f"{requirement} {kind} {number} {place} {name} {more}"
    found = Finding(own, requirement, Level.MUST, "c", "Get", kind, "", "", "", "m", count=1, place=place)
    found.members = (more.get("member", "/m"),)
    answers = frozenset({(*REFUSED[:3], more.get("code", REFUSED[3]))})
    return Traced(found, [(("run", number), name, ())], (), answers, views, bool(more.get("untouched")))


def kind_of(patterns: tuple[str, ...]) -> str:
    return patterns[0].replace("*", "x") if patterns else "any"


def follows(effect: Traced, cause: Traced, requirement: Requirement, rule: Explanation) -> bool:
    """Whether one finding follows from another by this rule alone."""
    trace_causes([effect, cause], [replace(requirement, explained_by=(rule,))])
    return effect.finding.follows == cause.finding.id


#: By agreement: what of an effect may differ from its cause, and what may not.
DIFFERS: dict[Agreement, tuple[dict[str, object], list[dict[str, object]]]] = {
    Agreement.EXCHANGE: ({"place": "/c", "name": "two"}, [{"number": 9}]),
    Agreement.REQUEST: ({"place": "/c", "name": "two"}, [{"number": 9}]),
    Agreement.MEMBER: ({"name": "two"}, [{"number": 9}, {"place": "/a/c"}]),
    Agreement.SIBLING: ({"place": "/a/c", "name": "two"}, [{"number": 9}, {"place": "/c"}, {"place": "/a/b/c"}]),
    Agreement.ONE_VIEW: ({"number": 9, "name": "two"}, [{"place": "/a/c"}, {"views": BOTH}]),
    Agreement.UNTOUCHED: ({"number": 9, "name": "two"}, [{"place": "/a/c"}, {"views": BOTH}]),
    Agreement.CONNECTION: ({"number": 9, "place": "/c"}, [{"name": "two"}]),
    Agreement.CONNECTION_MEMBER: ({"number": 9}, [{"name": "two"}, {"place": "/a/c"}]),
    Agreement.MEMBERS: ({"number": 9, "place": "/c"}, [{"member": "/n"}]),
    Agreement.ANSWERS: ({"number": 9, "place": "/c"}, [{"code": "Worse"}]),
    Agreement.AFTER: ({"number": 9, "place": "/c"}, [{"number": 2}]),
    Agreement.CONTRACT: ({"number": 2, "place": "/c", "name": "two"}, []),
}


@pytest.mark.parametrize(("requirement", "rule", "cause"), RULES, ids=IDS)
def test_a_rule_explains_what_agrees_and_nothing_else(requirement: Requirement, rule: Explanation, cause: str) -> None:
    kind, its_kind = kind_of(rule.kinds), kind_of(rule.cause_kinds)
    known = traced(cause, its_kind, untouched="yes")
    if rule.agree is Agreement.UNTOUCHED:
        assert not follows(traced(requirement.id, kind), traced(cause, its_kind), requirement, rule)
    alike, others = DIFFERS[rule.agree]
    assert follows(traced(requirement.id, kind, **alike), known, requirement, rule)  # type: ignore[arg-type]
    for other in others:
        assert not follows(traced(requirement.id, kind, **other), known, requirement, rule), other  # type: ignore[arg-type]
    if rule.kinds:
        assert not follows(traced(requirement.id, "of no rule", **alike), known, requirement, rule)  # type: ignore[arg-type]
    if rule.cause_kinds:
        assert not follows(traced(requirement.id, kind, **alike), traced(cause, "of no rule"), requirement, rule)  # type: ignore[arg-type]


def test_every_agreement_is_tried() -> None:
    assert DIFFERS.keys() == set(Agreement) == {rule.agree for _, rule, _ in RULES}


# kinds


def kinds_in_checks() -> Iterator[tuple[str, str]]:
    """Each requirement with the kinds of its breaches, as patterns; what the source does not say is ``*``."""
    for file in Path(linkproof.checks.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "breach":
                yield pattern_of(node.args[0]), pattern_of(node.args[1])


def pattern_of(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(str(p.value) if isinstance(p, ast.Constant) else "*" for p in parts)
    return "*"


BREACHES = sorted(set(kinds_in_checks()))


@pytest.mark.parametrize(("requirement", "rule"), dict.fromkeys((r.id, rule) for r, rule, _ in RULES))
def test_the_kinds_of_a_rule_are_kinds_of_breaches(requirement: str, rule: Explanation) -> None:
    for names, patterns in (((requirement,), rule.kinds), (rule.causes, rule.cause_kinds)):
        for wanted in patterns:
            known = [kind for own, kind in BREACHES if any(fnmatchcase(name, own) for name in names)]
            fits = (fnmatchcase(kind, wanted) or fnmatchcase(wanted, kind) for kind in known)
            assert any(fits), f"no check reports {' or '.join(names)} with the kind {wanted!r}"
