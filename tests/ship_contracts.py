"""Write the imported contracts from API descriptions and Bicep types: ``make contracts``.

    python -m tests.ship_contracts ../shared/specs-azure ../shared/bicep-types

The first source that says it wins: a body is the definition's own; operations and statuses of a Bicep type are those of
the description of the same version, else of the SDK generator's newest version, else of the nearest description.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from linkproof.base.resources import folder
from linkproof.contract.catalogue import row_of
from linkproof.contract.common_shape import Flat, common_part
from linkproof.contract.loader import all_contracts, common_parts, contract_of, read_contract
from linkproof.contract.operation import Role, plain_path
from linkproof.openapi_import.bicep import NOTHING, Operations, connection_types, description_of
from linkproof.openapi_import.compact import compact_text, compacted
from linkproof.openapi_import.contract_folder import contract_data
from linkproof.openapi_import.documents import Documents
from linkproof.openapi_import.openapi import Writer
from linkproof.openapi_import.operations import read_description
from linkproof.openapi_import.schemas import Notes
from linkproof.openapi_import.select import CONNECTIONS, Found, contracts_in, short_names

READ = date(2026, 11, 21)
SPECS = "https://github.com/Azure/azure-rest-api-specs/tree/main/specification"
BICEP = "https://github.com/Azure/bicep-types-az/blob/main/generated"
PANDORA = "https://github.com/hashicorp/pandora"
#: The service's name in the SDK generator's definitions, and which of its groups or operations a type has.
SERVICES: Mapping[str, tuple[str, str]] = {
    "microsoft.aadiam/privatelinkforazuread": ("AzureActiveDirectory", ""),
    "microsoft.app/managedenvironments": ("ContainerApps", "^ManagedEnvironments/"),
    "microsoft.cache/redis": ("Redis", ""),
    "microsoft.cache/redisenterprise": ("RedisEnterprise", ""),
    "microsoft.cognitiveservices/accounts": ("Cognitive", ""),
    "microsoft.databricks/workspaces": ("Databricks", "^PrivateEndpointConnections/"),
    "microsoft.dbformariadb/servers": ("MariaDB", ""),
    "microsoft.dbformysql/flexibleservers": ("MySql", ""),
    "microsoft.dbforpostgresql/flexibleservers": ("PostgreSql", ""),
    "microsoft.dbforpostgresql/servergroupsv2": ("PostgreSqlHSC", ""),
    "microsoft.desktopvirtualization/hostpools": ("DesktopVirtualization", "ByHostPool$"),
    "microsoft.desktopvirtualization/workspaces": ("DesktopVirtualization", "ByWorkspace$"),
    "microsoft.devices/provisioningservices": ("DeviceProvisioningServices", ""),
    "microsoft.discovery/bookshelves": ("Discovery", "^Bookshelf"),
    "microsoft.discovery/workspaces": ("Discovery", "^Workspace"),
    "microsoft.documentdb/databaseaccounts": ("CosmosDB", ""),
    "microsoft.documentdb/mongoclusters": ("MongoCluster", ""),
    "microsoft.hardwaresecuritymodules/cloudhsmclusters": ("HardwareSecurityModules", "CloudHsm"),
    "microsoft.healthcareapis/services": ("HealthcareApis", "^PrivateEndpointConnections/"),
    "microsoft.healthcareapis/workspaces": ("HealthcareApis", "^WorkspacePrivate"),
    "microsoft.keyvault/managedhsms": ("KeyVault", "^M(?i:hsm)"),
    "microsoft.keyvault/vaults": ("KeyVault", "^PrivateEndpointConnections/"),
    "microsoft.network/applicationgateways": ("Network", "^ApplicationGateway"),
    "microsoft.network/privatelinkservices": ("Network", "^PrivateLinkServices/"),
    "microsoft.recoveryservices/vaults": ("RecoveryServicesBackup", ""),
    "microsoft.signalrservice/signalr": ("SignalR", ""),
    "microsoft.signalrservice/webpubsub": ("WebPubSub", ""),
    "microsoft.sql/managedinstances": ("Sql", "^ManagedInstance"),
    "microsoft.sql/servers": ("Sql", "^PrivateEndpointConnections/"),
    "microsoft.synapse/workspaces": ("Synapse", "^PrivateEndpointConnections/(?!PrivateLinkHub)"),
    "microsoft.web/hostingenvironments": ("Web", "^AppServiceEnvironments/"),
    "microsoft.web/sites": ("Web", "^WebApps/.*(?<!Slot)$"),
    "microsoft.web/sites/slots": ("Web", "^WebApps/.*Slot$"),
    "microsoft.web/staticsites": ("Web", "^StaticSites/"),
}
#: Which of the generator's groups has a type's link resources, where that differs from the connections' group.
RESOURCES: Mapping[str, str] = {
    "microsoft.healthcareapis/services": "^PrivateLinkResources/",
    "microsoft.keyvault/vaults": "^PrivateLinkResources/",
    "microsoft.keyvault/managedhsms": "^MHSM",
    "microsoft.sql/servers": "^PrivateLinkResources/",
    "microsoft.synapse/workspaces": "^PrivateLinkResources/",
    "microsoft.synapse/privatelinkhubs": "^PrivateLinkHub",
    "microsoft.databricks/workspaces": "^PrivateLinkResources/",
    "microsoft.network/privatelinkservices": "^PrivateLinkServicePrivateLinkResources/",
    "microsoft.eventgrid/namespaces": "^$",  # the type is a parameter there, and its values are not named
}
#: Namespaces whose service has an uncertain name in the generator.
UNSURE = frozenset(["microsoft.migrate", "microsoft.offazure", "microsoft.insights"])


@dataclass(frozen=True)
class Made:
    """A contract as data, before it gets its final id."""

    data: dict[str, Any]
    notes: Mapping[str, int]
    found: Found

    @property
    def type(self) -> str:
        """The resource type without its last part, in lower case."""
        return str(self.data["resource_type"]).lower().rpartition("/")[0]


def from_descriptions(specs: Path) -> Iterator[Made]:
    """Yield the contracts of all API descriptions in a folder."""
    for file in sorted(p for p in specs.rglob("*.json") if "examples" not in p.parts and p.parent != specs):
        documents, notes = Documents(specs), Notes()
        description = read_description(str(file), documents, notes, CONNECTIONS)
        place = file.relative_to(specs)
        source = {"document": f"azure-rest-api-specs: {place}", "address": SPECS, "read": READ.isoformat()}
        for found in contracts_in(description, documents, notes):
            yield made(found, documents, [source])


def made(found: Found, documents: Documents, sources: list[dict[str, str]]) -> Made:
    """Return the contract of what was found in a description."""
    notes = Notes()
    names = short_names(found.operations.values())
    document = Writer(found, names, documents, notes).document(found.description.file, sources[0]["address"], READ)
    data = contract_data(found, found.name, "azure", names, document)
    return Made(compacted(data, document, found, sources, notes), dict(notes.counts), found)


def from_bicep(types: Path, described: list[Made], statuses: Mapping[str, Any]) -> Iterator[Made]:
    """Yield a contract for each resource type in a folder of Bicep types."""
    for file in sorted(types.rglob("types.json")):
        place = file.relative_to(types)
        data = json.loads(file.read_text(encoding="utf-8"))
        source = {"document": f"bicep-types-az: {place}", "address": f"{BICEP}/{place}", "read": READ.isoformat()}
        for kind, version, entry in connection_types(data):
            parent = kind.lower().rpartition("/")[0]
            known = sorted((m for m in described if m.type == parent), key=lambda m: _age(str(m.data["version"])))
            operations = operations_of(parent, version, known, statuses)
            names = re.findall(r"\{(\w+)\}", known[-1].found.collection)[2:] if known else []
            documents = Documents(types)
            documents.preload(str(file), description_of(data, entry, operations, tuple(names)))
            description = read_description(str(file), documents, Notes(), CONNECTIONS)
            sources = [source, *([dict(operations.source)] if operations.source else [])]
            for found in contracts_in(description, documents, Notes()):
                one = with_decision(with_resources(made(found, documents, sources), known), known)
                yield with_generated_resources(one, statuses)


def with_resources(one: Made, known: list[Made]) -> Made:
    """Add the link resources of the nearest description: a type file says nothing of them."""
    resources = ("link-resources", "link-resource")
    having = [m for m in known if set(resources) & set(m.data["operations"].values())]
    if not having or one.data["path"]["collection"].lower() != having[-1].data["path"]["collection"].lower():
        return one
    other, data = having[-1].data, one.data
    for name, role in other["operations"].items():
        if role in resources:
            data["operations"][name if name not in data["operations"] else f"PrivateLinkResources{name}"] = role
    data["answers"] |= {r: s for r, s in other["answers"].items() if r in resources}
    data["path"] |= {n: v for n, v in other["path"].items() if n == "resource"}
    if "resource" in other:
        data["resource"] = other["resource"]
    data["source"].append({**other["source"][0], "says": "link resources"})
    return one


def with_decision(one: Made, known: list[Made]) -> Made:
    """Take a decision's request from the nearest description where it is not PUT: a type file says what PUT takes."""
    data = one.data
    if data.get("methods", {}).get("decide") != "PATCH" or not known:
        return one
    wanted = _connection(known[-1].data).sent().changed(known[-1].data.get("request", {}))
    data["request"] = _connection(data).sent().changes_to(wanted)
    data["source"].append({**known[-1].data["source"][0], "says": "a decision's request"})
    return one


def _connection(data: Mapping[str, Any]) -> Flat:
    """Return what one connection is, by a contract over the common parts."""
    common = common_parts(folder("schemas") / "vendors" / "azure", data["common"], "")
    return common_part(common, "connection").changed(data.get("connection", {}))


def with_generated_resources(one: Made, statuses: Mapping[str, Any]) -> Made:
    """Add the link resources that only the SDK generator knows: their operations, of whose bodies it says nothing.

    A group that has nothing but one reading may list or get: it is left out. The newest version, and the same one, are
    meant; an older version may have had none.
    """
    data, resources = one.data, (Role.LINK_RESOURCES.value, Role.LINK_RESOURCE.value)
    if set(resources) & set(data["operations"].values()):
        return one
    version, names = _generated_resources(one.type, statuses)
    own = [s["document"] for s in data["source"]]
    is_newest = any(d.startswith("hashicorp/pandora") for d in own) or version == data["version"]
    if not names or not is_newest:
        return one
    for role, name in zip(resources, names, strict=False):
        taken = name if name not in data["operations"] else f"PrivateLinkResources{name}"
        data["operations"][taken] = role
        data["answers"][role] = [200]
    if len(names) > 1:
        data["path"]["resource"] = "privateLinkResourceName"
    more = {"type": "object", "additionalProperties": True}
    data["resource"] = {"with": {"": dict(more), "/properties": dict(more)}}
    service = SERVICES.get(one.type, (one.type.partition("/")[0].removeprefix("microsoft."), ""))[0]
    document = f"hashicorp/pandora: {service} {version}"
    data["source"].append(
        {"document": document, "address": PANDORA, "read": READ.isoformat(), "says": "link resources"}
    )
    return one


def _generated_resources(parent: str, statuses: Mapping[str, Any]) -> tuple[str, list[str]]:
    """Return the newest version that the SDK generator has of a type's link resources, and their List and Get."""
    namespace = parent.partition("/")[0]
    service, pattern = SERVICES.get(parent, (namespace.removeprefix("microsoft."), ""))
    if namespace in UNSURE:
        return "", []
    rows: dict[str, list[str]] = {}
    for key in statuses:
        name, version, operation = key.split(" ", 2)
        group, _, last = operation.partition("/")
        if name.lower() != service.lower() or not re.search(r"(?<!Shared)PrivateLinkResources?$", group):
            continue
        if re.search(RESOURCES.get(parent, pattern), operation):
            rows.setdefault(version, []).append(last)
    newest = max(rows, default="")
    found = rows.get(newest, [])
    listing = [n for n in found if n.startswith("List")]
    return newest, [*listing, *(n for n in found if n == "Get")] if len(listing) == 1 else []


def operations_of(parent: str, version: str, known: list[Made], statuses: Mapping[str, Any]) -> Operations:
    """Return what other sources say of the operations of a type."""
    same = [m for m in known if m.data["version"] == version]
    if same:
        return operations_of_description(same[0])
    found = operations_of_generator(parent, statuses)
    if found is not None:
        return found
    return operations_of_description(known[-1]) if known else NOTHING


def operations_of_description(one: Made) -> Operations:
    """Return the operations of a contract that was made of a description."""
    known: dict[Role, tuple[str, tuple[int, ...], bool]] = {
        role: (o.method, tuple(int(s) for s in o.responses if s.startswith("2") and s.isdigit()), o.long_running)
        for role, o in one.found.operations.items()
        if role in (Role.LIST, Role.GET, Role.DECIDE, Role.DELETE)
    }
    return Operations(known, {**one.data["source"][0], "says": "operations and statuses"})


def operations_of_generator(parent: str, statuses: Mapping[str, Any]) -> Operations | None:
    """Return the operations of the SDK generator's newest version of a service; None where it has none."""
    namespace = parent.partition("/")[0]
    service, pattern = SERVICES.get(parent, (namespace.removeprefix("microsoft."), ""))
    if namespace in UNSURE:
        return None
    rows: dict[str, dict[Role, tuple[str, tuple[int, ...], bool]]] = {}
    for key, (method, answers, how) in statuses.items():
        name, version, operation = key.split(" ", 2)
        group, _, last = operation.partition("/")
        if name.lower() != service.lower() or not re.search("privateendpoint", f"{group}{last}", re.IGNORECASE):
            continue
        if re.search("Proxies|GroupId|PrivateLinkHub", operation) or not re.search(pattern, operation):
            continue
        if "privateendpointconnection" not in f"{group}{last}".lower():
            continue
        role = _role(method, last)
        if role is not None:
            rows.setdefault(version, {}).setdefault(role, (method, tuple(answers), how == "long-running"))
    if not rows:
        return None
    newest = max(rows)
    document = f"hashicorp/pandora: {service} {newest}"
    source = {"document": document, "address": PANDORA, "read": READ.isoformat(), "says": "operations and statuses"}
    return Operations(rows[newest], source)


def _role(method: str, name: str) -> Role | None:
    if method == "GET":
        return Role.LIST if "List" in name or name.endswith("Connections") else Role.GET
    return {"PUT": Role.DECIDE, "PATCH": Role.DECIDE, "DELETE": Role.DELETE}.get(method)


def ship(specs: Path, types: Path, out: Path) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """Write every contract below ``out`` with an index; return the index and what was not understood."""
    statuses = json.loads((specs / "newest-statuses.json").read_text(encoding="utf-8"))
    described = list(from_descriptions(specs))
    every = {(m.type, m.data["version"]): m for m in [*described, *from_bicep(types, described, statuses)]}
    for one in described:
        # a description says more than a type file
        every[one.type, one.data["version"]] = with_generated_resources(one, statuses)
    newest = {kind: max((v for k, v in every if k == kind), key=_age) for kind, _ in every}
    if out.exists():
        shutil.rmtree(out)
    index: list[dict[str, Any]] = []
    notes: dict[str, int] = {}
    reviewed = {c.place for c in all_contracts()}
    for (kind, version), one in sorted(every.items()):
        if (plain_path(one.data["path"]["collection"]), version) in reviewed:
            continue
        if version != newest[kind]:
            one.data["id"] = f"{one.data['id']}-{version}"
        place = out / one.data["id"] / version
        place.mkdir(parents=True)
        (place / "contract.toml").write_text(compact_text(one.data), encoding="utf-8")
        index.append(row_of(contract_of(json.loads(json.dumps(one.data)), None, place)))
        for note, times in one.notes.items():
            notes[note] = notes.get(note, 0) + times
        read_contract(place)
    rows = ",\n".join(json.dumps(row) for row in index)
    (out / "index.json").write_text(f"[\n{rows}\n]\n", encoding="utf-8")
    return index, notes


def _age(version: str) -> tuple[bool, str]:
    """Stable versions are taken for newer than any preview."""
    return "preview" not in version, version


def main() -> None:
    """Make the contracts, and say how many."""
    specs, types = map(Path, sys.argv[1:3])
    index, notes = ship(specs, types, folder("schemas") / "imported")
    types_seen = {row["resource_type"].lower() for row in index}
    print(f"{len(index)} contracts of {len(types_seen)} resource types")
    for note, times in sorted(notes.items()):
        print(f"  not understood: {note} ({times}x)")


if __name__ == "__main__":
    main()
