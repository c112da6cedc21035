"""The catalogue of requirements and the definitions' samples are complete and agree with their sources."""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from jsonschema import Draft202012Validator

from linkproof.contract.loader import all_contracts
from tests.approve import REQUIREMENTS, catalogue

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "schemas" / "requirements"
FORMATS = ROOT / "schemas" / "formats"
CONTRACTS = ROOT / "schemas" / "contracts"
SHARED = ROOT.parent / "shared"
FACTS = SHARED / "contracts.md"

FAMILIES = ("SHP", "ENM", "PAG", "ERR", "STA", "LRO", "HDR", "DOC")
NEEDS = {
    *("list", "get", "decide", "delete", "tags", "long-running", "enumerations", "request-enumerations"),
    *("request-body", "path-limits", "integers", "next-link", "offset-and-limit", "token", "one-page"),
    *("version-parameter", "request-ids", "caseless-paths", "error-table", "identity", "private-endpoint-ids"),
    *("description", "read-only-members", "decide-by-resource", "groups", "link-resources", "link-resource"),
    *("decisions", "several-decisions", "filter-list", "shown-by-id"),
}
#: The contracts that have a definition page, as folders of schemas/contracts.
DEFINED = (
    "azure-containerservice-pec/2025-01-01",
    "azure-dbforpostgresql-pec/2018-06-01",
    "azure-healthcareapis-dicom/2022-06-01",
    "azure-healthcareapis-pec/2022-06-01",
    "huawei-vpcep-connections/v1",
    "otc-vpcep-connections/v1",
)
#: Samples whose page prints no JSON; every other text has to be JSON, lest our typing error be called the page's.
NOT_JSON = [(f"{cloud}-vpcep-connections/v1", "Example response: error") for cloud in ("huawei", "otc")]
#: A member with a plain value, and any other text in quotes, in JSON as in what is nearly JSON.
PAIR = re.compile(r'"(\w+)"\s*:\s*("(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|true|false|null)')
QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
#: Stands for a text that is left out of a sample.
LEFT_OUT = '"..."'
#: One line of the facts: "- SHP-5 A MUST ...", "- ERR-1 * (an aside) MUST ...", "- LRO-1 MUST ...", "- DOC-1 * ...".
FACT = re.compile(
    r"^- (?P<id>[A-Z]{3}-\d+) (?:(?:\*|[A-Z]\d?) )?(?:\([^)]*(?:\([^)]*\)[^)]*)*\) )?(?:(?P<level>MUST|SHOULD)\b)?",
    re.MULTILINE,
)


def _load(family: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{family}.toml").read_text(encoding="utf-8"))


def _requirements() -> list[dict[str, Any]]:
    return [requirement for family in FAMILIES for requirement in _load(family)["requirement"]]


def _validator(kind: str = "requirement") -> Draft202012Validator:
    schema = json.loads((FORMATS / f"{kind}.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def _facts() -> dict[str, str]:
    """Ids and levels as the facts give them; where they give no level (DOC-1) it is SHOULD."""
    if not FACTS.exists():
        pytest.skip(f"{FACTS} is not here: the facts are not part of the repository")
    section = FACTS.read_text(encoding="utf-8").split("\n## 2. Requirements\n", 1)[1].split("\n## ", 1)[0]
    found = [(match["id"], match["level"] or "SHOULD") for match in FACT.finditer(section)]
    assert len(found) == len(dict(found)), "an id stands twice in the facts"
    return dict(found)


def test_there_is_one_file_for_each_family() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {f"{family}.toml" for family in FAMILIES}


@pytest.mark.parametrize("family", FAMILIES)
def test_file_validates(family: str) -> None:
    errors = [f"{error.json_path}: {error.message}" for error in _validator().iter_errors(_load(family))]
    assert errors == []


@pytest.mark.parametrize("family", FAMILIES)
def test_file_holds_its_own_family(family: str) -> None:
    for requirement in _load(family)["requirement"]:
        assert requirement["family"] == family
        assert requirement["id"].startswith(f"{family}-")


@pytest.mark.parametrize("member", ["id", "level", "title", "condition", "needs", "source"])
def test_format_refuses_a_missing_member(member: str) -> None:
    requirement = dict(_load("SHP")["requirement"][0])
    del requirement[member]
    assert not _validator().is_valid({"requirement": [requirement]})


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("id", "XYZ-1"),
        ("level", "MAY"),
        ("subject", "vendor"),
        ("title", "x" * 71),
        ("statement", ""),
        ("vendors", ["azure"]),
        ("needs", ["luck"]),
        ("condition", " "),
        ("evidence", ["live", "live"]),
        ("source", {"document": "d", "section": "s", "address": "http://example.org/d", "read": "2026-11-20"}),
        ("source", {"document": "d", "section": "s", "address": "https://example.org/d", "read": "2026-13-20"}),
        ("note", "unknown"),
    ],
)
def test_format_refuses_a_wrong_member(member: str, value: object) -> None:
    requirement = _load("SHP")["requirement"][0]
    assert _validator().is_valid({"requirement": [requirement]})
    assert not _validator().is_valid({"requirement": [{**requirement, member: value}]})


def test_ids_are_unique_and_pinned() -> None:
    """Reports point at ids: none is ever removed, or used again for something else."""
    assert catalogue().splitlines() == REQUIREMENTS.read_text(encoding="utf-8").splitlines(), "see tests/approve.py"
    ids = [requirement["id"] for requirement in _requirements()]
    assert len(set(ids)) == len(ids)
    for family in FAMILIES:
        own = [int(name.split("-")[1]) for name in ids if name.startswith(family)]
        assert own == list(range(1, len(own) + 1)), "a new id is the next number of its family"


def test_titles_say_what_is_true() -> None:
    titles = [requirement["title"] for requirement in _requirements()]
    assert [title for title, times in Counter(title.casefold() for title in titles).items() if times > 1] == []
    assert [title for title in titles if len(title) > 70] == []
    assert [title for title in titles if re.search(r"\bshould\b", title, re.IGNORECASE)] == []


def test_needs_are_capabilities_that_a_contract_can_have() -> None:
    capabilities = {c for contract in all_contracts() for c in contract.capabilities}
    assert capabilities <= NEEDS
    for requirement in _requirements():
        assert set(requirement["needs"]) <= NEEDS, requirement["id"]


@pytest.mark.parametrize("requirement", _requirements(), ids=lambda r: str(r["id"]))
def test_source_is_complete(requirement: dict[str, Any]) -> None:
    source = requirement["source"]
    assert set(source) - {"definition_of", "vendor"} == {"document", "section", "address", "read"}
    assert all(isinstance(text, str) and text.strip() for text in source.values())
    address = urlsplit(source["address"])
    assert address.scheme == "https"
    assert address.hostname in {
        "docs.aws.amazon.com",
        "github.com",
        "learn.microsoft.com",
        "support.huaweicloud.com",
        "www.rfc-editor.org",
    }
    assert date.fromisoformat(source["read"]).isoformat() == source["read"]


def test_only_documentation_is_judged_apart() -> None:
    apart = [requirement["id"] for requirement in _requirements() if requirement["subject"] == "documentation"]
    assert apart == ["DOC-1"]


def test_ids_and_levels_are_those_of_the_facts() -> None:
    ours = {requirement["id"]: requirement["level"] for requirement in _requirements()}
    facts = _facts()
    assert {name: level for name, level in ours.items() if name in facts} == facts


def _definition(place: str) -> dict[str, Any]:
    return tomllib.loads((CONTRACTS / place / "definition.toml").read_text(encoding="utf-8"))


def _operations(place: str) -> dict[str, dict[str, Any]]:
    document = json.loads((CONTRACTS / place / "openapi.json").read_text(encoding="utf-8"))
    return {
        operation["operationId"]: operation
        for entry in document["paths"].values()
        for operation in entry.values()
        if isinstance(operation, dict) and "operationId" in operation
    }


def _page(place: str, name: str = "") -> str:
    name = name or _definition(place)["page"]["file"]
    if not SHARED.exists():
        pytest.skip(f"{SHARED} is not here: the pages are not part of the repository")
    folder = SHARED / "clouds" / "otc" if name.endswith(".rst") else SHARED / "definitions"
    return (folder / name).read_text(encoding="utf-8")


def _strangers(text: str, page: str) -> list[str]:
    """What a sample's text claims and its page does not print: members with their values, and values in arrays."""
    found = []
    for key, value in PAIR.findall(text):
        printed = rf'\b{key}"?\s*:\s*{"" if value == LEFT_OUT else re.escape(value) + "(?![0-9.])"}'
        if not re.search(printed, page):
            found.append(f"{key}: {value}")
    keys = set(re.findall(r'("\w+")\s*:', text))
    others = set(QUOTED.findall(PAIR.sub("", text))) - keys
    return [*found, *sorted(value for value in others if value not in page)]


def test_each_contract_has_a_definition() -> None:
    found = {path.parent.relative_to(CONTRACTS).as_posix() for path in CONTRACTS.glob("*/*/definition.toml")}
    assert found == set(DEFINED)


@pytest.mark.parametrize("place", DEFINED)
def test_definition_validates(place: str) -> None:
    errors = [
        f"{error.json_path}: {error.message}" for error in _validator("definition").iter_errors(_definition(place))
    ]
    assert errors == []


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("place", ""),
        ("operation", "no operation"),
        ("kind", "answer"),
        ("status", 200),
        ("status", "0"),
        ("path", "management.azure.com/subscriptions"),
        ("path", "/a b"),
        ("text", " "),
        ("note", "unknown"),
    ],
)
def test_definition_format_refuses_a_wrong_member(member: str, value: object) -> None:
    definition = _definition(DEFINED[0])
    request = next(sample for sample in definition["sample"] if sample["kind"] == "request")
    assert _validator("definition").is_valid({**definition, "sample": [request]})
    assert not _validator("definition").is_valid({**definition, "sample": [{**request, member: value}]})


@pytest.mark.parametrize("member", ["place", "operation", "kind", "status", "path", "text"])
def test_definition_format_refuses_a_missing_member(member: str) -> None:
    definition = _definition(DEFINED[0])
    sample = dict(definition["sample"][0])
    del sample[member]
    assert not _validator("definition").is_valid({**definition, "sample": [sample]})


def test_definition_format_refuses_a_response_without_status() -> None:
    definition = _definition(DEFINED[0])
    response = next(sample for sample in definition["sample"] if sample["kind"] == "response")
    assert not _validator("definition").is_valid({**definition, "sample": [{**response, "status": 0}]})


@pytest.mark.parametrize("place", DEFINED)
def test_samples_belong_to_an_operation(place: str) -> None:
    operations = _operations(place)
    places = [sample["place"] for sample in _definition(place)["sample"]]
    assert len(places) == len(set(places))
    for sample in _definition(place)["sample"]:
        operation = operations[sample["operation"]]
        if sample["kind"] == "request":
            assert "requestBody" in operation
        else:
            assert {str(sample["status"]), "default"} & set(operation["responses"])


def test_samples_are_json_where_their_page_prints_json() -> None:
    broken = []
    for place in DEFINED:
        for sample in _definition(place)["sample"]:
            try:
                json.loads(sample["text"])
            except ValueError:
                broken.append((place, sample["place"]))
    assert broken == NOT_JSON


@pytest.mark.parametrize(
    ("text", "strangers"),
    [
        ('{"status": "Approved", "marker": 42, "open": true}', []),
        ('{"names": ["one", "two"]}', []),
        ('{"code": "..."}', []),
        ('{"code": "E.1" "status": "Approved"}', []),
        ('{"status": "Rejected"}', ['status: "Rejected"']),
        ('{"marker": 4}', ["marker: 4"]),
        ('{"open": false}', ["open: false"]),
        ('{"names": ["one", "three"]}', ['"three"']),
        ('{"title": "..."}', ['title: "..."']),
    ],
)
def test_what_a_page_does_not_print_is_found(text: str, strangers: list[str]) -> None:
    page = '{\n"status":"Approved",\nmarker: 42,\n"open" : true,\n"names": ["one", "two"],\n"code": "E.1"\n}'
    assert _strangers(text, page) == strangers


@pytest.mark.parametrize("place", DEFINED)
def test_samples_are_what_their_page_prints(place: str) -> None:
    for sample in _definition(place)["sample"]:
        page = _page(place, sample.get("file", ""))
        assert _strangers(sample["text"], page) == [], sample["place"]
        if sample["path"]:
            assert re.search(re.escape(sample["path"]) + r"\s", page), sample["place"]


def test_two_pages_alone_print_no_request() -> None:
    """PostgreSQL's page shows a program, OTC's page of error codes an answer alone: these samples have no path."""
    bare = {place for place in DEFINED for sample in _definition(place)["sample"] if not sample["path"]}
    assert bare == {"azure-dbforpostgresql-pec/2018-06-01", "otc-vpcep-connections/v1"}
