"""Variants: legal differences. A requirement blamed for one of these is a false alarm."""
