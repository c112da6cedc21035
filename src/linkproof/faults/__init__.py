"""Servers that are wrong on purpose, and servers that are different by right."""
