"""The journal of a live target holds no credential, and can still be read back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from linkproof.errors import UsageError
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


def test_a_name_with_half_of_a_surrogate_pair_can_be_written(tmp_path: Path) -> None:
    """A hostile target may show any text: the journal is written all the same."""
    journal = Journal(tmp_path / "j.jsonl", "t.toml")
    journal.changing("c", "connection-\ud800", {"status": "Pending", "description": "\ud800"})
    journal.making("c", "endpoint")
    journal.made("c", "endpoint", "/id/\udfff")
    journal.close()
    (changed,) = (e for e in Journal.read(tmp_path / "j.jsonl").open if not e.making)
    assert changed.before == {"status": "Pending"}


def test_names_with_halves_of_surrogate_pairs_stay_apart(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.jsonl", "t.toml")
    journal.changing("c", "one-\ud800", {"status": "Pending"})
    journal.changing("c", "one-\udc00", {"status": "Approved"})
    journal.making("c", "endpoint")
    journal.made("c", "endpoint", "/id/\udfff")
    journal.done(journal.open[-1], "restored")
    journal.close()
    again = Journal.read(tmp_path / "j.jsonl")
    assert again.entries == journal.entries
    assert [(e.name, e.id, e.outcome) for e in again.entries.values()] == [
        ("one-\\ud800", "", "restored"),
        ("one-\\udc00", "", ""),
        ("endpoint", r"/id/\udfff", ""),
    ]
    assert again.knows("c", "ONE-\udc00")
    assert not again.knows("c", "one-\ud801")


def test_a_line_with_a_number_of_thousands_of_digits_is_read(tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"
    line = {"what": "making", "contract": "c", "name": "n"}
    path.write_text(json.dumps(line)[:-1] + ', "more": ' + "9" * 5000 + "}\n", "utf-8")
    assert [e.name for e in Journal.read(path).open] == ["n"]
    path.write_text('{"what": "making", "contract": "c"}\n{"what": "x"}\n', "utf-8")
    with pytest.raises(UsageError, match=r"name.* is missing"):
        Journal.read(path)
