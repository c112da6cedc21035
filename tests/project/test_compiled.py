"""The compiled wheel gives the same results as the plain modules (`make compiled test-compiled`)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import linkproof
import linkproof.judging.judge
from tests.judging.test_sharing import timeless

ROOT = Path(__file__).parents[2]
IS_COMPILED = not str(linkproof.judging.judge.__file__).endswith(".py")
_THIS_PYTHON = f"cp{sys.version_info.major}{sys.version_info.minor}"
pytestmark = pytest.mark.skipif(not IS_COMPILED, reason="not on the compiled modules: make compiled test-compiled")


def _results(folder: Path, path: str, *options: str) -> str:
    command = [sys.executable, "-m", "linkproof", "check", "cassettes", "--quiet", "--allow-unproven", *options]
    env = {**os.environ, "PYTHONPATH": path}
    done = subprocess.run(
        [*command, "--out", str(folder)], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return timeless((folder / "results.json").read_text())


def test_what_is_tested_is_the_wheel() -> None:
    assert "unpacked" in str(linkproof.__file__)
    assert IS_COMPILED


def test_results_are_the_same(tmp_path: Path) -> None:
    compiled = _results(tmp_path / "compiled", os.environ["PYTHONPATH"])
    plain = _results(tmp_path / "plain", str(ROOT / "src"))
    assert json.loads(compiled)["requests"] > 10_000
    assert compiled == plain


def test_results_of_several_processes_are_the_same(tmp_path: Path) -> None:
    path = os.environ["PYTHONPATH"]
    assert _results(tmp_path / "two", path, "--processes", "2") == _results(tmp_path / "one", path)


@pytest.mark.parametrize(
    ("machine", "taken"),
    [((), _THIS_PYTHON), (("--platform", "win_arm64", "--only-binary", ":all:"), "py3-none-any")],
    ids=["like this one", "any other"],
)
def test_pip_takes_the_compiled_wheel_where_it_fits(tmp_path: Path, machine: tuple[str, ...], taken: str) -> None:
    offered, given = tmp_path / "offered", tmp_path / "given"
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(offered)]
    subprocess.run(build, cwd=ROOT, check=True)
    compiled = next((ROOT / "dist" / "compiled").glob("*.whl"))
    (offered / compiled.name).write_bytes(compiled.read_bytes())
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-index", "--no-cache-dir"]
    subprocess.run([*pip, "--find-links", str(offered), *machine, "--dest", str(given), "linkproof"], check=True)
    assert len(list(offered.glob("*.whl"))) == 2
    assert [taken in wheel.name for wheel in given.iterdir()] == [True]
