"""Vendors' definition pages: what they say, as data, and how it compares with a contract."""
