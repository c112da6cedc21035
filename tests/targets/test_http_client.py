"""The client's use of httpx: no cookies, and no invalid URLs."""

from __future__ import annotations

import httpx
import pytest

from linkproof.contract.loader import all_contracts
from linkproof.errors import TargetError
from linkproof.mock.app import build_server
from linkproof.mock.direct import Direct
from linkproof.mock.serve import Embedded
from linkproof.model.exchange import Headers, Request
from linkproof.targets.embedded import embedded_target
from linkproof.targets.http_client import built, http_client
from linkproof.targets.transfer import Unreachable, receive

DICOM = [c for c in all_contracts() if c.id == "azure-healthcareapis-dicom"]
URL = "http://embedded.invalid/subscriptions/ö?api-version=1"


def test_a_cookie_that_an_answer_sets_is_not_sent_back() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, headers={"set-cookie": "sid=1; Path=/"})

    with http_client(embedded_target("http://embedded.invalid", DICOM), httpx.MockTransport(answer)) as client:
        for _ in range(2):
            assert client.send(built(Request("GET", URL))).status_code == 200
        assert list(client.cookies) == []
    assert [("cookie" in request.headers) for request in seen] == [False, False]


def test_a_write_without_a_body_says_so() -> None:
    assert built(Request("PUT", URL)).headers["content-length"] == "0"
    assert "content-length" not in built(Request("GET", URL)).headers


@pytest.mark.parametrize("url", ["http://[::1/", "http://x/\udcff", "http://x:port/"])
def test_a_url_that_cannot_be_asked_for_is_named(url: str) -> None:
    with pytest.raises(TargetError, match="GET http"):
        built(Request("GET", url))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_server_on_this_machine_is_asked_without_the_proxy(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _set_proxy(monkeypatch)
    with Embedded(DICOM) as server:
        base = server.base_url.replace("127.0.0.1", host)
        with http_client(embedded_target(base, DICOM), None) as client:
            assert client.send(built(Request("GET", f"{base}/x"))).status_code == 404


def test_an_error_names_the_proxy_and_not_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    _set_proxy(monkeypatch)
    request = built(Request("GET", "http://service.invalid/x"))
    with (
        http_client(embedded_target("http://service.invalid", DICOM), None) as client,
        pytest.raises(Unreachable, match=r"through the proxy 127\.0\.0\.1:9; NO_PROXY") as found,
    ):
        receive(client, request, seconds=5, most_bytes=100)
    assert "pass" not in str(found.value)


def _set_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the environment have a proxy on which nothing listens."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://user:pass@127.0.0.1:9/")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)


def test_the_server_without_a_socket_answers_as_it_answers_httpx() -> None:
    server = Direct(build_server(DICOM))
    fields = Headers([("Accept", "application/json"), ("Authorization", "Bearer test-token")])
    direct = server.receive(Request("GET", URL, fields))
    over = server.handle_request(built(Request("GET", URL, fields)))
    assert direct.status == over.status_code == 404
    assert direct.body == over.read()
    assert [k for k, _ in direct.headers] == [k.decode() for k, _ in over.headers.raw]
