"""Vendors' definition pages: their facts as data, and how these compare with a contract."""
