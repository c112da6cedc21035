"""Reports: their contents, what they never contain, and that a partial one is never published."""

from __future__ import annotations

import io
import json
import os
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from rich.console import Console

from linkproof.base.resources import folder
from linkproof.errors import UsageError
from linkproof.model.evidence import evidence_of
from linkproof.model.exchange import Exchange, Headers, Request, Response
from linkproof.model.finding import Level
from linkproof.model.results import Results, Status, Verdict
from linkproof.redaction.publish import published
from linkproof.reports import write
from linkproof.reports.allure import allure_files
from linkproof.reports.bodies import pretty, whole
from linkproof.reports.diagram import diagram
from linkproof.reports.difference import marked
from linkproof.reports.digest import causes
from linkproof.reports.html import INLINE, html_page
from linkproof.reports.junit import junit_xml
from linkproof.reports.markdown import summary_markdown
from linkproof.reports.matrix import FAMILY_NAMES
from linkproof.reports.terminal import print_summary
from linkproof.reports.write import write_reports, written_names
from linkproof.results.serialize import results_from_dict, results_to_dict
from tests.results_examples import NASTY, PEC, SECRETS, VPCEP, breached, exchange, finding, nasty, replace, row

SCHEMA = json.loads((folder("schemas") / "formats" / "results.schema.json").read_text(encoding="utf-8"))
TOP = SCHEMA["required"]


def empty() -> Results:
    results = breached()
    results.contracts, results.requirements, results.findings = [], [], []
    results.documentation_defects, results.unmatched, results.seed = [], [], None
    results.lifecycles, results.long_running = [], []
    results.verdict, results.allow_unproven = Verdict.UNPROVEN, True
    return results


def shown(results: Results, width: int = 80, encoding: str = "utf-8", out: Path | None = None) -> str:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="\n")
    print_summary(results, Console(file=stream, width=width, force_terminal=False), out)
    stream.seek(0)
    return stream.read()


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


class Page(HTMLParser):
    """The elements, ids, links and text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.ids: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(k, v or "") for k, v in attrs]
        self.ids += [v or "" for k, v in attrs if k == "id"]
        if tag not in ("meta", "br", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


# results.json


@pytest.mark.parametrize("make", [breached, nasty, empty])
def test_results_fit_their_schema_and_come_back_the_same(make: Any) -> None:
    data = results_to_dict(make())
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(json.loads(json.dumps(data)), SCHEMA)
    assert list(data) == TOP
    assert results_to_dict(results_from_dict(json.loads(json.dumps(data)))) == data


def test_what_holds_no_secret_comes_back_equal() -> None:
    results = breached()
    assert results_from_dict(results_to_dict(results)) == results


def test_every_member_of_the_schema_is_described_and_no_other_is_allowed() -> None:
    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if node.get("type") == "object":
                assert node["additionalProperties"] is False
                assert set(node["required"]) == set(node["properties"])
            for name, member in node.get("properties", {}).items():
                target = SCHEMA["$defs"][member["$ref"].rsplit("/", 1)[1]] if "$ref" in member else member
                assert target.get("description"), name
            for member in node.values():
                walk(member)
        elif isinstance(node, list):
            for item in node:
                walk(item)

    walk(SCHEMA)


@pytest.mark.parametrize(
    "data",
    [{}, {"schema_version": "9"}, [], {"schema_version": "1.0"}, results_to_dict(breached()) | {"findings": [1]}],
)
def test_other_json_is_the_callers_mistake(data: Any) -> None:
    with pytest.raises(UsageError) as caught:
        results_from_dict(data)
    assert "fix: " in str(caught.value)


def test_what_was_never_exercised_has_no_evidence() -> None:
    rows = {(r["contract"], r["id"]): r for r in results_to_dict(breached())["requirements"]}
    assert rows[PEC, "STA-1"]["evidence"] is None
    assert rows[PEC, "SHP-1"]["evidence"] == {"grade": "recording", "date": "2026-11-18"}
    assert rows[PEC, "DOC-1"]["evidence"]["grade"] == "document"


def test_long_bodies_are_cut_with_a_note_and_few_exchanges_kept() -> None:
    results = breached()
    results.findings[0].exchanges = [evidence_of(exchange(n, "é".encode() * 20_000)) for n in range(5)]
    found = results_to_dict(results)["findings"][0]["exchanges"]
    assert len(found) == 3
    body = found[0]["response"]["body"]
    assert body.endswith("[cut here: 40000 bytes in all]")
    assert len(body.encode()) < 16_500


def test_a_secret_across_the_cut_is_masked() -> None:
    results = breached()
    secret = "the-secret-across-the-cut"
    sent = Request("GET", "https://h.example/", Headers([("X-Auth-Token", secret)]))
    body = b"x" * (16_384 - 10) + secret.encode() + b"y" * 1000
    results.findings[0].exchanges = [evidence_of(Exchange(sent, Response(200, Headers(), body)))]
    assert secret[:8] not in json.dumps(results_to_dict(results))


# What must never be written


def test_no_secret_is_in_anything_that_is_written(tmp_path: Path) -> None:
    results = nasty()
    write_reports(results, tmp_path / "out")
    texts = {name: content.decode("utf-8") for name, content in files(tmp_path / "out").items()}
    texts |= {"terminal": shown(results), "markdown": summary_markdown(results)}
    for name, text in texts.items():
        for secret in SECRETS:
            assert secret not in text, f"{name} holds {secret}"
            assert secret.replace("/", "\\/") not in text, name
            assert secret.replace("/", "%2F").replace("+", "%2B").replace("=", "%3D") not in text, name


def test_control_characters_do_nothing(tmp_path: Path) -> None:
    results = nasty()
    write_reports(results, tmp_path / "out")
    texts = {n: (tmp_path / "out" / n).read_text(encoding="utf-8") for n in ("report.html", "junit.xml")}
    texts |= {"terminal": shown(results), "markdown": summary_markdown(results)}
    for name, text in texts.items():
        assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202e\ufffe\uffff]", text), name
    for name in ("terminal", "markdown"):
        assert not re.search(r"^\s*::", texts[name], re.MULTILINE), "a command to a CI runner"


# junit.xml


def test_junit_has_a_case_for_each_requirement() -> None:
    root = ET.fromstring(junit_xml(published(nasty())))
    assert [s.get("name") for s in root] == [PEC, VPCEP, "linkproof"]
    cases = {(c.get("classname"), c.get("name", "").split()[0]): c for c in root.iter("testcase")}
    assert cases[PEC, "SHP-1"].get("name") == "SHP-1 title of SHP-1"
    text = cases[PEC, "ENM-1"].findtext("failure") or ""
    for part in ('expected: a string, such as "Succeeded"', "got:      null", "/properties/provisioningState", "curl"):
        assert part in text
    assert "SHP-4" in (cases[PEC, "SHP-4"].findtext("system-out") or "")
    assert "nothing exercised it" in cases[VPCEP, "STA-1"].find("skipped").get("message", "")  # type: ignore[union-attr]
    assert cases[VPCEP, "LRO-1"].find("skipped") is not None
    assert len(cases[PEC, "LRO-1"]) == 0
    assert "in part" in (cases[VPCEP, "SHP-1"].findtext("system-out") or "")
    totals = {k: root.get(k) for k in ("tests", "failures", "errors")}
    assert totals == {"tests": "10", "failures": "2", "errors": "1"}
    assert sum(int(suite.get("skipped", "")) for suite in root) == 3


# allure-results


def test_allure_files_parse_and_are_stable() -> None:
    found = allure_files(published(nasty()))
    assert found == allure_files(published(nasty()))
    results = [json.loads(c) for n, c in found.items() if n.endswith("-result.json")]
    assert len(results) == len(nasty().requirements) + 1
    assert all(n.startswith("linkproof-") for n in found)
    by_name = {r["fullName"]: r for r in results if r["status"] != "broken"}
    failed = by_name[f"{PEC}#SHP-1"]
    labels = {label["name"]: label["value"] for label in failed["labels"]}
    assert labels["epic"] == "Microsoft Azure"
    assert labels["severity"] == "critical"
    assert {"feature", "story", "parentSuite", "suite", "subSuite"} <= set(labels)
    assert failed["status"] == "failed"
    assert failed["links"][0]["url"] == "https://vendor.example/page?a=1&b=2"
    assert [len(step["steps"]) for step in failed["steps"]] == [3]
    attached = [a["source"] for step in failed["steps"][0]["steps"] for a in step["attachments"]]
    assert len(attached) == 6
    assert set(attached) <= set(found)
    assert by_name[f"{VPCEP}#STA-1"]["status"] == "skipped"
    assert next(r for r in results if r["status"] == "broken")["name"]


def test_allure_history_does_not_depend_on_the_outcome() -> None:
    results = breached()
    before = {r["fullName"]: r["historyId"] for r in _results(results)}
    results.requirements = [replace(r, status=Status.PASS, findings=()) for r in results.requirements]
    assert {r["fullName"]: r["historyId"] for r in _results(results)} == before
    assert len(set(before.values())) == len(before)


def _results(results: Results) -> list[dict[str, Any]]:
    return [json.loads(c) for n, c in allure_files(published(results)).items() if n.endswith("-result.json")]


# report.html


@pytest.mark.parametrize("make", [breached, nasty, empty])
def test_the_page_is_well_formed_and_runs_nothing(make: Any) -> None:
    page = Page(html_page(published(make())))
    assert page.open == []
    assert page.tags["script"] == 2, "its own, and its data"
    assert not page.tags.keys() & {"iframe", "img", "link", "object", "form"}
    assert not [k for k, _ in page.attributes if k.startswith("on")]
    assert len(page.ids) == len(set(page.ids))
    for key, value in page.attributes:
        if key == "href":
            assert value.startswith(("#", "https://vendor.example/")), value
            assert value[0] != "#" or value[1:] in page.ids, value
        assert key != "src"


def test_the_page_shows_every_requirement_and_every_finding() -> None:
    data = results_to_dict(breached())
    page = Page(html_page(published(breached())))
    for requirement in data["requirements"]:
        assert f"{requirement['contract']}-{requirement['id']}" in page.ids
        assert requirement["statement"] in page.text
    for found in [*data["findings"], *data["documentation_defects"]]:
        assert found["id"] in page.ids
    for part in (
        data["sentence"],
        "recording, 2026-11-18 (2 days old)",
        "no contract has this path",
        "documented variant",
    ):
        assert part in page.text
    assert page.text.index(data["sentence"]) < page.text.index("At a glance")
    assert "1 finding that SHP-1 explains: ENM-1" in page.text


def test_a_replay_says_so() -> None:
    results = breached()
    assert "A replay" not in html_page(published(results))
    results.target = replace(results.target, recorded_at="2026-11-02", not_recorded=2)
    text = Page(html_page(published(results))).text
    assert "A replay of a recording of 2026-11-02; 2 requests of this run are not in the cassette" in text


def test_bodies_are_only_text_on_the_page() -> None:
    text = html_page(published(nasty()))
    assert text.count("<script") == text.count("</script") == 2
    assert "alert(1)<" not in text
    assert "</script><script>alert(1)</script>" in Page(text).text
    assert "\u2028" not in text.split('id="store">')[1], "a line separator in the data"


def test_the_printed_page_has_no_scripts_and_everything_open() -> None:
    page = Page(html_page(published(nasty()), printed=True))
    assert page.open == []
    assert not page.tags.keys() & {"script", "input", "select", "button"}
    assert page.tags["details"] - 2 == [k for k, _ in page.attributes].count("open"), "all but steps and documentation"
    assert "x-ms-request-id: r1" in page.text


@pytest.mark.parametrize("number", [INLINE, INLINE + 1])
def test_many_bodies_wait_as_text_and_lose_nothing(number: int) -> None:
    results = breached()
    results.findings = [replace(finding(f"SHP-1-{n}", "SHP-1"), message=f"number {n} <b>") for n in range(number)]
    text = html_page(published(results))
    page = Page(text)
    assert page.open == []
    store = json.loads(re.search(r'id="store">(.*?)</script>', text, re.DOTALL)[1])  # type: ignore[index]
    assert len(store["exchanges"]) == 2, "the same exchange is kept once"
    assert len(store["bodies"]) == (number if number > INLINE else 0)
    assert all("Expected" in body for body in store["bodies"].values())
    assert page.text.count("Expected") >= number


# what the page is made of


@pytest.mark.parametrize(
    ("expected", "actual", "left", "right"),
    [
        ("400", "200", [("400", False)], [("200", True)]),
        ("None", "none", [("N", True), ("one", False)], [("n", True), ("one", False)]),
        ("Approved", "Rejected", [("Approved", False)], [("Rejected", True)]),
        ("a string", "", [("a string", False)], []),
        (
            '"Approved" or null',
            '"Approved" or 7',
            [('"Approved" or ', False), ("null", True)],
            [('"Approved" or ', False), ("7", True)],
        ),
    ],
)
def test_what_differs_is_marked(expected: str, actual: str, left: Any, right: Any) -> None:
    assert marked(expected, actual) == (left, right)
    long = "a " * 5000
    assert marked(long, long + "b") == ([(long, False)], [(long + "b", True)])


@pytest.mark.parametrize(
    ("body", "text", "note"),
    [
        ("{}", "{}", ""),
        ("plain", "plain", ""),
        ('{"a": [1, {"b": "x,]\\" y\n[cut here: 99 bytes in all]', '{"a": [1]}', "[cut here: 99 bytes in all]"),
        ("<html>, \n[cut here: 9 bytes in all]", "<html>, \n[cut here: 9 bytes in all]", ""),
        ("]1,\n[cut here: 9 bytes in all]", "]1,\n[cut here: 9 bytes in all]", ""),
    ],
)
def test_json_that_was_cut_is_still_json_to_look_at(body: str, text: str, note: str) -> None:
    assert whole(body) == (text, note)


def test_pretty_bodies_have_line_breaks_and_an_end() -> None:
    assert pretty('{"a": 1}', 9) == '{\n  "a": 1\n}'
    assert pretty("no json", 9) == "no json"
    assert pretty("[1, 2, 3]", 2) == "[\n  1,\n[3 lines more: see results.json]"


def test_the_drawing_has_an_arrow_for_every_pair_and_tells_what_was_seen() -> None:
    found = diagram(breached().lifecycles[0])
    assert {(n.word, n.seen) for n in found.nodes} == {
        ("Pending", True),
        ("Approved", True),
        ("Rejected", False),
        ("no connection", False),
    }
    assert [(a.kind, a.labels) for a in found.arrows] == [
        ("seen", ["approve 3×"]),
        ("odd", ["by itself 1×"]),
        ("open", ["reject not seen"]),
        ("open", ["reject refused not seen"]),
        ("open", ["delete not seen"]),
    ]


def test_findings_in_a_circle_or_of_an_unknown_cause_are_not_lost() -> None:
    results = breached()
    results.findings = [
        replace(finding("a", "SHP-1"), follows="b"),
        replace(finding("b", "SHP-1"), follows="a"),
        replace(finding("c", "SHP-4", level=Level.SHOULD), follows="b"),
        replace(finding("d", "SHP-1"), follows="gone"),
    ]
    shown = published(results)
    assert [(c.finding.id, [f.id for f in c.followers]) for c in causes(shown)] == [("a", ["b", "c"]), ("d", [])]
    assert {"a", "b", "c", "d"} <= set(Page(html_page(shown)).ids)


# Terminal and Markdown


def test_the_summary_says_the_essentials_at_80_columns_without_colour(tmp_path: Path) -> None:
    text = shown(breached(), out=tmp_path)
    assert text.startswith("BREACHED the mock does not conform")
    for part in (
        PEC,
        "FAIL1",
        "?1",
        "SHP-1 MUST",
        "got:      null",
        "expected:",
        "pointer:  /properties",
        "again:    curl",
    ):
        assert part in text, part
    assert "explains: ENM-1" in text
    assert f"    {VPCEP}: STA-1" in text
    assert str(tmp_path / "report.html") in text
    assert text.index("1. SHP-1:") < text.index("SHP-4 SHOULD:")
    assert "\x1b" not in text
    long = [line for line in text.splitlines() if len(line) > 80]
    assert all(line.startswith(("BREACHED", "  again:", "report:")) for line in long), long


def test_the_table_fits_80_columns_when_everything_fails() -> None:
    results = breached()
    families = ("SHP", "ENM", "PAG", "ERR", "STA", "LRO", "HDR", "DOC")
    results.findings = []
    results.requirements = [row(c, f"{f}-{n}", Status.FAIL) for c in (PEC, VPCEP) for f in families for n in range(12)]
    _, *lines = shown(results).splitlines()
    assert max(len(line) for line in lines) <= 80
    assert sum(line.count("FAIL12") for line in lines) == 16


def test_many_findings_stay_a_summary() -> None:
    results = breached()
    results.findings = [finding(f"SHP-1-{n}", "SHP-1") for n in range(300)]
    assert len(shown(results).splitlines()) < 150
    assert "details of 292 root causes more" in shown(results)
    assert len(summary_markdown(results)) < 100_000


def test_one_bug_on_several_contracts_is_one_entry_of_the_first_screen() -> None:
    results = breached()
    results.findings = [
        replace(finding(f"ERR-1-{n}", "ERR-1", contract), message=f"the error body does not fit (in {n} methods)")
        for n, contract in enumerate((PEC, VPCEP, VPCEP))
    ]
    text = shown(results)
    assert "\n1-2. ERR-1: the error body does not fit (in 0 methods)\n" in text.replace(" 1-2.", "1-2.")
    assert f"\n       on {PEC}, {VPCEP}\n" in text
    assert f"\n  3. ERR-1: the error body does not fit (in 2 methods)\n       on {VPCEP}\n" in text
    assert text.count("\nERR-1 MUST:") == 2
    assert f"  also on:  {VPCEP}\n" in text


def test_the_first_screen_has_the_end_of_a_message_that_is_longer_than_a_line() -> None:
    results = breached()
    message = "Get shows what another decision than the last one set; the last one was answered with 200 (one)"
    results.findings = [replace(finding("STA-1-1", "STA-1"), message=message)]
    first, second = shown(results).split("\n  1. ")[1].splitlines()[:2]
    assert f"{first} {second.strip()}" == f"STA-1: {message}"


def test_a_terminal_without_utf8_is_no_reason_to_fail() -> None:
    assert "BREACHED" in shown(nasty(), encoding="ascii")
    assert "UNPROVEN" in shown(empty())


def test_markdown_keeps_findings_within_their_fence() -> None:
    text = summary_markdown(nasty())
    assert "| contract |" in text
    assert "❌ fail 1/2" in text
    assert "<script" not in re.sub(r"(?ms)^(`{3,})text$.*?^\1$", "", text)
    assert "Not exercised, so not proven: 2 requirements" in text
    assert "## Linkproof: unproven" in summary_markdown(empty())


# Writing


def test_all_reports_are_written_and_written_again(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    paths = write_reports(breached(), out)
    assert {p.name for p in paths} == set(written_names())
    assert all(p.exists() for p in paths)
    assert json.loads((out / "results.json").read_text(encoding="utf-8"))["verdict"] == "breached"
    before = files(out)
    assert write_reports(breached(), out) == paths
    assert files(out) == before
    assert list(out.parent.iterdir()) == [out]


def test_stale_files_of_ours_go_and_those_of_others_stay(tmp_path: Path) -> None:
    write_reports(nasty(), tmp_path)
    others = ("allure-results/environment.properties", "allure-results/4c7a-result.json", "notes.txt")
    for name in others:
        (tmp_path / name).write_text("mine", encoding="utf-8")
    write_reports(empty(), tmp_path)
    assert set(files(tmp_path)) == {*others, *written_names()} - {"allure-results"}


@pytest.mark.parametrize("fails_at", range(8))
def test_a_failure_in_the_middle_leaves_the_old_report_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails_at: int
) -> None:
    out = tmp_path / "out"
    write_reports(breached(), out)
    before = files(out)
    moves = [0]
    real = os.replace

    def replace_once_too_often(source: Path, target: Path) -> None:
        moves[0] += 1
        if moves[0] == 1 + 3 * fails_at:
            raise OSError("the disk is full")
        real(source, target)

    monkeypatch.setattr(os, "replace", replace_once_too_often)
    with pytest.raises(UsageError, match="the disk is full"):
        write_reports(nasty(), out)
    assert files(out) == before
    assert list(tmp_path.iterdir()) == [out]


def test_a_failure_of_the_first_report_leaves_nothing_that_looks_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("the disk is full")

    out = tmp_path / "out"
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", fail)
        with pytest.raises(UsageError):
            write_reports(breached(), out)
    assert list(out.iterdir()) == []
    write_reports(breached(), out)


def test_a_writer_that_was_killed_is_made_up_for(tmp_path: Path) -> None:
    write_reports(breached(), tmp_path)
    (tmp_path / "results.json").unlink()
    (tmp_path / ".linkproof-unfinished").touch()
    write_reports(breached(), tmp_path)
    assert (tmp_path / "results.json").is_file()
    assert not (tmp_path / ".linkproof-unfinished").exists()


@pytest.mark.parametrize("name", ["thesis.txt", "results.json", "report.html"])
def test_a_folder_of_somebody_elses_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text('{"mine": true}', encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        write_reports(breached(), tmp_path)
    assert "fix: choose another folder" in str(caught.value)
    assert files(tmp_path) == {name: b'{"mine": true}'}


def test_a_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_text(NASTY, encoding="utf-8", newline="")
    with pytest.raises(UsageError, match="a file, not a folder"):
        write_reports(breached(), path)
    with pytest.raises(UsageError, match="cannot be used"):
        write_reports(breached(), path / "below")
    assert path.read_bytes() == NASTY.encode()


def test_the_template_lies_beside_the_code() -> None:
    assert (Path(write.__file__).parent / "templates" / "report.html.j2").is_file()


def test_every_family_has_a_name_for_people() -> None:
    schema = json.loads((folder("schemas") / "formats" / "requirement.schema.json").read_text(encoding="utf-8"))
    known = re.search(r'"family": \{"enum": (\[[^]]+\])', json.dumps(schema))
    assert known is not None
    assert set(FAMILY_NAMES) == set(json.loads(known[1]))
