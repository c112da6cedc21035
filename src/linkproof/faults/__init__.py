"""Deliberately wrong servers (faults), and legally different ones (variants)."""
