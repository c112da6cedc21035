"""Kills at a command's file operations: every file is whole or absent, and a second run succeeds."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from linkproof.cli.entry import run
from linkproof.recordings import read_recordings
from linkproof.recordings.writer import UNFINISHED, CassetteWriter
from tests.traffic import AKS, connection, ex
from tests.waiting import LIMIT_S

#: Runs a command of Linkproof, and ends the process without any clean-up at the n-th call of a function.
_KILLED = """
import importlib, os, sys
module, name, number = sys.argv[1:4]
owner = importlib.import_module(module)
real, calls = getattr(owner, name), []
def killing(*args, **kwargs):
    calls.append(1)
    if len(calls) == int(number):
        os._exit(137)
    return real(*args, **kwargs)
from linkproof.cli.entry import run
import linkproof.cli.app
setattr(owner, name, killing)
sys.exit(run(sys.argv[4:]))
"""
_COMMANDS = {
    "check": ["check", "c.yaml", "--out", "again", "--quiet"],
    "bundle": ["bundle", "out", "--cassette", "c.yaml", "--out", "made.zip", "--quiet"],
    "history": ["history", "add", "out", "--store", "sqlite:///history.sqlite"],
    "site": ["site", "--out", "site", "--store", "sqlite:///known.sqlite"],
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a cassette ``c.yaml``, its results in ``out``, and a history of them in ``known.sqlite``."""
    monkeypatch.chdir(tmp_path)
    writer = CassetteWriter(Path("c.yaml"), {})
    writer.write(ex(AKS, own="one", answer=connection(AKS, "one")))
    writer.close()
    run(["check", "c.yaml", "--out", "out", "--quiet"])
    assert run(["history", "add", "out", "--store", "sqlite:///known.sqlite"]) == 0
    return tmp_path


@pytest.mark.parametrize(
    ("name", "module", "function", "number"),
    [
        ("check", "os", "replace", 1),
        ("check", "os", "replace", 5),
        ("bundle", "os", "replace", 1),
        ("history", "linkproof.history.store", "_run", 1),
        ("site", "os", "mkdir", 2),
        ("site", "os", "mkdir", 3),
        ("site", "os", "replace", 2),
    ],
)
def test_a_killed_command_leaves_nothing_half_written(
    folder: Path, name: str, module: str, function: str, number: int
) -> None:
    command = [sys.executable, "-c", _KILLED, module, function, str(number), *_COMMANDS[name]]
    killed = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert killed.returncode == 137, killed.stderr
    all_whole(folder)
    assert run(_COMMANDS[name]) in ((0, 1, 4) if name == "check" else (0,))
    assert all_whole(folder) > 2


def all_whole(folder: Path) -> int:
    """Read every file with a meaning below a folder; return their number."""
    number = 0
    for path in folder.rglob("*"):
        if path.suffix in (".json", ".sarif"):
            json.loads(path.read_bytes())
        elif path.suffix == ".html":
            assert path.read_text(encoding="utf-8").rstrip().endswith("</html>")
        elif path.suffix == ".zip":
            assert zipfile.ZipFile(path).testzip() is None
        elif path.suffix == ".sqlite":
            assert sqlite3.connect(path).execute("PRAGMA integrity_check").fetchone() == ("ok",)
        else:
            continue
        number += 1
    return number


def test_a_killed_recording_leaves_the_earlier_cassette_and_a_part(tmp_path: Path) -> None:
    path, part = tmp_path / "c.yaml", tmp_path / f"c.yaml{UNFINISHED}"
    exchanges = [ex(AKS, own=own, answer=connection(AKS, own)) for own in ("one", "two")]
    first = CassetteWriter(path, {})
    first.write(exchanges[0])
    assert not path.exists()
    first.close()
    first.close()
    before = path.read_bytes()
    second = CassetteWriter(path, {})
    for exchange in exchanges:
        second.write(exchange)
    assert path.read_bytes() == before  # what a kill would leave now
    assert part.read_bytes().count(b"- request:") == 2
    third = CassetteWriter(path, {})
    for exchange in exchanges:
        third.write(exchange)
    third.close()
    second._file.close()  # a kill would
    assert len(list(read_recordings([path]))) == 2
    assert not part.exists()


def test_a_recording_without_exchanges_replaces_no_earlier_one(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    CassetteWriter(path, {}).close()
    assert list(read_recordings([path])) == []
    writer = CassetteWriter(path, {})
    writer.write(ex(AKS, own="one", answer=connection(AKS, "one")))
    writer.close()
    CassetteWriter(path, {}).close()
    assert len(list(read_recordings([path]))) == 1
    assert [p.name for p in tmp_path.iterdir()] == ["c.yaml"]
