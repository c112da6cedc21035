"""Contracts: what a service promises, as data."""
