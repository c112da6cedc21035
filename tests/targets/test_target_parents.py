"""Several parents of a contract in a target file: what is read, and what each error says."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from linkproof.contract.loader import all_contracts
from linkproof.errors import UsageError
from linkproof.targets.file import read_target
from linkproof.targets.model import Target

ROOT = Path(__file__).parents[2]
SCHEMA = Draft202012Validator(json.loads((ROOT / "schemas/formats/target.schema.json").read_text(encoding="utf-8")))
VAULT, HUAWEI, AWS = "azure-keyvault-pec", "huawei-vpcep-connections", "aws-ec2-vpc-endpoint-connections"
HEAD = '[target]\nbase_url = "http://127.0.0.1:8089"\n'
OWN = f"""\
[contracts.{VAULT}]
version = "2021-10-01"
base_url = "http://127.0.0.1:8090"
path = {{ subscriptionId = "s", resourceGroupName = "r", vaultName = "vault-1" }}
fixtures = {{ Pending = ["one", "two"] }}
"""
SECOND = f"""\
[[contracts.{VAULT}.parents]]
path = {{ vaultName = "vault-2" }}
fixtures = {{ Pending = ["one"], Approved = ["three"] }}
"""
THIRD = f'[[contracts.{VAULT}.parents]]\npath = {{ resourceGroupName = "r2" }}\n'
SERVICES = f"""\
[contracts.{HUAWEI}]
path = {{ project_id = "p", vpc_endpoint_service_id = "s1" }}
fixtures = {{ pendingAcceptance = ["id-1"] }}
[[contracts.{HUAWEI}.parents]]
path = {{ vpc_endpoint_service_id = "s2" }}
fixtures = {{ pendingAcceptance = ["id-2"] }}
"""


def read(folder: Path, text: str) -> Target:
    path = folder / "target.toml"
    path.write_text(HEAD + text, encoding="utf-8")
    return read_target(path, all_contracts())


def test_a_parent_has_what_differs_and_its_own_fixtures(tmp_path: Path) -> None:
    given = read(tmp_path, OWN + SECOND + THIRD).contracts[VAULT]
    own, second, third = given.each
    assert (own.path, own.fixtures, own.parents) == (given.path, {"Pending": ("one", "two")}, ())
    assert second.path == {"subscriptionId": "s", "resourceGroupName": "r", "vaultName": "vault-2"}
    assert second.fixtures == {"Pending": ("one",), "Approved": ("three",)}
    assert (third.path["resourceGroupName"], third.path["vaultName"], third.fixtures) == ("r2", "vault-1", {})
    assert {(p.version, p.base_url) for p in given.each} == {("2021-10-01", "http://127.0.0.1:8090")}
    assert [p.label for p in given.each] == [
        "resourceGroupName 'r', vaultName 'vault-1'",
        "resourceGroupName 'r', vaultName 'vault-2'",
        "resourceGroupName 'r2', vaultName 'vault-1'",
    ]
    SCHEMA.validate(tomllib.loads(HEAD + OWN + SECOND + THIRD))


def test_one_parent_has_no_label(tmp_path: Path) -> None:
    given = read(tmp_path, OWN).contracts[VAULT]
    assert (given.parents, given.label, given.title, given.each) == ((), "", VAULT, (given,))


def test_a_target_at_one_parent_has_no_other(tmp_path: Path) -> None:
    target = read(tmp_path, OWN + SECOND)
    found = target.at_parent(VAULT, 1).contracts[VAULT]
    assert (found.path["vaultName"], found.parents) == ("vault-2", ())
    assert found.title == f"{VAULT} (vaultName 'vault-2')"


SECOND_AT = f"[contracts.{VAULT}.parents, number 1]"
PATH = 'path = { vaultName = "vault-2" }'
#: What is replaced in the second parent, by what, where and what the message says, and whether the schema sees it too.
MISTAKES = [
    (PATH, "", f"{SECOND_AT}: path is missing", True),
    (PATH, "path = {}", f"{SECOND_AT}: path is missing", True),
    (PATH, "path = 3", f"{SECOND_AT}: path is 3", True),
    (PATH, 'path = { vault = "x" }', f"{SECOND_AT}: path has an unknown parameter 'vault'", False),
    (PATH, "path = { vaultName = 3 }", f"{SECOND_AT}: path.vaultName is 3", True),
    (PATH, 'path = { vaultName = "" }', f"{SECOND_AT}: path.vaultName is ''", True),
    (PATH, 'path = { vaultName = "a/b" }', f"{SECOND_AT}: path.vaultName is 'a/b'", True),
    (PATH, 'path = { vaultName = "vault_2" }', "outside its documented limits", False),
    (PATH, 'path = { vaultName = "vault-1" }', "the parent is named twice: it is the contract's own as well", False),
    (PATH, 'path = { vaultName = "VAULT-1" }', "the parent is named twice: it is the contract's own as well", False),
    ('Pending = ["one"]', 'Pnding = ["one"]', f"{SECOND_AT}, fixtures: unknown state 'Pnding'", False),
    ('Pending = ["one"]', "Pending = [1]", f"{SECOND_AT}, fixtures: Pending is [1]", True),
    ('Pending = ["one"]', 'Pending = ["three"]', "'three' is named twice, in Pending and Approved", False),
    ("fixtures =", "fixture =", "did you mean 'fixtures'?", True),
    ("fixtures = {", "provision = {", "connections are made for the contract's own parent only", True),
    (f"[[contracts.{VAULT}.parents]]", f"[contracts.{VAULT}.parents]", "parents is a list", True),
]


@pytest.mark.parametrize(("old", "new", "says", "in_schema"), MISTAKES, ids=[f"{m[1]:.40}" for m in MISTAKES])
def test_an_error_says_where_and_how_to_fix_it(old: str, new: str, says: str, in_schema: bool, tmp_path: Path) -> None:
    assert old in SECOND
    text = OWN + SECOND.replace(old, new, 1)
    with pytest.raises(UsageError) as caught:
        read(tmp_path, text)
    assert says in str(caught.value)
    assert str(tmp_path / "target.toml") in str(caught.value)
    assert caught.value.fix
    assert SCHEMA.is_valid(tomllib.loads(HEAD + text)) is not in_schema


def test_a_third_parent_is_not_the_second_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="number 2]: the parent is named twice: it is number 1 as well"):
        read(tmp_path, OWN + SECOND + SECOND)


def test_an_entry_that_is_no_table(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"number 1\]: a parent is 'vault-2'"):
        read(tmp_path, f'{OWN}parents = ["vault-2"]\n')


def test_more_parents_than_requests_at_a_time(tmp_path: Path) -> None:
    many = "".join(SECOND.replace("vault-2", f"vault-{n}") for n in range(2, 66))
    with pytest.raises(UsageError, match="has 64 further parents"):
        read(tmp_path, OWN + many)


def test_an_id_is_a_connection_of_one_parent(tmp_path: Path) -> None:
    assert len(read(tmp_path, SERVICES).contracts[HUAWEI].each) == 2
    with pytest.raises(UsageError, match="'id-1' is a connection of another parent as well"):
        read(tmp_path, SERVICES.replace('"id-2"', '"id-1"'))


def test_parents_that_share_a_list_are_refused(tmp_path: Path) -> None:
    text = f'[contracts.{AWS}]\npath = {{ ServiceId = "vpce-svc-0a1b2c3d4e5f60718" }}\n'
    more = f'[[contracts.{AWS}.parents]]\npath = {{ ServiceId = "vpce-svc-0a1b2c3d4e5f60719" }}\n'
    assert read(tmp_path, text).contracts[AWS].path
    with pytest.raises(UsageError, match="has one list for all parents"):
        read(tmp_path, text + more)
