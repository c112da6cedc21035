"""Two servers and a plan of runs against them, for several files of tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from linkproof.faults.catalogue import behaving, find
from linkproof.mock.serve import Embedded
from tests.nightly.plans import DICOM, target

FAULT = f"SHP-3.text-plain@{DICOM.id}"


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[str, str]]:
    """The addresses of a server that conforms, and of one that does not."""
    with Embedded([DICOM]) as good, Embedded([DICOM], behaviour=behaving(find(FAULT, [DICOM]))) as bad:
        yield good.base_url, bad.base_url


@pytest.fixture
def plan(servers: tuple[str, str], tmp_path: Path) -> Path:
    """Four runs: one conforms, one is breached, one has no target file, one is the first again."""
    good, bad = servers
    target(tmp_path / "good.toml", good)
    target(tmp_path / "bad.toml", bad)
    path = tmp_path / "PLAN.toml"
    path.write_text(
        '[[run]]\ntarget = "good.toml"\nallow_unproven = true\n[[run]]\ntarget = "bad.toml"\n'
        '[[run]]\nname = "gone"\ntarget = "gone.toml"\n'
        f'[[run]]\nname = "again"\ntarget = "good.toml"\nallow_unproven = true\nseed = 2\ncontracts = ["{DICOM.id}"]\n',
        encoding="utf-8",
    )
    return path
