"""Which checks apply to a call, and what one check says of it."""

from __future__ import annotations

from dataclasses import replace

from linkproof.checks.registry import CallClass, Check, all_checks, class_of, passed
from linkproof.checks.traits import ALL
from linkproof.checks.view import View
from linkproof.contract.call import Call
from linkproof.judging.tallies import Tally
from linkproof.model.exchange import Circumstances
from linkproof.model.finding import Judgement


class Plan:
    """How calls of one class are judged: the requirements that all of them pass, and the checks that apply to them."""

    __slots__ = ("checks", "others", "passed", "tallies")

    def __init__(self, checks: tuple[Check, ...], of: CallClass) -> None:
        self.passed: tuple[Judgement, ...] = tuple(passed(c.requirements[0]) for c in checks if c.passes(of))
        self.checks: tuple[Check, ...] = tuple(c for c in checks if not c.passes(of))
        self.others: tuple[Check, ...] = tuple(c for c in self.checks if not c.of_answer)
        #: The tallies of ``passed``, once one was counted.
        self.tallies: tuple[Tally, ...] | None = None


def known_plan(call: Call, traits: int, *, written: bool) -> Plan | None:
    """Return the plan for a call if a call of its class was judged before."""
    plans: dict[int, Plan] = call.address.pattern.plans
    return plans.get(_key(call, traits, written=written))


def plan_of(call: Call, view: View, circumstances: Circumstances) -> Plan:
    """Return the plan for a call, which is kept with the pattern of its URL."""
    found = known_plan(call, view.traits, written=view.written)
    if found is None:
        of = class_of(call, circumstances, written=view.written)
        needed = tuple(c for c in all_checks() if c.needs & view.traits or c.needs == ALL)
        found = Plan(tuple(c for c in needed if c.applies_to(of)), of)
        plans: dict[int, Plan] = call.address.pattern.plans
        plans[_key(call, view.traits, written=view.written)] = found
    return found


def _key(call: Call, traits: int, *, written: bool) -> int:
    return (traits << 12) + call.status * 4 + 2 * (not call.defects) + written


def judged_by(check: Check, call: Call, view: View, circumstances: Circumstances) -> list[Judgement]:
    """Return the judgements of one check on a call. Raises ValueError for a requirement that it does not declare."""
    found = [*check.function(call, view, circumstances)]
    if not found:
        return found
    is_breached = False
    for judgement in found:
        if judgement.requirement not in check.ids:
            raise ValueError(f"{check.function.__name__} judged {judgement.requirement}, which it does not declare")
        is_breached = is_breached or judgement.breach is not None
    return [_with_its_write(view, judgement) for judgement in found] if is_breached and view.observed else found


def _with_its_write(view: View, judgement: Judgement) -> Judgement:
    """Return a judgement of what a connection shows in transition with the write that began the transition."""
    breach = judgement.breach
    if breach is None or breach.evidence:
        return judgement
    for seen in view.observed:
        writing = seen.subject.writing
        if not seen.settled and writing is not None and breach.pointer.startswith(seen.pointer):
            return replace(judgement, breach=replace(breach, evidence=(writing.calls[-1].exchange,)))
    return judgement
