"""API descriptions as contract folders: small ones written here, and the vendors' own from ``../shared``."""

from __future__ import annotations

import copy
import json
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from linkproof.base.json_values import at, join
from linkproof.checks.documentation import judge_samples
from linkproof.contract.loader import all_contracts, read_contract
from linkproof.contract.model import Contract
from tests.command_line import linkproof

SHARED = Path(__file__).parents[3] / "shared"
BOX = "/subscriptions/{subscriptionId}/resourceGroups/{group}/providers/Acme.Vaults/boxes/{box}"
COLLECTION = f"{BOX}/privateEndpointConnections"
ITEM = COLLECTION + "/{name}"


def text(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "type": "string", **more}


def swagger() -> dict[str, Any]:
    """A Swagger 2.0 document with most of what Azure's have."""
    shared = [{"$ref": "common/types.json#/parameters/Subscription"}, text("group", maxLength=90), text("box")]
    shared.append({"name": "api-version", "in": "query", "required": True, "type": "string"})
    one = {"$ref": "#/definitions/Connection"}
    answer = {"description": "", "schema": one}
    refused = {"description": "", "schema": {"$ref": "common/types.json#/definitions/Error"}}
    named = [*shared, text("name", pattern="^[a-z0-9-]+$")]
    body = {"name": "connection", "in": "body", "required": True, "schema": one}
    return {
        "swagger": "2.0",
        "info": {"title": "Boxes", "version": "2024-05-05"},
        "x-ms-parameterized-host": {"hostTemplate": "{region}.acme.example"},
        "paths": {
            ITEM: {
                "parameters": named,
                "get": {"operationId": "Conn_Get", "responses": {"200": answer, "default": refused}},
                "put": {
                    "operationId": "Conn_Put",
                    "parameters": [body, {"name": "x-ms-client-request-id", "in": "header", "type": "string"}],
                    "responses": {"200": answer, "202": {"description": ""}, "default": refused},
                    "x-ms-long-running-operation": True,
                    "x-ms-long-running-operation-options": {"final-state-via": "location"},
                    "x-ms-examples": {"Approve it": {"$ref": "examples/put.json"}},
                },
                "delete": {
                    "operationId": "Conn_Delete",
                    "responses": {"200": {"description": ""}, "204": {"description": ""}},
                },
            },
            "/subscriptions/{subscriptionId}/providers/Acme.Vaults/boxes": {
                "get": {"operationId": "Boxes_List", "responses": {"200": {"description": ""}}},
            },
        },
        "x-ms-paths": {
            f"{COLLECTION}?all": {
                "get": {
                    "operationId": "Conn_List",
                    "parameters": shared,
                    "responses": {
                        "200": {"description": "", "schema": {"$ref": "#/definitions/Page"}},
                        "default": refused,
                    },
                    "x-ms-pageable": {"nextLinkName": "more", "itemName": "items"},
                }
            }
        },
        "definitions": {
            "Connection": {
                "allOf": [{"$ref": "common/types.json#/definitions/Resource"}],
                "properties": {"properties": {"$ref": "#/definitions/Inner"}, "kin": {"$ref": "#/definitions/Kin"}},
            },
            "Inner": {
                "properties": {
                    "privateEndpoint": {"properties": {"id": {"type": "string"}}},
                    "privateLinkServiceConnectionState": {"$ref": "#/definitions/State"},
                    "provisioningState": {
                        "type": "string",
                        "readOnly": True,
                        "enum": ["Succeeded", "Updating", "Deleting", "Failed", "Unknown"],
                        "x-ms-enum": {"name": "P", "modelAsString": True},
                    },
                    "born": {"type": "string", "x-ms-mutability": ["read"]},
                    "note": {"type": "string", "x-nullable": True, "x-acme-colour": "red"},
                }
            },
            "State": {
                "required": ["status"],
                "properties": {
                    "status": {
                        "type": "string",
                        "enum": ["Pending", "Approved", "Rejected"],
                        "x-ms-enum": {"name": "S", "modelAsString": False},
                    },
                    "description": {"type": "string", "description": "A vendor's prose."},
                },
            },
            "Kin": {
                "discriminator": "kind",
                "properties": {
                    "kind": {"type": "string"},
                    "children": {"type": "array", "items": {"$ref": "#/definitions/Kin"}},
                },
            },
            "Page": {
                "properties": {
                    "items": {"type": "array", "items": {"$ref": "#/definitions/Connection"}},
                    "more": {"type": "string"},
                }
            },
        },
    }


COMMON: dict[str, Any] = {
    "parameters": {"Subscription": text("subscriptionId", format="uuid")},
    "definitions": {
        "Error": {"properties": {"error": {"properties": {"code": {"type": "string"}, "message": {"type": "string"}}}}},
        "Resource": {
            "properties": {n: {"type": "string", "readOnly": True} for n in ("id", "name", "type")},
            "x-ms-azure-resource": True,
        },
    },
}
EXAMPLE = {
    "parameters": {
        "subscriptionId": "11111111-1111-1111-1111-111111111111",
        "group": "rg",
        "box": "box7",
        "name": "c1",
        "api-version": "2024-05-05",
        "connection": {
            "name": "c1",
            "properties": {
                "privateLinkServiceConnectionState": {"status": "Approved"},
                "provisioningState": "Updating",
            },
        },
    },
    "responses": {
        "200": {"body": {"id": "/elsewhere", "name": "c1", "type": "Acme.Vaults/boxes/other", "properties": {}}}
    },
}


def write(folder: Path, document: dict[str, Any]) -> Path:
    (folder / "common").mkdir(parents=True, exist_ok=True)
    (folder / "examples").mkdir(exist_ok=True)
    (folder / "common" / "types.json").write_text(json.dumps(COMMON), encoding="utf-8")
    (folder / "examples" / "put.json").write_text(json.dumps(EXAMPLE), encoding="utf-8")
    path = folder / "boxes.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


@pytest.fixture
def imported(tmp_path: Path) -> tuple[Path, str, Contract]:
    """A folder with the imported contract, what was printed, and the contract."""
    spec = write(tmp_path / "spec", swagger())
    done = linkproof(tmp_path, "import", spec)
    assert done.returncode == 0, done.stderr
    return tmp_path, done.stdout, read_contract(tmp_path / "contracts" / "azure-acme-vaults-boxes" / "2024-05-05")


def test_operations_get_their_roles_and_what_is_not_understood_is_told(imported: tuple[Path, str, Contract]) -> None:
    _, told, contract = imported
    assert {o.id: (o.method, o.role.value) for o in contract.operations} == {
        "Get": ("GET", "get"),
        "Put": ("PUT", "decide"),
        "Delete": ("DELETE", "delete"),
        "List": ("GET", "list"),
    }
    assert [o.id for o in contract.operations if o.long_running] == ["Put"]
    assert contract.document["paths"][ITEM]["put"]["x-final-state-via"] == "location"
    assert contract.document["servers"] == [{"url": "https://{region}.acme.example"}]
    assert (contract.list.items, contract.list.next_link) == ("/items", "/more")
    assert contract.settled.provisioning == ("Succeeded", "Failed")
    for note in (
        "'x-acme-colour': left out",
        "x-ms-client-request-id in header",
        "x-ms-parameterized-host",
        "derived kinds",
    ):
        assert note in told, note
    assert "ignored: 1 operation" in told


def test_schemas_say_what_the_description_says(imported: tuple[Path, str, Contract]) -> None:
    _, _, contract = imported
    schemas = contract.document["components"]["schemas"]
    assert schemas["Connection"]["required"] == ["id", "name", "type"]
    assert set(schemas["Connection"]["properties"]) == {"id", "name", "type", "properties", "kin"}
    assert set(schemas["ConnectionUpdate"]["properties"]) == {"properties", "kin"}
    assert set(schemas["InnerUpdate"]["properties"]) == {"privateEndpoint", "privateLinkServiceConnectionState", "note"}
    assert schemas["Inner"]["properties"]["note"]["type"] == ["string", "null"]
    assert schemas["Inner"]["properties"]["provisioningState"]["x-open"] is True
    assert "x-open" not in schemas["State"]["properties"]["status"]
    assert schemas["Kin"]["additionalProperties"] is True
    assert at(schemas, "/Kin/properties/children/items/$ref") == "#/components/schemas/Kin"
    assert schemas["Page"]["properties"]["more"]["type"] == ["string", "null"]
    assert "prose" not in json.dumps(contract.document)
    operation = next(o for o in contract.operations if o.id == "Put")
    parameters = {p.name: dict(p.schema) for p in operation.parameters}
    assert parameters["subscriptionId"] == {"type": "string", "format": "uuid"}
    assert parameters["group"] == {"type": "string", "maxLength": 90}
    assert parameters["api-version"] == {"type": "string", "enum": ["2024-05-05"]}
    assert at(operation.request_example, "/properties/privateLinkServiceConnectionState/status") == "Approved"
    for operation in contract.operations:
        for parameter in at(contract.document, "/components/parameters").values():
            assert parameter["example"]
        for status, answer in at(
            contract.document["paths"], join(operation.path, operation.method.lower(), "responses")
        ).items():
            media = at(answer, "/content/application~1json")
            if status.startswith("2") and media:
                for example in media["examples"].values():
                    schema = operation.responses[int(status)]
                    assert schema is not None
                    assert list(schema.problems(example["value"])) == []


def test_the_descriptions_own_examples_are_judged_against_it(imported: tuple[Path, str, Contract]) -> None:
    _, _, contract = imported
    judged = list(judge_samples(contract))
    assert [s["place"] for s, _ in judged] == ["Approve it, request", "Approve it, response 200"]
    messages = [j.breach.message for _, found in judged for j in found if j.breach]
    assert any("the id is not the path that the sample's request calls" in m for m in messages)
    assert any("the type is not the one that the page is about" in m for m in messages)


def test_it_runs_is_served_and_catches_faults_without_code(imported: tuple[Path, str, Contract]) -> None:
    folder, _, contract = imported
    ours = ("--contracts", "contracts")
    done = linkproof(folder, *ours, "run", "--contract", contract.id, "--json")
    results = json.loads(done.stdout)
    assert (done.returncode, results["verdict"], results["findings"]) == (0, "conforms", [])
    assert {r["status"] for r in results["requirements"] if r["level"] == "MUST"} == {"pass", "not applicable"}
    wanted = ("STA-1.rejection-approves", "ERR-2.stack-trace")
    table = folder / "reports" / "faults" / "matrix.json"
    made = linkproof(folder, *ours, "faults", "matrix", *(f"{w}@{contract.id}" for w in wanted))
    assert made.returncode == 0, made.stdout + made.stderr
    runs = json.loads(table.read_text(encoding="utf-8"))["runs"]
    assert len(runs) == len(wanted)
    assert all(t["good"] for t in runs)
    listed = json.loads(linkproof(folder, *ours, "contracts", "list", "--json").stdout)
    assert contract.id in [c["id"] for c in listed]


def as_openapi(version: str) -> dict[str, Any]:
    """The same description as OpenAPI 3, in one file."""
    old = swagger()
    moved = json.loads(
        json.dumps({**COMMON["definitions"], **old["definitions"]})
        .replace("common/types.json#/definitions/", "#/definitions/")
        .replace("#/definitions/", "#/components/schemas/")
    )
    note = moved["Inner"]["properties"]["note"]
    del note["x-nullable"]
    note |= {"nullable": True} if version.startswith("3.0") else {"type": ["string", "null"]}

    def operation(raw: dict[str, Any]) -> dict[str, Any]:
        made = json.loads(json.dumps(raw).replace("common/types.json#/definitions/", "#/definitions/"))
        made = json.loads(json.dumps(made).replace("#/definitions/", "#/components/schemas/"))
        body = next((p for p in made.get("parameters", []) if p.get("in") == "body"), None)
        made["parameters"] = [three(p) for p in made.get("parameters", []) if p.get("in") != "body"]
        made.pop("x-ms-examples", None)
        if body:
            made["requestBody"] = {"content": {"application/json": {"schema": body["schema"]}}}
        for answer in made["responses"].values():
            if "schema" in answer:
                answer["content"] = {"application/json": {"schema": answer.pop("schema")}}
        return dict(made)

    def three(p: dict[str, Any]) -> dict[str, Any]:
        p = copy.deepcopy(COMMON["parameters"]["Subscription"] if "$ref" in p else p)
        limits = {k: p.pop(k) for k in ("type", "format", "pattern", "maxLength") if k in p}
        return {**p, "schema": limits}

    paths: dict[str, Any] = {}
    for path, entry in {**old["paths"], **old["x-ms-paths"]}.items():
        found = paths.setdefault(path.split("?")[0], {})
        found |= {m: operation(o) for m, o in entry.items() if m != "parameters"}
        if "parameters" in entry:
            found["parameters"] = [three(p) for p in entry["parameters"]]
    return {
        "openapi": version,
        "info": old["info"],
        "servers": [{"url": "https://x.example"}],
        "paths": paths,
        "components": {"schemas": moved},
    }


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
def test_openapi_3_comes_to_the_same(imported: tuple[Path, str, Contract], version: str) -> None:
    folder, _, old = imported
    path = folder / version / "boxes.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(as_openapi(version)), encoding="utf-8")
    done = linkproof(folder, "import", path, "--out", "three")
    assert done.returncode == 0, done.stderr
    new = read_contract(folder / "three" / "azure-acme-vaults-boxes" / "2024-05-05")
    assert {o.id: (o.role, o.long_running) for o in new.operations} == {
        o.id: (o.role, o.long_running) for o in old.operations
    }
    assert new.document["components"]["schemas"] == old.document["components"]["schemas"]
    assert new.document["components"]["parameters"] == old.document["components"]["parameters"]


def test_yaml_is_read_as_well(tmp_path: Path) -> None:
    import yaml

    path = tmp_path / "three.yaml"
    path.write_text(yaml.safe_dump(as_openapi("3.1.0")), encoding="utf-8")
    assert linkproof(tmp_path, "import", path).returncode == 0


def test_other_paths_when_asked_for(tmp_path: Path) -> None:
    spec = write(tmp_path / "spec", swagger())
    done = linkproof(tmp_path, "import", spec, "--paths", "/boxes$", "--id", "my-boxes")
    assert done.returncode == 0, done.stderr
    assert "my-boxes 2024-05-05: 1 operation" in done.stdout
    assert "GET List (list)" in done.stdout


def test_an_example_that_would_not_fit_is_left_out_and_told(tmp_path: Path) -> None:
    document = swagger()
    document["definitions"]["State"]["properties"]["zone"] = {"type": "string", "pattern": "^[A-Z]{3}-[0-9]{9}$"}
    done = linkproof(tmp_path, "import", write(tmp_path / "spec", document))
    assert done.returncode == 0, done.stderr
    assert "no example one for Get 200: it would not fit" in done.stdout
    contract = read_contract(tmp_path / "contracts" / "azure-acme-vaults-boxes" / "2024-05-05")
    responses = at(contract.document["paths"], join(ITEM, "get", "responses"))
    assert "examples" not in at(responses, "/200/content/application~1json")


def test_a_contract_of_yours_takes_the_place_of_ours(tmp_path: Path) -> None:
    """The same paths and version, the parent's parameter called otherwise: an exchange is of one contract."""
    ours = next(c for c in all_contracts() if c.id == "azure-search-pec")
    folder = tmp_path / "mine" / "my-search" / ours.version
    shutil.copytree(ours.folder, folder)
    for file, old in (
        ("contract.toml", '"azure-search-pec"'),
        ("openapi.json", "searchServiceName"),
        ("fixtures.toml", "searchServiceName"),
    ):
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        new = '"my-search"' if file == "contract.toml" else "serviceName"
        (folder / file).write_text(text.replace(old, new), encoding="utf-8")
    listed = linkproof(tmp_path, "--contracts", "mine", "contracts", "list", "--json")
    ids = {c["id"] for c in json.loads(listed.stdout)}
    assert ids == {c.id for c in all_contracts()} - {"azure-search-pec"} | {"my-search"}
    done = linkproof(
        tmp_path, "--contracts", "mine", "run", "-c", "my-search", "-c", "azure-signalr-pec", "-r", "PAG-*"
    )
    assert done.returncode == 0, done.stdout
    shutil.copytree(folder, tmp_path / "mine" / "other" / ours.version)
    other = tmp_path / "mine" / "other" / ours.version / "contract.toml"
    other.write_text(other.read_text(encoding="utf-8").replace('"my-search"', '"other"'), encoding="utf-8")
    done = linkproof(tmp_path, "--contracts", "mine", "contracts", "list")
    assert done.returncode == 2
    assert "other has the paths and the version of my-search" in done.stderr


# mistakes


def broken(change: Any) -> dict[str, Any]:
    document = swagger()
    change(document)
    return document


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda d: d.update(swagger="1.2"), "neither Swagger 2.0 nor OpenAPI 3"),
        (lambda d: d["paths"].clear() or d["x-ms-paths"].clear(), "none of its 0 operations has a path like"),
        (lambda d: d["definitions"].pop("State"), "leads nowhere: "),
        (lambda d: d["definitions"].update(State={"$ref": "#/definitions/State"}), "references run in a circle"),
        (lambda d: d["definitions"].update(State={"$ref": "../../secret.json#/x"}), "leads out of"),
        (lambda d: d["definitions"].update(State={"$ref": "missing.json#/x"}), "missing.json: cannot be read"),
        (lambda d: d["definitions"].update(State={"$ref": "http://127.0.0.1:9/x.json#/x"}), "nothing is fetched"),
    ],
    ids=["version", "no path", "dangling", "circle", "outside", "missing", "url"],
)
def test_a_description_that_cannot_be_read_is_named(tmp_path: Path, change: Any, told: str) -> None:
    spec = write(tmp_path / "spec", broken(change))
    done = linkproof(tmp_path, "import", spec)
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert told in done.stderr
    assert "fix:" in done.stderr
    assert not (tmp_path / "contracts").exists()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "this is not JSON"),
        (b"[1]", "not an object"),
        (b'{"a": ' * 100_000, "this is not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
    ],
    ids=["empty", "list", "deep", "binary"],
)
def test_a_file_that_is_no_description(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "spec.json"
    path.write_bytes(content)
    done = linkproof(tmp_path, "import", path)
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert told in done.stderr


def test_options_that_cannot_be_meant(tmp_path: Path) -> None:
    spec = write(tmp_path / "spec", swagger())
    for arguments, told in (
        (("import", spec, "--paths", "("), "--paths: this is not a regular expression"),
        (("import", tmp_path / "nowhere.json"), "cannot be read"),
        (("import", spec, "--id", "azure-acme", "--vendor", "nobody"), "unknown vendor 'nobody'"),
        (("--contracts", "nowhere", "contracts", "list"), "nowhere: this is not a folder"),
        (("--contracts", tmp_path / "spec", "contracts", "list"), "no contract found"),
    ):
        done = linkproof(tmp_path, *arguments)
        assert (done.returncode, "Traceback" in done.stderr) == (2, False), arguments
        assert told in done.stderr


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda text: text[:-3] + b"\n[[", b"contract.toml: not valid TOML: "),
        (lambda text: b"\xff" + text, b"contract.toml: this file is not UTF-8 text"),
        (
            lambda text: text.replace(b"title = ", b"title = 7 # "),
            b"contract.toml: /title: expected a string, got a whole",
        ),
    ],
)
def test_a_damaged_folder_is_named_and_stays(tmp_path: Path, change: Callable[[bytes], bytes], error: bytes) -> None:
    spec = write(tmp_path / "spec", swagger())
    assert linkproof(tmp_path, "import", spec).returncode == 0
    [file] = (tmp_path / "contracts").rglob("contract.toml")
    file.write_bytes(change(file.read_bytes()))
    damaged = file.read_bytes()
    done = linkproof(tmp_path, "import", spec)
    assert (done.returncode, done.stdout) == (2, "")
    assert error.decode() in done.stderr.splitlines()[0]
    assert done.stderr.splitlines()[1].startswith("  fix: ")
    assert file.read_bytes() == damaged


def test_a_folder_that_begins_with_a_byte_order_mark_is_reviewed_too(tmp_path: Path) -> None:
    spec = write(tmp_path / "spec", swagger())
    assert linkproof(tmp_path, "import", spec).returncode == 0
    [file] = (tmp_path / "contracts").rglob("contract.toml")
    file.write_bytes(b"\xef\xbb\xbfreviewed = '2026-01-01'\n" + file.read_bytes())
    done = linkproof(tmp_path, "import", spec)
    assert (done.returncode, done.stderr) == (0, "")
    assert "reviewed, so it stays as it is" in done.stdout


def test_the_same_contract_twice_is_refused(imported: tuple[Path, str, Contract]) -> None:
    folder, _, contract = imported
    again = linkproof(folder, "--contracts", "contracts", "import", folder / "spec" / "boxes.json", "--out", "twice")
    assert again.returncode == 2
    assert f"there is a contract {contract.id} 2024-05-05 already" in again.stderr
    both = linkproof(folder, "--contracts", "contracts", "--contracts", "contracts", "contracts", "list")
    assert both.returncode == 2
    assert "as well" in both.stderr


@pytest.fixture
def server() -> Iterator[str]:
    """Serves the common types on 127.0.0.1."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(COMMON).encode()
            self.send_response(200 if self.path == "/types.json" else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    found = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=found.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{found.server_port}"
    found.shutdown()
    thread.join()
    found.server_close()


def test_what_references_name_by_url_is_fetched_only_when_asked_for(tmp_path: Path, server: str) -> None:
    remote = json.loads(json.dumps(swagger()).replace("common/types.json", f"{server}/types.json"))
    spec = write(tmp_path / "spec", remote)
    refused = linkproof(tmp_path, "import", spec)
    assert (refused.returncode, "nothing is fetched" in refused.stderr) == (2, True)
    assert linkproof(tmp_path, "import", spec, "--fetch").returncode == 0
    other = write(tmp_path / "other", json.loads(json.dumps(remote).replace("/types.json", "/gone.json")))
    failed = linkproof(tmp_path, "import", other, "--fetch", "--out", "other-contracts")
    assert (failed.returncode, "cannot be fetched" in failed.stderr) == (2, True)


# the vendors' own

REAL = {
    "azure-dbforpostgresql-servers": (7, "postgresql-2018-06-01-private-link.yaml", {"SHP-4"}),
    "azure-dbformysql-servers": (7, "mysql-2018-06-01-private-link.yaml", {"SHP-4"}),
    "azure-keyvault-vaults": (4, "keyvault-2019-09-01-private-endpoint.yaml", set()),
    "azure-search-searchservices": (5, "search-2020-08-01-private-endpoint.yaml", {"SHP-1", "SHP-4"}),
    "azure-signalrservice-signalr": (4, "signalr-2020-05-01-private-endpoint.yaml", {"SHP-1"}),
}


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    if not (SHARED / "specs").is_dir():
        pytest.skip("../shared/specs is absent: the vendors' own descriptions were not imported")
    folder = tmp_path_factory.mktemp("real")
    done = linkproof(folder, "import", SHARED / "specs")
    assert done.returncode == 0, done.stderr
    return folder, done.stdout


@pytest.mark.parametrize("name", REAL)
def test_a_real_description_and_its_recording(real: tuple[Path, str], name: str) -> None:
    folder, told = real
    operations, recording, breached = REAL[name]
    assert re.search(rf"^{name} \d{{4}}-\d\d-\d\d: {operations} operations", told, re.MULTILINE)
    path = SHARED / "recordings" / recording
    if not path.exists():
        pytest.skip(f"{path} is absent: real traffic was not judged")
    chosen = [a for n in REAL for a in ("-c", n)]
    done = linkproof(folder, "--contracts", "contracts", "check", path, *chosen, "--json", "--allow-unproven")
    results = json.loads(done.stdout)
    assert {f["requirement"] for f in results["findings"]} == breached, results["findings"]
    assert sum(c["exchanges"] for c in results["contracts"] if c["id"] == name) > 5
    # These services show null where their own description has a string: nothing else of MUST is breached.
    assert {(f["actual"], f["pointer"].rsplit("/", 1)[-1]) for f in results["findings"] if f["level"] == "MUST"} <= {
        ("null", "description")
    }


def test_a_recording_without_a_description_is_unmatched(real: tuple[Path, str]) -> None:
    folder, _ = real
    path = SHARED / "recordings" / "storage-2019-06-01-private-endpoint.yaml"
    if not path.exists():
        pytest.skip(f"{path} is absent")
    done = linkproof(folder, "--contracts", "contracts", "check", path, "--json")
    results = json.loads(done.stdout)
    assert (done.returncode, results["findings"], results["requests"]) == (4, [], 7)
    assert sum(u["count"] for u in results["unmatched"]) == 7
