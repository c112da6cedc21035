"""The target file: the example is read, and each error is reported with file, table, field and fix."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from linkproof.contract.loader import all_contracts
from linkproof.contract.operation import Role
from linkproof.errors import UsageError
from linkproof.targets.embedded import embedded_target
from linkproof.targets.file import read_target
from linkproof.targets.model import Auth

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT.parent / "shared" / "target-example.toml"
SCHEMA = Draft202012Validator(json.loads((ROOT / "schemas/formats/target.schema.json").read_text(encoding="utf-8")))
GOOD = """\
[target]
base_url = "http://127.0.0.1:8089"
[auth.azure]
token = "t"
[contracts.azure-healthcareapis-dicom]
path = { subscriptionId = "s", resourceGroupName = "r", workspaceName = "w" }
"""
URL = 'base_url = "http://127.0.0.1:8089"'
DICOM = "[contracts.azure-healthcareapis-dicom]\n"
NEEDS_EXAMPLE = pytest.mark.skipif(not EXAMPLE.is_file(), reason="../shared/target-example.toml is absent")


def written(folder: Path, text: str) -> Path:
    """A target file."""
    path = folder / "target.toml"
    path.write_text(text, encoding="utf-8")
    return path


@NEEDS_EXAMPLE
def test_the_example_is_read_as_it_is() -> None:
    target = read_target(EXAMPLE, all_contracts())
    assert len(target.contracts) == 5
    assert set(target.contracts) <= {c.id for c in all_contracts()}
    assert target.reset == ("POST", "/_control/reset")
    assert (target.kind, target.writes, target.operation_timeout_s) == ("mock", True, 20.0)
    assert len(target.contracts["huawei-vpcep-connections"].fixtures["pendingAcceptance"]) == 18


@NEEDS_EXAMPLE
def test_the_example_fits_the_schema() -> None:
    SCHEMA.validate(tomllib.loads(EXAMPLE.read_text(encoding="utf-8")))


def test_the_schema_is_one_and_fits_what_the_reader_takes() -> None:
    Draft202012Validator.check_schema(SCHEMA.schema)
    SCHEMA.validate(tomllib.loads(GOOD))


def test_defaults_are_safe(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(GOOD)
    target = read_target(path, all_contracts())
    assert (target.name, target.kind, target.writes, target.checks_credentials) == ("mine", "mock", False, False)
    assert (target.reset, target.open_enumerations) == (None, False)
    assert (target.timeout_s, target.operation_timeout_s) == (10.0, 20.0)


def test_a_live_target_has_more_time(tmp_path: Path) -> None:
    live = GOOD.replace(URL, 'kind = "live"\nbase_url = "https://api.example.org/"')
    target = read_target(written(tmp_path, live), all_contracts())
    assert (target.kind, target.base_url, target.operation_timeout_s) == ("live", "https://api.example.org", 60.0)


def test_a_contract_has_its_own_base_url_and_version(tmp_path: Path) -> None:
    own = GOOD.replace(DICOM, DICOM + 'base_url = "http://localhost:9/x"\nversion = "2021-11-01"\n')
    found = read_target(written(tmp_path, own), all_contracts()).contracts["azure-healthcareapis-dicom"]
    assert (found.base_url, found.version) == ("http://localhost:9/x", "2021-11-01")


def test_a_live_target_on_this_machine_needs_no_tls(tmp_path: Path) -> None:
    for host in ("localhost", "127.9.8.7", "[::1]"):
        text = GOOD.replace(URL, f'kind = "live"\nbase_url = "http://{host}:1"')
        assert read_target(written(tmp_path, text), all_contracts()).kind == "live"


#: What is replaced in GOOD, by what, what the message says, and whether an editor with the schema sees it too.
MISTAKES = [
    (URL, "", "base_url is missing", True),
    (URL, "base_url = 7", "base_url is 7", True),
    ("http://127.0.0.1:8089", "ftp://x", "http:// or https://", True),
    ("http://127.0.0.1:8089", "http://x:port", "base_url is 'http://x:port'", False),
    ("http://127.0.0.1:8089", "http://", "http:// or https:// and a host", True),
    ("http://127.0.0.1:8089", "http://a b", "white space", True),
    ("http://127.0.0.1:8089", "http://me:secret@x", "base_url holds a user name or password", True),
    ("http://127.0.0.1:8089", "http://x?y=1", "leave out what follows ?", True),
    ("[target]\n", "[target]\nwrits = true\n", "did you mean 'writes'", True),
    ("[target]\n", "[targets]\n", "did you mean 'target'", True),
    ("[target]\n", '[target]\nwrites = "yes"\n', "writes is true or false", True),
    ("[target]\n", "[target]\nname = 3\n", "name is a string", True),
    ("[target]\n", '[target]\nkind = "prod"\n', "kind is 'prod'", True),
    ("[target]\n", "[target]\ntimeout_s = 0\n", "timeout_s is 0", True),
    ("[target]\n", "[target]\noperation_timeout_s = -2.5\n", "operation_timeout_s is -2.5", True),
    ("[target]\n", "[target]\ntimeout_s = true\n", "timeout_s is a number", True),
    ("[target]\n", "[target]\ntimeout_s = nan\n", "timeout_s is nan", False),
    ("[target]\n", "[target]\ntimeout_s = inf\n", "timeout_s is inf", False),
    ("[target]\n", f"[target]\ntimeout_s = 1{'0' * 400}\n", "timeout_s is 1000", True),
    ("[target]\n", f"[target]\ntimeout_s = 0x{'f' * 9000}\n", "a number that is too long", False),
    ("[target]\n", f"[target]\ntimeout_s = 1{'0' * 9000}\n", "not valid TOML", False),
    ("[target]\n", '[target]\nreset = { path = "x" }\n', "reset is", True),
    ("[target]\n", '[target]\nreset = { path = "/x", verb = "PUT" }\n', "reset is", True),
    ("[target]\n", '[target]\nkind = "live"\nreset = { path = "/x" }\n', "a live target has a reset", True),
    (URL, 'kind = "live"\nbase_url = "http://far.example"', "use https://", False),
    (URL, 'kind = "live"\nbase_url = "http://127.example.org"', "use https://", False),
    ('token = "t"', "", "neither token nor token_env", True),
    ('token = "t"', 'token = ""', "token is empty", True),
    ('token = "t"', 'token = "t"\ntoken_env = "T"', "both token and token_env", True),
    ('token = "t"', 'kind = "magic"\ntoken = "t"', "kind is 'magic'", True),
    ('token = "t"', 'kind = "x-auth-token"\ntoken = "t"', "one of: bearer, azure-identity", True),
    ('token = "t"', 'tokn_env = "t"', "did you mean 'token_env'", True),
    ("[auth.azure]", "[auth.acme]", "unknown member 'acme'", True),
    ('[auth.azure]\ntoken = "t"', "[auth]\nazure = 5", "azure is 5", True),
    ("[target]\n", "auth = 5\n[target]\n", "not valid TOML", False),
    ("dicom]", "dicm]", "did you mean 'azure-healthcareapis-dicom'", False),
    (DICOM, "", "the table [contracts] is missing", True),
    (', workspaceName = "w"', "", "path lacks 'workspaceName'", False),
    ('workspaceName = "w"', 'workspaceName = "w", x = "y"', "unknown parameter 'x'", False),
    ('workspaceName = "w"', "workspaceName = 7", "path.workspaceName is 7", True),
    ('workspaceName = "w"', 'workspaceName = "a/b"', "path.workspaceName is 'a/b'", True),
    (DICOM, f"{DICOM}fixtures = {{ Bogus = [] }}\n", "unknown state 'Bogus'", False),
    (DICOM, f"{DICOM}fixtures = {{ any = 3 }}\n", "any is 3", True),
    (DICOM, f"{DICOM}fixtures = {{ any = [3] }}\n", "any is [3]", True),
    (DICOM, f'{DICOM}fixtures = {{ any = ["a", "A"] }}\n', "named twice, in any and any", False),
    (DICOM, f'{DICOM}fixtures = {{ Pending = ["a"], Approved = ["a"] }}\n', "named twice, in Pending and", False),
    (DICOM, f'{DICOM}base_url = "nowhere"\n', "[contracts.azure-healthcareapis-dicom]: base_url", True),
    ("[auth.azure]\n", "[auth.acme]\n", "unknown member 'acme'", True),
    ("[auth.azure]\n", '[auth.huawei]\nkind="aksk"\n[auth.azure]\n', "access_key_env is missing", True),
    ("[auth.azure]\n", '[auth.huawei]\nkind="keystone"\n[auth.azure]\n', "auth_url is missing", True),
    ('token = "t"', 'kind = "azure-identity"\ntoken = "t"', "unknown member 'token'", True),
    ('token = "t"', 'kind = "azure-identity"\nauthorty = "t"', "did you mean 'authority'", True),
    ("[target]", "[target", "not valid TOML: Expected ']' at the end of a table declaration (at line 1", False),
    ('[auth.azure]\ntoken = "t"', "", "checks_credentials without [auth.azure]", False),
]


@pytest.mark.parametrize(("old", "new", "says", "in_schema"), MISTAKES, ids=[f"{m[2]:.50}" for m in MISTAKES])
def test_a_mistake_is_told(old: str, new: str, says: str, in_schema: bool, tmp_path: Path) -> None:
    text = GOOD.replace(old, new, 1) if old in GOOD else ""
    if "checks_credentials" in says:
        text = text.replace("[target]", "[target]\nchecks_credentials = true")
    assert text not in ("", GOOD)
    path = written(tmp_path, text)
    with pytest.raises(UsageError) as told:
        read_target(path, all_contracts())
    assert says in str(told.value)
    assert told.value.where.startswith(str(path))
    assert told.value.fix
    assert told.value.exit_code == 2
    if in_schema:
        assert not SCHEMA.is_valid(tomllib.loads(text))


def test_states_beyond_the_decisions_are_known_from_the_contract(tmp_path: Path) -> None:
    """``creating`` is no state that a decision leads to, but an enumerator of the status."""
    text = """\
[target]
base_url = "http://127.0.0.1:1"
[contracts.huawei-vpcep-connections]
path = { project_id = "p", vpc_endpoint_service_id = "v" }
fixtures = { creating = ["a"], any = ["b"] }
"""
    found = read_target(written(tmp_path, text), all_contracts())
    assert found.contracts["huawei-vpcep-connections"].fixtures == {"creating": ("a",), "any": ("b",)}


def test_contracts_that_were_not_asked_for_are_left_out(tmp_path: Path) -> None:
    asked = [c for c in all_contracts() if c.vendor == "huawei"]
    with pytest.raises(UsageError, match="names none of the requested contracts"):
        read_target(written(tmp_path, GOOD), asked)


def test_a_target_without_contracts_is_told(tmp_path: Path) -> None:
    head = GOOD.split("[contracts", 1)[0]
    for text, says in ((head, r"the table \[contracts\] is missing"), (f"{head}[contracts]\n", "no contract")):
        with pytest.raises(UsageError, match=says):
            read_target(written(tmp_path, text), all_contracts())


def test_files_that_are_none_are_told(tmp_path: Path) -> None:
    for content, says in ((b"\xff\xfe\x00", "not UTF-8"), (b"", "[target] is missing")):
        path = tmp_path / "target.toml"
        path.write_bytes(content)
        with pytest.raises(UsageError, match="fix") as told:
            read_target(path, all_contracts())
        assert says in str(told.value)
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        read_target(tmp_path / "absent.toml", all_contracts())
    with pytest.raises(UsageError, match="this is a folder"):
        read_target(tmp_path, all_contracts())


def test_a_missing_variable_is_told_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_SUCH_TOKEN", raising=False)
    text = GOOD.replace('token = "t"', 'token_env = "NO_SUCH_TOKEN"')
    auth = read_target(written(tmp_path, text), all_contracts()).auth["azure"]
    with pytest.raises(UsageError, match="NO_SUCH_TOKEN"):
        auth.secret()
    monkeypatch.setenv("NO_SUCH_TOKEN", "now there")
    assert auth.secret() == "now there"


@pytest.mark.parametrize("token", ["one\ntwo", "end\n", " x", "tökén"])
def test_a_credential_that_no_header_carries_is_told_and_not_shown(token: str) -> None:
    with pytest.raises(UsageError) as told:
        Auth("bearer", token, where="t.toml: [auth.azure]").secret()
    assert token not in str(told.value)
    assert "t.toml: [auth.azure] token" in str(told.value)


def test_a_mistyped_credential_is_not_shown(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="token is not a string") as told:
        read_target(written(tmp_path, GOOD.replace('token = "t"', "token = 987654321")), all_contracts())
    assert "987654321" not in str(told.value)


def test_the_embedded_server_is_a_target() -> None:
    target = embedded_target("http://127.0.0.1:1", all_contracts())
    assert (target.kind, target.checks_credentials, target.writes) == ("mock", True, True)
    assert (target.reset, target.operation_timeout_s) == (("POST", "/_control/reset"), 5.0)
    for contract in all_contracts():
        given = target.contracts[contract.id]
        assert set(given.path) == set(contract.parent_parameters)
        assert target.auth[contract.vendor].secret() in ("test-token", target.auth["aws"].secret())
        assert contract.by_role(Role.DECIDE) is None or len(given.fixtures[contract.states["pending"]]) >= 10
