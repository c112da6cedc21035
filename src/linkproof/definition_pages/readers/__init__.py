"""One reader per layout of a definition page."""
