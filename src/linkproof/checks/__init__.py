"""Checks: pure functions from a contract and exchanges to judgements. No I/O, no clock, no vendor's name."""
