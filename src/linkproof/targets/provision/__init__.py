"""Makes fresh pending connections for a run, and undoes them."""
