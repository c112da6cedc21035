"""The Containerfile: linted, not run as root, and with a health check."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from linkproof.cli.app import app
from linkproof.testing import MockServer
from tests.waiting import LIMIT_S

ROOT = Path(__file__).parents[2]
FILE = ROOT / "Containerfile"
HADOLINT = shutil.which("hadolint") or shutil.which("hadolint", path=str(Path(sys.executable).parent))


@pytest.mark.skipif(HADOLINT is None, reason="hadolint is not installed")
def test_it_has_no_lint() -> None:
    done = subprocess.run([str(HADOLINT), str(FILE)], capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_it_does_not_run_as_root() -> None:
    users = re.findall(r"^USER (\d+)$", FILE.read_text(encoding="utf-8"), re.MULTILINE)
    assert users
    assert users[-1] != "0"


def test_what_it_copies_is_there() -> None:
    for line in re.findall(r"^COPY (?!--from)(.*) \S+$", FILE.read_text(encoding="utf-8"), re.MULTILINE):
        for name in line.split():
            assert (ROOT / name).exists(), name


def test_its_health_check_asks_what_the_server_answers() -> None:
    path = re.search(r"http://127\.0\.0\.1:8089(/\S+?)'", FILE.read_text(encoding="utf-8"))
    assert path is not None
    with MockServer("azure-search-pec") as server:
        assert httpx.get(server.base_url + path[1], trust_env=False).json()["status"] == "ok"


def test_its_command_is_one_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    command = re.findall(r"^CMD \[(.*)\]$", FILE.read_text(encoding="utf-8"), re.MULTILINE)[-1]
    asked: list[object] = []
    monkeypatch.setattr("linkproof.cli.serving.serve", lambda host, port, *_, **__: asked.extend((host, port)))
    done = CliRunner().invoke(app, [w.strip(' "') for w in command.split(",")])
    assert done.exit_code == 0, done.output
    assert asked == ["0.0.0.0", 8089]
