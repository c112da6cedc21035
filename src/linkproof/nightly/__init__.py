"""Runs many targets in one night, and summarises them."""
