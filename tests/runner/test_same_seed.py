"""Two runs with one seed: every report is the same byte for byte, apart from times."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from linkproof.cli.entry import run

#: A moment, however a format writes it: ISO, seconds or milliseconds of the epoch; and what took how long.
_TIMES = re.compile(
    rb"20\d\d-\d\d-\d\dT[0-9:.]+(?:Z|\+00:00)|20\d\d-\d\d-\d\d(?: \d\d:\d\d)?|(?<=: )1\d{12}\b"
    rb'|"(?:duration_s|duration|start|stop)": [0-9.]+|\btime="[0-9.]+"|\b[0-9.]+ s\b'
)
_COMMAND = ["run", "--quiet", "-k", "at_the_same_time or is_being_created"]
_CONTRACTS = ["-c", "azure-keyvault-pec", "-c", "azure-dbforpostgresql-flexible-pec"]


def reports(folder: Path, concurrency: int) -> dict[str, bytes]:
    """Every report of a run on the embedded server, by its name, without times."""
    assert run([*_COMMAND, *_CONTRACTS, "--concurrency", str(concurrency), "--out", str(folder)]) in (0, 4)
    files = (p for p in folder.rglob("*") if p.is_file() and p.suffix != ".log" and "allure" not in str(p))
    return {str(p.relative_to(folder)): _TIMES.sub(b"TIME", p.read_bytes()) for p in files}


@pytest.mark.parametrize("concurrency", [1, 8])
def test_the_same_seed_gives_the_same_reports(concurrency: int, tmp_path: Path) -> None:
    first, second = (reports(tmp_path / name, concurrency) for name in ("first", "second"))
    assert first.keys() == second.keys() >= {"results.json", "report.html", "junit.xml", "results.sarif"}
    for name, content in first.items():
        assert content.splitlines() == second[name].splitlines(), name
    assert b"STA-10" in first["junit.xml"]
