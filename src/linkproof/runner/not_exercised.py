"""Why a scenario sent nothing: exceptions that are recorded, but are not failures."""

from __future__ import annotations


class NotExercised(Exception):
    """A scenario cannot be performed here: no fixture is left, or writes are not allowed. The message says why."""


class LacksFixtures(NotExercised):
    """The parent has too few connections for a scenario; another parent of the contract may have them."""


class DoesNotApply(NotExercised):
    """A scenario does not apply to this contract, which has no such operation. Nothing stays unproven."""
