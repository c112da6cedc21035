"""Mutants of ``linkproof.checks`` and ``linkproof.judging``, and which of them the tests kill: ``make mutants``."""
