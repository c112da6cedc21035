"""Damaged input for every reader: what is read well, or refused with a place and a fix. Never a traceback."""

from tests.fuzzing.damage import damaged
from tests.fuzzing.harness import Reader, fuzz_settings, try_input

__all__ = ["Reader", "damaged", "fuzz_settings", "try_input"]
