"""Create fresh pending connections for a run on a live target, and remove them: one module per vendor.

Each endpoint is in the journal before it is requested.
"""
