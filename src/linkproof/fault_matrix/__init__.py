"""The suites against servers that are wrong on purpose: what is caught, and who is blamed for nothing."""
