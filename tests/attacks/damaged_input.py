"""Damaged files, each given to a command that reads it."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from linkproof.base.resources import folder
from linkproof.cli.entry import run
from linkproof.results.bundle import write_bundle
from tests.attacks.measured import Row, forked, quietly, separate
from tests.fuzzing import damaged
from tests.fuzzing import test_command_line as files
from tests.fuzzing import test_recordings as recordings

_QUIET = settings(
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    max_examples=1,
)


_OWN = "own-dicom"


@dataclass(frozen=True)
class Kind:
    """A kind of file: its name, good ones, the commands that read it, and what these need beside it."""

    name: str
    file: str
    seeds: tuple[bytes, ...]
    calls: tuple[tuple[str, ...], ...]
    prepare: Callable[[Path], object] = lambda _: None
    #: Whether the command needs a process of its own, because this one has read the shipped files already.
    separate: bool = False
    #: Whether it takes seconds, so that only a twentieth is tried.
    slow: bool = False


def _bundle() -> bytes:
    with tempfile.TemporaryDirectory() as room:
        path = Path(room, "b.zip")
        write_bundle(path, files._members(), files._FACTS)
        return path.read_bytes()


def _own(content: bytes) -> bytes:
    """A file of a contract with another id, so that it is nobody else's."""
    return content.replace(files.DICOM.encode(), _OWN.encode())


def _with_contract(name: str) -> Callable[[Path], object]:
    """Put a contract folder beside the damaged file, which becomes a part of it."""

    def prepare(place: Path) -> None:
        target = place / "contracts" / _OWN / files._VERSION
        source = folder("schemas") / "contracts" / files.DICOM / files._VERSION
        shutil.copytree(source, target)
        (target / "contract.toml").write_bytes(_own((source / "contract.toml").read_bytes()))
        shutil.copy(place / name, target / name)

    return prepare


def kinds() -> Iterator[Kind]:
    """Every kind of file that a command reads."""
    for reader in recordings.READERS:
        check = ("check", reader.file, "--any-version", "--out", "out")
        yield Kind(f"recording: {reader.name}", reader.file, reader.seeds, (check,))
    for command in files.COMMANDS:
        yield Kind(command.name, command.file, command.seeds(), command.calls, command.prepare)
    yield Kind("bundle", "b.zip", (_bundle(),), (("verify", "b.zip"),))
    yield Kind("plan", "plan.toml", (files.PLAN,), (("nightly", "plan.toml", "--out", "night"),))
    plan = ("run", "--target", "t.toml", "--plan", "-r", "SHP-1", "-c", files.DICOM)
    yield Kind("target", "t.toml", (files.TARGET,), (plan,), slow=True)
    for name in ("contract.toml", "openapi.json", "definition.toml", "fixtures.toml"):
        call = ("--contracts", "contracts", "run", "-c", _OWN, "--plan", "-r", "SHP-1")
        seeds = tuple(map(_own, files._source(name)))
        yield Kind(f"contract: {name}", name, seeds, (call,), _with_contract(name), separate=True, slow=True)


def _warm(kind: Kind) -> None:
    """Run the commands on a good file in this process, so that its forks have all read that does not change."""
    with tempfile.TemporaryDirectory() as room, contextlib.chdir(room):
        Path(kind.file).write_bytes(kind.seeds[0])
        kind.prepare(Path())
        for call in kind.calls:
            quietly(partial(run, call))


def tried(kind: Kind, number: int, start: int) -> Row:
    """Damage a kind of file ``number`` times, and run a command on each."""
    row = Row(kind.name)
    if not kind.separate:
        _warm(kind)

    @seed(start)
    @settings(_QUIET, max_examples=max(number // 20, 2) if kind.slow else number)
    @given(data=st.data())
    def attack(data: st.DataObject) -> None:
        content = data.draw(damaged(kind.seeds))
        call = data.draw(st.sampled_from(kind.calls))
        place = Path(tempfile.mkdtemp(prefix="linkproof-attack-"))
        try:
            (place / kind.file).write_bytes(content)
            kind.prepare(place)
            row.ended.append(separate(place, call) if kind.separate else forked(place, call))
        finally:
            shutil.rmtree(place)

    attack()
    return row
