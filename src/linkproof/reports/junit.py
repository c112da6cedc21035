"""junit.xml: a suite for each contract, a case for each requirement."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from xml.etree import ElementTree as ET

from linkproof.reports.text import finding_lines, plain


def junit_xml(data: dict[str, Any]) -> bytes:
    """The report for what GitLab, Jenkins and GitHub show, from the results' JSON."""
    root = ET.Element("testsuites", name="linkproof", time=str(data["duration_s"]))
    findings = {f["id"]: f for f in [*data["findings"], *data["documentation_defects"]]}
    for contract in data["contracts"]:
        rows = [r for r in data["requirements"] if r["contract"] == contract["id"]]
        suite = ET.SubElement(root, "testsuite", name=contract["id"], timestamp=data["started_at"])
        for row in rows:
            _case(suite, row, findings)
        _count(suite)
    if data["broken"]:
        suite = ET.SubElement(root, "testsuite", name="linkproof")
        for broken in data["broken"]:
            case = ET.SubElement(suite, "testcase", classname="linkproof", name=plain(broken["what"])[:200])
            ET.SubElement(case, "error", message=plain(broken["what"])).text = plain(broken["detail"])
        _count(suite)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _case(suite: ET.Element, row: dict[str, Any], findings: dict[str, Any]) -> None:
    case = ET.SubElement(suite, "testcase", classname=row["contract"], name=f"{row['id']} {row['title']}")
    own = [findings[i] for i in row["findings"] if i in findings]
    text = "\n".join(_lines(own))
    if row["status"] == "fail":
        ET.SubElement(case, "failure", message=plain(own[0]["message"] if own else row["title"])).text = text
    elif row["status"] == "warn":
        ET.SubElement(case, "system-out").text = text
    elif row["status"] != "pass":
        ET.SubElement(case, "skipped", message=plain(f"{row['status']}: {row['why']}"))


def _lines(findings: Iterable[dict[str, Any]]) -> list[str]:
    return [line for finding in findings for line in finding_lines(finding)]


def _count(suite: ET.Element) -> None:
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(name, str(len(suite.findall(f"testcase/{tag}"))))
    suite.set("tests", str(len(suite.findall("testcase"))))
