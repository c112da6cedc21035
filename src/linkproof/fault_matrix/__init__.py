"""Runs the suites against deliberately wrong servers: what they catch, and whether they blame legal differences."""
