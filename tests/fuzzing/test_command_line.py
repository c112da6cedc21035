"""All other input files, damaged in thousands of ways, given to the command line in this process."""

from __future__ import annotations

import contextlib
import gzip
import io
import itertools
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkproof.base.resources import folder
from linkproof.cli.entry import run
from linkproof.contract.loader import all_contracts, read_contract
from linkproof.history.store import Store
from linkproof.mock.fixtures import read_fixtures
from linkproof.nightly.plan import read_plan
from linkproof.results.bundle import CHECKED, CLAIMED, write_bundle
from linkproof.results.serialize import results_to_json
from linkproof.targets.file import read_target
from tests.command_line import linkproof
from tests.fuzzing import Reader, damaged, fuzz_settings, try_input
from tests.results.test_waivers import excused
from tests.results_examples import breached

#: Inputs of each kind in an ordinary test run: a command takes its time.
_FEW = 20
DICOM = "azure-healthcareapis-dicom"
SHARED = Path(__file__).parents[3] / "shared"
WAIVERS = b"""
[[waiver]]
requirement = "SHP-1"
contract = "azure-containerservice-pec"
operation = ["Update", "Get"]
pointer = "/properties/provisioningState"
kind = "type"
value = "null"
owner = "net"
reason = "known"
link = "https://t.example"
expires = 2027-01-31
"""
JOURNAL = b"""{"what": "journal", "version": 1, "target": "no-such-target.toml", "at": "2026-11-20T10:00:00Z"}
{"what": "making", "contract": "azure-healthcareapis-dicom", "name": "a"}
{"what": "made", "contract": "azure-healthcareapis-dicom", "name": "a", "id": "/x"}
{"what": "undone", "contract": "azure-healthcareapis-dicom", "name": "a", "outcome": "deleted"}
{"what": "changing", "contract": "azure-containerservice-pec", "name": "b", "before": {"status": "Pending"}}
{"what": "restored", "contract": "azure-containerservice-pec", "name": "b", "outcome": "put back"}
"""
PLAN = b"""
[[run]]
name = "a"
target = "a.toml"
contracts = ["azure-keyvault-pec"]
waivers = "waivers.toml"
require = "live:7d"
seed = 3
allow_unproven = true
concurrency = 8
minutes = 30
[[run]]
target = "b.toml"
"""
TARGET = b"""
[target]
name = "ours"
kind = "mock"
base_url = "http://127.0.0.1:9"
checks_credentials = true
writes = true
timeout_s = 1.5
reset = { method = "POST", path = "/reset" }
allow = ["conformance-*"]
[budget]
requests = 10
minutes = 1.5
[auth.azure]
kind = "bearer"
token = "test-token"
[contracts.azure-healthcareapis-dicom]
path = { subscriptionId = "00000000-0000-0000-0000-000000000000", resourceGroupName = "rg1", workspaceName = "w1" }
[contracts.azure-healthcareapis-dicom.fixtures]
any = ["dicom-1", "dicom-2"]
"""
PAGE = """# Get a thing

GET https://management.azure.com/subscriptions/{subscriptionId}/things/{name}?api-version=2020-01-01

| Name | In | Required | Type | Description |
|---|---|---|---|---|
| name | path | True | string | The name. minLength: 1 maxLength: 20 |

| Name | Type | Description |
|---|---|---|
| 200 OK | [Thing](#thing) | OK |

### Thing

| Name | Type | Description |
|---|---|---|
| id | string | The id. |
| state | [State](#state) | Its state. |

### State

| Name | Type | Description |
|---|---|---|
| On | string | |
| Off | string | |
"""
_ALIKE = {"type": "object", "properties": {"id": {"type": "string"}, "properties": {"$ref": "#/definitions/P"}}}
SWAGGER = {
    "swagger": "2.0",
    "info": {"title": "t", "version": "2021-01-01"},
    "host": "management.azure.com",
    "paths": {
        "/subscriptions/{subscriptionId}/providers/Microsoft.X/things/{thing}/privateEndpointConnections/{name}": {
            "get": {
                "operationId": "PrivateEndpointConnections_Get",
                "parameters": [
                    {"name": "subscriptionId", "in": "path", "required": True, "type": "string"},
                    {"name": "thing", "in": "path", "required": True, "type": "string", "pattern": "^[a-z]+$"},
                    {"name": "name", "in": "path", "required": True, "type": "string"},
                    {"$ref": "#/parameters/version"},
                ],
                "responses": {
                    "200": {"description": "OK", "schema": {"$ref": "#/definitions/Connection"}},
                    "default": {"description": "error", "schema": {"$ref": "#/definitions/Error"}},
                },
            }
        }
    },
    "parameters": {"version": {"name": "api-version", "in": "query", "required": True, "type": "string"}},
    "definitions": {
        "Connection": _ALIKE,
        "P": {
            "properties": {"state": {"type": "string", "enum": ["Pending", "Approved"]}},
            "allOf": [{"type": "object"}],
        },
        "Error": {"type": "object", "properties": {"error": {"type": "object"}}},
    },
}


@dataclass(frozen=True)
class Command:
    """A command that reads a file; ``prepare`` makes what it needs beside it."""

    name: str
    file: str
    seeds: Callable[[], tuple[bytes, ...]]
    calls: tuple[tuple[str, ...], ...]
    prepare: Callable[[Path], None] = lambda _: None

    def __repr__(self) -> str:
        return self.name


def _write_results(place: Path) -> None:
    (place / "good.json").write_bytes(results_to_json(breached()))


def _specs() -> tuple[bytes, ...]:
    real = sorted((SHARED / "specs").rglob("*.json")) if SHARED.is_dir() else []
    small = [p.read_bytes() for p in real if p.stat().st_size < 60_000 and "examples" not in p.parts]
    return (json.dumps(SWAGGER).encode(), *small[:6])


def _pages() -> tuple[bytes, ...]:
    real = sorted((SHARED / "definitions").glob("*.txt")) if SHARED.is_dir() else []
    return (PAGE.encode(), *(p.read_bytes() for p in real))


def _database() -> tuple[bytes, ...]:
    import tempfile

    with tempfile.TemporaryDirectory() as place:
        with Store(f"sqlite:///{place}/h.sqlite") as store:
            store.add(breached())
        import sqlite3

        with sqlite3.connect(f"{place}/h.sqlite") as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
        return (Path(place, "h.sqlite").read_bytes(),)


COMMANDS = (
    Command(
        "results",
        "results.json",
        lambda: (results_to_json(excused()), results_to_json(breached())),
        (
            ("report", "results.json", "--out", "copy", "--vendor", "azure"),
            ("report", "results.json", "good.json", "--out", "both", "--require", "live:7d"),
            ("annotate", "results.json"),
            ("diff", "results.json", "good.json"),
            ("history", "add", "results.json", "--store", "sqlite:///h.sqlite"),
            ("waive", "SHP-1-aaa", "--results", "results.json", "--waivers", "w.toml", "--owner", "o", "--reason", "r",
             "--link", "l"),
        ),
        _write_results,
    ),
    Command("waivers", "w.toml", lambda: (WAIVERS,), (("report", "good.json", "--out", "x", "--waivers", "w.toml"),),
            _write_results),
    Command("journal", "journal.jsonl", lambda: (JOURNAL, b"".join(JOURNAL.splitlines(keepends=True)[:2])),
            (("cleanup", "journal.jsonl"),)),
    Command("import", "spec.json", _specs, (("import", "spec.json", "--out", "made"),)),
    Command("page", "page.txt", _pages, (("definitions", "read", "page.txt"),)),
    Command("database", "h.sqlite", _database, (
        ("history", "list", "--store", "sqlite:///h.sqlite"),
        ("history", "show", "--store", "sqlite:///h.sqlite"),
        ("diff", "run:1", "good.json", "--store", "sqlite:///h.sqlite"),
        ("site", "--store", "sqlite:///h.sqlite", "--out", "site"),
    ), _write_results),
)  # fmt: skip


def called(place: Path, arguments: tuple[str, ...]) -> tuple[int, str, str]:
    """Exit code and output of a command that runs in a folder."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.chdir(place), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run(arguments)
    return code, out.getvalue(), err.getvalue()


def _checked(place: Path, arguments: tuple[str, ...]) -> int:
    code, out, err = called(place, arguments)
    assert code in (0, 1, 2, 4), (arguments, code, _report_in(err))
    assert "Traceback" not in out + err
    if code == 2:
        assert "fix: " in err or err.startswith("Usage: "), err
        assert len(err) < 3000, err
    return code


def _report_in(said: str) -> str:
    names = [w for w in said.split() if "linkproof-error-" in w]
    text = Path(names[0]).read_text(encoding="utf-8") if names else ""
    return f"{said}\n{text[-1500:]}"


@pytest.fixture(scope="module")
def seeds() -> dict[str, tuple[bytes, ...]]:
    return {c.name: c.seeds() for c in COMMANDS}


@contextlib.contextmanager
def _fresh(parent: Path) -> Iterator[Path]:
    place = parent / f"try-{next(_NUMBERS)}"
    place.mkdir()
    try:
        yield place
    finally:
        shutil.rmtree(place)


_NUMBERS = itertools.count()


@pytest.mark.parametrize("command", COMMANDS, ids=repr)
def test_a_good_file_is_no_usage_error(command: Command, seeds: dict[str, tuple[bytes, ...]], tmp_path: Path) -> None:
    command.prepare(tmp_path)
    for call in command.calls:
        (tmp_path / command.file).write_bytes(seeds[command.name][0])
        assert _checked(tmp_path, call) in (0, 1, 4), call


@pytest.mark.parametrize("command", COMMANDS, ids=repr)
@given(data=st.data())
@fuzz_settings(_FEW)
def test_a_damaged_file_ends_in_an_exit_code(
    command: Command, seeds: dict[str, tuple[bytes, ...]], tmp_path: Path, data: st.DataObject
) -> None:
    with _fresh(tmp_path) as place:
        command.prepare(place)
        (place / command.file).write_bytes(data.draw(damaged(seeds[command.name])))
        _checked(place, data.draw(st.sampled_from(command.calls)))


_NO_FILES: tuple[tuple[str, Callable[[Path], object]], ...] = (
    ("a folder", lambda p: p.mkdir()),
    ("nothing", lambda p: p.exists()),
    ("an empty file", lambda p: p.touch()),
    ("a link to itself", lambda p: p.symlink_to(p)),
    ("zeros", lambda p: p.write_bytes(bytes(5000))),
    ("gzip", lambda p: p.write_bytes(gzip.compress(b"x" * 5000))),
)


@pytest.mark.parametrize("command", COMMANDS, ids=repr)
@pytest.mark.parametrize(("kind", "make"), _NO_FILES, ids=[k for k, _ in _NO_FILES])
def test_what_is_no_file_of_the_kind_is_a_usage_error(
    command: Command, kind: str, make: Callable[[Path], object], tmp_path: Path
) -> None:
    command.prepare(tmp_path)
    make(tmp_path / command.file)
    codes = [_checked(tmp_path, call) for call in command.calls]
    harmless = {("database", "nothing"), ("database", "an empty file"), ("waivers", "an empty file")}
    assert (command.name, kind) in harmless or set(codes) == {2} or kind == "an empty file", codes


@pytest.mark.parametrize("name", ["x" * 300, "a\0b", "no/such/folder/f", "\udcff"])
def test_a_name_that_is_none_is_a_usage_error(name: str, tmp_path: Path) -> None:
    for call in (("report", name, "--out", "o"), ("cleanup", name), ("import", name), ("verify", name),
                 ("definitions", "read", name), ("nightly", name), ("diff", name, name)):  # fmt: skip
        assert _checked(tmp_path, call) == 2, call


@pytest.mark.parametrize("name", ["x" * 300, "loop/x"])
def test_a_folder_that_cannot_be_is_a_usage_error(name: str, tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "good.json").write_bytes(results_to_json(breached()))
    for call in (("--contracts", name, "contracts", "list"), ("report", "good.json", "--out", name)):
        assert _checked(tmp_path, call) == 2, call


JOURNALS = (
    b'{"what": "journal", "version": 1, "target": "", "at": "x"}\n{"what": "making", "contract": "a", "name": "b"}\n',
    b'{"what": "journal", "version": 2, "target": "t", "at": "x"}\n',
    b'{"what": "restored", "contract": "a", "name": "b"}\n{"what": "x"}\n',
    b"[1]\n[2]\n",
)


@pytest.mark.parametrize("journal", JOURNALS)
def test_a_journal_that_leads_nowhere_is_a_usage_error(journal: bytes, tmp_path: Path) -> None:
    (tmp_path / "j.jsonl").write_bytes(journal)
    assert _checked(tmp_path, ("cleanup", "j.jsonl")) == 2


def _copied(place: Path, changed: bytes, name: str) -> Path:
    """A contract folder in which one file is another."""
    source = folder("schemas") / "contracts" / DICOM / _VERSION
    target = place / DICOM / _VERSION
    if not target.exists():
        shutil.copytree(source, target)
    (target / name).write_bytes(changed)
    return target


_VERSION = "2022-06-01"


def _reads(name: str) -> Callable[[Path], object]:
    def read(path: Path) -> object:
        contract = read_contract(_copied(path.parent, path.read_bytes(), name))
        return read_fixtures(contract)

    return read


def _source(name: str) -> tuple[bytes, ...]:
    return ((folder("schemas") / "contracts" / DICOM / _VERSION / name).read_bytes(),)


def test_a_contract_without_connections_has_no_plan(tmp_path: Path) -> None:
    target = tmp_path / "contracts" / "own-dicom" / _VERSION
    shutil.copytree(folder("schemas") / "contracts" / DICOM / _VERSION, target)
    for name in ("contract.toml", "openapi.json", "definition.toml"):
        (target / name).write_bytes((target / name).read_bytes().replace(DICOM.encode(), b"own-dicom"))
    (target / "fixtures.toml").write_bytes(b"")
    call = ("--contracts", "contracts", "run", "-c", "own-dicom", "--plan", "-r", "SHP-1")
    done = linkproof(tmp_path, *call)
    assert (done.returncode, "fix: " in done.stderr, "Traceback" in done.stderr) == (2, True, False)


READERS = (
    Reader("plan", "plan.toml", (PLAN,), read_plan),
    Reader("target", "target.toml", (TARGET,), lambda path: read_target(path, all_contracts())),
    *(
        Reader(f"contract-{name}", name, _source(name), _reads(name))
        for name in ("contract.toml", "openapi.json", "definition.toml", "fixtures.toml")
    ),
)


@pytest.mark.parametrize("reader", READERS, ids=repr)
def test_good_files_are_read(reader: Reader, tmp_path: Path) -> None:
    assert try_input(reader, reader.seeds[0], tmp_path)


@pytest.mark.parametrize("reader", READERS, ids=repr)
@given(data=st.data())
@fuzz_settings(_FEW)
def test_a_damaged_file_is_read_or_refused(reader: Reader, tmp_path: Path, data: st.DataObject) -> None:
    try_input(reader, data.draw(damaged(reader.seeds)), tmp_path)


def _members() -> dict[str, bytes]:
    empty = results_to_json(breached())
    return {CLAIMED: empty, CHECKED: empty, "recordings/01/a.yaml": b"version: 1\ninteractions: []\n"}


_FACTS = {
    "verdict": "breached",
    "sentence": "s",
    "options": {"contracts": [DICOM], "any_version": False},
    "versions": {"linkproof": "0.1.0", "contracts": {}, "schemas": "x", "suites": "y"},
}


@given(data=st.data())
@fuzz_settings(_FEW)
def test_a_damaged_bundle_ends_in_an_exit_code(tmp_path: Path, data: st.DataObject) -> None:
    """The archive, one of its members, or its manifest is damaged, and then sealed again."""
    with _fresh(tmp_path) as place:
        path = place / "b.zip"
        members = _members()
        what = data.draw(st.sampled_from(("archive", "member", "facts")))
        facts = _FACTS
        if what == "member":
            name = data.draw(st.sampled_from(sorted(members)))
            members[name] = data.draw(damaged((members[name],)))
        elif what == "facts":
            with contextlib.suppress(ValueError, RecursionError):
                found = json.loads(data.draw(damaged((json.dumps(_FACTS).encode(),))))
                facts = found if isinstance(found, dict) else {"options": found}
        with contextlib.suppress(UnicodeEncodeError):  # a manifest that cannot be written is no manifest
            write_bundle(path, members, {k: v for k, v in facts.items() if k not in ("files", "format")})
        if not path.exists():
            write_bundle(path, members, _FACTS)
        if what == "archive":
            path.write_bytes(data.draw(damaged((path.read_bytes(),))))
        _checked(place, ("verify", "b.zip"))
