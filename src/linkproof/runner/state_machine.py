"""The lifecycle of one connection as a Hypothesis state machine: pending, approved, rejected, deleted.

The model knows only which moves to make; whether an answer and what is shown afterwards are right, the checks judge.
A cloud's way to decide (a PUT of the state, an action on the collection) is the driver's, from the contract's data.
"""

from __future__ import annotations

import hypothesis
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from hypothesis.strategies import sampled_from

from linkproof.contract.model import Role
from linkproof.runner.driver import Driver
from linkproof.runner.scenarios import look
from linkproof.runner.session import NotExercised

_TEXTS = ("", "Approved after review", "Nicht für uns – 拒绝", "x" * 120, "None")


def run_lifecycles(driver: Driver, *, seed: int, lifecycles: int, steps: int) -> int:
    """Lead some connections through random moves; returns how many. Raises NotExercised where none is left."""
    driver.operation(Role.DECIDE)
    led: list[str] = []

    class Lifecycle(RuleBasedStateMachine):
        """One connection from pending on. No rule is ever barred: answers must not steer what is drawn."""

        name = ""
        state = "pending"

        @initialize()
        def begin(self) -> None:
            if len(led) >= lifecycles:
                return  # Hypothesis may try once more than asked
            try:
                self.name = driver.take("pending")
            except NotExercised:
                if not led:
                    raise
                return
            led.append(self.name)
            look(driver, self.name)

        @rule(decision=sampled_from(["approve", "reject"]), text=sampled_from(_TEXTS))
        def decide(self, decision: str, text: str) -> None:
            if not self.name or self.state == "deleted":
                return
            call = driver.decide(decision, self.name, text)
            self.state = decision if call.success else self.state
            look(driver, self.name)

        @rule()
        def decide_the_same_again(self) -> None:
            if not self.name or self.state in ("pending", "deleted"):
                return
            for _ in range(2):
                driver.decide(self.state, self.name, "The same again")
                driver.get(self.name)

        @rule()
        def show(self) -> None:
            if self.name:
                look(driver, self.name)

        @rule()
        def delete(self) -> None:
            if not self.name or driver.contract.by_role(Role.DELETE) is None:
                return
            driver.delete(self.name)
            self.state = "deleted"
            look(driver, self.name)

    factory = hypothesis.seed(seed)(Lifecycle)
    run_state_machine_as_test(
        factory,
        settings=hypothesis.settings(
            max_examples=lifecycles,
            stateful_step_count=steps,
            database=None,
            deadline=None,
            phases=[hypothesis.Phase.generate],
            suppress_health_check=list(hypothesis.HealthCheck),
        ),
    )
    return len(led)
