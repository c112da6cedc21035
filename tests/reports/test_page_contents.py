"""The report page beside the findings: title, evidence, versions, excerpts of the contract; printed length."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from linkproof.cli.app import app
from linkproof.contract.loader import all_contracts
from linkproof.contract.requirement_catalogue import all_requirements
from linkproof.judging.observed_values import VERSION_PLACE
from linkproof.judging.verdict import sum_up
from linkproof.model.observed_values import Observed, ObservedValue
from linkproof.model.results import ContractInfo, Results, Status, TargetInfo, Verdict
from linkproof.redaction.publish import published
from linkproof.reports.html import html_page
from linkproof.reports.schema_excerpt import Excerpts
from linkproof.testing import Exchange, Headers, MockServer, Recorder, Request, Response, judge
from tests.results_examples import PEC, breached, finding, replace, row

SEARCH = "azure-search-pec"


@pytest.fixture(scope="module")
def wrong() -> Results:
    """Results of a real answer whose status is no word of the contract."""
    import httpx

    with MockServer(SEARCH) as server:
        recorder = Recorder("list")
        with httpx.Client(transport=recorder.transport(), headers=server.headers(SEARCH)) as client:
            client.get(server.list_url(SEARCH))
    seen = recorder.exchanges[0]
    body = seen.response.body.replace(b'"Pending"', b'"Waiting"')
    return judge([Exchange(seen.request, Response(200, seen.response.headers, body), at="2026-03-01T10:00:00Z")])


def _page(results: Results, *, printed: bool = False) -> str:
    return html_page(published(results), printed=printed)


def test_a_finding_shows_the_schema_and_links_its_source(wrong: Results) -> None:
    found = next(f for f in wrong.findings if f.requirement.startswith("ENM"))
    excerpt = Excerpts().of(found)
    assert excerpt is not None
    assert '"enum"' in excerpt.text
    assert "Approved" in excerpt.text
    assert "status" in excerpt.place
    page = _page(wrong)
    source = next(r.source for r in wrong.requirements if r.requirement == found.requirement)
    assert f'<a href="{source.address}"' in page.replace("&amp;", "&")


def test_a_finding_of_an_unknown_contract_or_place_has_no_excerpt() -> None:
    known = finding("A", "SHP-1", contract=SEARCH)
    assert Excerpts().of(replace(known, contract="nobody")) is None
    assert Excerpts().of(replace(known, operation="Nothing")) is None
    assert Excerpts().of(replace(known, exchanges=[])) is None


def test_every_excerpt_of_every_contract_can_be_shown() -> None:
    excerpts = Excerpts()
    for contract in all_contracts():
        for operation in contract.operations:
            base = replace(finding("A", "SHP-1", contract=contract.id), operation=operation.id)
            for status, schema in operation.responses.items():
                for pointer in list(schema.enumerations) if schema else [""]:
                    seen = base.exchanges[0]
                    seen = replace(seen, response=replace(seen.response, status=status))
                    shown = excerpts.of(replace(base, pointer=pointer.replace("*", "0"), exchanges=[seen]))
                    assert shown is None or shown.text.count("\n") <= 25


def test_the_header_says_how_old_the_evidence_is_and_which_versions(wrong: Results) -> None:
    page = _page(wrong)
    assert '<time datetime="2026-03-01">' in page
    assert f"Requested versions: {SEARCH} 2020-08-01" in page
    assert "Requested versions" not in _page(breached())


def test_versions_that_a_run_sends_to_be_refused_are_not_in_the_header(wrong: Results) -> None:
    seen = next(o for o in wrong.observed if o.place.startswith(VERSION_PLACE))
    odd = replace(seen.values[0], value="LPT1", documented=False)
    observed = [replace(o, values=[*o.values, odd]) if o is seen else o for o in wrong.observed]
    of_run = replace(wrong, observed=observed, target=replace(wrong.target, kind="mock"))
    assert f"Requested versions: {SEARCH} 2020-08-01</p>" in _page(of_run)
    assert "LPT1</p>" in _page(replace(of_run, target=replace(wrong.target, kind="recording")))


def test_another_version_is_an_undocumented_value() -> None:
    url = "https://h/subscriptions/s/resourceGroups/r/providers/Microsoft.Search/searchServices/n"
    asked = Request("GET", f"{url}/privateEndpointConnections?api-version=2031-01-01")
    answer = Response(200, Headers([("Content-Type", "application/json")]), b'{"value": []}')
    observed = {o.place: o for o in judge([Exchange(asked, answer)]).observed}
    assert [(v.value, v.documented) for v in observed["?api-version"].values] == [("2031-01-01", False)]


def test_a_title_is_kept_in_the_results_and_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    titled = ["run", "-c", SEARCH, "-r", "PAG-1", "-q", "--out", "out", "--title", "Search <2.1>"]
    assert CliRunner().invoke(app, titled).exit_code == 0
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "<title>Search &lt;2.1&gt;: conforms" in page
    assert CliRunner().invoke(app, ["report", "out", "--out", "copy", "-q"]).exit_code == 0
    assert "Search &lt;2.1&gt;" in (tmp_path / "copy" / "report.html").read_text(encoding="utf-8")


def test_nothing_is_drawn_of_what_was_not_seen() -> None:
    results = breached()
    unseen = replace(
        results.lifecycles[0],
        contract="unseen-contract",
        transitions=tuple(replace(t, count=0) for t in results.lifecycles[0].transitions),
    )
    results.lifecycles = [*results.lifecycles, unseen]
    page = _page(results)
    assert page.count('<svg viewBox="0 0 700') == 1
    assert "No transition was seen of 1 contract" in page


def test_not_proven_is_folded_by_reason_on_the_screen_and_open_on_paper() -> None:
    section = re.compile(r'<section aria-labelledby="unproven">.*?</section>', re.DOTALL)
    screen, paper = section.search(_page(breached())), section.search(_page(breached(), printed=True))
    assert screen is not None
    assert paper is not None
    assert '<details class="group">' in screen[0]
    assert '<details class="group" open>' in paper[0]


def _large() -> Results:
    """Two findings, and every requirement on ten contracts."""
    results = breached()
    known = all_contracts()[:10]
    results.contracts = [ContractInfo(c.id, c.version, c.title, c.vendor, c.vendor_title, "", 40) for c in known]
    statuses = (Status.PASS, Status.PASS, Status.NOT_EXERCISED, Status.PASS, Status.NOT_APPLICABLE)
    results.requirements = [
        row(c.id, r.id, statuses[n % len(statuses)]) for c in known for n, r in enumerate(all_requirements())
    ]
    results.findings = results.findings[:2]
    results.lifecycles = [replace(results.lifecycles[0], contract=c.id) for c in known]
    results.long_running = [replace(results.long_running[0], contract=c.id) for c in known]
    value = ObservedValue("Approved", True, 3, "2026-01-01", "2026-01-02", "a#1")
    results.observed = [Observed(c.id, f"/a{n}", ("Approved",), (value,)) for c in known for n in range(4)]
    return results


@pytest.mark.parametrize("printed", [True, False])
def test_two_findings_print_on_at_most_ten_pages(browser: Any, tmp_path: Path, printed: bool) -> None:
    path = tmp_path / "page.html"
    path.write_text(_page(_large(), printed=printed), encoding="utf-8")
    page = browser.new_page()
    page.goto(path.as_uri())
    pdf = page.pdf(format="A4")
    page.close()
    pages = len(re.findall(rb"/Type\s*/Page\b", pdf))
    assert 3 <= pages <= 10


def test_tiles_and_headings_count_the_same_requirements() -> None:
    rows = [row(PEC, name, Status.NOT_EXERCISED) for name in ("DOC-1", "LRO-1")]
    page = _page(replace(breached(), requirements=rows))
    tile = re.search(r"(\d+)</b> not proven", page)
    heading = re.search(r'id="unproven">Not proven <small>(\d+)</small>', page)
    assert tile
    assert heading
    assert tile[1] == heading[1] == "1"


def test_the_verdict_is_a_sentence_and_keeps_the_name_of_a_target() -> None:
    rows = [row(SEARCH, "SHP-1", Status.PASS)]
    for name, begins in (("the embedded server", "The embedded server"), ("my-mock", "my-mock")):
        verdict, sentence = sum_up(rows, [], [], TargetInfo(name, "mock"))
        assert verdict is Verdict.CONFORMS
        assert sentence.startswith(f"{begins} conforms")
