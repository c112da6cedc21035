"""A second server for the five contracts, written from the texts alone; see README.md."""
