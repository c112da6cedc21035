"""One connection from pending to deleted, by random moves."""

import pytest

from linkproof.runner.driver import Driver
from linkproof.runner.state_machine import run_lifecycles


@pytest.mark.sends(80)
@pytest.mark.requirement(
    *("STA-1", "STA-2", "STA-3", "STA-4", "STA-5", "STA-6", "STA-7", "STA-9", "LRO-1", "LRO-2", "LRO-3", "LRO-4")
)
def test_random_lifecycles(driver: Driver) -> None:
    led = run_lifecycles(driver, seed=driver.session.seed)
    assert led > 0
