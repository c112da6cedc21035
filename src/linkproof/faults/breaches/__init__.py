"""Breaches: changes that make the embedded server wrong. A module per family of requirements."""
