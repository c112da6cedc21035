"""Recorded traffic for measuring: Gets of a PostgreSQL server's connections, alike in size (about 0.5 KB a body).

Everything is counted, nothing random: the same number gives the same bytes. Written in three formats: exchanges one on
each line and HAR for us, one file for each exchange for oav.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HOST = "https://management.azure.com"
VERSION = "2018-06-01"
SERVER = (
    "/subscriptions/55000000-0000-0000-0000-000000000000/resourceGroups/Default"
    "/providers/Microsoft.DBforPostgreSQL/servers/test-svr"
)
#: So many connections are shown again and again.
CONNECTIONS = 500


def exchanges(number: int, server: str = SERVER, version: str = VERSION) -> Iterator[dict[str, Any]]:
    """So many exchanges, as plain data: method, url, headers and body of both sides."""
    kind = server.split("/providers/")[1].rsplit("/", 1)[0]
    for i in range(number):
        name = f"pec-{i % CONNECTIONS:04}"
        path = f"{server}/privateEndpointConnections/{name}"
        endpoint = f"{server.split('/providers/')[0]}/providers/Microsoft.Network/privateEndpoints/{name}"
        state = {"status": "Approved", "description": "Approved by johndoe@contoso.com", "actionsRequired": "None"}
        body = {
            "properties": {
                "privateEndpoint": {"id": endpoint},
                "privateLinkServiceConnectionState": state,
                "provisioningState": "Ready",
            },
            "id": path,
            "name": name,
            "type": f"{kind}/privateEndpointConnections",
        }
        yield {
            "method": "GET",
            "url": f"{HOST}{path}?api-version={version}",
            "sent": {"Accept": "application/json", "x-ms-client-request-id": _identifier(i)},
            "came": {
                "Content-Type": "application/json; charset=utf-8",
                "x-ms-request-id": _identifier(i + (1 << 40)),
                "Date": f"Fri, 20 Nov 2026 {i // 3600 % 24:02}:{i // 60 % 60:02}:{i % 60:02} GMT",
            },
            "body": body,
            "text": json.dumps(body, separators=(",", ":")),
        }


def _identifier(number: int) -> str:
    text = f"{number:032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def write_ndjson(path: Path, number: int, server: str = SERVER, version: str = VERSION) -> Path:
    """One exchange on each line."""
    with path.open("w", encoding="utf-8") as file:
        for one in exchanges(number, server, version):
            request = {"method": one["method"], "url": one["url"], "headers": list(one["sent"].items())}
            response = {"status": 200, "headers": list(one["came"].items()), "body": one["text"]}
            file.write(json.dumps({"request": request, "response": response}) + "\n")
    return path


def write_har(path: Path, number: int) -> Path:
    """A HAR 1.2 file."""
    with path.open("w", encoding="utf-8") as file:
        file.write('{"log": {"version": "1.2", "creator": {"name": "bench", "version": "1"}, "entries": [\n')
        for i, one in enumerate(exchanges(number)):
            request = {
                "method": one["method"],
                "url": one["url"],
                "httpVersion": "HTTP/1.1",
                "headers": [{"name": k, "value": v} for k, v in one["sent"].items()],
            }
            text = one["text"]
            response = {
                "status": 200,
                "statusText": "OK",
                "httpVersion": "HTTP/1.1",
                "headers": [{"name": k, "value": v} for k, v in one["came"].items()],
                "content": {"size": len(text), "mimeType": "application/json", "text": text},
            }
            entry = {
                "startedDateTime": "2026-11-20T10:00:00.000Z",
                "time": 1,
                "request": request,
                "response": response,
            }
            file.write(("," if i else "") + json.dumps(entry) + "\n")
        file.write("]}}\n")
    return path


def write_yaml(path: Path, number: int) -> Path:
    """A VCR cassette."""
    with path.open("w", encoding="utf-8") as file:
        file.write("interactions:\n")
        for one in exchanges(number):
            sent = "".join(f"      {k}:\n      - {v}\n" for k, v in one["sent"].items())
            came = "".join(f"      {k}:\n      - {v}\n" for k, v in one["came"].items())
            file.write(
                f"- request:\n    body: null\n    headers:\n{sent}    method: GET\n    uri: {one['url']}\n"
                f"  response:\n    body:\n      string: '{json.dumps(one['body'])}'\n    headers:\n{came}"
                "    status:\n      code: 200\n      message: OK\n"
            )
        file.write("version: 1\n")
    return path


def write_oav(folder: Path, number: int) -> Path:
    """One file for each exchange, as ``oav validate-traffic`` reads them."""
    folder.mkdir(parents=True, exist_ok=True)
    for i, one in enumerate(exchanges(number)):
        live = {
            "liveRequest": {"method": one["method"], "url": one["url"], "headers": one["sent"], "body": {}},
            "liveResponse": {"statusCode": "200", "headers": one["came"], "body": one["body"]},
        }
        (folder / f"{i:06}.json").write_text(json.dumps(live), encoding="utf-8")
    return folder
