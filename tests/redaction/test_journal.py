"""The journal of a live target holds no credential, and can still be read back."""

from __future__ import annotations

from pathlib import Path

from linkproof.targets.journal import Journal

SECRET = "Zw5sentAsCredential0815"


def test_outcomes_and_the_target_are_masked(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    journal = Journal(path, target=f"https://user:{SECRET}@h.example/")
    journal.changing("c", "connection-1", {"status": "Pending", "description": f"password={SECRET}"})
    journal.done(journal.open[0], f"refused: Bearer {SECRET} is unknown")
    journal.close()
    text = path.read_text(encoding="utf-8")
    assert SECRET not in text
    assert "refused: Bearer ***" in text
    again = Journal.read(path)
    assert again.entries.keys() == journal.entries.keys()
    assert again.open == []
