"""``linkproof.testing`` in the tests of a project with its own client."""

from __future__ import annotations

import asyncio
import gzip
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import requests

import linkproof.testing as public
from linkproof.errors import UsageError
from linkproof.model.results import Status
from linkproof.testing import Exchange, MockServer, Recorder, Request, Response, assert_conforms, judge
from tests.waiting import LIMIT_S

SEARCH = "azure-search-pec"
FAULT = f"PAG-5.empty-link@{SEARCH}"


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    with MockServer(SEARCH) as server:
        yield server


def _walk(server: MockServer, recorder: Recorder) -> None:
    with httpx.Client(transport=recorder.transport(), headers=server.headers(SEARCH)) as client:
        url = server.list_url(SEARCH)
        for _ in range(20):
            answer = client.get(url)
            url = answer.json().get("nextLink", "")
            if not url:
                return


def test_a_client_that_meets_a_right_server_conforms(server: MockServer) -> None:
    recorder = Recorder("walk")
    _walk(server, recorder)
    results = assert_conforms(recorder, contracts=[SEARCH])
    assert results.requests == len(recorder.exchanges) > 1
    assert any(r.status is Status.PASS for r in results.requirements)
    assert all(e.scene == "walk" and e.ended >= e.started > 0 for e in recorder.exchanges)


def test_a_breach_is_named() -> None:
    with MockServer(SEARCH, fault=FAULT) as wrong:
        recorder = Recorder()
        _walk(wrong, recorder)
    with pytest.raises(AssertionError, match="PAG-5 MUST"):
        assert_conforms(recorder)


def test_requests_is_recorded_as_well(server: MockServer) -> None:
    recorder = Recorder()
    with recorder.mount(requests.Session()) as session:
        session.trust_env = False
        answer = session.get(server.list_url(SEARCH), headers=server.headers(SEARCH), timeout=LIMIT_S)
        assert answer.json()["value"]
        refused = session.put(answer.url.replace("?", "/pending-01?"), data="{}", timeout=LIMIT_S)
    assert refused.status_code == 401
    assert [e.response.status for e in recorder.exchanges] == [200, 401]
    assert recorder.exchanges[1].request.body == b"{}"
    assert_conforms(recorder)


def test_an_asynchronous_client_is_recorded(server: MockServer) -> None:
    recorder = Recorder()

    async def ask() -> int:
        async with httpx.AsyncClient(transport=recorder.async_transport(), headers=server.headers(SEARCH)) as client:
            return (await client.get(server.list_url(SEARCH))).status_code

    assert asyncio.run(ask()) == 200
    assert_conforms(recorder)


def test_the_client_sees_what_it_would_see_and_the_recorder_sees_it_decoded() -> None:
    packed = gzip.compress(b'{"value": []}')
    recorder = Recorder()
    answers = httpx.MockTransport(
        lambda _: httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(packed))
    )
    with httpx.Client(transport=recorder.transport(answers)) as client:
        assert client.get("http://h/a").json() == {"value": []}
        with client.stream("GET", "http://h/a") as streamed:
            assert b"".join(streamed.iter_raw()) == packed
    assert [e.response.body for e in recorder.exchanges] == [b'{"value": []}'] * 2
    recorder.clear()
    assert recorder.exchanges == []


def test_what_judged_nothing_has_not_passed() -> None:
    with pytest.raises(AssertionError, match="no exchanges"):
        assert_conforms([])
    foreign = Exchange(Request("GET", "https://h/elsewhere"), Response(200))
    with pytest.raises(AssertionError, match="nothing was judged"):
        assert_conforms([foreign])
    assert judge([foreign]).unmatched


def test_names_that_are_not_known_are_usage_errors(server: MockServer) -> None:
    for call in (
        lambda: MockServer("nothing"),
        lambda: MockServer(SEARCH, fault="NO-1.fault"),
        lambda: server.names("azure-keyvault-pec"),
        lambda: judge([], contracts=["nothing"]),
    ):
        with pytest.raises(UsageError):
            call()


def test_a_decision_is_put_back(server: MockServer) -> None:
    name = server.names(SEARCH)["Pending"][0]
    url = server.list_url(SEARCH).replace("?", f"/{name}?")
    gone = httpx.delete(url, headers=server.headers(SEARCH), trust_env=False)
    assert gone.is_success
    server.reset()
    assert httpx.get(url, headers=server.headers(SEARCH), trust_env=False).status_code == 200


def test_every_public_name_is_there_and_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "testing.md").read_text(encoding="utf-8")
    for name in public.__all__:
        assert getattr(public, name).__doc__
        assert f"`{name}" in page, name


def test_the_fixtures_serve_a_test_of_somebody_else(tmp_path: Path) -> None:
    (tmp_path / "test_mine.py").write_text(
        "import httpx\n"
        "from linkproof.testing import assert_conforms\n"
        "def test_list(linkproof_mock, linkproof_recorder):\n"
        f"    server = linkproof_mock('{SEARCH}')\n"
        "    with httpx.Client(transport=linkproof_recorder.transport(), trust_env=False) as client:\n"
        f"        client.get(server.list_url('{SEARCH}'), headers=server.headers('{SEARCH}'))\n"
        "    assert linkproof_recorder.exchanges[0].scene == 'test_list'\n"
        "    assert_conforms(linkproof_recorder)\n",
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "linkproof.testing.plugin", "-p", "no:linkproof", "."]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_pytest_loads_nothing_of_it_until_a_fixture_is_used() -> None:
    code = "import sys, linkproof.testing.plugin; print(*(m for m in sys.modules if m.startswith('linkproof.')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=LIMIT_S, check=True)
    assert done.stdout.split() == ["linkproof.testing", "linkproof.testing.plugin"]
    with pytest.raises(AttributeError, match="has no attribute 'no_such_name'"):
        _ = public.no_such_name
    assert set(public.__all__) <= set(dir(public))
