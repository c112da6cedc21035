"""SARIF and CTRF, validated by the schemas of their npm packages; and the comment on a pull request."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from jsonschema.validators import validator_for

from linkproof.model.results import Broken, Results
from linkproof.redaction.publish import Published, published
from linkproof.reports.ctrf import ctrf
from linkproof.reports.formats import FORMATS
from linkproof.reports.junit import junit_xml
from linkproof.reports.markdown import MARK, comment
from linkproof.reports.sarif import sarif
from linkproof.reports.write import write_reports, written_names
from tests.results.test_waivers import excused
from tests.results_examples import SECRETS, breached, many, nasty, replace

PACKAGES = Path(__file__).parents[2] / "node_modules"
SARIF_SCHEMA = PACKAGES / "@microsoft" / "jest-sarif" / "lib" / "schemas" / "sarif-2.1.0-rtm.5.json"
CTRF_SCHEMA = PACKAGES / "ctrf" / "dist" / "ctrf-schema-0.0.json"
RESULTS = {"breached": breached, "nasty": nasty, "many": lambda: many(40), "excused": excused}


def _errors(schema: Path, report: Any) -> list[str]:
    if not schema.exists():
        pytest.skip(f"{schema.name} is absent: npm ci")
    known = json.loads(schema.read_text(encoding="utf-8"))
    validator = validator_for(known)(known)
    return [f"{e.json_path}: {e.message:.200}" for e in validator.iter_errors(report)]


@pytest.fixture(params=RESULTS)
def data(request: pytest.FixtureRequest) -> Published:
    results: Results = RESULTS[request.param]()
    return published(results)


def test_sarif_fits_its_public_schema(data: Published) -> None:
    log = json.loads(sarif(data))
    assert _errors(SARIF_SCHEMA, log) == []
    run = log["runs"][0]
    assert len(run["results"]) == len(data.findings) + len(data.documentation_defects)
    rules = [r["id"] for r in run["tool"]["driver"]["rules"]]
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    marks = [r["partialFingerprints"]["linkproofFinding/v1"] for r in run["results"]]
    assert len(set(marks)) == len(marks)


def test_the_schema_of_sarif_can_fail() -> None:
    log = json.loads(sarif(published(breached())))
    log["runs"][0]["results"][0]["level"] = "fatal"
    assert _errors(SARIF_SCHEMA, log)


def test_sarif_suppresses_what_is_waived_and_says_what_broke() -> None:
    log = json.loads(sarif(published(excused())))
    assert any("suppressions" in r for r in log["runs"][0]["results"])
    data = published(breached())
    invocation = json.loads(sarif(data))["runs"][0]["invocations"][0]
    assert invocation["executionSuccessful"] is not bool(data.broken)
    assert len(invocation["toolExecutionNotifications"]) == len(data.broken)


def test_ctrf_fits_its_public_schema(data: Published) -> None:
    report = json.loads(ctrf(data))
    assert _errors(CTRF_SCHEMA, report) == []
    summary, tests = report["results"]["summary"], report["results"]["tests"]
    assert summary["tests"] == len(tests) == len(data.requirements) + len(data.broken)
    for status in ("passed", "failed", "skipped", "pending", "other"):
        assert summary[status] == sum(t["status"] == status for t in tests)


def test_the_schema_of_ctrf_can_fail() -> None:
    report = json.loads(ctrf(published(breached())))
    del report["results"]["summary"]["stop"]
    assert _errors(CTRF_SCHEMA, report)


def test_a_waived_breach_fails_neither_ctrf_nor_junit() -> None:
    data = published(excused())
    failed = {t["tags"][0] for t in json.loads(ctrf(data))["results"]["tests"] if t["status"] == "failed"}
    waived = {t["tags"][0] for t in json.loads(ctrf(data))["results"]["tests"] if "waived" in t.get("rawStatus", "")}
    assert waived
    assert not waived & failed


def test_a_comment_is_marked_and_never_too_long() -> None:
    text = comment(published(many(2000)))
    assert text.startswith(MARK)
    assert len(text) <= 60_000
    assert "root causes more:" in text


@pytest.mark.parametrize("name", FORMATS)
def test_no_format_holds_a_credential(name: str) -> None:
    text = FORMATS[name](published(breached())).decode()
    for secret in SECRETS:
        assert secret not in text


def test_they_are_written_beside_the_page(tmp_path: Path) -> None:
    write_reports(breached(), tmp_path / "out")
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == sorted(written_names())
    assert {"results.sarif", "ctrf.json", "summary.md"} <= set(written_names())


#: Of each element: required attributes, and further ones, as the schemas of Jenkins (xunit) and Surefire both allow.
JUNIT = {
    "testsuites": ({"name"}, {"time", "tests", "failures", "errors"}),
    "testsuite": ({"name", "tests", "failures", "errors", "skipped", "time"}, {"timestamp", "hostname"}),
    "testcase": ({"name", "classname", "time"}, set()),
    "failure": ({"message"}, {"type"}),
    "error": ({"message"}, {"type"}),
    "skipped": (set(), {"message"}),
    "system-out": (set(), set()),
}
INSIDE = {
    "testsuites": {"testsuite"},
    "testsuite": {"testcase", "system-out"},
    "testcase": {"failure", "error", "skipped", "system-out"},
}


def test_junit_keeps_to_what_strict_schemas_have(data: Published) -> None:
    root = ElementTree.fromstring(junit_xml(replace(data, broken=[Broken("down", "no answer")])))
    elements = list(root.iter())
    assert {"error", "skipped", "system-out"} <= {e.tag for e in elements}
    for element in elements:
        required, further = JUNIT[element.tag]
        assert required <= set(element.attrib) <= required | further, element.tag
        assert {child.tag for child in element} <= INSIDE.get(element.tag, set())
        for name in {"tests", "failures", "errors", "skipped", "time"} & set(element.attrib):
            assert float(element.attrib[name]) >= 0
