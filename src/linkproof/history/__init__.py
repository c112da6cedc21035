"""Results kept over time: what was seen when, first and last."""
