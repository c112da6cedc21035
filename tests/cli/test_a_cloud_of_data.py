"""A cloud that Linkproof does not know is two files: an API description, and a profile beside the contracts."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from linkproof.contract import profile
from linkproof.contract.model import Contract
from linkproof.contract.operation import Operation
from linkproof.recordings import read_recordings
from linkproof.runner import property_based
from linkproof.runner.generated import GeneratedCase
from linkproof.runner.prepared_cases import CaseKind
from linkproof.runner.property_based import draw
from tests.command_line import linkproof

TESTS = Path(__file__).parents[1]
ACME = TESTS / "acme"
#: Leaves out the generated cases, two thirds of a run, where no rule of a profile concerns them.
NOT_GENERATED = ("-k", "not enumerated_cases and not random_cases")

#: The operation that decides, and what the paths of connections have in common.
CLOUDS = {
    "acme": ("PATCH decideConnection", "/connections"),
    "gamma": ("PUT decideConnection", "/connections"),
    "delta": ("POST Refuse", "/attachments"),
    "epsilon": ("PATCH attachmentsupdate", "/attachments"),
}


def imported(folder: Path, old: str = "", new: str = "", cloud: str = "acme") -> Path:
    """A folder with a cloud's profile, changed in one place, and the contract imported from its API description."""
    shutil.copytree(TESTS / cloud / "vendors", folder / "own" / "vendors")
    profile_file = folder / "own" / "vendors" / f"{cloud}.toml"
    text = profile_file.read_text(encoding="utf-8")
    assert old in text
    profile_file.write_text(text.replace(old, new, 1), encoding="utf-8")
    decides, paths = CLOUDS[cloud]
    options = ("--out", "own", "--paths", paths, "--vendor", cloud, "--id", f"{cloud}-link")
    made = linkproof(folder, "--contracts", "own", "import", TESTS / cloud / f"{cloud}.yaml", *options)
    assert made.returncode == 0, made.stderr
    assert f"{decides} (decide)" in made.stdout
    return folder


#: Cases that were drawn, by the document and what else they depend on.
_drawn: dict[tuple[object, ...], tuple[GeneratedCase, ...]] = {}


@pytest.fixture(autouse=True)
def drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cases of the same document are drawn once for all tests, although each imports it into a folder of its own."""

    def drawn(contract: Contract, operation: Operation, kind: CaseKind, seed: int) -> tuple[GeneratedCase, ...]:
        key = (json.dumps(dict(contract.document)), operation.id, kind, seed)
        if key not in _drawn:
            _drawn[key] = draw(contract, operation, kind, seed)
        return _drawn[key]

    monkeypatch.setattr(property_based, "draw", drawn)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the profile of a cloud, and the contract imported from its API description."""
    return imported(tmp_path)


@pytest.fixture(scope="module")
def gamma(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the other cloud and its contract."""
    return imported(tmp_path_factory.mktemp("gamma"), cloud="gamma")


def test_the_embedded_server_plays_it_and_conforms(folder: Path) -> None:
    done = linkproof(folder, "--contracts", "own", "run", "--contract", "acme-link")
    assert done.returncode == 0, done.stdout
    assert "CONFORMS" in done.stdout


def test_its_faults_are_caught_and_its_variants_are_not_blamed(folder: Path) -> None:
    names = ("PAG-10", "PAG-11", "SHP-9", "empty-code", "other-case", "get-leaves-out", "again-404", "STA-1.")
    done = linkproof(folder, "--contracts", "own", "faults", "matrix", *names, "-c", "acme-link", "--processes", "1")
    all_caught(done.stdout, 9)


def all_caught(stdout: str, least: int) -> None:
    """Whether a matrix of at least so many faults caught them all, and blamed no variant."""
    lines = {line.split("  ")[0]: line.split()[-3:] for line in stdout.splitlines()}
    caught, _, faults = lines["faults caught"]
    assert caught == faults
    assert int(faults) >= least
    assert lines["variants blamed"][0] == "0"


@pytest.mark.parametrize(
    ("old", "new"),
    [("", ""), ("default_limit = 50\n", "")],
    ids=["fifty on a page", "no documented number on a page"],
)
def test_a_list_by_other_names_of_limit_and_offset(tmp_path: Path, old: str, new: str) -> None:
    """Without a total, without an order, with a maximum of its own; the decision is a PUT."""
    folder = imported(tmp_path, old, new, "gamma")
    done = linkproof(
        folder, "--contracts", "own", "run", "--contract", "gamma-link", *(NOT_GENERATED if new != old else ())
    )
    assert done.returncode == 0, done.stdout
    assert "CONFORMS" in done.stdout


def test_faults_of_a_list_by_other_names_are_caught(tmp_path: Path) -> None:
    imported(tmp_path, cloud="gamma")
    names = ("PAG-3", "overlap", "one-too-many", "status-filter-ignored", "limit-unchecked", "takes-id")
    done = linkproof(tmp_path, "--contracts", "own", "faults", "matrix", *names, "-c", "gamma-link", "--processes", "1")
    all_caught(done.stdout, 5)


def test_a_target_file_may_name_its_credential(folder: Path) -> None:
    (folder / "linkproof.toml").write_text(
        '[target]\nkind = "mock"\nbase_url = "http://127.0.0.1:9"\n[auth.acme]\ntoken = "t"\n'
        '[contracts.acme-link]\npath = { projectId = "p", serviceId = "s" }\n'
        '[contracts.acme-link.fixtures]\nPENDING = ["a-1"]\n'
    )
    done = linkproof(folder, "--contracts", "own", "run", "--preflight")
    assert done.returncode == 3, done.stdout + done.stderr
    assert "127.0.0.1:9" in done.stdout + done.stderr


@pytest.mark.parametrize(("header", "kind"), [("Authorization", "bearer"), ("X-Api-Key", "x-api-key")])
def test_init_names_its_token_by_the_cloud(tmp_path: Path, header: str, kind: str) -> None:
    folder = imported(tmp_path, "[error]", f'authorization_header = "{header}"\n[error]')
    options = ("-c", "acme-link", "--no-live", "--base-url", "http://127.0.0.1:9", "--auth", kind, "--yes")
    parents = ("--parent", "projectId=p", "--parent", "serviceId=s")
    done = linkproof(folder, "--contracts", "own", "init", *options, *parents)
    assert done.returncode == 0, done.stderr
    text = (folder / "linkproof.toml").read_text(encoding="utf-8")
    assert f'# First: export ACME_TOKEN=...\n[auth.acme]\nkind = "{kind}"\ntoken_env = "ACME_TOKEN"' in text


def test_a_vendor_without_a_profile_is_a_usage_error(tmp_path: Path) -> None:
    made = linkproof(tmp_path, "import", ACME / "acme.yaml", "--paths", "/connections", "--vendor", "acme")
    assert made.returncode == 2
    assert "unknown vendor 'acme'" in made.stderr
    assert "DIR/vendors/acme.toml" in made.stderr
    assert "acme" not in profile.known_vendors()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[decide]", "[decide]\nfinal = true"),
        ("[decide]", '[decide]\nfinal = true\nrefusal = "DECIDED"\nrefusal_status = 409'),
        ('bad_request = "BAD_REQUEST"\n', ""),
        ("[error.codes]", "not_found = [400]\n[error.codes]"),
        ("[error]", 'authorization_header = "X-Auth-Token"\n[error]'),
        ("[error]", 'authorization_header = "X-Api-Key"\n[error]'),
    ],
    ids=[
        "a decision is final",
        "a decision is final, by 409",
        "no code for bad requests",
        "unknown is 400",
        "a token of its own",
        "a key of its own",
    ],
)
def test_another_rule_in_its_profile_is_played_and_conforms(tmp_path: Path, old: str, new: str) -> None:
    folder = imported(tmp_path, old, new)
    done = linkproof(folder, "--contracts", "own", "run", "--contract", "acme-link", *NOT_GENERATED)
    assert done.returncode == 0, done.stdout
    assert "CONFORMS" in done.stdout


def test_a_credential_in_another_header_is_a_usage_error(folder: Path, tmp_path: Path) -> None:
    profile_file = folder / "own" / "vendors" / "acme.toml"
    text = profile_file.read_text(encoding="utf-8")
    other = tmp_path / "other"
    shutil.copytree(folder / "own", other / "own")
    (other / "own" / "vendors" / "acme.toml").write_text(
        'authorization_header = "X-Acme-Ticket"\n' + text, encoding="utf-8"
    )
    done = linkproof(other, "--contracts", "own", "run", "--contract", "acme-link")
    assert done.returncode == 2, done.stdout
    assert "acme.toml" in done.stderr
    assert "authorization_header" in done.stderr
    assert "X-Auth-Token" in done.stderr


def test_nested_members_errors_in_a_list_and_next_links(tmp_path: Path) -> None:
    """Also a request id whose name has capitals, and paths without a version."""
    folder = imported(tmp_path, cloud="epsilon")
    done = linkproof(folder, "--contracts", "own", "run", "--contract", "epsilon-link")
    assert done.returncode == 0, done.stdout
    assert "CONFORMS" in done.stdout
    names = ("empty-code", "items-by-name", "round-and-round", "no-id", "takes-provisioning")
    done = linkproof(folder, "--contracts", "own", "faults", "matrix", *names, "-c", "epsilon-link", "--processes", "1")
    all_caught(done.stdout, 5)


def test_each_decision_is_an_operation_below_the_connections_path(tmp_path: Path) -> None:
    """One takes no body, the other an optional one."""
    folder = imported(tmp_path, cloud="delta")
    done = linkproof(folder, "--contracts", "own", "run", "--contract", "delta-link", "--record", "run.yaml")
    assert done.returncode == 0, done.stdout
    assert "CONFORMS" in done.stdout
    refused = [e.request.body for e in read_recordings([folder / "run.yaml"]) if e.request.url.endswith("/refuse")]
    assert b"" in refused
    assert not any(body and not body.strip() for body in refused)  # whether blanks are an absent body is not said
    names = ("approval-without-effect", "decides-the-next", "refused-but-described", "unknown-400", "not-json-415")
    done = linkproof(folder, "--contracts", "own", "faults", "matrix", *names, "-c", "delta-link", "--processes", "1")
    all_caught(done.stdout, 4)


def changed_delta(folder: Path, file: str, old: str, new: str) -> subprocess.CompletedProcess[str]:
    """The import of the cloud whose decisions have paths of their own, with one of its two files changed."""
    shutil.copytree(TESTS / "delta", folder / "own")
    path = folder / "own" / file
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    options = ("--out", "made", "--paths", "/attachments", "--vendor", "delta")
    return linkproof(folder, "--contracts", "own", "import", folder / "own" / "delta.yaml", *options)


def test_a_decision_may_follow_a_colon(tmp_path: Path) -> None:
    made = changed_delta(tmp_path, "delta.yaml", "{uid}/", "{uid}:")
    assert made.returncode == 0, made.stderr
    assert "POST Accept (decide)\n  POST Refuse (decide)" in made.stdout


def test_a_decision_that_the_description_does_not_have_is_named(tmp_path: Path) -> None:
    made = changed_delta(tmp_path, "vendors/delta.toml", "Attachments_Refuse", "refuse")
    assert made.returncode == 2, made.stdout
    assert "delta.toml: [decide]: /operations/reject: no imported path has an operation 'refuse'" in made.stderr
    assert "fix: name its operationId: Attachments_Refuse" in made.stderr


DAMAGED = {
    "a status as text": (
        "[decide]",
        '[decide]\nrefusal_status = "409"',
        "[decide]: /refusal_status: expected a whole number",
    ),
    "a success as refusal": (
        "[decide]",
        "[decide]\nrefusal_status = 200",
        "[decide]: /refusal_status: expected a whole",
    ),
    "a limit as text": ("default_limit = 50", 'default_limit = "x"', "[list]: /default_limit: expected a whole number"),
    "a member misspelt": ("default_limit", "default_limt", "[list]: unknown member 'default_limt'"),
    "filters as a list": ('{ status = "/status" }', '["status"]', "[list]: /filters: expected an object"),
    "a filter without a slash": (
        '{ status = "/status" }',
        '{ status = "status" }',
        "/filters/status: this is not a JSON pointer",
    ),
    "a pointer without a slash": ('\nid = "/id"', '\nid = "id"', "[member]: /id: this is not a JSON pointer"),
    "no status for unknown": (
        "[error.codes]",
        "not_found = []\n[error.codes]",
        "[error]: /not_found: expected an array",
    ),
    "no place of items": ('items = "/connections"', "", "[list]: items is missing"),
    "one member, not a list": ('["/id", "/createdAt"]', '"/id"', "[member]: /read_only: expected an array"),
    "a decision without a status": ("shows = { approve", "shows = { approved", "[decide]: /shows: approve is missing"),
}


@pytest.mark.parametrize(("old", "new", "says"), DAMAGED.values(), ids=DAMAGED)
def test_a_profile_that_does_not_fit_is_named_with_its_member(
    gamma: Path, tmp_path: Path, old: str, new: str, says: str
) -> None:
    shutil.copytree(gamma / "own", tmp_path / "own")
    profile_file = tmp_path / "own" / "vendors" / "gamma.toml"
    text = profile_file.read_text(encoding="utf-8")
    assert old in text
    profile_file.write_text(text.replace(old, new, 1), encoding="utf-8")
    done = linkproof(tmp_path, "--contracts", "own", "contracts", "list")
    assert done.returncode == 2, done.stdout
    assert says in done.stderr
    assert "fix: " in done.stderr
