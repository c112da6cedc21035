"""Unreachable objects are looked for rarely within a block, and as before after it."""

from __future__ import annotations

import gc

import pytest

from linkproof.base.garbage import rare_collections


def test_the_usual_thresholds_return_after_the_block_and_after_an_error() -> None:
    usual = gc.get_threshold()
    with rare_collections(12_345):
        assert gc.get_threshold()[0] == 12_345
    assert gc.get_threshold() == usual
    with pytest.raises(KeyError), rare_collections(12_345, keep=True):
        raise KeyError
    assert gc.get_threshold() == usual


def test_what_exists_is_left_out_within_the_block_only() -> None:
    before = gc.get_freeze_count()
    with rare_collections(50_000, keep=True):
        within = gc.get_freeze_count()
        with rare_collections(50_000, keep=True):
            assert gc.get_freeze_count() == within
        assert gc.get_freeze_count() == within > 1000
    assert gc.get_freeze_count() == before
