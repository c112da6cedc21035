"""``linkproof init``: the files that a new user needs, written from a few answers."""
