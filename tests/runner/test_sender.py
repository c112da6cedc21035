"""Requests without an answer: dropped by a running server, a stopped server, a glitch."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from linkproof.contract.loader import all_contracts
from linkproof.contract.operation import Role
from linkproof.errors import TargetError
from linkproof.mock.serve import Embedded
from linkproof.model.exchange import NO_ANSWER, Exchange
from linkproof.model.finding import Finding
from linkproof.recordings.files import read_recordings
from linkproof.recordings.writer import CassetteWriter
from linkproof.runner.driver import Driver
from linkproof.runner.session import Session
from linkproof.targets.embedded import embedded_target
from tests.bad_proxy import BadProxy, Choice

pytestmark = pytest.mark.usefixtures("short_pauses")

PEC = next(c for c in all_contracts() if c.id == "azure-healthcareapis-pec")


@contextmanager
def behind(choose: Choice, kind: str = "mock", timeout_s: float = 10.0) -> Iterator[tuple[Driver, BadProxy]]:
    """A driver of the embedded server behind the proxy, which sees whole requests."""
    with Embedded([PEC]) as server, BadProxy(server.base_url, choose, whole=True) as proxy:
        target = embedded_target(proxy.base_url, [PEC])
        session = Session(replace(target, kind=kind, timeout_s=timeout_s, allow=("*",)), [PEC])
        yield Driver(session, PEC), proxy
        session.close()


def findings_of(driver: Driver) -> list[Finding]:
    return driver.session.judge.findings.all()


def test_what_is_dropped_each_time_is_a_finding_with_the_smallest_body() -> None:
    with behind(lambda _, text: "reset" if text.startswith("PUT") and '"status"' in text else "") as (driver, proxy):
        call = driver.decide("approve", driver.reserve("pending"), "with a description")
        assert call.status == NO_ANSWER
        [finding] = findings_of(driver)
        assert (finding.requirement, finding.kind) == ("HDR-5", "no answer")
        assert "the server drops the connection, without an answer" in finding.message
        smallest = json.loads(finding.exchanges[0].request.body)
        assert smallest == {"properties": {"privateLinkServiceConnectionState": {"status": "Approved"}}}
        assert proxy.count < 30
        assert driver.get(driver.known_names()[0]).status == 200
        assert driver.session.dead == ""


def test_nothing_of_a_body_is_needed() -> None:
    with behind(lambda _, text: "reset" if text.startswith("PUT") else "") as (driver, _):
        driver.decide("approve", driver.reserve("pending"))
        [finding] = findings_of(driver)
        assert finding.exchanges[0].request.body == ""


def test_once_is_a_glitch() -> None:
    dropped: list[int] = []

    def choose(number: int, text: str) -> str:
        if text.startswith("PUT") and not dropped:
            dropped.append(number)
            return "reset"
        return ""

    with behind(choose) as (driver, _):
        assert driver.decide("approve", driver.reserve("pending")).status == 200
        assert dropped
        assert findings_of(driver) == []


def test_a_network_that_drops_everything_is_no_finding() -> None:
    with behind(lambda _, __: "reset") as (driver, _):
        with pytest.raises(TargetError):
            driver.page()
        assert findings_of(driver) == []


def test_a_write_to_a_live_target_is_not_sent_again() -> None:
    puts: list[str] = []

    def choose(_: int, text: str) -> str:
        if text.startswith("PUT"):
            puts.append(text)
            return "reset"
        return ""

    with behind(choose, "live") as (driver, _):
        with pytest.raises(TargetError):
            driver.send(driver.operation(Role.DECIDE), driver.known_names()[0], body={})
        assert len(puts) == 1
        assert findings_of(driver) == []


def test_a_server_that_is_gone_ends_the_run_and_says_after_which_request() -> None:
    with behind(lambda _, text: "die" if text.startswith("PUT") else "") as (driver, _):
        name = driver.reserve("pending")
        driver.get(name)
        with pytest.raises(TargetError, match="refuses connections after PUT"):
            driver.decide("approve", name)
        assert "refuses connections after PUT" in driver.session.dead
        assert "the last request that it answered was GET" in driver.session.dead
        assert [b.what for b in driver.session.broken] == [driver.session.dead]
        assert findings_of(driver) == []


def test_what_is_never_answered_is_not_sent_for_ever() -> None:
    with behind(lambda _, text: "silence" if text.startswith("PUT") else "", timeout_s=0.5) as (driver, proxy):
        for _ in range(20):
            with pytest.raises(TargetError):
                driver.send(driver.operation(Role.DECIDE), "pec", body={})
        assert proxy.done["silence"] == 3
        assert driver.page().status == 200


def test_a_cassette_keeps_it(tmp_path: Path) -> None:
    kept: list[Exchange] = []
    with behind(lambda _, text: "reset" if text.startswith("PUT") else "") as (driver, _):
        driver.session._keep = kept.append
        driver.decide("approve", driver.reserve("pending"))
    writer = CassetteWriter(tmp_path / "c.yaml", {"seed": 1})
    for exchange in kept:
        writer.write(exchange)
    writer.close()
    read = list(read_recordings([tmp_path / "c.yaml"]))
    assert [e.response.status for e in read].count(NO_ANSWER) == 2
    assert [e.request for e in read] == [e.request for e in kept]
