"""Runs checks on exchanges, groups breaches by cause, reaches a verdict."""
