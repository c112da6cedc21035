"""Waivers: they cover exactly what they name, until their day, and never change the verdict."""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import msgspec
import pytest

from linkproof.cli.waive import waive
from linkproof.contract.catalogue import imported
from linkproof.contract.loader import all_contracts
from linkproof.contract.operation import Role
from linkproof.errors import UsageError
from linkproof.model.exchange import Exchange
from linkproof.model.results import Results, Status, Verdict
from linkproof.model.waiver import Waiver, WaiverStatus
from linkproof.redaction.publish import published
from linkproof.reports.html import html_page
from linkproof.reports.junit import junit_xml
from linkproof.reports.markdown import summary_markdown
from linkproof.results.serialize import results_from_dict, results_to_dict
from linkproof.results.waiver_file import read_waivers
from linkproof.results.waivers import covers, with_waivers
from tests.command_line import linkproof
from tests.recordings.test_formats import as_ndjson
from tests.results_examples import PEC, breached, replace
from tests.traffic import AKS, connection, ex, listing

WHO = ("--owner", "net@example.org", "--reason", "the vendor knows", "--link", "https://tickets.example/7")
TODAY = datetime.now(UTC).date()


def odd(word: str = "Perhaps", own: str = "one") -> Exchange:
    """A Get with a provisioning state that is no enumerator."""
    return ex(AKS, own=own, answer=connection(AKS, own, properties__provisioningState=word))


def recorded(folder: Path, *exchanges: Exchange) -> Path:
    path = folder / "seen.ndjson"
    path.write_text(as_ndjson(list(exchanges)), encoding="utf-8")
    return path


def check(folder: Path, *exchanges: Exchange, waivers: bool = True) -> tuple[int, dict[str, Any]]:
    extra = ("--waivers", "waivers.toml") if waivers else ()
    done = linkproof(
        folder, "check", recorded(folder, *exchanges), "--out", "out", "--allow-unproven", "--json", *extra
    )
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


@pytest.fixture
def waived(tmp_path: Path) -> Path:
    """A folder with a waiver for every breach of ``odd()``, written by ``linkproof waive``."""
    code, data = check(tmp_path, odd(), waivers=False)
    assert code == 1
    for finding in data["findings"]:
        done = linkproof(tmp_path, "waive", finding["id"], "--results", "out", *WHO)
        assert done.returncode == 0, done.stderr
        assert finding["id"] in done.stdout
    return tmp_path


def test_a_waived_breach_stays_one_and_the_exit_code_leaves_it_out(waived: Path) -> None:
    code, data = check(waived, odd())
    assert (code, data["verdict"], data["exit_code"]) == (0, "breached", 0)
    assert [w["standing"] for w in data["waivers"]] == ["in force"] * len(data["findings"])
    assert {i for w in data["waivers"] for i in w["findings"]} == {f["id"] for f in data["findings"]}
    entry = tomllib.loads((waived / "waivers.toml").read_text(encoding="utf-8"))["waiver"][0]
    assert entry["expires"] == TODAY + timedelta(days=90)
    assert (entry["owner"], entry["operation"], entry["value"]) == ("net@example.org", "Get", "Perhaps")


@pytest.mark.parametrize(
    "other",
    [
        odd("Perhaps not"),
        listing(AKS, connection(AKS, "one", properties__provisioningState="Perhaps")),
        ex(
            AKS,
            own="one",
            answer=connection(AKS, "one", properties__privateLinkServiceConnectionState__status="Perhaps"),
        ),
    ],
    ids=["another value", "another operation", "another place"],
)
def test_another_bug_of_the_same_shape_is_not_covered(waived: Path, other: Exchange) -> None:
    code, data = check(waived, odd(), other)
    assert (code, data["verdict"]) == (1, "breached")


def test_a_waiver_of_a_race_covers_whichever_reading_shows_it(tmp_path: Path) -> None:
    whole = breached()
    got = msgspec.structs.replace(
        whole.findings[0], requirement="STA-10", operations=("PrivateEndpointConnections_Get",)
    )
    (tmp_path / "results.json").write_text(
        json.dumps(results_to_dict(replace(whole, findings=[got]))), encoding="utf-8"
    )
    done = linkproof(tmp_path, "waive", got.id, "--results", ".", *WHO)
    assert done.returncode == 0, done.stderr
    (waiver,) = read_waivers(tmp_path / "waivers.toml")
    contract = next(c for c in all_contracts() if c.id == got.contract)
    readings = tuple(o.id for o in contract.operations if o.role in (Role.GET, Role.LIST))
    assert len(readings) == 2
    assert covers(waiver, msgspec.structs.replace(got, operations=readings))
    writing = next(o.id for o in contract.operations if o.role is Role.DELETE)
    assert not covers(waiver, msgspec.structs.replace(got, operations=(*readings, writing)))


def test_a_race_on_an_imported_contract_is_waived_as_on_a_reviewed_one(tmp_path: Path) -> None:
    entry = next(e for e in imported() if e.id == "azure-cognitiveservices-accounts")
    whole = breached()
    got = msgspec.structs.replace(whole.findings[0], requirement="STA-10", contract=entry.id)
    results = results_to_dict(replace(whole, findings=[got]))
    (tmp_path / "results.json").write_text(json.dumps(results), encoding="utf-8")
    file = tmp_path / "waivers.toml"
    who = {"owner": "net@example.org", "reason": "known", "link": "https://example.org/1"}
    assert waive(got.id, tmp_path, file, **who, expires="", any_value=False) == 0
    (waiver,) = read_waivers(file)
    readings = tuple(o.id for o in entry.contract.operations if o.role in (Role.GET, Role.LIST))
    assert readings
    assert covers(waiver, msgspec.structs.replace(got, operations=readings))


def test_an_expired_waiver_covers_nothing(waived: Path) -> None:
    file = waived / "waivers.toml"
    yesterday = TODAY - timedelta(days=1)
    text = file.read_text(encoding="utf-8").replace(str(TODAY + timedelta(days=90)), str(yesterday))
    file.write_text(text, encoding="utf-8")
    code, data = check(waived, odd())
    assert code == 1
    assert {w["standing"] for w in data["waivers"]} == {"expired"}
    done = linkproof(waived, "check", "seen.ndjson", "--waivers", "waivers.toml")
    assert f"A waiver of net@example.org expired on {yesterday}" in done.stdout


def test_a_waiver_that_has_nothing_left_to_cover_fails_the_gate(waived: Path) -> None:
    code, data = check(waived, ex(AKS, own="one", answer=connection(AKS)))
    assert (code, data["verdict"]) == (1, "unproven")
    assert {w["standing"] for w in data["waivers"]} == {"unused"}


def test_a_waiver_for_what_was_not_looked_at_fails_nothing(waived: Path) -> None:
    page = {"id": "x", "name": "y"}
    code, data = check(waived, ex("azure-dbforpostgresql-pec", own="gone", status=404, answer={"error": page}))
    assert {w["standing"] for w in data["waivers"]} == {"not judged"}
    assert code == data["exit_code"] == (1 if data["verdict"] == "breached" else 0)


def test_waiving_twice_adds_nothing(waived: Path) -> None:
    before = (waived / "waivers.toml").read_text(encoding="utf-8")
    _, data = check(waived, odd())
    done = linkproof(waived, "waive", data["findings"][0]["id"], "--results", "out", *WHO)
    assert "already waived" in done.stdout
    assert (waived / "waivers.toml").read_text(encoding="utf-8") == before


def test_what_follows_from_a_finding_is_waived_with_it(tmp_path: Path) -> None:
    _, data = check(tmp_path, ex(AKS, own="one", raw=b"<html>"), waivers=False)
    cause = next(f for f in data["findings"] if not f["follows"])
    followers = [f["id"] for f in data["findings"] if f["follows"] == cause["id"]]
    done = linkproof(tmp_path, "waive", cause["id"], "--results", "out", *WHO)
    assert [line.split()[1].rstrip(",") for line in done.stdout.splitlines()] == [cause["id"], *followers]


GOOD = """
[[waiver]]
requirement = "ENM-1"
contract = "azure-containerservice-pec"
operation = ["Get", "List"]
pointer = "/properties/provisioningState"
kind = "enum"
owner = "a"
reason = "b"
link = "c"
expires = 2027-01-31
"""


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('owner = "a"\n', "", "waiver 1: owner is missing"),
        ('owner = "a"', "owner = 5", "waiver 1: owner is empty, or no text"),
        ('reason = "b"', 'reason = " "', "waiver 1: reason is empty"),
        ("expires = 2027-01-31", "", "waiver 1: expires is missing"),
        ("expires = 2027-01-31", 'expires = "soon"', "waiver 1: expires is not a day: soon"),
        ('"ENM-1"', '"ENM-77"', "waiver 1: no requirement is called 'ENM-77'"),
        ('"ENM-1"', '"DOC-1"', "waiver 1: requirement: defects of the documentation"),
        ("containerservice", "container", "waiver 1: no contract is called"),
        ('["Get", "List"]', "[]", "waiver 1: operation is missing"),
        ("kind =", "kinds =", "waiver 1: unknown member 'kinds'"),
        ('kind = "enum"', 'kind = "enum"\nvalue = 3', "waiver 1: value is not text"),
        ("[[waiver]]", "[waiver]", "waiver is not a list of tables"),
        ("[[waiver]]", "[[waivers]]", "unknown table 'waivers'"),
        ("owner =", "owner", "not valid TOML"),
    ],
)
def test_a_mistake_in_the_file_is_named(tmp_path: Path, old: str, new: str, problem: str) -> None:
    path = tmp_path / "waivers.toml"
    path.write_text(GOOD, encoding="utf-8")
    assert len(read_waivers(path)) == 1
    path.write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        read_waivers(path)
    assert problem in str(caught.value)
    assert str(path) in str(caught.value)
    assert "fix:" in str(caught.value)


def test_the_same_entry_twice_is_a_mistake(tmp_path: Path) -> None:
    path = tmp_path / "waivers.toml"
    path.write_text(GOOD + GOOD, encoding="utf-8")
    with pytest.raises(UsageError, match="stands here twice"):
        read_waivers(path)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("ENM-1-nothing", *WHO), "no finding is called 'ENM-1-nothing'"),
        (("", *WHO), "an empty value"),
        (("ENM", *WHO[2:], "--owner", ""), "--owner: an empty value"),
        (("ENM", *WHO, "--expires", "2020-01-01"), "--expires: 2020-01-01 is over"),
        (("ENM", *WHO, "--expires", "soon"), "--expires: 'soon' is not a day"),
        (("ENM", *WHO, "--results", "nowhere"), "nowhere"),
    ],
)
def test_waive_says_what_is_wrong(tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    check(tmp_path, odd(), odd("Never"), waivers=False)
    where = () if "--results" in arguments else ("--results", "out")
    done = linkproof(tmp_path, "waive", *arguments, *where)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "waivers.toml").exists()


def test_a_run_with_a_broken_waiver_file_sends_nothing(tmp_path: Path) -> None:
    (tmp_path / "waivers.toml").write_text("[[waiver]]\n", encoding="utf-8")
    done = linkproof(tmp_path, "run", "--waivers", "waivers.toml")
    assert done.returncode == 2
    assert "waiver 1: requirement is missing" in done.stderr
    assert not (tmp_path / "reports").exists()


# in reports


def excused() -> Results:
    """The example's three findings of MUST, waived; one waiver expired, one unused."""
    results = breached()
    results.findings = [replace(f, operations=("Update",), place=f.pointer, value="null") for f in results.findings]
    shape, enum = (
        Waiver(
            r,
            PEC,
            ("Update",),
            "/properties/provisioningState",
            "type",
            "net",
            "known <b>",
            "https://t.example",
            "2027-01-01",
        )
        for r in ("SHP-1", "ENM-1")
    )
    old = replace(shape, expires="2026-01-01", value="null")
    idle = replace(shape, kind="other")
    return with_waivers(results, [shape, enum, old, idle])


def test_standings_and_exit_code() -> None:
    results = excused()
    assert [w.standing for w in results.waivers] == [
        WaiverStatus.IN_FORCE,
        WaiverStatus.IN_FORCE,
        WaiverStatus.EXPIRED,
        WaiverStatus.UNUSED,
    ]
    assert results.exit_code == 1
    results.waivers = results.waivers[:2]
    proven = [r for r in results.requirements if r.status is not Status.NOT_EXERCISED]
    assert results.exit_code == 4  # what was not exercised is still not proven
    results.requirements = proven
    assert (results.exit_code, results.verdict) == (0, Verdict.BREACHED)
    results.waivers = results.waivers[:1]
    assert results.exit_code == 1
    assert results_from_dict(results_to_dict(excused())).waivers == excused().waivers


def test_every_report_shows_who_answers_for_it() -> None:
    shown = published(excused())
    page = html_page(shown)
    assert page.count('<span class="waived">waived</span>') == 3
    assert "by net until 2027-01-01: known &lt;b&gt; (https://t.example)" in page
    assert "A waiver of net expired on 2026-01-01: SHP-1 on" in page
    assert "covers nothing any more" in page
    assert "waived:   by net until 2027-01-01" in summary_markdown(excused())
    root = ET.fromstring(junit_xml(shown))
    skipped = [s.get("message", "") for s in root.iter("skipped")]
    assert [m for m in skipped if m.startswith("breached, and waived by net until 2027-01-01")]
    assert not [c for c in root.iter("testcase") if c.find("failure") is not None and "SHP-1" in c.get("name", "")]


def test_a_waiver_is_unused_only_where_its_place_was_judged() -> None:
    """A race that went well this time, or a breach elsewhere, does not say that a waiver has nothing to cover."""
    results = excused()
    shape = next(w for w in results.waivers if w.requirement == "SHP-1")
    elsewhere = replace(shape, pointer="/another/place")
    enum = next(w for w in results.waivers if w.requirement == "ENM-1")

    def standing(waiver: Waiver, status: Status, why: str = "") -> WaiverStatus:
        rows = [replace(r, status=status, why=why) for r in results.requirements if r.requirement == waiver.requirement]
        found = [f for f in results.findings if status is Status.FAIL]
        judged = with_waivers(replace(results, requirements=rows, findings=found), [waiver])
        return judged.waivers[0].standing

    assert standing(elsewhere, Status.FAIL) is WaiverStatus.NOT_JUDGED
    assert standing(replace(shape, kind="other"), Status.FAIL) is WaiverStatus.UNUSED
    assert standing(enum, Status.PASS) is WaiverStatus.UNUSED
    assert standing(enum, Status.PASS, "which decision is performed last differs") is WaiverStatus.NOT_JUDGED
    assert standing(enum, Status.NOT_EXERCISED) is WaiverStatus.NOT_JUDGED
