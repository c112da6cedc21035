"""A live target is changed only where its file allows it, connection by connection."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from linkproof.contract.loader import all_contracts
from linkproof.contract.model import Contract
from linkproof.contract.request_values import subjects_of
from linkproof.errors import UsageError
from linkproof.mock.fixtures import read_fixtures
from linkproof.mock.serve import Embedded
from linkproof.targets.file import read_target
from linkproof.targets.model import Target
from tests.bad_proxy import BadProxy
from tests.command_line import linkproof
from tests.unwired import Unwired

CONTRACTS = {c.id: c for c in all_contracts()}
AKS, HUAWEI = CONTRACTS["azure-containerservice-pec"], CONTRACTS["huawei-vpcep-connections"]
PARENT = read_fixtures(AKS).parents[0]

pytestmark = pytest.mark.usefixtures("short_pauses")


def target_file(folder: Path, base_url: str, more: str) -> Path:
    """A live target with all fixtures of the embedded server."""
    path = ", ".join(f'{k} = "{v}"' for k, v in PARENT.path.items())
    names = "\n".join(f"{state} = {json.dumps(list(names))}" for state, names in PARENT.names.items())
    text = f"""
[target]
kind = "live"
base_url = "{base_url}"
checks_credentials = true
operation_timeout_s = 5
{more}
[budget]
per_second = 100000
[auth.azure]
kind = "bearer"
token_env = "LINKPROOF_TEST_TOKEN"
[contracts.{AKS.id}]
path = {{ {path} }}
[contracts.{AKS.id}.fixtures]
{names}
"""
    file = folder / "target.toml"
    file.write_text(text, "utf-8")
    return file


def shown(server: Embedded | Unwired) -> dict[str, object]:
    """Every connection as the list shows it, by name."""
    path = AKS.collection_path
    for name, value in PARENT.path.items():
        path = path.replace(f"{{{name}}}", value)
    headers = {"Authorization": "Bearer test-token"}
    answer = httpx.get(f"{server.base_url}{path}", params={"api-version": AKS.version}, headers=headers)
    return {item["name"]: item for item in answer.json()["value"]}


def run(
    folder: Path, server: Embedded | Unwired, more: str, monkeypatch: pytest.MonkeyPatch
) -> tuple[int, dict[str, object]]:
    """Run against a live target; the exit code and the results."""
    monkeypatch.setenv("LINKPROOF_TEST_TOKEN", "test-token")
    file = target_file(folder, server.base_url, more)
    done = linkproof(folder, "run", "--target", file, "--out", "out", "--quiet")
    assert done.stderr == ""
    return done.returncode, json.loads((folder / "out" / "results.json").read_text("utf-8"))


def test_without_writes_nothing_is_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Unwired([AKS]) as server:
        before = shown(server)
        code, results = run(tmp_path, server, "", monkeypatch)
        assert shown(server) == before
    assert code == 4
    assert results["findings"] == []


def test_only_what_is_allowed_is_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Unwired([AKS]) as server:
        before = shown(server)
        code, results = run(tmp_path, server, 'writes = true\nallow = ["pending-1?"]', monkeypatch)
        after = shown(server)
    changed = {name for name in before if after.get(name) != before[name]}
    assert changed
    assert all(name.startswith("pending-1") for name in changed), changed
    assert set(after) <= set(before)
    assert code == 4
    assert results["broken"] == []


def test_a_plan_is_what_is_sent_and_sends_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []

    def choose(_: int, line: str) -> str:
        sent.append(" ".join(line.split()[:2]))
        return ""

    with Embedded([AKS]) as server, BadProxy(server.base_url, choose) as proxy:
        before = shown(server)
        file = target_file(tmp_path, proxy.base_url, 'writes = true\nallow = ["pending-1?"]')
        done = linkproof(tmp_path, "run", "--plan", "--json", "--target", file)
        assert done.returncode == 0, done.stderr
        assert sent == []
        plan = json.loads(done.stdout)
        monkeypatch.setenv("LINKPROOF_TEST_TOKEN", "test-token")
        linkproof(tmp_path, "run", "--target", file, "--out", "out", "--quiet")
        assert shown(server) != before
    planned = [f"{row['method']} {row['url'].removeprefix(proxy.base_url)}" for row in plan]
    assert sorted(planned) == sorted(sent)
    written = {row["url"].split("?")[0].rsplit("/", 1)[-1] for row in plan if row["method"] not in ("GET", "HEAD")}
    assert written
    assert all(name.startswith("pending-1") for name in written)


def test_a_live_target_that_is_written_to_names_what(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no connection is named"):
        read_target(target_file(tmp_path, "http://127.0.0.1:1", "writes = true"), list(CONTRACTS.values()))


@pytest.mark.parametrize("pattern", ['"*"', '"**"', "1", '""'])
def test_a_pattern_names_something(tmp_path: Path, pattern: str) -> None:
    with pytest.raises(UsageError, match="allow is"):
        read_target(target_file(tmp_path, "http://127.0.0.1:1", f"allow = [{pattern}]"), list(CONTRACTS.values()))


@pytest.mark.parametrize(
    ("kind", "writes", "name", "may"),
    [
        ("mock", True, "anything", True),
        ("mock", False, "anything", False),
        ("live", True, "conformance-1", True),
        ("live", True, "Conformance-1", True),
        ("live", True, "production", False),
        ("live", False, "conformance-1", False),
    ],
)
def test_who_may_be_written_to(kind: str, writes: bool, name: str, may: bool) -> None:
    target = Target("t", kind, "http://127.0.0.1:1", {}, writes=writes, allow=("conformance-*",))
    assert target.may_write(name) is may


def place_of(contract: Contract, tail: str) -> str:
    path = contract.collection_path
    for name, value in read_fixtures(contract).parents[0].path.items():
        path = path.replace(f"{{{name}}}", value)
    return f"https://example.org{path}{tail}"


@pytest.mark.parametrize(
    ("contract", "tail", "body", "names"),
    [
        (AKS, "/one?api-version=2025-01-01", b"{", ("one",)),
        (AKS, "?api-version=2025-01-01", b"", ()),
        (HUAWEI, "/action", b'{"endpoints": ["a", "b"], "action": "receive"}', ("a", "b")),
        (HUAWEI, "/action", b'{"action": "receive"}', ()),
        (HUAWEI, "/action", b"[", ()),
    ],
)
def test_what_a_request_is_about(contract: Contract, tail: str, body: bytes, names: tuple[str, ...]) -> None:
    assert subjects_of(contract, place_of(contract, tail), body) == names
