"""Definition pages: their facts, their changes since the contract was written, and which side is wrong."""

from __future__ import annotations

import copy
import gzip
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from linkproof.contract.loader import all_contracts
from linkproof.contract.model import Contract
from linkproof.contract.operation import Operation, Role
from linkproof.definition_pages.attribution import ReadPage, attribution
from linkproof.definition_pages.compare import Difference, differences
from linkproof.definition_pages.facts import Facts, MemberFact
from linkproof.definition_pages.from_contract import facts_of_operation
from linkproof.definition_pages.read import facts_of
from linkproof.definition_pages.verify import contract_of, verify
from linkproof.definition_pages.versions import contract_differences
from linkproof.model.finding import Finding, Level, Party
from tests import pages
from tests.changed_pages import AKS, CHANGES, DICOM, HUAWEI, PEC, PG
from tests.command_line import linkproof

ROOT = Path(__file__).parents[2]
DEFINITIONS = ROOT.parent / "shared" / "definitions"
CASSETTE = ROOT / "cassettes" / "azure-healthcareapis-pec.yaml.gz"
CONTRACTS = {c.id: c for c in all_contracts()}
AZURE = [(c, o) for c in CONTRACTS.values() if c.vendor == "azure" for o in c.operations if o.role is not Role.TAGS]


def page(name: str) -> str:
    """A vendor's page as it is; skips where it is absent."""
    path = DEFINITIONS / name
    if not path.is_file():
        pytest.skip(f"../shared/definitions/{name} is absent: the vendor's own page was not read")
    return path.read_text(encoding="utf-8")


def drift_of(name: str, text: str) -> list[Difference]:
    """What is new on a page, with what is explained but there no more as differences, too."""
    facts = facts_of(text)
    contract = contract_of(facts, name, CONTRACTS.values())
    assert contract is not None
    found = verify(facts, contract)
    return [*found.new, *(Difference(k.place, "gone", k.contract, k.page, False) for k in found.gone)]


def ids(row: tuple[Contract, Operation]) -> str:
    return f"{row[0].id}-{row[1].id}"


# pages of our own: what was put on a page is what is read from it


@pytest.mark.parametrize("language", pages.WORDS)
@pytest.mark.parametrize("row", AZURE, ids=ids)
def test_what_stands_on_a_rendered_page_is_read(row: tuple[Contract, Operation], language: str) -> None:
    facts = pages.as_printed(facts_of_operation(*row))
    found = facts_of(pages.rendered(facts, language))
    assert differences(facts, found) == []
    assert (found.method, found.path, found.version) == (facts.method, facts.path, facts.version)
    assert (len(found.parameters), found.statuses) == (len(facts.parameters), facts.statuses)
    assert {(m.name, m.required) for m in found.body} == {(m.name, m.required) for m in facts.body}
    assert len(found.objects) == len(facts.objects)
    assert [set(d.values) for d in found.enumerations] == [set(d.values) for d in facts.enumerations]
    assert found.lacks == ()


@pytest.mark.parametrize("row", [r for r in AZURE if r[1].method == "GET"], ids=ids)
def test_what_stands_on_a_plain_page_is_read(row: tuple[Contract, Operation]) -> None:
    facts = pages.as_printed(facts_of_operation(*row))
    # This layout prints patterns, and no other limit.
    printed = replace(
        facts,
        parameters=tuple(
            replace(p, limits={k: v for k, v in p.limits.items() if k == "pattern"}) for p in facts.parameters
        ),
    )
    found = facts_of(pages.plain(printed))
    assert found.layout == "plain text"
    assert differences(printed, found) == []
    assert len(found.objects) == len(facts.objects)
    assert [set(d.values) for d in found.enumerations] == [set(d.values) for d in facts.enumerations]


def test_what_stands_on_a_markdown_page_is_read() -> None:
    contract = CONTRACTS["azure-dbforpostgresql-pec"]
    operation = contract.by_role(Role.GET)
    assert operation is not None
    found = facts_of(
        pages.markdown(facts_of_operation(contract, operation), "DBforPostgreSQL/PrivateEndpointConnection")
    )
    assert found.resource == "DBforPostgreSQL/PrivateEndpointConnection"
    assert contract_of(found, "page.md", CONTRACTS.values()) is contract
    assert found.version == "2018-06-01"
    members = {m.name: m.required for m in found.objects[0].members}
    assert members["id"] is True
    assert members["properties.provisioningState"] is False
    state = next(d for d in found.objects if {m.name for m in d.members} >= {"status", "description"})
    assert {m.name for m in state.members if m.required} == {"status", "description"}
    assert set(found.lacks) == {"operation", "parameters", "request body", "status codes"}
    assert json.loads(found.samples[0].text) == {"properties": {"a": "b"}}


def test_what_stands_on_a_page_with_mandatory_is_read() -> None:
    contract = CONTRACTS["huawei-vpcep-connections"]
    operation = contract.by_role(Role.DECIDE)
    assert operation is not None
    facts = facts_of_operation(contract, operation)
    found = facts_of(pages.mandatory(facts))
    assert [p.names for p in found.parameters] == [p.names for p in facts.parameters]
    assert [(m.name, m.type, m.required) for m in found.body] == [(m.name, m.type, m.required) for m in facts.body]
    assert [[m.name for m in d.members] for d in found.objects] == [[m.name for m in d.members] for d in facts.objects]
    assert found.samples[0].kind == "request"


@pytest.mark.parametrize(
    ("cut", "lacks"),
    [
        (("URI Parameters", "Request Body"), "parameters"),
        (("Request Body", "Responses"), "request body"),
        (("Responses", "Other Status Codes"), "status codes"),
        (("Definitions", ""), "definitions"),
    ],
)
def test_a_page_with_a_part_missing_says_so_and_yields_the_rest(cut: tuple[str, str], lacks: str) -> None:
    contract = CONTRACTS["azure-healthcareapis-pec"]
    operation = contract.by_role(Role.DECIDE)
    assert operation is not None
    text = pages.rendered(pages.as_printed(facts_of_operation(contract, operation)))
    start = text.index(f"\n{cut[0]}\n")
    end = text.index(f"\n{cut[1]}") if cut[1] else len(text)
    found = facts_of(text[:start] + text[end:])
    assert found.lacks == (lacks,)
    assert found.method == "PUT"
    drift = verify(found, contract)
    assert drift.lost == (lacks,)
    assert drift.new == ()
    assert drift.is_there


# the vendors' own pages


@pytest.mark.parametrize("name", [AKS, PEC, DICOM, PG, HUAWEI])
def test_the_contract_is_what_the_page_says(name: str) -> None:
    assert drift_of(name, page(name)) == []


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_on_a_page_is_found(name: str) -> None:
    change = CHANGES[name]
    text = page(change.page)
    assert change.old in text
    found = drift_of(change.page, text.replace(change.old, change.new, 1))
    assert {d.what for d in found} == {change.what}, found
    assert [d for d in found if change.place in d.place and d.breaking == change.breaking], found


def _rows_reordered(text: str) -> str:
    subscription = re.search(r"subscription\n\|\npath \| True \|\n.*\|\n.*\|\n", text)
    assert subscription
    rest = text.replace(subscription[0], "", 1)
    return rest.replace("---|---|---|---|---|\n", "---|---|---|---|---|\n" + subscription[0], 1)


def _enumerators_reordered(text: str) -> str:
    return text.replace(
        "Approved | |\nDisconnected | |\nPending | |\n", "Pending | |\nDisconnected | |\nApproved | |\n"
    )


def _headings_translated(text: str) -> str:
    words = {"URI Parameters": "Paramètres d’URI", "Request Body": "Corps", "Responses": "Réponses", "Name |": "Nom |"}
    words |= {"Other Status Codes": "Autres codes", "Definitions": "Définitions", "Description |": "Détails |"}
    for english, french in words.items():
        text = text.replace(english, french)
    return text


def _definitions_reordered(text: str) -> str:
    """The definition of ConnectionStatus goes to the end."""
    start, end = text.index("ConnectionStatus\n"), text.index("PrivateEndpoint\n")
    return text[:start] + text[end:].rstrip() + "\n" + text[start:end]


HARMLESS: dict[str, tuple[str, Callable[[str], str]]] = {
    "rows reordered": (AKS, _rows_reordered),
    "enumerators reordered": (AKS, _enumerators_reordered),
    "definitions reordered": (AKS, _definitions_reordered),
    "headings translated": (PEC, _headings_translated),
    "other words": (PEC, lambda text: text.replace("The subscription identifier.", "Which subscription it is.")),
    "a definition renamed": (AKS, lambda text: text.replace("\nConnectionStatus\n", "\nStatusOfConnection\n")),
    "lines end otherwise": (DICOM, lambda text: text.replace("\n", "\r\n")),
    "a paragraph more": (HUAWEI, lambda text: "A note about regions.\n" + text),
    "a description left out": (
        AKS,
        lambda text: text.replace("string (uuid) |\n目标订阅的 ID。 该值必须是 UUID。 |", "string (uuid) | |"),
    ),
    "another sample": (AKS, lambda text: text.replace("rg1", "rg2")),
    "other descriptions in the schema": (PG, lambda text: text.replace("The private link service connection", "Its")),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_a_harmless_change_is_no_drift(name: str) -> None:
    file, change = HARMLESS[name]
    text = page(file)
    changed = change(text)
    assert changed != text
    assert drift_of(file, changed) == []


def test_what_is_explained_and_differs_no_more_is_told() -> None:
    text = page(AKS).replace("target |\nstring |", "additionalInfo |\nobject[] |\nMore. |\ntarget |\nstring |", 1)
    assert drift_of(AKS, text) == [Difference("CloudErrorBody.additionalInfo", "gone", "array", "", False)]


# the commands


def test_verify_says_what_drifted_and_ends_with_1(tmp_path: Path) -> None:
    contract = CONTRACTS["azure-containerservice-pec"]
    operation = contract.by_role(Role.DECIDE)
    assert operation is not None
    facts = pages.as_printed(facts_of_operation(contract, operation))
    # As the vendor's: what is explained in definition.toml is not there.
    told = {row["place"] for row in contract.definition["differs"]}
    definitions = tuple(
        replace(
            d, members=tuple(m for m in d.members if f"{d.name}.{m.name}" not in told or m.name in ("code", "message"))
        )
        for d in facts.definitions
    )
    (tmp_path / "same.txt").write_text(pages.rendered(replace(facts, definitions=definitions)))
    done = linkproof(tmp_path, "definitions", "verify", "same.txt")
    assert done.stdout.startswith("same.txt: no drift (azure-containerservice-pec 2025-01-01, Update)\n")
    assert done.returncode == 0
    changed = replace(facts, definitions=definitions, statuses=(200,))
    (tmp_path / "changed.txt").write_text(pages.rendered(changed))
    done = linkproof(tmp_path, "definitions", "verify", "same.txt", "changed.txt")
    assert "changed.txt: has drifted" in done.stdout
    assert "  not breaking: answers: status removed: 201\n" in done.stdout
    assert done.returncode == 1
    data = json.loads(linkproof(tmp_path, "definitions", "verify", "changed.txt", "--json").stdout)
    assert [(d["place"], d["was"], d["now"], d["breaking"]) for d in data[0]["differences"]] == [
        ("answers", "201", "", False)
    ]


def test_read_prints_facts(tmp_path: Path) -> None:
    contract = CONTRACTS["huawei-vpcep-connections"]
    operation = contract.by_role(Role.DECIDE)
    assert operation is not None
    (tmp_path / "page.txt").write_text(pages.mandatory(facts_of_operation(contract, operation)))
    done = linkproof(tmp_path, "definitions", "read", "page.txt")
    assert "  request body action: required string\n" in done.stdout
    assert done.stdout.endswith("  lacks: status codes\n")
    data = json.loads(linkproof(tmp_path, "definitions", "read", "page.txt", "--json").stdout)
    assert [m["name"] for m in data["body"]] == ["action", "endpoints"]
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "no operation, no parameter and no definition was found"),
        (b"\xff\xfe\x00", "this is not UTF-8 text"),
        (b"nothing here\n" * 50, "no operation, no parameter and no definition was found"),
        (b"GET https://x.example/{a}/things?api-version=1\n", "no contract has the operation of this page"),
        (None, "cannot be read: No such file or directory"),
    ],
)
def test_what_is_no_page_is_a_message(tmp_path: Path, content: bytes | None, problem: str) -> None:
    if content is not None:
        (tmp_path / "page.txt").write_bytes(content)
    done = linkproof(tmp_path, "definitions", "verify", "page.txt")
    assert done.returncode == 2
    assert "page.txt" in done.stderr
    assert problem in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("layout", [AKS, DICOM, PG, HUAWEI])
def test_a_page_cut_anywhere_is_read_or_told(layout: str) -> None:
    text = page(layout)
    for end in range(0, len(text), 97):
        facts = facts_of(text[:end])
        assert isinstance(facts, Facts)
        assert facts.lacks or end > len(text) // 3


def test_every_sample_of_the_vendors_pages_is_judged_as_the_contracts_keep_it(tmp_path: Path) -> None:
    page(AKS)
    own = json.loads(linkproof(tmp_path, "definitions", "defects", "--json").stdout)
    done = linkproof(tmp_path, "definitions", "defects", DEFINITIONS, DEFINITIONS.parent / "clouds" / "otc", "--json")
    read = json.loads(done.stdout)
    keys = ("document", "kind", "pointer", "expected")
    assert sorted([d[k] for k in keys] for d in read) == sorted([d[k] for k in keys] for d in own)
    assert {(d["document"][:5], d["kind"]) for d in read} == {
        ("Priva", "id"), ("Priva", "type"), ("Dicom", "next link"), ("Works", "id"), ("Accep", "pattern"),
        ("Accep", "not JSON"),
    }  # fmt: skip
    assert done.returncode == 0


def test_defects_are_an_issue_ready_to_send(tmp_path: Path) -> None:
    done = linkproof(tmp_path, "definitions", "defects", "-c", "azure-healthcareapis-dicom", "--issue")
    assert done.stdout.startswith(
        "# Dicom Services - List By Workspace: samples contradict the page's own rules\n\nhttps://"
    )
    assert "- `/nextLink`: the next link is 'string', no absolute URL.\n" in done.stdout
    assert "  - the page's rules: `an absolute URL`\n  - the sample: `string`\n" in done.stdout
    assert "```json\n" in done.stdout


# versions


def test_a_contract_does_not_differ_from_itself() -> None:
    for contract in CONTRACTS.values():
        assert contract_differences(contract, contract) == []


def _schemas(contract: Contract) -> tuple[Contract, dict[str, Any]]:
    """The contract with a document of its own, and the schemas in it; only what is read from the document counts."""
    document = copy.deepcopy(dict(contract.document))
    return replace(contract, document=document), document["components"]["schemas"]


def test_what_differs_between_versions_is_told() -> None:
    old = CONTRACTS["azure-containerservice-pec"]
    new, schemas = _schemas(old)
    schemas["ConnectionStateUpdate"]["properties"]["status"]["enum"].remove("Disconnected")
    schemas["Connection"]["properties"]["properties"]["properties"]["provisioningState"]["enum"].append("Stopped")
    schemas["CloudErrorBody"]["properties"]["target"]["type"] = "integer"
    schemas["ConnectionUpdate"]["required"] = []
    schemas["ConnectionList"]["properties"]["nextLink"] = {"type": "string"}
    state = "/properties/privateLinkServiceConnectionState/status"
    assert sorted(d.line for d in contract_differences(old, new)) == sorted(
        [
            "breaking: Get, Update: answer 200 /properties/provisioningState: enumerator added: Stopped",
            "not breaking: List: answer 200./nextLink: member added: string",
            "breaking: List: answer 200 /value/*/properties/provisioningState: enumerator added: Stopped",
            "breaking: List, Get, Update, Delete: error response./error/target: type string → integer",
            "breaking: Update: answer 201 /properties/provisioningState: enumerator added: Stopped",
            f"breaking: Update: request {state}: enumerator removed: Disconnected",
            "not breaking: Update: request body./properties: required True → False",
        ]
    )


def test_contracts_diff_is_a_command(tmp_path: Path) -> None:
    same = linkproof(tmp_path, "contracts", "diff", "azure-healthcareapis-pec", "azure-healthcareapis-pec@2022-06-01")
    assert same.stdout == "0 differences, 0 of them breaking\n"
    assert same.returncode == 0
    other = linkproof(tmp_path, "contracts", "diff", "azure-healthcareapis-pec", "azure-healthcareapis-dicom")
    assert "breaking: operation: operation removed: PUT /subscriptions/{}/" in other.stdout
    assert other.returncode == 1
    unknown = linkproof(tmp_path, "contracts", "diff", "azure-healthcareapis-pec", "nothing")
    assert unknown.returncode == 2
    assert "no contract is called 'nothing'" in unknown.stderr


# who stands alone


def _recorded_with(folder: Path, old: str = "", new: str = "") -> Path:
    """The beginning of a cassette of the embedded server, with something else in its answers."""
    between = "\n- request:\n"
    text = between.join(gzip.decompress(CASSETTE.read_bytes()).decode().split(between)[:200])
    assert old in text
    path = folder / "changed.yaml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def _page_of(folder: Path, change: Callable[[Facts], Facts] = lambda facts: facts) -> Path:
    contract = CONTRACTS["azure-healthcareapis-pec"]
    operation = contract.by_role(Role.DECIDE)
    assert operation is not None
    path = folder / "page.txt"
    path.write_text(pages.rendered(change(pages.as_printed(facts_of_operation(contract, operation)))), encoding="utf-8")
    return path


def _with_word(old: str, new: str) -> Callable[[Facts], Facts]:
    def change(facts: Facts) -> Facts:
        values = {d.name: tuple(new if v == old else v for v in d.values) for d in facts.definitions}
        return replace(facts, definitions=tuple(replace(d, values=values[d.name]) for d in facts.definitions))

    return change


@pytest.mark.parametrize(
    ("change", "alone", "why"),
    [
        (lambda facts: facts, "the service", "the contract and page.txt"),
        (_with_word("Rejected", "Rejectd"), "the specification", "page.txt names 'Rejectd' as well"),
        (lambda facts: replace(facts, definitions=facts.objects), "undecided", "page.txt says nothing about it"),
    ],
)
def test_a_finding_says_who_stands_alone(
    tmp_path: Path, change: Callable[[Facts], Facts], alone: str, why: str
) -> None:
    recording = _recorded_with(tmp_path, "Rejected", "Rejectd")
    done = linkproof(tmp_path, "check", recording, "--definition", _page_of(tmp_path, change), "--json")
    found = [f for f in json.loads(done.stdout)["findings"] if f["requirement"] == "ENM-1"]
    assert found
    assert {f["attribution"]["alone"] for f in found} == {alone}
    assert why in found[0]["attribution"]["why"]


def test_without_a_page_nobody_is_said_to_stand_alone(tmp_path: Path) -> None:
    done = linkproof(tmp_path, "check", _recorded_with(tmp_path, "Rejected", "Rejectd"), "--json")
    findings = json.loads(done.stdout)["findings"]
    assert findings
    assert {f["attribution"] for f in findings} == {None}


def test_traffic_tells_whether_the_page_stands_alone(tmp_path: Path) -> None:
    results = tmp_path / "out"
    linkproof(tmp_path, "check", _recorded_with(tmp_path), "--out", results, "-q")
    changed = _page_of(tmp_path, _with_word("Rejected", "Refused"))
    done = linkproof(tmp_path, "definitions", "verify", changed, "--results", results)
    assert re.search(
        r"enumerator removed: Rejected \[the page: the contract names 'Rejected', .* seen \d+x", done.stdout
    )
    assert "enumerator added: Refused [undecided: 'Refused' was not seen in this traffic]" in done.stdout
    assert done.returncode == 1


def test_the_reports_show_who_stands_alone(tmp_path: Path) -> None:
    recording = _recorded_with(tmp_path, "Rejected", "Rejectd")
    done = linkproof(tmp_path, "check", recording, "--out", "out", "--definition", _page_of(tmp_path))
    assert "wrong:    the service: the contract and page.txt" in done.stdout
    assert "Which is wrong" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    again = linkproof(
        tmp_path,
        "report",
        "out",
        "--out",
        "copy",
        "--definition",
        _page_of(tmp_path, _with_word("Rejected", "Rejectd")),
    )
    assert again.returncode == 1
    assert "the specification" in (tmp_path / "copy" / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("requirement", "kind", "pointer", "expected", "actual", "alone"),
    [
        ("SHP-2", "undocumented status", "", "200", "202", Party.SERVICE),
        ("SHP-4", "unknown", "/properties/zone", "", "", Party.SERVICE),
        ("SHP-1", "type", "/name", "string", "4711", Party.SERVICE),
        ("SHP-1", "required", "/id", "member 'id'", "(absent)", Party.UNDECIDED),
        ("STA-1", "not shown", "/properties", "Approved", "Pending", Party.UNDECIDED),
    ],
)
def test_what_stands_alone_by_kind(
    tmp_path: Path, requirement: str, kind: str, pointer: str, expected: str, actual: str, alone: Party
) -> None:
    contract = CONTRACTS["azure-healthcareapis-pec"]
    facts = facts_of(_page_of(tmp_path).read_text())
    finding = Finding(
        "x", requirement, Level.MUST, contract.id, "CreateOrUpdate", kind, pointer, expected, actual, "message"
    )
    assert attribution(finding, ReadPage("page.txt", facts, contract)).alone is alone


@pytest.mark.parametrize(
    ("requirement", "kind", "pointer", "actual"),
    [
        ("SHP-2", "undocumented status", "", "202"),
        ("SHP-4", "unknown", "/zone", ""),
        ("SHP-1", "type", "/name", "4711"),
    ],
)
def test_the_specification_stands_alone_where_the_page_says_what_came(
    tmp_path: Path, requirement: str, kind: str, pointer: str, actual: str
) -> None:
    contract = CONTRACTS["azure-healthcareapis-pec"]

    def change(facts: Facts) -> Facts:
        connection = next(d for d in facts.objects if d.name == "Connection")
        members = tuple(replace(m, type="integer") if m.name == "name" else m for m in connection.members)
        other = replace(connection, members=(*members, MemberFact("zone", "string")))
        return replace(
            facts,
            statuses=(200, 202),
            definitions=tuple(other if d is connection else d for d in facts.definitions),
        )

    facts = facts_of(_page_of(tmp_path, change).read_text())
    finding = Finding(
        "x", requirement, Level.MUST, contract.id, "CreateOrUpdate", kind, pointer, "string", actual, "message"
    )
    assert attribution(finding, ReadPage("page.txt", facts, contract)).alone is Party.SPECIFICATION
