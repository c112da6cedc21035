"""The journal of changes on a live target: it holds no credentials, and a line that was cut short is left out."""

from __future__ import annotations

import base64
import json
from pathlib import Path

from linkproof.targets.journal import Journal
from tests.planted import SECRETS, found_in


def slips_of(secret: str) -> str:
    """A planted secret, as it may stand in a sentence."""
    if secret == "bearer token":
        return f"Bearer {SECRETS[secret]}"
    if secret == "mail in base64":
        return base64.b64encode(f"by {SECRETS[secret]}".encode()).decode()
    if secret == "id in a JWT":
        parts = ({"alg": "none"}, {"oid": SECRETS[secret]}, "sig")
        return ".".join(base64.urlsafe_b64encode(json.dumps(p).encode()).decode().rstrip("=") for p in parts)
    return SECRETS[secret]


def test_a_journal_has_no_credentials(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "own.jsonl")
    for number, secret in enumerate(
        ("bearer token", "mail", "mail in base64", "id in a JWT", "host", "address", "tenant")
    ):
        text = f"ask {slips_of(secret)} about it"
        journal.changing("c", f"n{number}", {"status": "Approved", "description": text})
    journal.changing("c", "n", {"status": "Approved", "description": "use Bearer eyJhbGciOiJub25lIn0.e30.c2lnbmF0dXJl"})
    journal.close()
    assert "eyJ" not in (tmp_path / "own.jsonl").read_text(encoding="utf-8")
    assert found_in((tmp_path / "own.jsonl").read_bytes()) == set()
    assert (tmp_path / "own.jsonl").stat().st_mode & 0o077 == 0
    assert [e.before for e in journal.open] == [{"status": "Approved"}] * 8


def test_a_line_that_was_cut_short_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    journal = Journal(path, "t.toml")
    journal.making("x", "one")
    journal.making("x", "two")
    journal.close()
    path.write_bytes(path.read_bytes()[:-9])
    assert [e.name for e in Journal.read(path).open] == ["one"]
