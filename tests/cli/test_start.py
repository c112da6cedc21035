"""A command imports only what it needs: imports are most of a short command's time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from linkproof.reports.pages import pages_of
from tests.traffic import AKS, contract
from tests.waiting import LIMIT_S

#: Packages that take long to load, with the commands that need them.
_HEAVY = (
    "linkproof.judging",
    "linkproof.checks",
    "linkproof.runner",
    "jinja2",
    "schemathesis",
    "yaml",
    "httpx",
    "pytest",
)


def loaded_by(*arguments: str) -> set[str]:
    code = (
        "import sys\nfrom linkproof.cli.entry import run\n"
        f"sys.stdout = sys.stderr\ncode = run({list(arguments)!r})\nsys.stdout = sys.__stdout__\n"
        "assert code in (0, 1), code\nprint(' '.join(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=LIMIT_S)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"]])
def test_help_loads_none_of_what_runs_and_judges(arguments: list[str]) -> None:
    assert set(_HEAVY).isdisjoint(loaded_by(*arguments))


#: What only reports need, or several processes.
_REPORTS = {"jinja2", "allure_commons", "linkproof.reports.html", "linkproof.reports.sarif", "multiprocessing"}


@pytest.mark.parametrize("reports", [True, False])
def test_check_loads_nothing_of_the_runner_and_only_what_it_writes(tmp_path: Path, reports: bool) -> None:
    path = contract(AKS).operations[0].path.translate({ord("{"): "", ord("}"): ""})
    request = f'{{"method": "DELETE", "url": "https://a{path}?api-version=2025-01-01"}}'
    (tmp_path / "x.ndjson").write_text(f'{{"request": {request}, "response": {{"status": 405}}}}\n')
    out = ["--quiet", "--out", str(tmp_path / "out")] if reports else []
    found = loaded_by("check", str(tmp_path / "x.ndjson"), "--allow-unproven", "--processes", "1", *out)
    assert {"schemathesis", "yaml", "httpx", "pytest", "linkproof.runner"}.isdisjoint(found)
    assert _REPORTS & found == (_REPORTS - {"multiprocessing"} if reports else set())
    assert ("rich" in found) is not reports  # --quiet prints nothing


def test_compiled_templates_are_kept_where_they_can_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    first = pages_of("linkproof.reports").get_template("finding.html.j2")
    kept = list((tmp_path / "cache/linkproof/templates").iterdir())
    assert len(kept) == 1
    assert (tmp_path / "cache/linkproof/templates").stat().st_mode & 0o777 == 0o700
    kept[0].write_bytes(b"broken")
    assert pages_of("linkproof.reports").get_template("finding.html.j2").name == first.name
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    (tmp_path / "file").write_text("not a folder")
    assert pages_of("linkproof.reports").get_template("finding.html.j2").name == first.name
