"""Every file that ``linkproof init`` writes is read by the command that it is for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from linkproof.cli.app import app
from linkproof.cli.init.answers import Answers
from linkproof.cli.init.credentials import CREDENTIALS, kinds_for
from linkproof.cli.init.target_file import Connections, target_toml
from linkproof.contract.loader import all_contracts, select
from linkproof.errors import UsageError
from linkproof.mock.fixtures import read_fixtures
from linkproof.mock.serve import Embedded
from linkproof.nightly.plan import read_plan
from linkproof.runner.fixtures_needed import fixtures_needed
from linkproof.runner.selection import Selection
from linkproof.targets.file import read_target

SEARCH = "azure-search-pec"
DICOM = "azure-healthcareapis-dicom"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for known in CREDENTIALS.values():
        monkeypatch.delenv(known.token_env or "NOTHING", raising=False)


@pytest.fixture(scope="module")
def server() -> Iterator[Embedded]:
    with Embedded(select(all_contracts(), (SEARCH, DICOM))) as server:
        yield server


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counting is tested by itself: it takes seconds."""
    monkeypatch.setattr("linkproof.cli.init.listing.fixtures_needed", lambda _: {"Pending": 35, "Approved": 1})


def _init(*arguments: str, asked: str = "") -> Result:
    return CliRunner().invoke(app, ["init", *arguments], input=asked)


@pytest.mark.usefixtures("counted")
def test_a_file_is_written_from_options_and_from_what_the_target_lists(
    server: Embedded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_TOKEN", "test-token")
    done = _init("-c", SEARCH, "--base-url", server.base_url, "--yes", "--no-live")
    assert done.exit_code == 0, done.output
    target = read_target(Path("linkproof.toml"), all_contracts())
    given = target.contracts[SEARCH].fixtures
    assert (target.kind, target.writes, target.checks_credentials) == ("mock", True, True)
    assert given["Pending"]
    assert len(given["Approved"]) == 1
    text = Path("linkproof.toml").read_text(encoding="utf-8")
    assert f"35 needed, {len(given['Pending'])} found" in text
    assert "test-token" not in text
    ran = CliRunner().invoke(app, ["run", "-r", "PAG-1", "--out", "out"])
    assert ran.exit_code == 0, ran.output
    assert "target: linkproof.toml" in ran.stderr


@pytest.mark.usefixtures("counted")
def test_what_is_not_given_is_asked_for(server: Embedded) -> None:
    answers = f"azure\n{SEARCH}\nmock\n{server.base_url}\nsub-1\nrg1\nsearch-1\n"
    done = _init("--auth", "none", asked=answers)
    assert done.exit_code == 0, done.output
    target = read_target(Path("linkproof.toml"), all_contracts())
    assert target.contracts[SEARCH].path == {
        "subscriptionId": "sub-1",
        "resourceGroupName": "rg1",
        "searchServiceName": "search-1",
    }
    assert not target.auth
    assert "answered with 401" in done.stderr


@pytest.mark.parametrize(
    ("answers", "options", "named"),
    [
        ("", [], "--vendor"),
        ("azure\n", [], "--contract"),
        ("", ["-c", SEARCH], "--live"),
        ("mock\n", ["-c", SEARCH], "--base-url"),
        ("", ["-c", SEARCH, "--live", "--base-url", "https://a.example"], "--parent"),
        ("s\nrg\nn\n", ["-c", SEARCH, "--live", "--base-url", "https://a.example"], "--auth"),
    ],
)
def test_a_question_that_nobody_answers_names_its_option(answers: str, options: list[str], named: str) -> None:
    done = _init(*options, asked=answers)
    assert isinstance(done.exception, UsageError), done.output
    assert "standard input ended" in str(done.exception)
    assert named in done.exception.fix
    assert not list(Path().iterdir())


def test_a_live_target_is_only_read_unless_asked_and_its_token_is_named() -> None:
    parents = ("--parent", "subscriptionId=s", "--parent", "resourceGroupName=rg", "--parent", "searchServiceName=n")
    done = _init("-c", SEARCH, "--live", "--yes", "--base-url", "https://management.azure.com", *parents)
    assert done.exit_code == 0, done.output
    target = read_target(Path("linkproof.toml"), all_contracts())
    assert (target.kind, target.writes, target.auth["azure"].token_env) == ("live", False, "AZURE_TOKEN")
    assert "AZURE_TOKEN is not set" in done.stderr
    assert "# First: export AZURE_TOKEN=$(" in Path("linkproof.toml").read_text(encoding="utf-8")
    named = ("--token-env", "MY_TOKEN", "--force", "--auth", "bearer")
    _init("-c", SEARCH, "--live", "--yes", "--base-url", "https://management.azure.com", *parents, *named)
    assert "# First: export MY_TOKEN=$(" in Path("linkproof.toml").read_text(encoding="utf-8")
    again = _init("-c", SEARCH, "--live", "--yes", "--base-url", "https://management.azure.com", *parents)
    assert isinstance(again.exception, UsageError)
    assert "--force" in again.exception.fix


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (
            ["--yes"],
            "linkproof init --yes --contract ID (repeatable); the ids: aws-ec2-vpc-endpoint-connections, azure-",
        ),
        (["--yes"], "linkproof init --mock"),
        (["--vendor", "azure", "--yes"], "linkproof init --yes --contract ID (repeatable); the ids: azure-"),
        (["--vendor", "acme", "--yes"], "--vendor"),
        (["-c", "azure-nothing", "--yes"], "--contract"),
        (["-c", SEARCH, "--yes", "--base-url", "ftp://x"], "--base-url"),
        (["-c", SEARCH, "--yes", "--parent", "x"], "--parent"),
        (["-c", SEARCH, "--yes", "--parent", "x=y"], "--parent"),
        (["-c", SEARCH, "--yes", "--auth", "aksk"], "--auth"),
        (["-c", SEARCH, "--yes", "--live", "--base-url", "https://a.example"], "--parent"),
        (["--mock", "--plan"], "--plan"),
        (["--plan"], "--plan"),
    ],
)
def test_errors_name_the_option_and_the_fix(options: list[str], named: str) -> None:
    done = _init(*options)
    assert isinstance(done.exception, UsageError), done.output
    assert named in f"{done.exception.where} {done.exception.fix}"
    assert done.exception.fix
    assert not list(Path().iterdir())


def test_a_file_says_how_to_add_a_parent(server: Embedded) -> None:
    assert _init("--mock", "-c", SEARCH, "--port", server.base_url.rsplit(":", 1)[1]).exit_code == 0
    lines = Path("linkproof.toml").read_text(encoding="utf-8").splitlines()
    start = lines.index(f"# [[contracts.{SEARCH}.parents]]")
    given = [line.removeprefix("# ") for line in lines[start : start + 2]]
    assert "`provision` makes none below it" in given[1]
    Path("linkproof.toml").write_text("\n".join([*lines, *given]), encoding="utf-8")
    (second,) = read_target(Path("linkproof.toml"), all_contracts()).contracts[SEARCH].parents
    assert second.path["searchServiceName"] == "another"


def test_a_contract_with_one_list_for_all_parents_gets_no_second_one() -> None:
    assert _init("--mock", "-c", "aws-ec2-vpc-endpoint-connections").exit_code == 0
    assert "parents" not in Path("linkproof.toml").read_text(encoding="utf-8")


def test_a_file_for_the_embedded_server_fits_it(server: Embedded) -> None:
    port = server.base_url.rsplit(":", 1)[1]
    assert _init("--mock", "-c", SEARCH, "-c", DICOM, "--port", port).exit_code == 0
    target = read_target(Path("linkproof.toml"), all_contracts())
    assert set(target.contracts) == {SEARCH, DICOM}
    ran = CliRunner().invoke(app, ["run", "-r", "HDR-2", "-q", "--out", "out"])
    assert ran.exit_code == 0, ran.output


def test_a_plan_over_target_files_can_be_read() -> None:
    assert _init("--mock", "-c", SEARCH, "-f", "a/one.toml").exit_code == 0
    assert _init("--mock", "-c", DICOM, "-f", "b/one.toml").exit_code == 0
    done = _init("--plan", "-f", "plans/night.toml")
    assert done.exit_code == 0, done.output
    assert sorted(j.name for j in read_plan(Path("plans/night.toml"))) == ["one", "one2"]


@pytest.mark.parametrize("where", ["github", "gitlab"])
def test_a_workflow_is_yaml_that_runs_the_target(where: str) -> None:
    assert _init("--mock", "-c", SEARCH).exit_code == 0
    done = _init(f"--{where}")
    assert done.exit_code == 0, done.output
    file = next(p for p in Path().rglob("linkproof.yml"))
    text = file.read_text(encoding="utf-8")
    assert yaml.safe_load(text)
    assert "linkproof run --target linkproof.toml --out reports/linkproof --wait 60" in text


@pytest.mark.parametrize("kind", CREDENTIALS)
def test_each_credential_is_written_as_target_files_have_it(kind: str, tmp_path: Path) -> None:
    known = CREDENTIALS[kind]
    contract = next(c for c in all_contracts() if kind in kinds_for(c))
    path = read_fixtures(contract).parents[0].path
    answers = Answers(
        "live",
        "https://api.example",
        (contract,),
        {contract.id: path},
        {contract.vendor: kind},
        {contract.vendor: known.token_env},
        writes=True,
    )
    found = Connections({contract.id: {"Odd state": ['a"b', "ü\x7f"]}}, {}, {})
    file = tmp_path / "t.toml"
    text = target_toml(answers, Connections(), "test")
    file.write_text(text, encoding="utf-8")
    target = read_target(file, [contract])
    assert {k for c in all_contracts() for k in kinds_for(c)} == set(CREDENTIALS)
    assert target.auth[contract.vendor].kind == kind
    assert target.allow == ("conformance-*",)
    assert '"Odd state" = ["a\\"b"' in target_toml(answers, found, "test")


@pytest.mark.parametrize(
    ("url", "region"),
    [
        ("https://ec2.eu-central-1.amazonaws.com", "eu-central-1"),
        ("https://ec2.us-gov-west-1.amazonaws.com/", "us-gov-west-1"),
        ("http://127.0.0.1:5000", "us-east-1"),
    ],
)
@pytest.mark.usefixtures("counted")
def test_an_aws_target_has_its_region_and_a_failed_listing_names_the_written_file(
    url: str, region: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(
        "linkproof.cli.init.commands.listed",
        lambda file, contracts: ({}, {c.id: f"{file}: [auth.aws]: no credential for AWS" for c in contracts}),
    )
    done = _init("--vendor", "aws", "--base-url", url, "--auth", "aws-sigv4", "--yes", "--no-live")
    assert done.exit_code == 0, done.output
    assert "connections: linkproof.toml: [auth.aws]: no credential for AWS" in done.output
    text = Path("linkproof.toml").read_text(encoding="utf-8")
    assert f'region = "{region}"' in text
    assert "not listed: linkproof.toml: [auth.aws]" in text


def test_the_help_names_every_kind_of_credential() -> None:
    shown = " ".join(_init("--help").output.split())
    assert [kind for kind in (*CREDENTIALS, "none") if kind not in shown] == []


def test_as_many_are_counted_as_a_run_uses_up() -> None:
    contract = select(all_contracts(), (SEARCH,))[0]
    one = fixtures_needed(contract, Selection(keyword="documentation"))
    more = fixtures_needed(contract, Selection(requirements=("STA-1",)))
    assert set(one.values()) == {1}
    assert more["Pending"] > 1
