"""Attacks on the command line, measured: damaged input, hostile servers, secrets. ``python -m tests.attacks``."""
