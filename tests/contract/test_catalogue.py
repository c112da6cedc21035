"""The imported contracts: each is complete, runs on the embedded server, and agrees with its sources."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from linkproof.contract import catalogue
from linkproof.contract.catalogue import chosen, entry_of, imported, names_of, row_of
from linkproof.contract.loader import all_contracts, read_contract
from linkproof.contract.model import Contract
from linkproof.contract.operation import Operation, Role
from linkproof.contract.routing import Route, Router
from linkproof.errors import UsageError
from linkproof.mock.app import build_server
from linkproof.mock.defaults import DEFAULT
from linkproof.mock.direct import Direct

SHARED = Path(__file__).parents[3] / "shared"
STORAGE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a/privateEndpointConnections"


def test_the_index_says_what_the_folders_say() -> None:
    rows = json.loads((catalogue.root() / "index.json").read_text(encoding="utf-8"))
    folders = sorted(p.parent for p in catalogue.root().glob("*/*/contract.toml"))
    read = {c.id: row_of(c) for c in map(read_contract, folders)}
    assert {row["id"]: row for row in rows} == read


def test_all_types_of_the_estate_are_known() -> None:
    reviewed = {c.resource_type.lower() for c in all_contracts() if c.vendor == "azure" and "decide" in c.capabilities}
    types = reviewed | {e.resource_type.lower() for e in imported()}
    assert len(types) >= 101
    assert all(e.contract.tier == "imported" and e.contract.sources for e in imported())
    assert all(c.tier == "reviewed" for c in all_contracts())


def test_a_contract_of_the_common_shape_fits_a_screen() -> None:
    lengths = sorted(len((e.folder / "contract.toml").read_text(encoding="utf-8").splitlines()) for e in imported())
    assert lengths[len(lengths) // 2] <= 60
    assert lengths[-1] <= 100


def _answers(contract: Contract) -> Iterator[tuple[Operation, httpx.Response]]:
    """Yield an answer of the embedded server to each operation, and the operation."""
    server = build_server((contract,), behaviour=DEFAULT, operation_s=0)
    names = server.services[0].store.fixtures.parents[0].names
    parent = server.services[0].store.fixtures.parents[0].path
    own = names.get("Pending", names.get("any", ()))[0]
    body: dict[str, Any] = {"properties": {"privateLinkServiceConnectionState": {"status": "Approved"}}}
    body["properties"]["privateLinkServiceConnectionState"]["description"] = "ok"
    with httpx.Client(transport=Direct(server), base_url="http://embedded.invalid") as client:
        client.headers["Authorization"] = "Bearer test-token"
        for operation in contract.operations:
            path = operation.path
            item = "group1" if operation.role is Role.LINK_RESOURCE else own
            for name, value in {operation.item_parameter: item, **parent}.items():
                path = path.replace(f"{{{name}}}", value)
            sent = {Role.DECIDE: body, Role.TAGS: {"tags": {"a": "b"}}}.get(operation.role)
            query = {"api-version": contract.version}
            yield operation, client.request(operation.method, path, params=query, json=sent)


@pytest.mark.parametrize("entry", imported(), ids=lambda e: f"{e.id}@{e.version}")
def test_each_answers_every_operation_as_it_says(entry: catalogue.Entry) -> None:
    contract = entry.contract
    judged = 0
    for operation, answer in _answers(contract):
        if operation.role is Role.DECIDE and answer.status_code == 400:
            assert "required" in str(operation.request and list(operation.request.problems({})))
            continue
        assert answer.status_code in operation.responses, f"{operation.id}: {answer.status_code} {answer.text[:300]}"
        schema = operation.responses[answer.status_code]
        if schema is not None:
            assert list(schema.problems(answer.json())) == []
            assert list(schema.unknown_members(answer.json())) == []
            judged += 1
    assert judged


def test_a_request_reads_the_contract_that_it_is_for_and_no_other() -> None:
    entries = [entry_of(json.loads(json.dumps(row_of(e.contract)))) for e in imported() if "storage" in e.id]
    router = Router((), any_version=True, entries=entries)
    found = router.match(f"https://management.azure.com{STORAGE}?api-version=2021-04-01")
    assert isinstance(found, Route)
    assert found.contract.version == "2021-04-01"
    assert [e.version for e in entries if "contract" in vars(e)] == ["2021-04-01"]


@pytest.mark.parametrize(
    ("sent", "judged_by"),
    [("2019-06-01", "2021-04-01"), ("2023-01-01", "2021-04-01"), ("2025-01-01", "2024-01-01")],
)
def test_the_nearest_version_judges_where_any_may(sent: str, judged_by: str) -> None:
    entries = [e for e in imported() if e.id.startswith("azure-storage-storageaccounts")]
    url = f"https://management.azure.com{STORAGE}?api-version={sent}"
    found = Router((), any_version=True, entries=entries).match(url)
    assert isinstance(found, Route)
    assert found.contract.version == judged_by
    assert isinstance(Router((), entries=entries).match(url), str)


def test_a_contract_of_yours_takes_the_place_of_an_imported_one(monkeypatch: pytest.MonkeyPatch) -> None:
    own = next(e for e in imported() if e.id == "azure-storage-storageaccounts")
    twins = (*all_contracts(), own.contract)
    monkeypatch.setattr(catalogue, "all_contracts", lambda: twins)
    imported.cache_clear()
    try:
        assert own.id not in {e.id for e in imported()}
        assert chosen([own.id]) == (own.contract,)
    finally:
        imported.cache_clear()


def test_names_patterns_and_tiers() -> None:
    assert chosen() == all_contracts()
    assert {c.id for c in chosen(["azure-search-pec", "azure-storage-storageaccounts*"])} == {
        "azure-search-pec",
        *(e.id for e in imported() if e.id.startswith("azure-storage-storageaccounts")),
    }
    assert names_of(("a",), "imported") == ("a",)
    assert set(names_of((), "all")) == {c.id for c in all_contracts()} | {e.id for e in imported()}
    with pytest.raises(UsageError, match="no contract is called 'azure-nothing-\\*'"):
        chosen(["azure-nothing-*"])
    with pytest.raises(UsageError, match="no tier is called 'best'"):
        names_of((), "best")


def test_every_role_that_is_answered_has_an_operation() -> None:
    for path in sorted(catalogue.root().glob("*/*/contract.toml")):
        own = tomllib.loads(path.read_text(encoding="utf-8"))
        assert set(own["answers"]) - {"long_running", "unsaid"} == set(own["operations"].values()), path


@pytest.mark.skipif(not (SHARED / "bicep-types").is_dir(), reason="../shared/bicep-types is absent")
def test_the_sources_say_what_is_shipped(tmp_path: Path) -> None:
    from tests.ship_contracts import ship

    ship(SHARED / "specs-azure", SHARED / "bicep-types", tmp_path / "imported")
    made = {p.relative_to(tmp_path / "imported"): p.read_text() for p in (tmp_path / "imported").rglob("*.*")}
    kept = {p.relative_to(catalogue.root()): p.read_text() for p in catalogue.root().rglob("*.*")}
    assert {str(p) for p in made} == {str(p) for p in kept}
    assert [str(p) for p in made if made[p] != kept[p]] == []
