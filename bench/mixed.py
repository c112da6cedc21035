"""Mixed traffic for measuring: real recordings of a service, repeated, each copy on a server of its own.

The recordings hold readings, decisions, refusals and deletions, as a client of the vendor sent them. They are in
../shared. Each copy has its own server name and its own identifiers, so that no URL and no body comes twice but for
those that do within one recording. Written as HAR, VCR cassette, exchanges one on each line, and for oav.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from linkproof.model.exchange import Exchange, Headers, Request, Response
from linkproof.recordings import read_recordings

ROOT = Path(__file__).parents[1]
RECORDINGS = ROOT.parent / "shared/recordings"
_SERVER = re.compile(r"azuredbclitest\d{6}")
#: Identifiers that a service makes anew for each request; subscriptions have zeros only.
_IDENTIFIER = re.compile(r"\b(?!0{8})[0-9a-f]{8}(?=-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b)")
#: Fields that clients and services send beside those that a recorder keeps.
_SENT = {
    "Accept": "application/json",
    "Accept-Encoding": "gzip, deflate",
    "User-Agent": "python/3.11.9 azsdk-python-mgmt-rdbms/10.1 Linux",
    "CommandName": "network private-endpoint-connection show",
    "ParameterSetName": "--id",
    "Connection": "keep-alive",
}
_CAME = {
    "x-ms-correlation-request-id": "11d5d4b2-6a4e-4d2d-9d0e-2ad10c0f4a51",
    "x-ms-request-id": "a3b1e1b9-7a38-4d0a-a4ab-9f2f2f2b6a51",
    "x-ms-ratelimit-remaining-subscription-reads": "11998",
    "x-ms-routing-request-id": "WESTUS:20201216T092516Z:5a31e7c5-3a53-4a51-94cf-0a2dc37e9d14",
}


def recorded() -> list[Exchange]:
    """The exchanges of the PostgreSQL recordings, with the fields that the recorder left out."""
    found = list(read_recordings(sorted(RECORDINGS.glob("postgresql-*.yaml"))))
    return [
        replace(
            e,
            request=replace(e.request, headers=Headers((*e.request.headers, *_SENT.items()))),
            response=replace(e.response, headers=Headers((*e.response.headers, *_CAME.items()))),
        )
        for e in found
    ]


def copies(number: int, exchanges: list[Exchange]) -> Iterator[Exchange]:
    """About ``number`` exchanges: copies of the recordings, each on a server of its own."""
    for copy in range(-(-number // len(exchanges))):
        change = _changer(copy)
        for one in exchanges:
            yield replace(one, request=_changed(one.request, change), response=_changed(one.response, change))


def _changer(copy: int) -> Callable[[str], str]:
    def change(text: str) -> str:
        text = _SERVER.sub(f"azuredbclitest{copy:06}", text)
        return _IDENTIFIER.sub(lambda m: f"{(int(m[0], 16) + copy) % (1 << 32):08x}", text)

    return change


def _changed(message: Any, change: Callable[[str], str]) -> Any:
    headers = Headers((k, change(v)) for k, v in message.headers)
    body = change(message.body.decode()).encode()
    if isinstance(message, Request):
        return Request(message.method, change(message.url), headers, body)
    return Response(message.status, headers, body, message.reason)


def write_ndjson(path: Path, exchanges: Iterator[Exchange]) -> Path:
    """One exchange on each line."""
    with path.open("w", encoding="utf-8") as file:
        for one in exchanges:
            sent, came = one.request, one.response
            request = {"method": sent.method, "url": sent.url, "headers": [list(p) for p in sent.headers]}
            if sent.body:
                request["body"] = sent.body.decode()
            response = {"status": came.status, "headers": [list(p) for p in came.headers], "body": came.body.decode()}
            file.write(json.dumps({"request": request, "response": response}) + "\n")
    return path


def write_har(path: Path, exchanges: Iterator[Exchange]) -> Path:
    """A HAR 1.2 file, with the members that a browser or proxy writes."""
    with path.open("w", encoding="utf-8") as file:
        file.write('{"log": {"version": "1.2", "creator": {"name": "bench", "version": "1"}, "entries": [\n')
        for number, one in enumerate(exchanges):
            file.write(("," if number else "") + json.dumps(_entry(one)) + "\n")
        file.write("]}}\n")
    return path


def _entry(one: Exchange) -> dict[str, Any]:
    sent, came = one.request, one.response
    query = sent.url.partition("?")[2]
    request: dict[str, Any] = {
        "method": sent.method,
        "url": sent.url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": [{"name": k, "value": v} for k, v in sent.headers],
        "queryString": [dict(zip(("name", "value"), p.split("=", 1), strict=True)) for p in query.split("&")],
        "headersSize": -1,
        "bodySize": len(sent.body),
    }
    if sent.body:
        request["postData"] = {"mimeType": "application/json", "text": sent.body.decode()}
    return {
        "startedDateTime": "2020-12-16T09:24:04.123Z",
        "time": 120.5,
        "request": request,
        "response": {
            "status": came.status,
            "statusText": came.reason,
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": [{"name": k, "value": v} for k, v in came.headers],
            "content": {"size": len(came.body), "mimeType": "application/json", "text": came.body.decode()},
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": len(came.body),
        },
        "cache": {},
        "timings": {"send": 0.1, "wait": 120.1, "receive": 0.3},
    }


def write_vcr(path: Path, exchanges: Iterator[Exchange]) -> Path:
    """A VCR cassette, as vcrpy writes it."""
    with path.open("w", encoding="utf-8") as file:
        file.write("interactions:\n")
        for one in exchanges:
            sent, came = one.request, one.response
            request = {
                "body": sent.body.decode() if sent.body else None,
                "headers": {k: [v] for k, v in sent.headers},
                "method": sent.method,
                "uri": sent.url,
            }
            response = {
                "body": {"string": came.body.decode()},
                "headers": {k: [v] for k, v in came.headers},
                "status": {"code": came.status, "message": came.reason or "OK"},
            }
            yaml.dump([{"request": request, "response": response}], file, Dumper=yaml.CDumper, default_flow_style=False)
        file.write("version: 1\n")
    return path


def write_oav(folder: Path, exchanges: Iterator[Exchange]) -> Path:
    """One file for each exchange, as ``oav validate-traffic`` reads them."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, one in enumerate(exchanges):
        sent, came = one.request, one.response
        live = {
            "liveRequest": {
                "method": sent.method,
                "url": sent.url,
                "headers": dict(sent.headers),
                "body": json.loads(sent.body) if sent.body else {},
            },
            "liveResponse": {
                "statusCode": str(came.status),
                "headers": dict(came.headers),
                "body": json.loads(came.body) if came.body else {},
            },
        }
        (folder / f"{number:06}.json").write_text(json.dumps(live), encoding="utf-8")
    return folder


def ndjson(path: Path, number: int) -> Path:
    """So many exchanges of mixed traffic, one on each line."""
    return write_ndjson(path, copies(number, recorded()))


def har(path: Path, number: int) -> Path:
    """So many as a HAR file."""
    return write_har(path, copies(number, recorded()))


def vcr(path: Path, number: int) -> Path:
    """So many as a VCR cassette."""
    return write_vcr(path, copies(number, recorded()))


def oav(folder: Path, number: int) -> Path:
    """So many as files for oav."""
    return write_oav(folder, copies(number, recorded()))
