"""The target file: the example is read as it is, and every mistake is told with file, table, field and fix."""

from __future__ import annotations

from pathlib import Path

import pytest

from linkproof.contract.load import all_contracts
from linkproof.errors import UsageError
from linkproof.target.file import read_target

EXAMPLE = Path(__file__).parents[2] / "shared" / "target-example.toml"
GOOD = """\
[target]
base_url = "http://127.0.0.1:8089"
[auth.azure]
token = "t"
[contracts.azure-healthcareapis-dicom]
path = { subscriptionId = "s", resourceGroupName = "r", workspaceName = "w" }
"""


@pytest.mark.skipif(not EXAMPLE.is_file(), reason="../shared/target-example.toml is absent")
def test_the_example_is_read_as_it_is() -> None:
    target = read_target(EXAMPLE, all_contracts())
    assert set(target.contracts) == {c.id for c in all_contracts()}
    assert target.reset == ("POST", "/_control/reset")
    assert (target.kind, target.writes, target.operation_timeout_s) == ("mock", True, 20.0)
    assert len(target.contracts["huawei-vpcep-connections"].fixtures["pendingAcceptance"]) == 18


def test_defaults_are_safe(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(GOOD)
    target = read_target(path, all_contracts())
    assert (target.name, target.writes, target.checks_credentials, target.reset) == ("mine", False, False, None)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('base_url = "http://127.0.0.1:8089"', "", "base_url is missing"),
        ("http://127.0.0.1:8089", "ftp://x", "http:// or https://"),
        ("http://127.0.0.1:8089", "http://x:port", "base_url"),
        ("[target]\n", "[target]\nwrits = true\n", "did you mean 'writes'"),
        ("[target]\n", '[target]\nwrites = "yes"\n', "writes is true or false"),
        ("[target]\n", '[target]\nkind = "prod"\n', "kind is 'prod'"),
        ("[target]\n", "[target]\ntimeout_s = 0\n", "timeout_s is 0"),
        ("[target]\n", '[target]\nreset = { path = "x" }\n', "reset is"),
        ("[target]\n", '[target]\nkind = "live"\nreset = { path = "/x" }\n', "a live target has a reset"),
        (
            '[target]\nbase_url = "http://127.0.0.1:8089"',
            '[target]\nkind = "live"\nbase_url = "http://far.example"',
            "https",
        ),
        ('token = "t"', "", "neither token nor token_env"),
        ('token = "t"', 'token = "t"\ntoken_env = "T"', "both token and token_env"),
        ('token = "t"', 'kind = "magic"\ntoken = "t"', "kind is 'magic'"),
        ("[auth.azure]", "[auth.aws]", "unknown member 'aws'"),
        ("dicom]", "dicm]", "did you mean 'azure-healthcareapis-dicom'"),
        (', workspaceName = "w"', "", "path lacks 'workspaceName'"),
        ('workspaceName = "w"', 'workspaceName = "w", x = "y"', "unknown parameter 'x'"),
        ('workspaceName = "w"', "workspaceName = 7", "path.workspaceName is 7"),
        (
            "[contracts.azure-healthcareapis-dicom]\n",
            "[contracts.azure-healthcareapis-dicom]\nfixtures = { Bogus = [] }\n",
            "unknown state 'Bogus'",
        ),
        (
            "[contracts.azure-healthcareapis-dicom]\n",
            "[contracts.azure-healthcareapis-dicom]\nfixtures = { any = 3 }\n",
            "any is 3",
        ),
        (
            "[contracts.azure-healthcareapis-dicom]\n",
            '[contracts.azure-healthcareapis-dicom]\nfixtures = { any = ["a", "A"] }\n',
            "named twice",
        ),
        ("[target]", "[target", "not valid TOML"),
    ],
)
def test_a_mistake_is_told(old: str, new: str, says: str, tmp_path: Path) -> None:
    assert old in GOOD
    path = tmp_path / "target.toml"
    path.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(UsageError) as told:
        read_target(path, all_contracts())
    assert says in str(told.value)
    assert str(path) in str(told.value)
    assert "fix: " in str(told.value)


def test_files_that_are_none_are_told(tmp_path: Path) -> None:
    for content, says in ((b"\xff\xfe\x00", "not UTF-8"), (b"", "[target] is missing")):
        path = tmp_path / "target.toml"
        path.write_bytes(content)
        with pytest.raises(UsageError, match="fix") as told:
            read_target(path, all_contracts())
        assert says in str(told.value)
    with pytest.raises(UsageError, match="there is no such target file"):
        read_target(tmp_path / "absent.toml", all_contracts())


def test_a_missing_variable_is_told_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_SUCH_TOKEN", raising=False)
    path = tmp_path / "target.toml"
    path.write_text(GOOD.replace('token = "t"', 'token_env = "NO_SUCH_TOKEN"'))
    auth = read_target(path, all_contracts()).auth["azure"]
    with pytest.raises(UsageError, match="NO_SUCH_TOKEN"):
        auth.secret()
