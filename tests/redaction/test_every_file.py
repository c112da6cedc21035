"""Every command, over recordings full of secrets: none is in any file that is written, nor in what is printed."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from linkproof.cli.entry import run
from linkproof.model.exchange import Exchange, Headers, Request, Response
from linkproof.recordings import read_recordings
from linkproof.recordings.writer import CassetteWriter
from linkproof.redaction.redactor import Redactor
from linkproof.reports.formats import FORMATS
from tests.planted import forms
from tests.redaction.secret_kinds import KINDS, WRAPPINGS

URL = (
    "https://management.azure.com/subscriptions/6d1f7a52-3c44-4c12-9b11-7f31b0a1d0b7/resourceGroups/g/providers/"
    "Microsoft.DBforPostgreSQL/servers/s/privateEndpointConnections/c?api-version=2018-06-01"
)
RANDOM = "q7Zk2Lw9Xc4Vb8Nm1Ks5Jd3Hf6Gt0Rp8Ye2Uq5Wi7Oa9Tz3Bx6Cv1Mn4Lk2Jh8"
SENT = "Zw5-sent.as.credential_0815"
#: Kind to the text that gives it away, and the secret; no two are the same.
PLANTED = {kind: make(RANDOM[number:] + RANDOM[:number]) for number, (kind, make) in enumerate(KINDS.items(), start=3)}
SECRETS = {**{kind: secret.casefold() for kind, (_, secret) in PLANTED.items()}, "sent": SENT.casefold()}


def exchanges() -> Iterator[Exchange]:
    """Breaches whose answers hold every secret: plainly, in header fields, wrapped, and in URLs."""
    plain = {f"member {n}": text for n, (text, _) in enumerate(PLANTED.values())}
    ways = list(WRAPPINGS.values())
    wrapped = [ways[n % len(ways)](text) for n, (text, _) in enumerate(PLANTED.values())]
    sent = Headers([("Authorization", f"Bearer {SENT}"), ("X-Trace", PLANTED["sig"][0])])
    fields = Headers(
        [("Content-Type", "application/json"), *((f"X-Debug-{n}", " ".join(t.split())) for n, t in enumerate(wrapped))]
    )
    body = json.dumps({"error": {"code": 5, "message": f"as {SENT}", "details": wrapped}, **plain}).encode()
    yield Exchange(Request("GET", URL, sent), Response(404, fields, body))
    yield Exchange(Request("PUT", URL, sent, json.dumps(plain).encode()), Response(200, fields, b'{"id": 5}'))
    slipped = f"{URL}&sig={SECRETS['sig']}&debug={WRAPPINGS['percent-encoded'](PLANTED['adminPassword'][0])}"
    yield Exchange(
        Request("GET", slipped, sent), Response(500, fields, b"at x.y(z.py:1) " + " ".join(wrapped).encode())
    )
    other = Exchange(Request("GET", f"https://h.example/x?api_key={SECRETS['api_key']}", sent), Response(200))
    yield other


def written(path: Path) -> Path:
    """A recording, not redacted by anybody."""
    rows = [
        {
            "request": {"method": e.request.method, "url": e.request.url, "headers": list(map(list, e.request.headers)),
                        "body": e.request.body.decode()},
            "response": {"status": e.response.status, "headers": list(map(list, e.response.headers)),
                         "body": e.response.body.decode()},
        }
        for e in exchanges()
    ]  # fmt: skip
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def left_in(data: bytes) -> set[str]:
    """The kinds of the secrets that stand in some bytes."""
    texts = list(forms(data))
    return {kind for kind, secret in SECRETS.items() if any(secret in text for text in texts)}


@pytest.fixture
def recording(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    return written(tmp_path / "in" / "traffic.ndjson")


def test_the_scanner_sees_every_secret_in_the_recording(recording: Path) -> None:
    assert left_in(recording.read_bytes()) == set(SECRETS)


def test_no_secret_is_in_any_file_or_on_the_terminal(
    recording: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    check = ["check", "in/traffic.ndjson", "--any-version"]
    assert run([*check, "--out", "out"]) == 1
    for name in FORMATS:
        assert run([*check, "--format", name]) == 1
    assert run(["annotate", "out"]) == 0
    assert run(["report", "out", "--out", "copy"]) in (0, 1)
    assert run(["history", "add", "out"]) == 0
    assert run(["history", "list"]) == 0
    assert run(["site", "--out", "site"]) == 0
    assert run(["diff", "out", "copy"]) == 0
    results = json.loads((tmp_path / "out" / "results.json").read_bytes())
    finding = results["findings"][0]["id"]
    waiver = ["--owner", "me", "--reason", "known", "--link", "https://h.example/1", "--results", "out"]
    assert run(["waive", finding, *waiver, "--waivers", "waivers.toml"]) == 0
    assert run(["bundle", "out", "--cassette", "in/traffic.ndjson", "--any-version"]) == 2  # it holds credentials
    printed = capfd.readouterr()
    files = [p for p in tmp_path.rglob("*") if p.is_file() and p != recording]
    assert len(files) > 12
    assert {p.suffix for p in files} >= {".html", ".json", ".xml", ".toml", ".sqlite"}
    assert {str(p): left for p in files if (left := left_in(p.read_bytes()))} == {}
    assert left_in(printed.out.encode()) == set()
    assert left_in(printed.err.encode()) == set()
    assert len(results["findings"]) > 3


def test_what_the_redactor_wrote_is_bundled(recording: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    writer = CassetteWriter(tmp_path / "c.yaml", {}, Redactor().exchange)
    for exchange in read_recordings([recording]):
        writer.write(exchange)
    writer.close()
    assert left_in((tmp_path / "c.yaml").read_bytes()) == set()
    assert run(["check", "c.yaml", "--any-version", "--out", "out"]) == 1
    assert run(["bundle", "out", "--cassette", "c.yaml", "--any-version"]) == 0, capfd.readouterr().err
    with zipfile.ZipFile(tmp_path / "linkproof-bundle.zip") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    assert {name: left for name, data in members.items() if (left := left_in(data))} == {}
    assert any(name.endswith("c.yaml") for name in members)


@pytest.mark.parametrize("text", ["", "{", "[]"])
def test_messages_about_bad_files_hold_no_secret(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    row = {"request": {"method": "GET", "url": f"nowhere?sig={SENT}"}, "response": {"status": 200}}
    (tmp_path / "bad.ndjson").write_text(json.dumps(row) + "\n" + text, encoding="utf-8")
    assert run(["check", "bad.ndjson"]) == 2
    assert run(["check", f"https://user:{SENT}@h.example/x"]) == 2
    printed = capfd.readouterr()
    assert SENT not in printed.out + printed.err
    assert "bad.ndjson: line 1" in printed.err
