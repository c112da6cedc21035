"""Recordings of other tools: relatives of what is read are read, and the rest is refused by name, with a fix."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from linkproof.errors import UsageError
from linkproof.model.exchange import Exchange
from linkproof.recordings import read_recordings, recording_files
from tests.recordings.test_formats import har_with

URL = "https://api.example.org/connections/one?api-version=1"
SENT = {"Accept": ["application/json"], "Authorization": ["Bearer abc-def-123"]}
CAME = {"Content-Type": ["application/json"], "Date": ["Sun, 22 Nov 2026 11:00:00 GMT"]}
#: Method, body, status and body of the answer.
CALLS = [("GET", "", 200, '{"a": 1}'), ("PUT", '{"b": "é"}', 202, ""), ("DELETE", "", 204, "")]


def as_yaml(value: dict[str, Any]) -> str:
    """A document without aliases."""
    return "---\n" + yaml.safe_dump(json.loads(json.dumps(value)), sort_keys=False)


def go_vcr(version: int) -> str:
    """go-vcr's cassette: version 1 up to its release 2, version 2 since."""
    beside: dict[str, Any] = {"proto": "HTTP/1.1", "form": {}, "content_length": -1} if version > 1 else {"form": {}}
    interactions = [
        {
            "request": {"body": sent, "headers": SENT, "url": URL, "method": method, **beside},
            "response": {"body": came, "headers": CAME, "status": f"{status} Fine", "code": status, "duration": "1ms"},
        }
        for method, sent, status, came in CALLS
    ]
    return as_yaml({"version": version, "interactions": interactions})


def ruby(packed: bool) -> dict[str, Any]:
    """The cassette of Ruby's VCR, and of Betamax, which packs bodies."""

    def body(text: str) -> dict[str, str]:
        if packed:
            return {"encoding": "utf-8", "base64_string": base64.b64encode(text.encode()).decode()}
        return {"encoding": "UTF-8", "string": text}

    interactions = [
        {
            "request": {"method": method.lower(), "uri": URL, "body": body(sent), "headers": SENT},
            "response": {"status": {"code": status, "message": "Fine"}, "headers": CAME, "body": body(came)},
            "recorded_at": "Sun, 22 Nov 2026 11:00:00 GMT",
        }
        for method, sent, status, came in CALLS
    ]
    return {"http_interactions": interactions, "recorded_with": "VCR 6.1.0"}


def wiremock() -> str:
    """WireMock's journal, which has the newest request first."""
    entries = [
        {
            "id": str(number),
            "request": {
                "absoluteUrl": URL,
                "method": method,
                "headers": {k: v[0] for k, v in SENT.items()},
                "loggedDate": 1_795_345_200_000 + number,
                "body": sent,
                "bodyAsBase64": base64.b64encode(sent.encode()).decode(),
            },
            "response": {"status": status, "headers": {k: v[0] for k, v in CAME.items()}, "body": came},
            "timing": {"totalTime": 7},
        }
        for number, (method, sent, status, came) in enumerate(CALLS)
    ]
    return json.dumps({"requests": entries[::-1], "meta": {"total": 3}})


RELATIVES: dict[str, Callable[[], str]] = {
    "go-vcr-2.yaml": lambda: go_vcr(1),
    "go-vcr-4.yaml": lambda: go_vcr(2),
    "ruby.yml": lambda: as_yaml(ruby(packed=False)),
    "ruby.json": lambda: json.dumps(ruby(packed=False)),
    "betamax.json": lambda: json.dumps(ruby(packed=True)),
    "journal.json": wiremock,
}


def shape(found: Exchange) -> tuple[str, str, int, str]:
    return found.request.method, found.request.body.decode(), found.response.status, found.response.body.decode()


@pytest.mark.parametrize("name", RELATIVES)
def test_a_relative_is_read_whole_in_a_folder(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(RELATIVES[name](), encoding="utf-8")
    found = list(read_recordings([tmp_path]))
    assert [shape(e) for e in found] == CALLS
    assert {e.request.url for e in found} == {URL}
    assert {e.response.headers.get("content-type") for e in found} == {"application/json"}
    assert {e.at[:10] for e in found} == {"2026-11-22"}
    assert [e.number for e in found] == [1, 2, 3]
    assert sorted(found, key=lambda e: e.started) == found


@pytest.mark.parametrize("name", RELATIVES)
def test_a_cut_relative_is_an_error(name: str, tmp_path: Path) -> None:
    """go-vcr has its version first: a cut after a whole interaction does not show, one within it does."""
    text = RELATIVES[name]()
    (tmp_path / name).write_text(text[: text.rindex("Date") + 3], encoding="utf-8")
    with pytest.raises(UsageError) as told:
        list(read_recordings([tmp_path / name]))
    assert told.value.fix


def test_a_ruby_cassette_without_its_last_line_was_cut(tmp_path: Path) -> None:
    text = RELATIVES["ruby.yml"]()
    (tmp_path / "a.yml").write_text(text[: text.index("recorded_with")], encoding="utf-8")
    with pytest.raises(UsageError, match="the file ends after 3 interactions without recorded_with: VCR"):
        list(read_recordings([tmp_path / "a.yml"]))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"bodyAsBase64": "%"}, "request.bodyAsBase64 is not base64"),
        ({"bodyAsBase64": None, "body": 5}, "request.body is not text"),
        ({"absoluteUrl": "/x"}, "request.absoluteUrl is '/x', not an http"),
        ({"headers": 5}, "request.headers is not a map"),
    ],
)
def test_a_wrong_entry_of_a_journal_is_named(change: dict[str, Any], says: str, tmp_path: Path) -> None:
    journal = json.loads(wiremock())
    journal["requests"][0]["request"].update(change)
    (tmp_path / "a.json").write_text(json.dumps(journal), encoding="utf-8")
    with pytest.raises(UsageError, match=says):
        list(read_recordings([tmp_path / "a.json"]))


@pytest.mark.parametrize(
    ("head", "says", "fix"),
    [
        (b"PK\x03\x04\x14\0", "a zip archive", "unpack it"),
        (b"\xd4\xc3\xb2\xa1\x02\0\x04\0", "a packet capture", "as HAR"),
        (b"5347:9:websocket;0:~", "a flow file of mitmproxy", "mitmdump -nr FILE"),
        (b"<?xml version='1.0'?><items/>", "XML or HTML", "export the traffic as HAR"),
        (b"let nock = require('nock');", "nock's fixtures", "as HAR"),
        (b'[{"scope": "https://a:443", "method": "GET"}]', "fixtures of nock", "as HAR"),
        (b'{"openapi": "3.0.0", "paths": {}}', "an OpenAPI document", "linkproof import"),
        (b"swagger: '2.0'\npaths: {}\n", "a Swagger document", "linkproof import"),
        (b'{"verdict": "conforms", "requests": 42, "requirements": []}', "results of Linkproof", "linkproof report"),
        (b'{"info": {}, "item": []}', "a Postman collection", "as HAR"),
        (b'{"_type": "export", "__export_format": 4}', "an Insomnia export", "as HAR"),
        (b'{"mappings": []}', "WireMock's stubs", "GET /__admin/requests"),
        (b'{"networkCallRecords": [], "variables": []}', "lacks the requests' bodies", "test proxy"),
        (b'{"recordings": [], "uniqueTestInfo": {}}', "SDK for JavaScript", "test proxy"),
    ],
)
def test_a_file_of_another_tool_is_refused_by_name(head: bytes, says: str, fix: str, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(head)
    with pytest.raises(UsageError) as told:
        list(read_recordings([tmp_path / "a"]))
    assert says in str(told.value)
    assert fix in told.value.fix


def test_bodies_that_playwright_wrote_beside_the_archive_are_read(tmp_path: Path) -> None:
    name = f"{hashlib.sha1(b'as Playwright names it', usedforsecurity=False).hexdigest()}.json"
    (tmp_path / name).write_text('{"a": "é"}', encoding="utf-8")
    (tmp_path / "a.har").write_text(
        har_with(response__content={"size": 11, "_file": name}, request__postData={"_file": name})
    )
    (found,) = read_recordings([tmp_path / "a.har"])
    assert found.request.body.decode() == found.response.body.decode() == '{"a": "é"}'


@pytest.mark.parametrize(
    "name", ["gone.json", f"{0:040}.json", "../secret.json", "own.json", "/etc/hostname", "", 5, "."]
)
def test_a_body_that_is_not_beside_the_archive_is_left_out(name: Any, tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text("{}")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "own.json").write_text("{}")
    (tmp_path / "in" / "a.har").write_text(har_with(response__content={"size": 11, "_file": name}))
    left: list[str] = []
    assert list(read_recordings([tmp_path / "in" / "a.har"], lambda _, why: left.append(why))) == []
    assert left == ["the archive lacks the answer's body"]


def test_what_a_write_changed_that_was_left_out_is_unknown(tmp_path: Path) -> None:
    """A refused request was blamed for what a write had changed whose body the archive lacks."""
    entries = [json.loads(har_with())["log"]["entries"][0] for _ in range(4)]
    entries[1]["response"]["status"] = 0
    entries[2]["request"].update(method="PUT", bodySize=7)
    (tmp_path / "a.har").write_text(json.dumps({"log": {"version": "1.2", "entries": entries}}))
    first, last = read_recordings([tmp_path / "a.har"])
    assert (first.world, last.world) == (f"{tmp_path / 'a.har'}", f"{tmp_path / 'a.har'} after entry 3")
    assert recording_files([tmp_path]) == [tmp_path / "a.har"]
