"""Unreachable objects are looked for rarely within a block, and as before after it."""

from __future__ import annotations

import gc

import pytest

from linkproof.base import garbage
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


def test_what_the_caller_leaves_out_stays_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(garbage, "_keeps", False)  # as if tests/conftest.py had called gc.freeze() itself
    before = gc.get_freeze_count()
    for keep in (False, True):
        with rare_collections(50_000, keep=keep):
            assert gc.get_freeze_count() == before > 1000
        assert gc.get_freeze_count() == before


def test_the_end_of_a_block_looks_through_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(garbage, "_keeps", False)
    usual = gc.get_threshold()
    looks: list[str] = []
    gc.set_threshold(700, 10, 10)
    gc.unfreeze()  # tests/conftest.py keeps what exists; what a caller keeps stays so
    try:
        with rare_collections(1_000_000):
            kept: list[list[int]] = [[] for _ in range(20_000)]
            gc.callbacks.append(lambda phase, _: looks.append(phase))
        kept += [[] for _ in range(20)]
        gc.callbacks.pop()
    finally:
        gc.freeze()
        gc.set_threshold(*usual)
    assert len(kept) == 20_020
    assert looks == []
