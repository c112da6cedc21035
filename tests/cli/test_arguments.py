"""Empty values and missing paths are usage errors: exit 2, never 3, never a traceback."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from linkproof.cli.entry import _callers_error, run
from linkproof.cli.output import SUMMARY, finish
from linkproof.errors import UsageError
from tests.results_examples import breached
from tests.waiting import LIMIT_S

DICOM = ("--contract", "azure-healthcareapis-dicom", "-r", "PAG-1")


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "--target", ""),
        ("run", "--target="),
        ("run", "--target", "  "),
        ("run", "--contract", ""),
        ("run", "--out", ""),
        ("run", "--record", ""),
        ("run", "--waivers", ""),
        ("check", ""),
        ("check", "--out", "", "x.yaml"),
        ("report", "x", "--out="),
        ("import", ""),
        ("import", "x", "--id", ""),
        ("history", "add", ""),
        ("site", "--store", ""),
        ("nightly", ""),
        ("cleanup", ""),
        ("bundle", "x", "--cassette", ""),
        ("verify", ""),
        ("mock", "--fault", ""),
        ("--contracts", "", "run"),
    ],
)
def test_an_empty_value_is_a_usage_error(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 2
    assert "an empty value" in capsys.readouterr().err


@pytest.mark.parametrize("key", ["access", "access:", ":secret-of-mine"])
def test_a_key_without_its_half_is_a_usage_error_that_shows_no_secret(
    key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(("mock", "--port", "0", "--key", "a:b", "--key", key)) == 2
    told = capsys.readouterr().err
    assert "key 2 is not an access key and a secret key" in told
    assert "ACCESS:SECRET" in told
    assert "of-mine" not in told


def broken_paths(folder: Path) -> list[str]:
    (folder / "a").symlink_to(folder / "b")
    (folder / "b").symlink_to(folder / "a")
    return [str(folder / "a"), str(folder / "a" / "x"), "n" * 300, f"{'n' * 300}/x"]


@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "--target", "PATH"),
        ("run", "--target", "cassette:PATH"),
        ("run", "--out", "PATH", *DICOM),
        ("run", "--record", "PATH", *DICOM),
        ("run", "--waivers", "PATH", *DICOM),
        ("check", "PATH"),
        ("report", "PATH", "--out", "r"),
        ("import", "PATH"),
        ("cleanup", "PATH"),
        ("nightly", "PATH"),
        ("verify", "PATH"),
        ("bundle", "PATH", "--cassette", "PATH"),
    ],
)
def test_a_loop_or_a_long_name_is_a_usage_error(
    number: int,
    arguments: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    path = broken_paths(tmp_path)[number]
    assert run([a.replace("PATH", path) for a in arguments]) == 2
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("name", ["-begins-with-a-hyphen", "a/b", "x" * 200])
def test_names_outside_the_contracts_own_limits_are_the_files_error(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "target.toml"
    file.write_text(
        f"""
[target]
base_url = "http://127.0.0.1:9"
[contracts.azure-containerservice-pec]
path = {{ subscriptionId = "00000000-0000-0000-0000-000000000000", resourceGroupName = "rg", resourceName = "{name}" }}
""",
        "utf-8",
    )
    assert run(["run", "--target", str(file)]) == 2
    assert "resourceName" in capsys.readouterr().err


def test_an_unreadable_folder_is_a_usage_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refused(*_: object, **__: object) -> bytes:
        raise PermissionError(13, "Permission denied", str(tmp_path))

    monkeypatch.setattr(Path, "read_bytes", refused)
    assert run(["run", "--target", str(tmp_path / "t.toml")]) == 2


SLIPPED = "Hunter2-the.token_9"


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", SLIPPED),
        (SLIPPED,),
        ("run", "--seed", SLIPPED),
        ("run", f"--seed={SLIPPED}"),
        ("run", "--concurrency", SLIPPED),
        ("run", f"--unknown={SLIPPED}"),
        ("run", "--unknown", SLIPPED),
        ("run", "--seed", "1", "c.yaml", SLIPPED),
        ("report", "x", SLIPPED, SLIPPED),
        ("history", SLIPPED),
        ("nightly", "a", "b", f"password={SLIPPED}"),
        ("mock", "--port", SLIPPED),
    ],
)
def test_a_credential_in_the_wrong_place_is_not_printed(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 2
    told = capsys.readouterr()
    assert SLIPPED not in told.out + told.err
    assert "linkproof" in told.err


@pytest.mark.parametrize("argument", ["azure-keyvault-pec", "recordings/run-1.yaml", "PAG-*", "7", "2026-11-20", "x"])
def test_what_is_no_credential_is_named(argument: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(("run", argument)) == 2
    assert argument in capsys.readouterr().err


def test_a_run_writes_nothing_to_the_current_folder_but_reports(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "linkproof", "run", *DICOM, "--quiet"]
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    environment.pop("HYPOTHESIS_STORAGE_DIRECTORY", None)
    (tmp_path / "here").mkdir()
    subprocess.run(command, cwd=tmp_path / "here", env=environment, check=False, timeout=LIMIT_S)
    assert [p.name for p in (tmp_path / "here").iterdir()] == ["reports"]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (FileNotFoundError(errno.ENOENT, "No such file or directory"), "the current folder"),
        (OSError(errno.EACCES, "Permission denied", "/x"), "/x"),
    ],
)
def test_what_the_system_refuses_is_a_usage_error(error: OSError, told: str) -> None:
    found = _callers_error(error)
    assert found is not None
    assert told in str(found)
    assert "fix: " in str(found)


def test_an_error_without_a_path_is_ours() -> None:
    assert _callers_error(ConnectionResetError(errno.ECONNRESET, "reset")) is None
    assert _callers_error(ValueError("x")) is None


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
@pytest.mark.parametrize("arguments", [("requirements", "list"), ("requirements", "show", "STA-5")])
def test_a_full_disk_is_exit_2(arguments: tuple[str, ...]) -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:
        command = [sys.executable, "-m", "linkproof", *arguments]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=LIMIT_S, check=False)
    assert done.returncode == 2
    assert "No space left" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(("check", "x.ndjson"), 4), (("check", "x.ndjson", "--format", "json"), 4), (("--help",), 0)],
)
def test_a_reader_that_ends_early_changes_no_exit_code(arguments: tuple[str, ...], code: int, tmp_path: Path) -> None:
    line = '{"request": {"method": "GET", "url": "https://vendor.example/"}, "response": {"status": 200}}'
    (tmp_path / "x.ndjson").write_text(f"{line}\n", encoding="utf-8")
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as closed:
        command = [sys.executable, "-m", "linkproof", *arguments]
        done = subprocess.run(
            command, stdout=closed, stderr=subprocess.PIPE, timeout=LIMIT_S, check=False, cwd=tmp_path
        )
    assert (done.returncode, done.stderr) == (code, b"")


@pytest.mark.parametrize("store", ["http://[::1", "sqlite://x:y:z", "::", "postgresql://h:port/x"])
def test_what_is_no_store_is_a_usage_error(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(("history", "list", "--store", store)) == 2
    assert "fix: " in capsys.readouterr().err


def test_a_run_number_that_no_database_has(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(("diff", f"run:{'9' * 30}", "x", "--store", f"sqlite:///{tmp_path}/h.sqlite")) == 2
    assert "fix: " in capsys.readouterr().err


def test_a_step_summary_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "no" / "such"))
    with pytest.raises(UsageError, match="GITHUB_STEP_SUMMARY"):
        finish(breached(), None, SUMMARY)
