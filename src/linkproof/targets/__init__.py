"""Targets, which answer requests. A target file describes one; the embedded server is the default."""
