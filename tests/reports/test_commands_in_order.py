"""A finding that shows in several requests together has a command for each of them, in their order."""

from __future__ import annotations

import dataclasses
import html
import io
import json
import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from msgspec.structs import replace
from rich.console import Console

from linkproof.contract.loader import all_contracts
from linkproof.contract.requirement_catalogue import all_requirements
from linkproof.fault_matrix.matrix_run import run_with_log
from linkproof.faults.catalogue import behaving, find
from linkproof.judging.grouping import MOST_TOGETHER, _together
from linkproof.judging.judge import Judge
from linkproof.mock.serve import Embedded
from linkproof.model.exchange import Exchange
from linkproof.model.finding import Finding
from linkproof.redaction.masking import Masker
from linkproof.redaction.publish import published
from linkproof.reports.html import html_page
from linkproof.reports.terminal import print_summary
from linkproof.reports.text import commands_of, finding_lines, waiting_for
from linkproof.reports.write import write_reports
from linkproof.runner.open_target import Opened
from linkproof.targets.embedded import embedded_target
from tests.check_cases import LONG
from tests.results_examples import breached
from tests.traffic import AKS, MOCK, POSTGRES, connection, decision, error, ex, listing, state
from tests.waiting import LIMIT_S

TOKEN = (("Authorization", "Bearer abc.def.ghi-0123456789"),)


def found(requirement: str, *exchanges: Exchange) -> Finding:
    judge = Judge(all_contracts(), MOCK, any_version=True)
    for exchange in exchanges:
        judge.feed(exchange)
    findings = judge.findings.all(all_requirements(), Masker(exchanges))
    return next(f for f in findings if f.requirement == requirement)


def forgotten(text: str = "fine") -> Finding:
    """STA-1: a decision is answered with success, and Get shows the state before it."""
    approved = connection(AKS, "one", **state("Approved", text))
    return found(
        "STA-1",
        ex(AKS, own="one", answer=connection(AKS)),
        ex(AKS, "PUT", "one", answer=approved, sent=decision("Approved", text), request_headers=TOKEN),
        ex(AKS, own="one", answer=connection(AKS), request_headers=TOKEN),
    )


def methods(finding: Finding) -> list[str]:
    """The methods of the commands, each of which is one whole command line."""
    lines = [shlex.split(line) for line in commands_of(finding)]
    assert all(line[:3] == ["curl", "-sS", "-i"] for line in lines)
    return [line[line.index("-X") + 1] for line in lines]


def test_a_decision_that_is_not_shown_is_sent_and_then_read() -> None:
    finding = forgotten()
    assert methods(finding) == ["PUT", "GET"]
    put, get = commands_of(finding)
    assert '"status": "Approved"' in put
    assert "--data-binary" not in get
    assert all('"Authorization: Bearer $TOKEN"' in line for line in (put, get))
    assert "abc.def" not in put + get
    lines = finding_lines(finding)
    assert lines[-2:] == [f"  again:    {put}", f"  then:     {get}"]


@pytest.mark.parametrize(
    ("requirement", "exchanges", "wanted"),
    [
        (
            "STA-3",
            (
                ex(AKS, own="one", answer=connection(AKS)),
                error(AKS, 400, "BadRequest", "PUT", "one", raw_sent=b"[]"),
                ex(AKS, own="one", answer=connection(AKS, "one", **state("Pending", "refused"))),
            ),
            ["GET", "PUT", "GET"],
        ),
        (
            "LRO-4",
            (
                ex(POSTGRES, own="one", answer=connection(POSTGRES)),
                ex(POSTGRES, "PUT", "one", 202, sent=decision(), headers=LONG),
                ex(POSTGRES, url=LONG[0][1], answer={"status": "Succeeded"}),
                ex(POSTGRES, own="one", answer=connection(POSTGRES)),
            ),
            ["PUT", "GET"],
        ),
        (
            "STA-6",
            (listing(AKS, connection(AKS)), ex(AKS, own="one", answer=connection(AKS, "one", **state("Rejected")))),
            ["GET", "GET"],
        ),
        ("SHP-1", (ex(AKS, own="one", raw=b"{"),), ["GET"]),
    ],
)
def test_what_a_breach_rests_on_is_sent_before_it(
    requirement: str, exchanges: tuple[Exchange, ...], wanted: list[str]
) -> None:
    finding = found(requirement, *exchanges)
    assert methods(finding) == wanted
    together = finding.exchanges[: finding.together]
    assert [e.request.method for e in together] == wanted
    assert finding.judged is together[-1]
    started = any(e.response.status == 202 for e in together[:-1])
    assert ("wait until its operation has ended" in finding_lines(finding)[-1]) is started


def test_the_judged_exchange_is_kept_however_many_show_the_breach_with_it() -> None:
    one = ex(AKS, own="one", answer=connection(AKS))
    exchanges = [dataclasses.replace(one, number=n) for n in (5, 3, 9, 1, 7, 8, 2, 4)]
    kept = [e.number for e in _together((*exchanges[:2], *exchanges))]
    assert kept == [1, 2, 3, 5, 7, 4]
    assert len(kept) == MOST_TOGETHER


def test_paper_and_sarif_show_the_exchange_that_was_judged(tmp_path: Path) -> None:
    results = breached()
    finding = forgotten()
    results.findings = [replace(finding, contract=results.findings[0].contract)]
    assert [e.request.method for e in published(results).findings[0].exchanges] == ["PUT", "GET"]
    write_reports(results, tmp_path)
    sarif = json.loads((tmp_path / "results.sarif").read_text("utf-8"))["runs"][0]["results"][0]
    assert sarif["webRequest"]["method"] == "GET"
    assert re.findall(r"<h3>(\w+) /", html_page(published(results), printed=True)) == ["PUT", "GET"]


def test_a_poll_reads_its_url_from_the_answer_that_names_it() -> None:
    """Each operation has polling URLs of its own, so that yesterday's leads nowhere."""
    contract = next(c for c in all_contracts() if c.id == POSTGRES)
    wrong = behaving(find("LRO-2.no-status@azure-dbforpostgresql-pec", [contract]))
    with Embedded([contract], behaviour=wrong) as server:
        url, target = server.base_url, embedded_target(server.base_url, [contract])
        results, _ = run_with_log(lambda *_: Opened(target, lambda: None), POSTGRES, requirement="LRO-2")
    only = next(f for f in results.findings if f.requirement == "LRO-2")
    first, last = commands_of(only)
    assert first.startswith("answer=$(curl -sS -i -X ")
    assert last.startswith('curl -sS -i -X GET "$(echo "$answer" | ')
    assert waiting_for(only) == ""
    with Embedded([contract], behaviour=wrong) as another:
        script = f"{first}\n{last}".replace(url, another.base_url)
        credential = {"TOKEN": target.auth["azure"].token}
        done = subprocess.run(
            ["bash", "-c", script], env=os.environ | credential, capture_output=True, text=True, timeout=LIMIT_S
        )
    assert done.stdout.startswith("HTTP/1.1 200"), done
    assert '"status"' not in done.stdout


def test_a_request_that_is_too_long_to_print_leaves_the_last_one_alone() -> None:
    assert methods(forgotten("x" * 1500)) == ["PUT", "GET"]
    assert methods(forgotten("x" * 3000)) == ["GET"]


def test_every_report_shows_the_commands_in_their_order(tmp_path: Path) -> None:
    results = breached()
    finding = forgotten()
    results.findings[0] = replace(
        finding, id=results.findings[0].id, contract=results.findings[0].contract, requirement="SHP-1"
    )
    write_reports(results, tmp_path)
    [first, *_] = json.loads((tmp_path / "results.json").read_text("utf-8"))["findings"]
    assert [*first["curl_before"], first["curl"]] == list(commands_of(finding))
    page = (tmp_path / "report.html").read_text("utf-8")
    codes = [html.unescape(code) for code in re.findall(r'<dd class="curl"><code>(.*?)</code>', page, re.DOTALL)]
    assert "\n".join(commands_of(finding)) in codes
    written = io.StringIO()
    print_summary(results, Console(file=written, width=80))
    again = [line for line in written.getvalue().splitlines() if line.startswith(("  again:", "  then:"))]
    assert [line[12:] for line in again[:2]] == list(commands_of(finding))  # not wrapped: each can be copied
