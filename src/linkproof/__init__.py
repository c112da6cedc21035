"""Linkproof: a conformance suite for the APIs that approve, reject and list private endpoint connections."""

__version__ = "0.1.0"
