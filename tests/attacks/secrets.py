"""Each kind of secret, in every wrapping and place of an exchange: none may be in a file that is written."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.attacks.measured import Ended, Row, forked
from tests.planted import forms
from tests.redaction.secret_kinds import KINDS, WRAPPINGS
from tests.redaction.test_every_file import PLANTED, URL

_COMMANDS = (
    ("check", "traffic.ndjson", "--any-version", "--out", "out"),
    ("report", "out", "--out", "copy"),
    ("history", "add", "out", "--store", "sqlite:///h.sqlite"),
    ("site", "--out", "site", "--store", "sqlite:///h.sqlite"),
)


def _recording(path: Path, text: str) -> None:
    rows = []
    for wrap in WRAPPINGS.values():
        wrapped = wrap(text)
        body = json.dumps({"error": {"code": 5, "message": wrapped, "details": [wrapped]}, "unknown": wrapped})
        line = " ".join(wrapped.split())
        for status, method in ((404, "GET"), (200, "PUT"), (500, "DELETE")):
            request = {"method": method, "url": URL, "headers": [["X-Trace", line]]}
            sent = {**request, "body": json.dumps({"properties": wrapped}) if method == "PUT" else ""}
            answer = {"status": status, "headers": [["Content-Type", "application/json"], ["X-Debug", line]]}
            rows.append({"request": sent, "response": {**answer, "body": body}})
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def _is_in(secret: str, data: bytes) -> bool:
    return any(secret.casefold() in text for text in forms(data))


def planted() -> Iterator[tuple[Row, int, int]]:
    """For each kind of secret: how the commands ended, how many files they wrote, and in how many the secret is."""
    for kind in KINDS:
        text, secret = PLANTED[kind]
        with tempfile.TemporaryDirectory() as room:
            place = Path(room)
            recording = place / "traffic.ndjson"
            _recording(recording, text)
            assert _is_in(secret, recording.read_bytes())
            ended: list[Ended] = [forked(place, call) for call in _COMMANDS]
            files = [p for p in place.rglob("*") if p.is_file() and p != recording]
            left = sum(_is_in(secret, p.read_bytes()) for p in files)
            left += sum(_is_in(secret, e.said.encode()) for e in ended)
            yield Row(kind, ended), len(files), left
