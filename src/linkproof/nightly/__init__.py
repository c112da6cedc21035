"""Many targets in one night: each run by itself, and a summary over all."""
