"""Every format gives the same exchanges; incomplete ones are left out and reported."""

from __future__ import annotations

import base64
import gzip
import itertools
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from linkproof.errors import UsageError
from linkproof.model.exchange import Credential, Exchange, Headers
from linkproof.recordings import read_recordings, recording_files
from linkproof.recordings.byte_source import Source
from linkproof.recordings.ndjson import ndjson_exchanges
from linkproof.recordings.vcr import credential_of, date_of
from tests.command_line import linkproof

ROOT = Path(__file__).parents[2]
DICOM = ROOT / "cassettes" / "azure-healthcareapis-dicom.yaml.gz"
_BEGAN = datetime.fromisoformat("2026-11-20T10:30:00.500+01:00")
SCHEMA = Draft202012Validator(json.loads((ROOT / "schemas/formats/exchange.schema.json").read_text(encoding="utf-8")))


def packed(body: bytes) -> dict[str, str]:
    """A body as text, or in base64."""
    try:
        return {"body": body.decode()}
    except UnicodeDecodeError:
        return {"body_base64": base64.b64encode(body).decode()}


def line(exchange: Exchange) -> str:
    """An exchange as a line of newline-delimited JSON."""
    request, response = exchange.request, exchange.response
    value = {
        "request": {
            "method": request.method,
            "url": request.url,
            "headers": [list(p) for p in request.headers],
            **packed(request.body),
        },
        "response": {
            "status": response.status,
            "reason": response.reason,
            "headers": [list(p) for p in response.headers],
            **packed(response.body),
        },
        "world": "run-1",
        "scene": exchange.scene,
        "started": exchange.started,
        "ended": exchange.ended,
        "credential": exchange.credential.value,
        "at": exchange.at,
        "contract": exchange.contract,
    }
    SCHEMA.validate(value)
    return json.dumps(value, ensure_ascii=False)


def as_ndjson(exchanges: list[Exchange]) -> str:
    return "\n".join(map(line, exchanges)) + "\n"


def as_har(exchanges: list[Exchange]) -> str:
    """What a browser writes: pseudo fields, sizes, bodies that are no text in base64."""

    def fields(headers: Headers) -> list[dict[str, str]]:
        return [{"name": k, "value": v} for k, v in headers]

    def content(body: bytes) -> dict[str, Any]:
        found = packed(body)
        if "body" in found:
            return {"size": len(body), "mimeType": "application/json", "text": found["body"]}
        return {"size": len(body), "mimeType": "x/y", "text": found["body_base64"], "encoding": "base64"}

    entries = [
        {
            "startedDateTime": (_BEGAN + timedelta(seconds=number)).isoformat(),
            "time": 12.5,
            "request": {
                "method": e.request.method,
                "url": e.request.url,
                "httpVersion": "HTTP/2",
                "headers": [{"name": ":method", "value": e.request.method}, *fields(e.request.headers)],
                "bodySize": len(e.request.body),
                **({"postData": content(e.request.body)} if e.request.body else {}),
            },
            "response": {
                "status": e.response.status,
                "statusText": e.response.reason,
                "headers": fields(e.response.headers),
                "content": content(e.response.body),
            },
            "cache": {},
            "timings": {},
        }
        for number, e in enumerate(exchanges)
    ]
    log = {"version": "1.2", "creator": {"name": "a browser", "version": "1"}, "pages": [], "entries": entries}
    return json.dumps({"log": log}, indent=1)


def as_test_proxy(exchanges: list[Exchange]) -> str:
    """What the Azure SDK's proxy writes: objects as JSON, texts as they are, or as a list of lines."""

    def fields(headers: Headers) -> dict[str, Any]:
        found: dict[str, list[str]] = {}
        for key, value in headers:
            found.setdefault(key, []).append(value)
        return {k: v[0] if len(v) == 1 else v for k, v in found.items()}

    def body(content: bytes, headers: Headers) -> Any:
        if not content:
            return None
        try:
            text = content.decode()
        except UnicodeDecodeError:
            return base64.b64encode(content).decode()
        if not headers.get("content-type").startswith("application/json"):
            return base64.b64encode(content).decode() if headers.get("content-type") else text
        value = json.loads(text) if text[:1] == "{" and len(text) < 5000 and _is_json(text) else None
        if value is not None and json.dumps(value, ensure_ascii=False, separators=(",", ":")) == text:
            return value
        return text.splitlines(keepends=True) if "\n" in text else text

    return json.dumps(
        {
            "Entries": [
                {
                    "RequestUri": e.request.url,
                    "RequestMethod": e.request.method,
                    "RequestHeaders": fields(e.request.headers),
                    "RequestBody": body(e.request.body, e.request.headers),
                    "StatusCode": e.response.status,
                    "ResponseHeaders": fields(e.response.headers),
                    "ResponseBody": body(e.response.body, e.response.headers),
                }
                for e in exchanges
            ],
            "Variables": {"RandomSeed": "1"},
        }
    )


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def as_json_cassette(exchanges: list[Exchange]) -> str:
    """vcrpy's JSON serializer."""
    return json.dumps(
        {
            "version": 1,
            "interactions": [
                {
                    "request": {
                        "method": e.request.method,
                        "uri": e.request.url,
                        "headers": {k: [v] for k, v in e.request.headers},
                        "body": e.request.body.decode() if e.request.body else None,
                    },
                    "response": {
                        "status": {"code": e.response.status, "message": e.response.reason},
                        "headers": {k: [v] for k, v in e.response.headers},
                        "body": {"string": e.response.body.decode()},
                    },
                }
                for e in exchanges
                if "body" in packed(e.request.body) and "body" in packed(e.response.body)
            ],
        },
        indent=1,
    )


FORMATS: dict[str, Callable[[list[Exchange]], str]] = {
    "a.ndjson": as_ndjson,
    "b.har": as_har,
    "c.json": as_test_proxy,
    "d.json": as_json_cassette,
}


@pytest.fixture(scope="module")
def exchanges() -> list[Exchange]:
    return list(read_recordings([DICOM]))


@pytest.mark.parametrize("zipped", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same_exchanges(
    name: str, zipped: bool, exchanges: list[Exchange], tmp_path: Path
) -> None:
    data = FORMATS[name](exchanges).encode()
    path = tmp_path / (f"{name}.gz" if zipped else name)
    path.write_bytes(gzip.compress(data) if zipped else data)
    read = list(read_recordings([tmp_path]))
    assert [e.number for e in read] == list(range(1, len(exchanges) + 1))
    for one, other in zip(exchanges, read, strict=True):
        assert (other.request, other.response.status) == (one.request, one.response.status)
        assert (other.response.headers, other.response.body) == (one.response.headers, one.response.body)


def test_what_a_format_knows_beside_is_kept(exchanges: list[Exchange], tmp_path: Path) -> None:
    for name, write in FORMATS.items():
        (tmp_path / name).write_text(write(exchanges[:2]), encoding="utf-8")
    own, har, proxy, cassette = (next(read_recordings([tmp_path / name])) for name in FORMATS)
    known = replace(exchanges[0], world=f"{tmp_path / 'a.ndjson'} run-1")
    assert own == known
    assert (har.at, round(har.ended - har.started, 4)) == ("2026-11-20T09:30:00Z", 0.0125)
    assert (proxy.started, proxy.ended, cassette.started) == (1.0, 1.5, 1.0)
    assert {e.credential for e in (har, proxy, cassette)} == {credential_of(exchanges[0].request.headers)}
    assert {e.world for e in (har, proxy, cassette)} == {str(tmp_path / n) for n in list(FORMATS)[1:]}


def test_the_content_tells_and_not_the_name(exchanges: list[Exchange], tmp_path: Path) -> None:
    for number, write in enumerate(FORMATS.values()):
        path = tmp_path / f"recording-{number}"
        path.write_bytes(gzip.compress(write(exchanges[:3]).encode()))
        assert len(list(read_recordings([path]))) == 3
    (tmp_path / "package.json").write_text('{"name": "x", "log": 1}')
    (tmp_path / "c.json").write_text(as_test_proxy(exchanges[:1]))
    assert recording_files([tmp_path]) == [tmp_path / "c.json"]


def test_check_says_the_same_of_every_format(exchanges: list[Exchange], tmp_path: Path) -> None:
    found: list[dict[str, tuple[str, int]]] = []
    for name, write in itertools.islice(FORMATS.items(), 1, None):
        (tmp_path / name).write_text(write(exchanges), encoding="utf-8")
        data = json.loads(linkproof(tmp_path, "check", name, "--json").stdout)
        found.append({r["id"]: (r["status"], r["exercised"]) for r in data["requirements"]})
    assert found[0] == found[1] == found[2]
    assert found[0]["SHP-1"][1] > 10


def har_with(**changes: Any) -> str:
    """An archive of one entry with changes: pointers with __ for /."""
    entry: dict[str, Any] = {
        "request": {"method": "GET", "url": "https://api.example.org/a", "headers": []},
        "response": {"status": 200, "headers": [], "content": {"size": 0}},
    }
    for key, value in changes.items():
        top, _, inner = key.partition("__")
        entry[top] = {**entry[top], inner: value} if inner else value
    return json.dumps({"log": {"version": "1.2", "entries": [entry]}})


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"response__status": 0}, "no answer was recorded"),
        ({"response__content": {"size": 7}}, "the archive lacks the answer's body"),
        ({"request__bodySize": 7}, "the archive lacks the request's body"),
        ({"request__postData": {"params": [{"name": "a"}]}}, "the archive lacks the request's body"),
        ({"request__url": "data:text/plain,x"}, "no http(s) URL"),
    ],
)
def test_what_an_archive_holds_in_part_is_left_out_and_told(
    changes: dict[str, Any], reason: str, tmp_path: Path
) -> None:
    (tmp_path / "a.har").write_text(har_with(**changes))
    left: list[str] = []
    assert list(read_recordings([tmp_path / "a.har"], lambda _, why: left.append(why))) == []
    assert left == [reason]


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("a.har", '{"log": {"version": "9", "entries": []}}', "HAR version '9'"),
        ("a.har", '{"log": {"entries": 5}}', "the exchanges are no list"),
        ("a.har", har_with(request=None), "request is missing"),
        ("a.har", har_with(response__status="ok"), "response.status is 'ok', not an HTTP status"),
        ("a.har", har_with(request__headers={}), "request.headers is not a list"),
        ("a.har", har_with(request__headers=[{"name": "a"}]), "has no name or value"),
        (
            "a.har",
            har_with(response__content={"text": "%", "encoding": "base64"}),
            "response.content.text is not base64",
        ),
        ("a.har", har_with()[:90], "not valid JSON after 0 exchanges"),
        ("a.json", '{"Entries": [{"RequestUri": "nowhere"}]}', "RequestMethod is missing or no text"),
        (
            "a.json",
            '{"Entries": [{"RequestUri": "x", "RequestMethod": "GET"}]}',
            "RequestUri is 'x', not an http(s) URL",
        ),
        (
            "a.json",
            '{"Entries": [{"RequestUri": "http://x/", "RequestMethod": "GET", "StatusCode": 200, '
            '"ResponseHeaders": {"Content-Type": "image/png"}, "ResponseBody": "%"}]}',
            "ResponseBody is not base64",
        ),
        ("a.json", '{"entries": []}', "neither interactions, log.entries nor Entries"),
        ("a.ndjson", '{"request": {"method": "GET"}, "response": {}}\n', "no exchange: url is missing"),
        ("a.ndjson", '{"request": 5, "response": {"status": 200}}\n', "no exchange: "),
        ("a.ndjson", '{"response": {"status": 200}}\n', "no exchange: request is missing"),
        (
            "a.ndjson",
            '{"request": {"method": "GET", "url": "http://x/", "body": {}}, "response": {"status": 200}}',
            "request.body is not text",
        ),
        (
            "a.ndjson",
            '{"request": {"method": "GET", "url": "http://x/"}, "response": {"status": 99}}',
            "response.status is 99",
        ),
        (
            "a.ndjson",
            '{"request": {"method": "GET", "url": "http://x/"}, "response": {"status": 200}, "credential": "good"}',
            "credential is 'good'",
        ),
        ("a.ndjson", '{"request": {"method": "GET", "url": "http://x/"}, "respo', "line 1: not valid JSON after 0"),
    ],
)
def test_a_broken_file_is_told(name: str, text: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(UsageError) as told:
        list(read_recordings([path]))
    assert says in str(told.value)
    assert told.value.where.startswith(str(path))
    assert told.value.fix


def test_a_cut_file_is_a_mistake_after_its_first_exchanges(exchanges: list[Exchange], tmp_path: Path) -> None:
    for name, write in FORMATS.items():
        path = tmp_path / name
        path.write_text(write(exchanges[:20])[:-40], encoding="utf-8")
        with pytest.raises(UsageError, match=r"after (19|20) exchanges"):
            list(read_recordings([path]))


def test_lines_are_read_as_they_come() -> None:
    """Memory does not grow with the file: a line is given out before the next ones are read."""
    one = b'{"request": {"method": "GET", "url": "http://x/"}, "response": {"status": 204}, "credential": "valid"}\n'

    class Endless:
        count = 0

        def read1(self, size: int = -1) -> bytes:
            self.count += 1
            return one * (size // len(one))

    stream = Endless()
    found = list(itertools.islice(ndjson_exchanges(Source(stream, "endless")), 10_000))
    assert {(e.response.status, e.credential) for e in found} == {(204, Credential.VALID)}
    assert stream.count < 10


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("Fri, 20 Nov 2026 10:00:01 GMT", "2026-11-20T10:00:01Z"),
        ("Fri, 20 Nov 2026 12:00:01 +0200", "2026-11-20T10:00:01Z"),
        ("Tue, 31 Feb 2026 10:00:00 GMT", ""),
        ("Fri, 20 Now 2026 10:00:00 GMT", ""),
        ("Fri, 20 Nov 2026 25:00:00 GMT", ""),
        ("yesterday", ""),
        ("", ""),
    ],
)
def test_dates_of_answers(text: str, date: str) -> None:
    assert date_of(Headers([("Date", text)])) == date
