"""Targets: what answers. A target file describes one; the embedded server is the default."""
