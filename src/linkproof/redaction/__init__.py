"""Masks secrets: in recordings, in reports, in messages."""
