"""Every format of recordings, damaged in thousands of ways."""

from __future__ import annotations

import base64
import gzip
import json
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkproof.contract.loader import all_contracts, select
from linkproof.contract.requirement_catalogue import all_requirements
from linkproof.judging.judge import Judge
from linkproof.judging.verdict import RunFacts, conclude
from linkproof.model.exchange import Circumstances, Grade
from linkproof.model.results import TargetInfo
from linkproof.recordings import read_recordings
from linkproof.recordings.files import recorded_facts, recording_files
from linkproof.redaction.redactor import Redactor
from linkproof.results.serialize import results_to_json
from tests.fuzzing import Reader, damaged, each_member_damaged, every, fuzz_settings, try_input

SHARED = Path(__file__).parents[3] / "shared" / "recordings"
URL = (
    "https://management.azure.com/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/g/providers/"
    "Microsoft.DBforPostgreSQL/servers/s/privateEndpointConnections/c?api-version=2018-06-01"
)
BODY = '{"error": {"code": "NotFound", "message": "no such connection"}}'
CASSETTE = {
    "version": 1,
    "interactions": [
        {
            "request": {"method": "GET", "uri": URL, "headers": {"Accept": ["*/*"]}, "body": None},
            "response": {
                "status": {"code": 404, "message": "Not Found"},
                "headers": {"Date": ["Wed, 16 Dec 2020 09:24:04 GMT"], "Content-Type": "application/json"},
                "body": {"string": BODY},
            },
        },
        {
            "request": {"method": "PUT", "uri": URL, "headers": {}, "body": {"base64_string": "e30="}},
            "response": {
                "status": {"code": 200, "message": None},
                "headers": {"content-encoding": ["gzip"]},
                "body": {"base64_string": base64.b64encode(gzip.compress(b"{}", mtime=0)).decode()},
            },
            "linkproof": {"world": "w", "scene": "s", "started": 1.5, "ended": 2, "credential": "valid", "at": "x"},
        },
    ],
}
HAR = {
    "log": {
        "version": "1.2",
        "entries": [
            {
                "startedDateTime": "2026-01-12T08:00:00.000Z",
                "time": 12,
                "request": {
                    "method": "PUT",
                    "url": URL,
                    "headers": [{"name": "Accept", "value": "*/*"}],
                    "bodySize": 2,
                    "postData": {"mimeType": "application/json", "text": "{}"},
                },
                "response": {
                    "status": 404,
                    "statusText": "Not Found",
                    "headers": [
                        {"name": "Content-Type", "value": "application/json"},
                        {"name": "Location", "value": URL},
                        {"name": "Retry-After", "value": "1"},
                        {"name": "Date", "value": "Wed, 16 Dec 2020 09:24:04 GMT"},
                    ],
                    "content": {"size": 60, "text": BODY},
                },
            }
        ],
    }
}
PROXY = {
    "Entries": [
        {
            "RequestUri": URL,
            "RequestMethod": "GET",
            "RequestHeaders": {"Accept": "*/*"},
            "RequestBody": None,
            "StatusCode": 404,
            "ResponseHeaders": {"Content-Type": "application/json"},
            "ResponseBody": {"error": {"code": "NotFound", "message": ["a", 1, None]}},
        }
    ],
    "Variables": {},
}
HTTP_RECORDER = {
    "Entries": [
        {
            "RequestUri": "/" + URL.split("/", 3)[3],
            "EncodedRequestUri": base64.b64encode(URL.encode()).decode(),
            "RequestMethod": "GET",
            "RequestHeaders": {"x-ms-client-request-id": ["9f1d"], "Accept-Language": ["en-US"]},
            "RequestBody": "",
            "StatusCode": 404,
            "ResponseHeaders": {"Content-Type": ["application/json"], "Location": [URL], "Azure-AsyncOperation": [URL]},
            "ResponseBody": BODY,
        }
    ],
    "Names": {},
    "Variables": {"SubscriptionId": "6d1f"},
}
EXCHANGE = {
    "request": {"method": "GET", "url": URL, "headers": [["Accept", "*/*"]]},
    "response": {"status": 404, "headers": [["Content-Type", "application/json"]], "body": BODY, "reason": "x"},
    "started": 1.5,
    "ended": 2,
    "credential": "valid",
    "world": "w",
    "scene": "s",
    "at": "2026-01-12T08:00:00Z",
}


def _read(path: Path) -> Judge:
    """Read and judge a whole recording: whatever the reader accepts must not break the judge."""
    judge = Judge(_CONTRACTS, Circumstances(grade=Grade.RECORDING), any_version=True)
    redactor = Redactor()
    for exchange in read_recordings([path], judge.leave_out):
        judge.feed(exchange)
        redactor.exchange(exchange)
    assert judge.broken == []
    return judge


def _report(path: Path) -> None:
    """Go on to the results, and read what a replay reads first."""
    assert recording_files([path]) == [path]
    recorded_facts(path)
    judge = _read(path)
    facts = RunFacts(TargetInfo("x", "recording", ""), "2026-01-12T08:00:00Z", 1.0, judge.exchanges)
    assert results_to_json(conclude(judge, _CONTRACTS, _REQUIREMENTS, facts))


_CONTRACTS = select(all_contracts(), ("azure-dbforpostgresql-pec",))
_REQUIREMENTS = all_requirements()


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


def _real() -> tuple[bytes, ...]:
    files = sorted(SHARED.glob("*.yaml")) if SHARED.is_dir() else []
    return tuple(b"\n".join(path.read_bytes().splitlines()[:120]) + b"\nversion: 1\n" for path in files)


READERS = (
    Reader("cassette-json", "cassette.json", (_json(CASSETTE),), _read),
    Reader("cassette-yaml", "cassette.yaml", (b"--- " + _json(CASSETTE), *_real()), _read),
    Reader("har", "archive.har", (_json(HAR),), _read),
    Reader("test-proxy", "recording.json", (_json(PROXY),), _read),
    Reader("http-recorder", "recording.json", (_json(HTTP_RECORDER),), _read),
    Reader("ndjson", "exchanges.ndjson", (b"\n".join([_json(EXCHANGE)] * 2) + b"\n",), _read),
)


@pytest.mark.parametrize("reader", READERS, ids=repr)
def test_good_files_are_read(reader: Reader, tmp_path: Path) -> None:
    assert try_input(reader, reader.seeds[0], tmp_path)


@pytest.mark.parametrize("reader", READERS, ids=repr)
def test_what_once_broke_a_reader(reader: Reader, tmp_path: Path) -> None:
    for data in reader.found():
        try_input(reader, data, tmp_path)


@pytest.mark.parametrize("reader", READERS, ids=repr)
def test_every_member_may_be_anything(reader: Reader, tmp_path: Path) -> None:
    inputs = islice(each_member_damaged(reader.seeds[0]), None, None, every(6))
    outcomes = [try_input(reader, data, tmp_path) for data in inputs]
    assert outcomes.count(True) > 10
    assert outcomes.count(False) > 10


@pytest.mark.parametrize("reader", READERS, ids=repr)
@given(data=st.data())
@fuzz_settings()
def test_a_damaged_recording_is_read_or_refused(reader: Reader, tmp_path: Path, data: st.DataObject) -> None:
    try_input(replace(reader, read=_report), data.draw(damaged(reader.seeds)), tmp_path)
