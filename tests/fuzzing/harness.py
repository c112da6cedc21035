"""How a reader is fuzzed: it reads an input, or raises a UsageError that says where, what and how to fix it.

``LINKPROOF_FUZZ=N`` (``make fuzz``) tries N inputs for each reader and keeps what it found in ``build/fuzz-corpus``;
without it a test run tries a fixed few. An input that once broke a reader is added to ``tests/fuzzing/found/READER/``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis.database import DirectoryBasedExampleDatabase

from linkproof.errors import UsageError

_ROOT = Path(__file__).parents[2]
_FOUND = Path(__file__).parent / "found"
#: Damaged files are long, and reading one takes its time.
_UNCHECKED = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture)
#: Inputs for each reader in an ordinary test run.
_FEW = 60


@dataclass(frozen=True)
class Reader:
    """Something that reads a file.

    Args:
        name: also the folder in ``found/`` with the inputs that once broke it.
        file: the name that the input is written under.
        seeds: good files to damage.
        read: reads the file at a path to its end; raises UsageError for a bad one.
    """

    name: str
    file: str
    seeds: tuple[bytes, ...]
    read: Callable[[Path], object]

    def __repr__(self) -> str:
        return self.name

    def found(self) -> Iterator[bytes]:
        """The inputs that once broke this reader."""
        folder = _FOUND / self.name
        return (path.read_bytes() for path in sorted(folder.glob("*")) if path.is_file())


def fuzz_settings(few: int = _FEW) -> settings:
    """Settings for a fuzzing test: ``few`` fixed inputs, or as many as LINKPROOF_FUZZ says, new ones each time."""
    count = int(os.environ.get("LINKPROOF_FUZZ") or 0)
    if count:
        corpus = DirectoryBasedExampleDatabase(_ROOT / "build" / "fuzz-corpus")
        return settings(max_examples=count, deadline=None, database=corpus, suppress_health_check=_UNCHECKED)
    return settings(max_examples=few, deadline=None, derandomize=True, database=None, suppress_health_check=_UNCHECKED)


def every(number: int) -> int:
    """How many inputs of a fixed list to go on by: ``number`` in an ordinary test run, one when fuzzing."""
    return 1 if os.environ.get("LINKPROOF_FUZZ") else number


def try_input(reader: Reader, data: bytes, folder: Path) -> bool:
    """Whether ``reader`` read the input. Fails unless it read it, or refused it with a place and a fix."""
    path = folder / reader.file
    path.write_bytes(data)
    try:
        reader.read(path)
    except UsageError as error:
        refused = error
    else:
        return True
    told = str(refused)
    assert refused.where, f"no place: {told}"
    assert refused.fix, f"no fix: {told}"
    assert len(told) < 2000, f"{len(told)} characters: {told[:200]}"
    told.encode()  # it can be printed
    return False
