"""Creates new pending connections for a run on a live target, and removes them: one module per vendor.

Each endpoint is recorded in the journal before it is requested.
"""
