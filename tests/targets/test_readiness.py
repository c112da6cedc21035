"""Waiting for a target that is starting."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from linkproof.contract.loader import all_contracts
from linkproof.errors import TargetError
from linkproof.targets.embedded import embedded_target
from linkproof.targets.readiness import wait_for

TARGET = embedded_target(
    "http://embedded.invalid", [c for c in all_contracts() if c.id == "azure-healthcareapis-dicom"]
)
CLIENT = httpx.Client


def answered_by(monkeypatch: pytest.MonkeyPatch, statuses: Iterator[int]) -> list[int]:
    """The statuses that the target has answered with; 0: it refuses the connection."""
    seen: list[int] = []

    def answer(_: httpx.Request) -> httpx.Response:
        seen.append(next(statuses))
        if not seen[-1]:
            raise httpx.ConnectError("refused")
        return httpx.Response(seen[-1], text="<html>starting</html>")

    monkeypatch.setattr(httpx, "Client", lambda: CLIENT(transport=httpx.MockTransport(answer)))
    return seen


def test_an_error_of_a_server_or_proxy_that_is_starting_is_waited_out(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = answered_by(monkeypatch, iter([0, 502, 503, 404]))
    wait_for(TARGET, 60)
    assert seen == [0, 502, 503, 404]


def test_a_server_that_goes_on_to_answer_503_is_left_to_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    assert answered_by(monkeypatch, iter([503])) == []
    wait_for(TARGET, 1e-9)


def test_an_address_without_an_answer_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    answered_by(monkeypatch, iter([0]))
    with pytest.raises(TargetError, match="did not answer within"):
        wait_for(TARGET, 1e-9)


def test_a_certificate_of_a_private_ca_is_an_error_with_its_fix(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate")

    monkeypatch.setattr(httpx, "Client", lambda: CLIENT(transport=httpx.MockTransport(refuse)))
    with pytest.raises(TargetError, match="let the environment's SSL_CERT_FILE name a file with its certificate"):
        wait_for(TARGET, 1e-9)
