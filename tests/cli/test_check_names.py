"""The name of what `check` judged, as its sentence begins with it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from linkproof.cli.checking import judge_recordings
from tests.recordings.test_formats import as_ndjson
from tests.traffic import AKS, connection, ex


@pytest.mark.parametrize(
    ("paths", "subject"),
    [
        (["seen/a.ndjson"], "a.ndjson"),
        (["seen"], "the traffic in seen"),
        (["."], "the traffic in seen"),
        (["seen/a.ndjson", "seen/b.ndjson"], "the traffic of 2 recordings"),
    ],
)
def test_the_sentence_has_a_subject(
    paths: list[str], subject: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of `check .` it was "BREACHED  does not conform"."""
    (tmp_path / "seen").mkdir()
    for name in ("a", "b"):
        (tmp_path / "seen" / f"{name}.ndjson").write_text(as_ndjson([ex(AKS, own="one", answer=connection())]))
    monkeypatch.chdir(tmp_path / "seen" if paths == ["."] else tmp_path)
    found = judge_recordings([Path(p) for p in paths], (), any_version=False, allow_unproven=True)
    assert found.target.name == subject
    assert subject[1:] in found.sentence
    assert os.sep not in found.sentence
