"""junit.xml: a suite for each contract, a test case for each requirement."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from linkproof.model.finding import Finding, Level
from linkproof.model.results import RequirementResult
from linkproof.model.waiver import Waiver
from linkproof.redaction.publish import Published
from linkproof.reports.digest import Cause, causes, heading, message_of, waived
from linkproof.reports.text import finding_lines, in_words, one_line, plain

#: The time of a suite or a case, which Surefire's schema requires: one request tests many requirements.
_NONE = "0"


def junit_xml(results: Published) -> bytes:
    """Return the report for GitLab, Jenkins and GitHub, from the results' JSON."""
    root = ET.Element("testsuites", name="linkproof", time=f"{results.duration_s:.3f}")
    covered = waived(results)
    findings = {f.id: f for f in [*results.findings, *results.documentation_defects]}
    for contract in results.contracts:
        suite = _suite(root, plain(contract.id), results)
        for row in results.requirements:
            if row.contract == contract.id:
                own = [findings[i] for i in row.findings if i in findings]
                _case(suite, row, own, covered, message_of(own, results))
        _root_causes(suite, [c for c in causes(results) if c.finding.contract == contract.id])
        _count(suite)
    if results.broken:
        suite = _suite(root, "linkproof", results)
        for broken in results.broken:
            case = ET.SubElement(suite, "testcase", classname="linkproof", name=one_line(broken.what)[:200], time=_NONE)
            ET.SubElement(case, "error", message=one_line(broken.what)).text = plain(broken.detail)
        _count(suite)
    _count(root)
    del root.attrib["skipped"]  # Jenkins's schema does not have it there
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _suite(root: ET.Element, name: str, results: Published) -> ET.Element:
    return ET.SubElement(root, "testsuite", name=name, timestamp=plain(results.started_at), time=_NONE)


def _root_causes(suite: ET.Element, found: list[Cause]) -> None:
    """Return all root causes of a contract together, with the requirements of their consequences."""
    lines = [one_line(c.line) + (f"\n  explains {c.consequences}" if c.followers else "") for c in found]
    if lines:
        ET.SubElement(suite, "system-out").text = "\n".join([f"{heading(found)}:", *lines])


def _case(
    suite: ET.Element, row: RequirementResult, findings: list[Finding], covered: dict[str, Waiver], message: str
) -> None:
    name = one_line(f"{row.requirement} {row.title}")
    case = ET.SubElement(suite, "testcase", classname=plain(row.contract), name=name, time=_NONE)
    text = "\n".join(line for finding in findings for line in finding_lines(finding))
    left = [f for f in findings if f.level == Level.MUST and f.id not in covered]
    if row.status == "fail" and findings and not left:
        waivers = dict.fromkeys(in_words(covered[f.id]) for f in findings if f.id in covered)
        ET.SubElement(case, "skipped", message=f"breached, and waived {'; '.join(waivers)}")
        ET.SubElement(case, "system-out").text = text
    elif row.status == "fail":
        ET.SubElement(case, "failure", message=one_line(message or row.title), type=row.level).text = text
    elif row.status in ("not exercised", "not applicable"):
        ET.SubElement(case, "skipped", message=one_line(f"{row.status}: {row.why}"))
    else:
        notes = [text, row.why, *(f"documented variant: {v}" for v in row.variants)]
        if any(notes):
            ET.SubElement(case, "system-out").text = "\n".join(plain(n) for n in notes if n)


def _count(parent: ET.Element) -> None:
    cases = list(parent.iter("testcase"))
    parent.set("tests", str(len(cases)))
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        parent.set(name, str(sum(c.find(tag) is not None for c in cases)))
