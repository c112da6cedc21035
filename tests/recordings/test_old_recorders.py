"""Recordings of old recorders: bodies as Python prints bytes, URLs without a host."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from linkproof.contract.loader import all_contracts
from linkproof.errors import UsageError
from linkproof.judging.judge import Judge
from linkproof.model.exchange import Circumstances, Grade
from linkproof.recordings import read_recordings
from tests.traffic import AKS, HOST, PATHS, connection, decision

URL = f"{PATHS[AKS]}/one?api-version=2025-01-01"
SENT = json.dumps(decision())


def cassette(folder: Path, body: str) -> Path:
    path = folder / "old.yaml"
    interaction = {
        "request": {"method": "PUT", "uri": HOST + URL, "headers": {}, "body": body},
        "response": {
            "status": {"code": 200, "message": "OK"},
            "headers": {"content-type": ["application/json"]},
            "body": {"string": json.dumps(connection())},
        },
    }
    path.write_text(yaml.safe_dump({"version": 1, "interactions": [interaction]}), encoding="utf-8")
    return path


def judged(path: Path) -> Judge:
    judge = Judge(all_contracts(), Circumstances(grade=Grade.RECORDING))
    for exchange in read_recordings([path]):
        judge.feed(exchange)
    return judge


@pytest.mark.parametrize("times", [0, 1, 2, 3])
def test_a_body_as_python_prints_bytes_is_the_body(times: int, tmp_path: Path) -> None:
    body = SENT
    for _ in range(times):
        body = repr(body.encode())
    path = cassette(tmp_path, body)
    assert [e.request.body for e in read_recordings([path])] == [SENT.encode()]
    judge = judged(path)
    assert (AKS, "SHP-1") in judge.tallies
    assert [f.message for f in judge.findings.all()] == []


@pytest.mark.parametrize("body", ["b'", 'b\'{"a": 1}', "b'\\xzz'", "b''.decode()", "bytes"])
def test_what_only_looks_so_stays_as_it_is(body: str, tmp_path: Path) -> None:
    assert [e.request.body for e in read_recordings([cassette(tmp_path, body)])] == [body.encode()]


def recorder(folder: Path, uri: str, **more: object) -> Path:
    path = folder / "old.json"
    entry = {
        "RequestUri": uri,
        "EncodedRequestUri": "",
        "RequestMethod": "GET",
        "RequestBody": "",
        "RequestHeaders": {"accept-language": ["en-US"]},
        "ResponseHeaders": {"Content-Type": ["application/json; charset=utf-8"]},
        "ResponseBody": json.dumps(connection()),
        "StatusCode": 200,
        **more,
    }
    path.write_text(json.dumps({"Entries": [entry], "Names": {}, "Variables": {}}), encoding="utf-8")
    return path


def test_a_relative_url_gets_the_default_host(tmp_path: Path) -> None:
    path = recorder(tmp_path, URL)
    assert [e.request.url for e in read_recordings([path])] == [f"https://management.azure.com{URL}"]
    assert judged(path).matched == {AKS: 1}


def test_a_relative_url_gets_the_host_that_the_entry_names(tmp_path: Path) -> None:
    path = recorder(tmp_path, URL, RequestHeaders={"Host": ["management.example.org"]})
    assert [e.request.url for e in read_recordings([path])] == [f"https://management.example.org{URL}"]
    path = recorder(tmp_path, URL, ResponseHeaders={"Location": ["https://polls.example.org/x"]})
    assert [e.request.url for e in read_recordings([path])] == [f"https://polls.example.org{URL}"]


@pytest.mark.parametrize("uri", ["", "//host/x", "x/y", "ftp://h/x"])
def test_any_other_url_is_refused(uri: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="RequestUri"):
        list(read_recordings([recorder(tmp_path, uri)]))
