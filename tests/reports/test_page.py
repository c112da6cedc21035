"""The report page in headless Chromium, from a file and without a network."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from linkproof.model.evidence import evidence_of
from linkproof.model.exchange import Headers, Request, Response
from linkproof.model.results import Results
from linkproof.redaction.publish import published
from linkproof.reports.html import html_page
from tests.results_examples import PEC, VPCEP, breached, exchange, many, nasty, replace

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
HOSTILE = "<script>top.ran = 1</script></script><img src=x onerror='top.ran = 2'>\u2028<!--<script>"

Open = Callable[..., Any]


@pytest.fixture
def open_page(browser: Any, tmp_path: Path) -> Iterator[Open]:
    """Opens results as a page; whatever the page asks for or complains about is an error at the end."""
    asked: list[str] = []
    said: list[str] = []
    contexts: list[Any] = []

    def open_(results: Results, rest: str = "", *, printed: bool = False, **options: Any) -> Any:
        path = tmp_path / "report.html"
        path.write_text(html_page(published(results), printed=printed), encoding="utf-8")
        context = browser.new_context(**options)
        contexts.append(context)
        context.set_default_timeout(60_000)
        page = context.new_page()
        page.on("request", lambda r: asked.append(r.url))
        page.on("pageerror", lambda e: said.append(str(e)))
        page.on("console", lambda m: said.append(m.text))
        page.goto(path.as_uri() + rest)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert said == []
    assert {re.split("[?#]", url)[0] for url in asked} == {(tmp_path / "report.html").as_uri()}


def rows(page: Any, kind: str) -> list[str]:
    """The ids of the rows that can be seen, or could be by opening what they are in."""
    found: list[str] = page.eval_on_selector_all(f".{kind}.row:not([hidden])", "rows => rows.map(r => r.id)")
    return found


def test_the_verdict_comes_first_and_a_cell_opens_its_requirements(open_page: Open) -> None:
    page = open_page(breached())
    assert page.locator("h1").inner_text().endswith(breached().sentence)
    assert page.locator(".tally").inner_text().split("\n")[:2] == ["✓2", "passed"]
    numbers = page.eval_on_selector_all(".causes li", "all => all.map(li => getComputedStyle(li, '::before').content)")
    assert numbers[:2] == ['"1."', '"2."']
    assert not page.locator(f"[id='{PEC}-STA-1']").is_visible()
    page.locator(f".matrix a[href='#{PEC}-STA']").click()
    assert page.locator(f"[id='{PEC}-STA-1']").is_visible()
    page.locator(f"[id='{PEC}-STA-1'] > summary").click()
    text = page.locator(f"[id='{PEC}-STA-1']").inner_text()
    for part in ("not exercised", "MUST", "What STA-1 asks <for>.", "Resource provider contract", "0×", "no evidence"):
        assert part in text


def test_an_old_report_says_how_old_it_is(open_page: Open) -> None:
    results = breached()
    page = open_page(results)
    page.clock.set_fixed_time("2026-12-01T11:00:00Z")
    page.reload()
    assert page.locator(".facts time").first.inner_text() == f"{results.started_at} (11 days ago)"
    page.clock.set_fixed_time("2026-11-20T11:00:00Z")
    page.reload()
    assert page.locator(".facts time").first.inner_text() == results.started_at


def test_the_filter_is_in_the_url_and_comes_back(open_page: Open) -> None:
    page = open_page(breached())
    page.get_by_label("Level").select_option("SHOULD")
    assert rows(page, "finding") == ["SHP-4-bbb", "DOC-1-1"]
    assert rows(page, "requirement") == [f"{PEC}-SHP-4", f"{PEC}-DOC-1"]
    page.get_by_label("Text").fill("asks shp-4")
    assert rows(page, "requirement") == [f"{PEC}-SHP-4"]
    assert page.locator("output").first.inner_text() == "1 of 4 findings, 1 of 9 requirements"
    assert page.url.endswith("?level=SHOULD&q=asks+shp-4")
    page.reload()
    assert page.get_by_label("Level").input_value() == "SHOULD"
    assert rows(page, "requirement") == [f"{PEC}-SHP-4"]
    page.get_by_role("button", name="Reset").click()
    assert len(rows(page, "requirement")) == 9
    assert "?" not in page.url


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("vendor=huawei", [f"{VPCEP}-SHP-1", f"{VPCEP}-STA-1", f"{VPCEP}-LRO-1"]),
        (f"contract={PEC}&family=ENM", [f"{PEC}-ENM-1"]),
        ("status=not+exercised", [f"{PEC}-STA-1", f"{VPCEP}-STA-1"]),
        ("status=no+such", None),
    ],
)
def test_every_filter_can_be_a_link(open_page: Open, query: str, ids: list[str] | None) -> None:
    page = open_page(breached(), f"?{query}")
    assert rows(page, "requirement") == (ids or rows(page, "requirement"))
    assert len(rows(page, "requirement")) == (len(ids) if ids else 9)
    hidden = page.locator(".matrix tbody tr[hidden]").count()
    assert hidden == (1 if "vendor" in query or "contract" in query else 0)


def test_a_tile_filters_by_its_status(open_page: Open) -> None:
    page = open_page(breached())
    page.locator(".tally .fail a").click()
    assert rows(page, "requirement") == [f"{PEC}-SHP-1", f"{PEC}-ENM-1"]
    assert page.url.endswith("?status=fail#requirements")


def test_a_finding_shows_what_was_expected_and_its_exchanges(open_page: Open) -> None:
    page = open_page(breached(), permissions=["clipboard-read", "clipboard-write"])
    page.locator("[id='SHP-1-aaa'] > summary").click()
    opened = page.locator("[id='SHP-1-aaa']")
    text = opened.inner_text()
    for part in (
        'a string, such as "Succeeded"',
        "null",
        "/properties/provisioningState",
        "200 times",
        "2026-11-17T08",
    ):
        assert part in text
    assert opened.locator(".got mark").inner_text() == "null"
    opened.get_by_role("button", name="Copy").click()
    opened.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()").startswith("curl -sS -X PUT")


def test_bodies_fold_are_searched_and_point_at_the_place(open_page: Open) -> None:
    results = breached()
    deep = b'{"er": {"est": "needle", "n": 422321321312321345}}'
    body = b'{"value": [{"name": "c1", "properties": {"provisioningState": null, "deep": %s}}]}' % deep
    results.findings[0].exchanges = [evidence_of(exchange(1, body))]
    results.findings[0].pointer = "/value/0/properties/provisioningState"
    page = open_page(results)
    page.locator("[id='SHP-1-aaa'] > summary").click()
    page.locator("[id='SHP-1-aaa'] .exchange > summary").click()
    tree = page.locator("[id='SHP-1-aaa'] .json").last
    assert tree.locator(".at").inner_text() == '"provisioningState": null,'
    leaf = tree.locator(".leaf", has_text="needle")
    assert tree.locator(".leaf", has_text='"n"').text_content() == '"n": 422321321312321345', "to the last digit"
    tree.locator("summary", has_text='"value"').click()
    assert not leaf.is_visible()
    page.get_by_label("Search here").fill("NEEDLE")
    assert leaf.is_visible(), "what is found is unfolded"
    assert page.locator(".tools output").inner_text() == "1 found"
    assert page.evaluate("CSS.highlights.get('found').size") == 1


@pytest.mark.parametrize("identifier", ["ENM-1-ddd", f"{PEC}-LRO-1", "DOC-1-1", f"{PEC}-SHP"])
def test_a_deep_link_opens_what_it_names(open_page: Open, identifier: str) -> None:
    page = open_page(breached(), f"?q=filtered-away#{identifier}")
    target = page.locator(f"[id='{identifier}']")
    assert target.is_visible()
    assert target.get_attribute("open") is not None
    assert page.evaluate("document.activeElement.parentElement.id") == identifier


def test_the_keyboard_is_enough(open_page: Open) -> None:
    page = open_page(breached())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the findings"
    page.locator("[id='SHP-1-aaa'] > summary").focus()
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.parentElement.id") == "ENM-1-ccc"
    page.keyboard.press("Enter")
    assert page.locator("[id='ENM-1-ccc'] .compare").is_visible()
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.parentElement.id") == "SHP-1-aaa"


def test_light_and_dark_follow_the_system(open_page: Open) -> None:
    page = open_page(breached(), color_scheme="dark")
    colour = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(colour)
    page.emulate_media(color_scheme="light")
    assert page.evaluate(colour) == "rgb(255, 255, 255)" != dark
    page.emulate_media(color_scheme="dark", media="print")
    assert page.evaluate(colour) == "rgb(255, 255, 255)", "paper is white"


def test_it_prints_open_and_is_folded_again(open_page: Open) -> None:
    page = open_page(breached())
    folded = "document.querySelectorAll('details.finding.row:not(.doc):not([open])').length"
    before = page.evaluate(folded)
    page.evaluate(f"void addEventListener('beforeprint', () => {{ top.folded = {folded} }})")
    assert page.pdf(format="A4").startswith(b"%PDF")
    assert page.evaluate("top.folded") == 0 < before
    page.wait_for_function(f"{folded} === {before}")
    page.emulate_media(media="print")
    assert not page.locator("search").is_visible()


def test_the_printed_page_makes_a_pdf_without_scripts(open_page: Open) -> None:
    page = open_page(breached(), printed=True, java_script_enabled=False)
    pdf = page.pdf(format="A4")
    assert pdf.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) > 1
    assert page.get_by_text("x-ms-request-id: r1").first.is_visible()


def test_without_scripts_the_findings_are_still_there(open_page: Open) -> None:
    page = open_page(breached(), java_script_enabled=False)
    assert page.locator("noscript .note").is_visible()
    assert not page.locator("search").is_visible()
    page.locator("[id='SHP-1-aaa'] > summary").click()
    assert page.locator("[id='SHP-1-aaa'] .compare").is_visible()


def test_nothing_from_a_response_runs(open_page: Open) -> None:
    results = nasty()
    raw = HOSTILE.encode()
    quoted = b'{"' + raw.replace(b'"', b"'") + b'": "' + raw + b'"}'
    bad = replace(exchange(5), request=Request("GET", f"https://h.example/{HOSTILE}", Headers([("X", HOSTILE)]), raw))
    results.findings[0].exchanges = [
        evidence_of(replace(bad, response=Response(200, Headers(), body))) for body in (raw, quoted, b"")
    ]
    results.findings[0].message = results.findings[0].actual = results.findings[0].curl = HOSTILE
    page = open_page(results)
    page.evaluate("for (let i = 0; i < 4; i++) for (const d of document.querySelectorAll('details')) d.open = true")
    page.locator(".finding .json").first.wait_for()
    assert page.locator("main script, main img").count() == 0
    assert page.evaluate("top.ran") is None
    assert page.locator("[id='SHP-1-aaa'] .exchange .sides").count() == 3
    assert HOSTILE[:40] in page.locator("[id='SHP-1-aaa'] .exchange pre").nth(0).inner_text()


def test_five_thousand_findings_can_be_worked_with(open_page: Open) -> None:
    page = open_page(many(5000))
    assert len(rows(page, "finding")) == 5001
    page.get_by_label("Text").fill("Suceeded4711")
    page.locator("[id='SHP-1-04710']").wait_for(state="hidden")
    assert rows(page, "finding") == ["SHP-1-04711"]
    page.locator("[id='SHP-1-04711'] > summary").click()
    opened = page.locator("[id='SHP-1-04711']")
    opened.locator("mark").first.wait_for()
    assert [m.inner_text() for m in opened.locator("mark").all()] == ["c", "4711"]
    opened.locator(".exchange > summary").click()
    opened.locator(".leaf", has_text='"c4711"').wait_for()
    page.goto(page.url.split("?")[0] + "#SHP-1-04999")
    page.locator("[id='SHP-1-04999'] .compare").wait_for()


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is absent: npm ci")
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 768), ("light", 375), ("dark", 375)])
def test_axe_finds_nothing(open_page: Open, scheme: str, width: int) -> None:
    page = open_page(breached(), color_scheme=scheme, viewport={"width": width, "height": 800})
    page.evaluate("for (let i = 0; i < 4; i++) for (const d of document.querySelectorAll('details')) d.open = true")
    page.locator(".finding .json").first.wait_for()
    page.evaluate(AXE.read_text(encoding="utf-8"))
    # Of what passes, an element of each rule: half the time.
    found = page.evaluate("tags => axe.run({runOnly: tags, resultTypes: ['violations']})", RULES)
    assert [(v["id"], v["help"], v["nodes"][0]["html"]) for v in found["violations"]] == []
    assert len(found["passes"]) > 20
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing is cut off at the side"
