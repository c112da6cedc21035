"""The Allure results, rendered by Allure 3 (npm) and viewed in a browser."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from linkproof.reports.write import write_reports
from tests.results.test_waivers import excused
from tests.results_examples import breached, nasty
from tests.waiting import LIMIT_S

ALLURE = Path(__file__).parents[2] / "node_modules" / ".bin" / "allure"
pytestmark = pytest.mark.skipif(not ALLURE.exists(), reason="npm's allure is absent: npm ci")

Open = Callable[[str], Any]
RESULTS = {"breached": breached, "nasty": nasty, "excused": excused}


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder, and writes no line about it."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where reports are made: one of each results, for all tests."""
    return tmp_path_factory.mktemp("allure")


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[str]:
    """The address of the reports. As a single file it is a race: Allure may look for its data before it is read."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def make(folder: Path, name: str) -> None:
    """Have Allure make a report of results, unless it has."""
    report = folder / name / "report"
    if report.exists():
        return
    write_reports(RESULTS[name](), folder / name / "out")
    given = folder / name / "out" / "allure-results"
    made = subprocess.run(
        [ALLURE, "awesome", given, "--output", report, "--group-by", "epic,feature,story"],
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        cwd=folder,
        env={**os.environ, "ALLURE_NO_ANALYTICS": "1"},
    )
    assert made.returncode == 0, made.stdout + made.stderr


@pytest.fixture
def open_report(browser: Any, folder: Path, served: str) -> Iterator[Open]:
    """Opens the report that Allure makes of results; it reaches nothing else, and runs nothing that a body says."""
    page = browser.new_page()
    page.set_default_timeout(60_000)
    alerts: list[str] = []

    def alerted(dialog: Any) -> None:
        alerts.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", alerted)
    page.route("https://**", lambda route: route.abort())

    def open_(name: str) -> Any:
        make(folder, name)
        page.goto(f"{served}/{name}/report/index.html")
        return page

    yield open_
    page.close()
    assert alerts == []


def shown(page: Any, kind: str) -> int:
    return int(page.get_by_test_id(f"metadata-item-{kind}").get_by_test_id("metadata-value").inner_text())


def unfold(page: Any, what: str, within: str) -> None:
    """Open a step, unless Allure has done so."""
    if not page.get_by_text(within).first.is_visible():
        page.get_by_text(what).first.click()


def test_every_requirement_is_a_result_under_its_vendor_and_contract(open_report: Open) -> None:
    results = breached()
    page = open_report("breached")
    assert shown(page, "total") == len(results.requirements)
    assert shown(page, "failed") == sum(r.status == "fail" for r in results.requirements)
    titles = [t.inner_text() for t in page.get_by_test_id("tree-section-title").all()]
    assert {"Microsoft Azure", "Huawei Cloud", "azure-containerservice-pec 2025-01-01"} <= set(titles)
    assert "SHP-1 title of SHP-1" in titles


def test_a_finding_shows_its_requirement_exchanges_and_bodies(open_report: Open) -> None:
    page = open_report("breached")
    page.get_by_text("SHP-1 title of SHP-1").last.click()
    page.get_by_text("SHP-1-aaa: SHP-1 is breached by a null").wait_for()
    for text in ("SHP-1 is breached by a null", "Critical", "Resource provider contract"):
        assert page.get_by_text(text).first.is_visible(), text
    page.get_by_text("→ 200").first.wait_for()
    unfold(page, "→ 200", "response body")
    unfold(page, "response body", '"c1"')
    page.get_by_text('"c1"').first.wait_for()


def test_what_a_target_answered_is_only_text(open_report: Open) -> None:
    page = open_report("nasty")
    page.get_by_text("SHP-1 title of SHP-1").last.click()
    page.get_by_text("<script>alert(1)</script>").first.wait_for()
    page.get_by_text("→ 200").first.wait_for()
    unfold(page, "→ 200", "response body")
    page.get_by_text("text/plain").first.wait_for()


def test_a_waived_breach_still_counts_as_failed_and_says_who_answers_for_it(open_report: Open) -> None:
    results = excused()
    page = open_report("excused")
    assert shown(page, "failed") == sum(r.status == "fail" for r in results.requirements)
    page.get_by_text("SHP-1 title of SHP-1").last.click()
    page.get_by_text("waived by net until 2027-01-01").first.wait_for()
