"""Files are read whole or rejected, and replaced atomically."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from linkproof.base.files import is_folder, read_file, replace_file, write_file
from linkproof.base.wording import count, moment_of, parsed_moment, zulu
from linkproof.errors import UsageError


def test_what_is_replaced_is_old_or_new_and_never_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "new" / "a.txt"
    replace_file(path, "old")
    os.chmod(path, 0o640)
    replace_file(path, b"newer")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"newer", 0o640)

    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("linkproof.base.files.os.replace", fails)
    with pytest.raises(OSError, match="No space"):
        replace_file(path, "lost")
    assert (path.read_bytes(), [p.name for p in path.parent.iterdir()]) == (b"newer", ["a.txt"])


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    replace_file(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


def test_a_device_is_written_to_and_stays_one() -> None:
    replace_file(Path("/dev/null"), "x")
    assert Path("/dev/null").is_char_device()


@pytest.mark.parametrize("name", ["x" * 300, "a\0b", "loop/a", "folder", "file/a"])
def test_a_file_that_cannot_be_written_is_a_usage_error(name: str, tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="fix: choose another"):
        write_file(tmp_path / name, "x", "choose another")
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["file", "folder", "loop"]


@pytest.mark.parametrize("name", ["absent", "x" * 300, "a\0b", "loop", "folder"])
def test_what_is_no_file_is_a_usage_error(name: str, tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "folder").mkdir()
    with pytest.raises(UsageError) as caught:
        read_file(tmp_path / name, "give a file")
    assert caught.value.where
    assert is_folder(tmp_path / name) is (name == "folder")


def test_a_file_that_is_too_large_is_not_read_whole(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 2000)
    with pytest.raises(UsageError, match="larger than"):
        read_file(tmp_path / "a", "give a smaller one", 1000)


def test_numbers_and_moments_in_words() -> None:
    assert (count(1, "run"), count(0, "run"), count(2, "run")) == ("1 run", "0 runs", "2 runs")
    moment = datetime(2026, 11, 20, 10, 30, tzinfo=timezone(timedelta(hours=1)))
    assert zulu(moment) == "2026-11-20T09:30:00Z"
    assert parsed_moment("2026-11-20") == datetime(2026, 11, 20, tzinfo=UTC)
    assert moment_of(0) == "1970-01-01T00:00:00+00:00"
