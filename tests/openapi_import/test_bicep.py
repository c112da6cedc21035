"""Bicep type files as contracts, compact contracts, and importing again."""

from __future__ import annotations

import copy
import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from linkproof.base.resources import CONTRACTS, add_contracts
from linkproof.cli import importing
from linkproof.cli.importing import import_description
from linkproof.contract.loader import all_contracts, read_contract
from linkproof.contract.model import Contract
from linkproof.contract.operation import Role
from linkproof.errors import UsageError
from linkproof.openapi_import.select import CONNECTIONS
from tests.openapi_import.test_semantics import description

SHARED = Path(__file__).parents[3] / "shared"
KIND = "Acme.Boxes/boxes/privateEndpointConnections@2025-05-05"


def member(number: int, flags: int = 0) -> dict[str, Any]:
    return {"type": {"$ref": f"#/{number}"}, "flags": flags, "description": "prose that is left behind"}


def types() -> list[dict[str, Any]]:
    """A type file with an open and a closed enumeration, and members with each flag."""
    state = {"status": member(4, 1), "description": member(0), "actionsRequired": member(0, 2)}
    inner = {
        "privateLinkServiceConnectionState": member(6, 1),
        "provisioningState": member(5, 2),
        "secret": member(0, 5),
        "count": member(8),
    }
    body = {"id": member(0, 10), "name": member(9, 9), "type": member(1, 10), "apiVersion": member(1, 10)}
    return [
        {"$type": "StringType"},
        {"$type": "StringLiteralType", "value": "Approved"},
        {"$type": "StringLiteralType", "value": "Rejected"},
        {"$type": "StringLiteralType", "value": "Succeeded"},
        {"$type": "UnionType", "elements": [{"$ref": "#/1"}, {"$ref": "#/2"}, {"$ref": "#/0"}]},
        {"$type": "UnionType", "elements": [{"$ref": "#/3"}, {"$ref": "#/2"}]},
        {"$type": "ObjectType", "name": "State", "properties": state},
        {"$type": "ObjectType", "name": "Inner", "properties": inner},
        {"$type": "IntegerType", "minValue": 1},
        {"$type": "StringType", "pattern": "^[a-z0-9-]+$", "maxLength": 20},
        {"$type": "ObjectType", "name": KIND, "properties": {**body, "properties": member(7)}},
        {"$type": "ResourceType", "name": KIND, "body": {"$ref": "#/10"}},
    ]


def imported(tmp_path: Path, data: Any, *, compact: bool = False) -> Contract:
    file = tmp_path / "types.json"
    file.write_text(json.dumps(data), encoding="utf-8")
    out = tmp_path / "out"
    given: dict[str, Any] = {"root": None, "name": "", "vendor": "", "address": "", "fetch": False}
    import_description(file, out, paths=CONNECTIONS, compact=compact, **given)
    (folder,) = (p.parent for p in out.glob("*/*/contract.toml"))
    return read_contract(folder)


@pytest.mark.parametrize("compact", [False, True])
def test_a_type_file_says_bodies_and_no_statuses(tmp_path: Path, compact: bool) -> None:
    found = imported(tmp_path, types(), compact=compact)
    assert (found.resource_type, found.version) == (KIND.partition("@")[0], "2025-05-05")
    get, decide = found.by_role(Role.GET), found.by_role(Role.DECIDE)
    assert get is not None
    assert decide is not None
    assert get.statuses_said
    assert not decide.statuses_said
    assert found.by_role(Role.LIST) is None
    body = get.responses[200]
    assert body is not None
    status = "/properties/privateLinkServiceConnectionState/status"
    assert body.enumerations[status] == ("Approved", "Rejected")
    assert body.open_enumerations == {status}
    right = {"id": "/a", "name": "A-NAME", "type": "t", "properties": {"privateLinkServiceConnectionState": {}}}
    assert not body.fits(right), "status is required"
    right["properties"]["privateLinkServiceConnectionState"]["status"] = "Approved"  # type: ignore[index]
    assert body.fits(right), "a write-only member is not required of answers, and a name is limited in the path alone"
    assert decide.request is not None
    assert list(decide.request.unknown_members({"properties": {"provisioningState": "Succeeded"}}))
    item = get.parameter(get.item_parameter)
    assert item is not None
    assert not item.allows("NO")


def test_texts_of_the_type_file_are_left_behind(tmp_path: Path) -> None:
    found = imported(tmp_path, types())
    assert "prose that is left behind" not in json.dumps(found.document)


@pytest.mark.parametrize(
    "damage",
    [
        lambda t: t[-1].update(body={"$ref": "#/99"}),
        lambda t: t[-1].pop("body"),
        lambda t: t[7]["properties"].update(count={"flags": 0}),
        lambda t: t[4].update(elements=[{"$ref": "#/-1"}]),
        lambda t: t[10]["properties"].update(properties={"type": {"$ref": "x"}}),
    ],
)
def test_a_damaged_type_file_is_named(tmp_path: Path, damage: Any) -> None:
    data = copy.deepcopy(types())
    damage(data)
    with pytest.raises(UsageError, match="leads to no type"):
        imported(tmp_path, data)


def test_a_type_file_without_connections_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no private endpoint connection"):
        imported(tmp_path, types()[:-1])


def test_a_compact_contract_is_one_file_and_says_the_same(tmp_path: Path) -> None:
    whole, compact = (tmp_path / name for name in ("whole", "compact"))
    whole.mkdir()
    compact.mkdir()
    one, other = imported(whole, types()), imported(compact, types(), compact=True)
    assert [p.name for p in Path(other.folder).iterdir()] == ["contract.toml"]
    for a, b in zip(one.operations, other.operations, strict=True):
        assert (a.id, a.role, a.method, a.path, set(a.responses)) == (b.id, b.role, b.method, b.path, set(b.responses))
    get = [c.by_role(Role.GET) for c in (one, other)]
    leaves = [{p for p, _ in o.responses[200].leaves()} for o in get if o and o.responses[200]]
    assert leaves[0] == leaves[1]


def test_what_a_person_reviewed_stays_and_what_is_new_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = imported(tmp_path, types(), compact=True)
    path = Path(first.folder) / "contract.toml"
    reviewed = path.read_text(encoding="utf-8") + '\n[reviewed]\nby = "somebody"\n'
    path.write_text(reviewed, encoding="utf-8")
    newer = types()
    newer[4]["elements"].append({"$ref": "#/3"})
    capsys.readouterr()
    imported(tmp_path, newer, compact=True)
    printed = capsys.readouterr().out
    assert path.read_text(encoding="utf-8") == reviewed
    assert "reviewed, so it stays as it is" in printed
    assert "enumerator added: Succeeded" in printed
    path.write_text(reviewed.partition("\n[reviewed]")[0], encoding="utf-8")
    again = imported(tmp_path, newer, compact=True)
    assert "Succeeded" in str(tomllib.loads(path.read_text(encoding="utf-8")))
    assert again.version == first.version


def test_importing_again_without_a_change_says_that_nothing_is_new(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    imported(tmp_path, description())
    capsys.readouterr()
    imported(tmp_path, description())
    assert "nothing is new" in capsys.readouterr().out


def test_a_folder_of_contracts_may_be_one_that_the_import_makes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CONTRACTS, "")
    add_contracts([tmp_path / "out"])
    assert imported(tmp_path, types()).resource_type.startswith("Acme.Boxes")


@pytest.fixture
def contracts_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each import reads all contracts that there are; here none is added to them between two imports."""
    monkeypatch.setattr(importing, "known_contracts", all_contracts)


@pytest.mark.skipif(not (SHARED / "bicep-types").is_dir(), reason="../shared/bicep-types is absent")
@pytest.mark.usefixtures("contracts_read_once")
def test_every_real_type_file_is_imported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = sorted((SHARED / "bicep-types").rglob("types.json"))
    given: dict[str, Any] = {"root": None, "name": "", "vendor": "", "address": "", "fetch": False}
    for number, file in enumerate(files):
        import_description(file, tmp_path / str(number), paths=CONNECTIONS, compact=True, **given)
    capsys.readouterr()
    found = [read_contract(p.parent) for p in tmp_path.glob("*/*/*/contract.toml")]
    assert len(files) >= 79
    assert len({c.resource_type for c in found}) >= 101


@pytest.mark.skipif(not (SHARED / "specs-azure").is_dir(), reason="../shared/specs-azure is absent")
@pytest.mark.usefixtures("contracts_read_once")
def test_every_real_description_is_imported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = SHARED / "specs-azure"
    files = sorted(p for p in root.rglob("*.json") if "examples" not in p.parts and p.parent != root)
    given: dict[str, Any] = {"root": root, "name": "", "vendor": "", "address": "", "fetch": False}
    for number, file in enumerate(files):
        import_description(file, tmp_path / str(number), paths=CONNECTIONS, **given)
    capsys.readouterr()
    assert len(files) >= 79
    assert {p.parts[-4] for p in tmp_path.glob("*/*/*/contract.toml")} == {str(n) for n in range(len(files))}
