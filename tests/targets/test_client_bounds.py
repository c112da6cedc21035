"""No answer takes more than the target's limits of time and size, whatever the server does."""

from __future__ import annotations

import time
import tracemalloc

import httpx
import pytest

from linkproof.contract.loader import all_contracts
from linkproof.errors import LinkproofError, TargetError
from linkproof.model.exchange import Exchange
from linkproof.targets.budget import Limits, OverBudget
from linkproof.targets.client import Client
from linkproof.targets.deadline import keep_deadlines
from linkproof.targets.model import Target, TargetContract
from linkproof.targets.transfer import AnswerTooLarge, NoAnswer, TooSlow, Unreachable, receive
from tests.hostile_server import MODES, HostileServer

DICOM = next(c for c in all_contracts() if c.id == "azure-healthcareapis-dicom")
#: Seconds for a whole answer: of a slow server, and of any other; and a bound for a request with its retries.
SHORT_S, LONG_S, BOUND_S = 0.4, 10.0, 25.0

SLOW = {
    *("silence", "silence-in-the-body", "drip-body", "drip-chunks", "drip-headers", "drip-status-line"),
    *("continue-for-ever", "early-hints-for-ever", "two-seconds-each", "large-content-length"),
}
LARGE = {"endless-body", "endless-chunks", "gzip-bomb", "gzip-bomb-twice", "deflate-bomb"}
CLOSED = {"close", "reset", "half-a-status-line", "half-the-headers", "not-http", "http-0.9"}


def client_of(base_url: str, timeout_s: float = LONG_S, limits: Limits | None = None) -> Client:
    contracts = {DICOM.id: TargetContract(DICOM.id, {})}
    return Client(Target("hostile", "mock", base_url, contracts, timeout_s=timeout_s, limits=limits or Limits()))


def ask(name: str) -> Exchange | LinkproofError:
    """What one GET comes to."""
    with HostileServer(name) as server:
        client = client_of(server.base_url, SHORT_S if name in SLOW else LONG_S)
        try:
            return client.send(DICOM, "GET", f"{server.base_url}/x")
        except LinkproofError as error:
            return error
        finally:
            client.close()


@pytest.mark.parametrize("name", sorted(MODES))
def test_every_mode_ends_in_time_and_within_memory(name: str) -> None:
    if name in LARGE:
        with HostileServer(name):  # what the server itself needs is made before the measure
            pass
    tracemalloc.start()
    began = time.monotonic()
    found = ask(name)
    seconds, (_, most) = time.monotonic() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(found, Exchange | TargetError), found
    assert seconds < BOUND_S
    assert most < 150e6
    kinds = [(SLOW, TooSlow), (LARGE, AnswerTooLarge), (CLOSED, NoAnswer)]
    for names, kind in kinds:
        assert (name in names) == isinstance(found, kind), found


def test_what_is_compressed_is_unpacked() -> None:
    found = ask("gzip")
    assert isinstance(found, Exchange)
    assert found.response.body == b'{"value": []}'


def test_damaged_compression_is_no_answer() -> None:
    assert "ends too early" in str(ask("gzip-cut"))
    assert "not gzip data" in str(ask("gzip-that-is-none"))


def test_an_answer_before_the_request_is_complete() -> None:
    with HostileServer("portal", early=True) as server:
        client = client_of(server.base_url)
        try:
            found: object = client.send(DICOM, "PUT", f"{server.base_url}/x", body=b"x" * 4_000_000)
        except TargetError as error:
            found = error
        client.close()
    assert isinstance(found, NoAnswer) or (isinstance(found, Exchange) and found.response.status == 200), found


def test_the_budgets_minutes_end_an_answer() -> None:
    with HostileServer("drip-body") as server:
        client = client_of(server.base_url, limits=Limits(minutes=0.2 / 60))
        with pytest.raises(OverBudget):
            client.send(DICOM, "GET", f"{server.base_url}/x")
        client.close()


def test_a_closed_port_is_unreachable() -> None:
    with HostileServer("empty-list") as server:
        pass
    client = client_of(server.base_url)
    with pytest.raises(Unreachable):
        client.send(DICOM, "PUT", f"{server.base_url}/x")
    client.close()


def test_pools_keep_deadlines() -> None:
    """Fails where a new version of httpx or httpcore no longer lets us: drip-fed answers would then never end."""
    with HostileServer("drip-headers") as server, keep_deadlines(httpx.Client(timeout=30)) as client:
        began = time.monotonic()
        with pytest.raises(TooSlow):
            receive(client, httpx.Request("GET", server.base_url), seconds=0.3, most_bytes=1000)
        assert time.monotonic() - began < BOUND_S


@pytest.mark.parametrize(
    ("base_url", "link", "is_own"),
    [
        ("https://h.example", "https://h.example/x", True),
        ("https://h.example", "https://H.example:443/x", True),
        ("https://h.example", "http://h.example:443/x", False),
        ("https://h.example", "http://h.example/x", False),
        ("http://h.example:443", "https://h.example/x", True),
        ("https://h.example", "https://h.example/\ud800", False),
        ("https://h.example", "https://h.example.evil.example/x", False),
        ("https://h.example", "file:///h.example/x", False),
        ("https://h.example", "https://h.example/" + "a/../" * 20_000, False),
        ("https://h.example", "//h.example/x", False),
    ],
)
def test_credentials_go_to_the_own_hosts_only_and_never_in_clear(base_url: str, link: str, is_own: bool) -> None:
    client = client_of(base_url)
    assert client.is_own(link) is is_own
    client.close()


def test_a_url_that_is_no_unicode_is_not_asked_for() -> None:
    client = client_of("http://127.0.0.1:9")
    with pytest.raises(TargetError):
        client.send(DICOM, "GET", "http://127.0.0.1:9/\ud800")
    client.close()
