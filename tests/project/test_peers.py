"""Our OpenAPI documents in other tools: Schemathesis' command line, and Prism as a mock and as a proxy."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import tomllib
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from schemathesis.cli import schemathesis

from linkproof.base.json_values import place
from linkproof.contract.loader import all_contracts
from linkproof.contract.model import Contract
from linkproof.contract.names import within_limits
from linkproof.contract.operation import Role
from linkproof.mock.fixtures import read_fixtures
from linkproof.mock.serve import Embedded
from linkproof.targets.embedded import embedded_target
from tests.command_line import linkproof
from tests.ports import free_port
from tests.waiting import wait_until

ROOT = Path(__file__).parents[2]
SAID = tomllib.loads((ROOT / "tests" / "peers.toml").read_text("utf-8"))["said"]
PRISM = ROOT / "node_modules" / ".bin" / "prism"
PROXIES = Path(__file__).parent / "prism_proxies.js"
CONTRACTS = all_contracts()
#: Schemathesis' random examples of each operation, beside those that cover each constraint: more by night.
EXAMPLES = os.environ.get("LINKPROOF_EXAMPLES", "7")
each = pytest.mark.parametrize("contract", CONTRACTS, ids=lambda c: c.id)
needs_prism = pytest.mark.skipif(not PRISM.exists(), reason="Prism is absent: npm ci")


def explained(peer: str, contract: Contract) -> set[str]:
    """What a peer may say of a contract."""
    return {s["what"] for s in SAID if s["peer"] == peer and contract.id in s["contracts"]}


def document(contract: Contract) -> str:
    return str(Path(contract.folder) / "openapi.json")


def credential(contract: Contract) -> tuple[str, str]:
    header = contract.authorization_header
    return header, "Bearer test-token" if header.lower() == "authorization" else "test-token"


def test_everything_that_is_said_is_told_to_people() -> None:
    page = (ROOT / "docs" / "peers.md").read_text("utf-8")
    for said in SAID:
        assert said["what"] in page
        assert said["why"] in page


# Schemathesis


@each
def test_schemathesis_says_nothing_that_is_not_explained(
    contract: Contract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = read_fixtures(contract).parents[0]
    pinned = {f"path.{k}": v for k, v in parent.path.items()}
    item = next((o.item_parameter for o in contract.operations if o.item_parameter), "")
    if item:
        pinned[f"path.{item}"] = parent.connections[0].name
    config = tmp_path / "schemathesis.toml"
    config.write_text("[parameters]\n" + "".join(f'"{k}" = "{v}"\n' for k, v in pinned.items()), "utf-8")
    monkeypatch.chdir(tmp_path)
    with Embedded([contract]) as server, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own
        arguments = ["--config-file", str(config), "run", document(contract), "--url", server.base_url]
        bounds = ["--max-examples", EXAMPLES, "--seed", "1", "--no-color", "--continue-on-failure"]
        # In this process: starting one for each contract took two thirds of the time.
        done = CliRunner().invoke(schemathesis, [*arguments, "-H", ": ".join(credential(contract)), *bounds])
    assert "Tested: " in done.output, done.output
    found = set(re.findall(r"^- (ST\d+ .*)$", done.output, re.MULTILINE))
    assert found <= explained("schemathesis", contract), done.output
    assert done.exit_code == (1 if found else 0)
    assert int(re.findall(r"(\d+) generated", done.output)[0]) > 100


# Prism


def _listens(port: int) -> bool:
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def prism(*arguments: str) -> Iterator[str]:
    """Prism in the foreground of a process of its own, on a free port."""
    port = free_port()
    nothing = subprocess.DEVNULL
    with subprocess.Popen([PRISM, *arguments, "-p", str(port)], stdout=nothing, stderr=nothing) as process:
        try:
            wait_until(lambda: _listens(port), process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def calls(contract: Contract, base: str) -> Iterator[httpx.Response]:
    """Right requests of every operation, and some that are refused."""
    parent = read_fixtures(contract).parents[0]
    name = parent.connections[0].name
    query = {contract.version_parameter: contract.version} if contract.version_parameter else {}
    body: dict[str, Any] = {}
    place(body, contract.decide.decision, contract.decide.words["reject"])
    if contract.decide.description:
        place(body, contract.decide.description, "No")
    if contract.decide.subject:
        place(body, contract.decide.subject, name)
    with httpx.Client(base_url=base, headers=[credential(contract)], timeout=30) as client:
        for operation in contract.operations:
            absent = within_limits("absent", operation.parameter(operation.item_parameter))
            for own in (name, absent) if operation.item_parameter else (name,):
                path = operation.path
                for key, value in {**parent.path, operation.item_parameter: own}.items():
                    path = path.replace(f"{{{key}}}", value)
                sent = {Role.DECIDE: body, Role.TAGS: {"tags": {"a": "b"}}}.get(operation.role)
                yield client.request(operation.method, path, params=query, json=sent)


#: Prism tells operations apart by method and path; those of a form or XML protocol share one.
PROXIED = [c for c in CONTRACTS if not c.protocol.operation]


@pytest.fixture(scope="module")
def proxies() -> Iterator[dict[str, str]]:
    """By contract, the address of a proxy of Prism's in front of the embedded server; all are one process."""
    with Embedded(PROXIED) as server:
        command = ["node", str(PROXIES), server.base_url, *map(document, PROXIED)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout is not None
                addresses = json.loads(process.stdout.readline())
                yield {c.id: address for c, address in zip(PROXIED, addresses, strict=True)}
            finally:
                process.kill()


@needs_prism
@pytest.mark.parametrize("contract", PROXIED, ids=lambda c: c.id)
def test_prism_as_a_proxy_finds_nothing_wrong_with_the_embedded_server(
    contract: Contract, proxies: dict[str, str]
) -> None:
    answered = set()
    for answer in calls(contract, proxies[contract.id]):
        violations = json.loads(answer.headers.get("sl-violations", "[]"))
        assert violations == [], (answer.request.method, answer.request.url, answer.text)
        answered.add(answer.status_code)
    assert 200 in answered
    assert contract.by_role(Role.GET) is None or 404 in answered


@needs_prism
def test_prism_as_a_proxy_reports_what_the_document_does_not_say(proxies: dict[str, str]) -> None:
    contract = next(c for c in PROXIED if c.version_parameter)
    base = proxies[contract.id]
    path = contract.collection_path
    for key, value in read_fixtures(contract).parents[0].path.items():
        path = path.replace(f"{{{key}}}", value)
    answer = httpx.get(f"{base}{path}", headers=[credential(contract)])
    assert contract.version_parameter in answer.headers["sl-violations"]


@needs_prism
def test_a_run_against_prism_says_what_a_mock_without_state_cannot_do(tmp_path: Path) -> None:
    contract = next(c for c in CONTRACTS if c.id == "azure-healthcareapis-pec")
    given = embedded_target("", [contract]).contracts[contract.id]
    with prism("mock", document(contract)) as base:
        path = ", ".join(f'{k} = "{v}"' for k, v in given.path.items())
        names = [f"{state} = {json.dumps(list(names))}" for state, names in given.fixtures.items()]
        lines = [
            f'[target]\nname = "Prism"\nkind = "mock"\nbase_url = "{base}"\nchecks_credentials = true\nwrites = true',
            '[auth.azure]\nkind = "bearer"\ntoken = "test-token"',
            f"[contracts.{contract.id}]\npath = {{ {path} }}\n[contracts.{contract.id}.fixtures]",
            *names,
        ]
        target = tmp_path / "target.toml"
        target.write_text("\n".join(lines), "utf-8")
        done = linkproof(tmp_path, "run", "--target", target, "--out", "out", "--quiet")
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    results = json.loads((tmp_path / "out" / "results.json").read_text("utf-8"))
    assert results["broken"] == []
    causes = {f["requirement"] for f in results["findings"] if f["level"] == "MUST" and not f["follows"]}
    assert causes == explained("prism mock", contract)
    assert [r for r in results["requirements"] if r["status"] == "not exercised"], "what it cannot show is not proven"
