"""Many targets in one night: a run for each, and a summary of all."""
