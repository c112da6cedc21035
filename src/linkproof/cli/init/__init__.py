"""``linkproof init``: writes the files that a new user needs, from a few answers."""
