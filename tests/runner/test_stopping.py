"""Signals: the first one ends the run after the current request, the second one at once."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest

from linkproof.base.clock import Clock
from linkproof.base.shutdown import go_on_or_stop, stoppable, undisturbed
from linkproof.targets.budget import Budget, Limits


def interrupted(number: signal.Signals) -> None:
    """A signal to this process, and time for it to arrive."""
    os.kill(os.getpid(), number)
    time.sleep(1)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_first_signal_is_noted_and_a_second_one_interrupts(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with stoppable():
        go_on_or_stop()
        os.kill(os.getpid(), number)
        with pytest.raises(KeyboardInterrupt):
            go_on_or_stop()
        with pytest.raises(KeyboardInterrupt):
            interrupted(number)
    go_on_or_stop()
    assert signal.getsignal(number) is before


def test_waiting_ends_and_nothing_more_is_sent() -> None:
    budget = Budget(Limits(), Clock())
    with stoppable():
        budget.spend()
        threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT)).start()
        with pytest.raises(KeyboardInterrupt):
            budget.rest(60)
        with pytest.raises(KeyboardInterrupt):
            budget.spend()


def test_cleaning_up_goes_on_after_a_first_signal() -> None:
    with stoppable():
        os.kill(os.getpid(), signal.SIGINT)
        with undisturbed("journal"):
            go_on_or_stop()
            os.kill(os.getpid(), signal.SIGINT)
            go_on_or_stop()
            with pytest.raises(KeyboardInterrupt):
                interrupted(signal.SIGINT)
