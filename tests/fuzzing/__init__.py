"""Damaged input for every reader: it is read, or rejected with place and fix, never with a traceback."""

from tests.fuzzing.damage import damaged, each_member_damaged
from tests.fuzzing.harness import Reader, every, fuzz_settings, try_input

__all__ = ["Reader", "damaged", "each_member_damaged", "every", "fuzz_settings", "try_input"]
