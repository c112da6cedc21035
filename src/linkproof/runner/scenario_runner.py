"""One test of the suites: its exchanges are brought about, and what the checks found in them decides.

A breach of one of the test's own requirements fails it. What cannot be brought about is skipped and noted as not
exercised; anything else that is raised is a broken run, and nobody's breach.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pytest

from linkproof.errors import TargetError
from linkproof.model.finding import Judgement
from linkproof.model.results import INCONCLUSIVE, Broken
from linkproof.runner.session import DoesNotApply, NotExercised, Session
from linkproof.targets.budget import OverBudget
from linkproof.targets.replay_client import NotRecorded

#: After so many tests in a row in which the target did not answer, the run is over.
_SILENT = 3
_MOST_BROKEN = 20


class Breached(AssertionError):
    """What the checks found in a test's exchanges."""


@dataclass(frozen=True)
class Scenario:
    """A test for one contract: its name, the requirements that it exercises, and those of them that bind."""

    name: str
    contract: str
    wanted: tuple[str, ...]
    binding: tuple[str, ...]


def perform(scenario: Scenario, session: Session, bring_about: Callable[[], object]) -> None:
    """Bring a test's exchanges about. Raises Breached, what pytest skips a test by, and whatever broke."""
    running = session.enter(scenario.name, scenario.contract)
    try:
        if session.dead:
            raise TargetError(session.dead)
        bring_about()
    except NotExercised as reason:
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
    """Nobody knows what the target did with it: what is known of its state is forgotten."""
    session.lose_track()
    session.silent += 1
    if session.silent >= _SILENT and not session.dead:
        session.dead = str(error)
        broke(session, f"the target did not answer: {error}", f"in {scenario.name}")
    session.skip(scenario.contract, scenario.binding, f"{INCONCLUSIVE}: {error}")


def broke(session: Session, what: str, detail: str) -> None:
    """Note that the run itself broke."""
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
