"""Runs one test of the suites: sends its requests, and decides by the breaches in its exchanges.

A breach of one of the test's own requirements fails it. What cannot be sent is skipped and recorded as not exercised.
Any other exception means a broken run, not a breach.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pytest

from linkproof.errors import TargetError
from linkproof.model.finding import Judgement
from linkproof.model.results import INCONCLUSIVE, Broken
from linkproof.runner.not_exercised import DoesNotApply, LacksFixtures, NotExercised
from linkproof.runner.session import Session
from linkproof.targets.budget import OverBudget
from linkproof.targets.replay_client import NotRecorded

#: Number of consecutive tests without an answer after which the run ends.
_SILENT = 3
_MOST_BROKEN = 20


class Breached(AssertionError):
    """The breaches in a test's exchanges."""


@dataclass(frozen=True)
class Scenario:
    """A test for one contract: its name, the requirements that it exercises, and those of them that apply."""

    name: str
    contract: str
    wanted: tuple[str, ...]
    binding: tuple[str, ...]


def perform(scenario: Scenario, session: Session, bring_about: Callable[[], object], *, final: bool = True) -> None:
    """Send a test's requests. Raises Breached, pytest's skip exception, and any other exception of the test.

    Raises LacksFixtures only if the attempt is not the final one: another parent may have the connections.
    """
    running = session.enter(scenario.name, scenario.contract)
    try:
        if session.dead:
            raise TargetError(session.dead)
        bring_about()
    except NotExercised as reason:
        if isinstance(reason, LacksFixtures) and not final:
            raise
        if not isinstance(reason, DoesNotApply):
            session.skip(scenario.contract, scenario.binding, str(reason))
        pytest.skip(str(reason))
    except NotRecorded as error:
        session.lose_track()
        session.skip(scenario.contract, scenario.binding, "a request is not recorded")
        pytest.skip(str(error))
    except OverBudget as error:
        session.skip(scenario.contract, scenario.binding, str(error))
        pytest.skip(str(error))
    except TargetError as error:
        _did_not_answer(scenario, session, error)
        pytest.skip(f"{INCONCLUSIVE}: {error}")
    except (AssertionError, pytest.skip.Exception):
        raise
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt | pytest.exit.Exception):
            raise
        broke(session, f"{scenario.name}: {type(error).__name__}: {error}", traceback.format_exc(limit=-6))
        raise
    if running.inconclusive:
        session.skip(scenario.contract, scenario.binding, f"{INCONCLUSIVE}: {running.inconclusive[0]}")
    breaches = session.breaches_of(running, scenario.wanted)
    if breaches:
        raise Breached(_explain(breaches))


def _did_not_answer(scenario: Scenario, session: Session, error: TargetError) -> None:
    """Record that the effect of a request is unknown, and forget the known state."""
    session.lose_track()
    session.silent += 1
    if session.silent >= _SILENT and not session.dead:
        session.dead = str(error)
        broke(session, f"the target did not answer: {error}", f"in {scenario.name}")
    session.skip(scenario.contract, scenario.binding, f"{INCONCLUSIVE}: {error}")


def broke(session: Session, what: str, detail: str) -> None:
    """Record that the run itself broke."""
    if len(session.broken) < _MOST_BROKEN:
        session.broken.append(Broken(what, detail))


def _explain(breaches: Iterable[Judgement]) -> str:
    lines: dict[str, int] = {}
    for judgement in breaches:
        breach = judgement.breach
        assert breach is not None
        line = f"{judgement.requirement} {breach.pointer or ''} {breach.message}".replace("  ", " ")
        lines[line] = lines.get(line, 0) + 1
    return "\n".join(f"{line} ({count}x)" if count > 1 else line for line, count in lines.items())
