"""Random lives of a connection, drawn by a Hypothesis state machine: pending, approved, rejected, deleted.

Hypothesis only draws the moves, which are performed afterwards. So answers cannot influence the draw, an error of the
target is never an error of Hypothesis, and no two threads run Hypothesis at once (Python 3.11 does not parse code in
two threads safely). The model only knows the moves: the checks judge answers and effects.
"""

from __future__ import annotations

from functools import cache

from linkproof.contract.operation import Role
from linkproof.runner.driver import Driver
from linkproof.runner.generated import Move
from linkproof.runner.not_exercised import NotExercised
from linkproof.runner.prepared_cases import prepared_lifecycles
from linkproof.runner.property_based import one_at_a_time, without_local_constants
from linkproof.runner.scenarios import look

#: Number of lives in a run, and of moves in each.
LIVES, STEPS = 4, 8
#: Number of lives that are drawn for each one that is performed.
_DRAWN_FOR_EACH = 8
_TEXTS = ("", "Approved after review", "Nicht für uns – 拒绝", "x" * 120, "None")


def run_lifecycles(driver: Driver, *, seed: int, lifecycles: int = LIVES, steps: int = STEPS) -> int:
    """Perform random moves on some connections; return their number. Raises NotExercised if none is left."""
    driver.operation(Role.DECIDE)
    performed = 0
    with one_at_a_time:
        lives = prepared_lifecycles(seed, lifecycles, steps) or draw_lives(seed, lifecycles, steps)
    for life in lives:
        try:
            name = driver.reserve("pending")
        except NotExercised:
            if not performed:
                raise
            break
        performed += 1
        _Life(driver, name).perform(life)
    return performed


# Long: it contains the class of the state machine.
@cache
def draw_lives(seed: int, lifecycles: int, steps: int) -> tuple[tuple[Move, ...], ...]:
    """Return the moves of each life; they depend on the arguments alone."""
    import hypothesis
    from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
    from hypothesis.strategies import sampled_from

    without_local_constants()
    lives: list[list[Move]] = []

    class Lifecycle(RuleBasedStateMachine):
        """Records the drawn moves. Every rule is always allowed."""

        @initialize()
        def begin(self) -> None:
            lives.append([])

        @rule(decision=sampled_from(["approve", "reject"]), text=sampled_from(_TEXTS))
        def decide(self, decision: str, text: str) -> None:
            lives[-1].append(Move("decide", decision, text))

        @rule()
        def decide_the_same_again(self) -> None:
            lives[-1].append(Move("again"))

        @rule()
        def show(self) -> None:
            lives[-1].append(Move("show"))

        @rule()
        def delete(self) -> None:
            lives[-1].append(Move("delete"))

    run_state_machine_as_test(
        hypothesis.seed(seed)(Lifecycle),
        settings=hypothesis.settings(
            max_examples=lifecycles * _DRAWN_FOR_EACH,
            stateful_step_count=steps,
            database=None,
            deadline=None,
            phases=[hypothesis.Phase.generate],
            suppress_health_check=list(hypothesis.HealthCheck),
        ),
    )
    # Hypothesis draws simple lives first, and omits rules from each: the most varied ones are kept.
    different = list(dict.fromkeys(tuple(life) for life in lives))
    different.sort(key=lambda life: -len({(move.kind, move.decision) for move in life}))
    return tuple(different[:lifecycles])


class _Life:
    """One connection and the decisions on it."""

    def __init__(self, driver: Driver, name: str) -> None:
        self._driver = driver
        self._name = name
        self._state = "pending"

    def perform(self, moves: tuple[Move, ...]) -> None:
        """Perform the moves, and read the connection after each."""
        look(self._driver, self._name)
        for move in moves:
            if move.kind == "decide":
                self._decide(move)
            elif move.kind == "again":
                self._decide_the_same_again()
            elif move.kind == "delete":
                self._delete()
            else:
                look(self._driver, self._name)

    def _decide(self, move: Move) -> None:
        if self._state == "deleted":
            return
        call = self._driver.decide(move.decision, self._name, move.text)
        self._state = move.decision if call.success else self._state
        look(self._driver, self._name)

    def _decide_the_same_again(self) -> None:
        if self._state in ("pending", "deleted"):
            return
        for _ in range(2):
            self._driver.decide(self._state, self._name, "The same again")
            self._driver.get(self._name)

    def _delete(self) -> None:
        if self._driver.contract.by_role(Role.DELETE) is None:
            return
        self._driver.delete(self._name)
        self._state = "deleted"
        look(self._driver, self._name)
