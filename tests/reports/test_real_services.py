"""The page on real services has facts and verdicts, but no value of a recorded answer."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from linkproof.cli.real_services import services_page
from linkproof.model.finding import Finding, Level
from linkproof.reports.real_services import Note, Service, Verdict, as_markdown, verdict_of
from tests.command_line import linkproof

ROOT = Path(__file__).parents[2]
RECORDING = ROOT / "cassettes" / "azure-search-pec.yaml.gz"
RECORDINGS = [ROOT.parent / "shared" / name for name in ("recordings", "recordings-azure-cli")]


def finding(**changes: str) -> Finding:
    given: dict[str, Any] = {
        "id": "SHP-1-1",
        "requirement": "SHP-1",
        "contract": "azure-boxes-2020",
        "operation": "Get",
    }
    given |= {"kind": "type", "pointer": "/a", "expected": "string", "actual": "SECRET-VALUE", "place": "/a", **changes}
    return Finding(level=Level.MUST, message="got SECRET-VALUE", count=3, **given)


def test_a_verdict_covers_its_contract_requirement_and_place() -> None:
    verdict = Verdict("SHP-1", "azure-boxes", "service", "It hurts.", "/a")
    assert verdict_of(finding(), [verdict]) is verdict
    for other in ({"requirement": "SHP-2"}, {"contract": "azure-bins"}, {"place": "/b"}):
        assert verdict_of(finding(**other), [verdict]) is None


def test_the_page_has_facts_and_verdicts_and_no_value() -> None:
    service = Service("azure-boxes-2020", "Acme/boxes", "2020-01-01", 9, {"2019-05-05"}, {"2020-03-04T05:06:07Z"})
    service.findings, service.passed = (finding(),), ("SHP-2", "SHP-3")
    service.recordings.add("boxes.yaml")
    page = as_markdown([service], [Verdict("SHP-1", "azure-", "service", "It hurts.")], {"no contract has it": 1})
    assert "| Acme/boxes | 2019-05-05 | 2020-01-01 | 2020-03 | 9 | 2 | 1 |" in page
    assert "10 exchanges, 9 of them judged (90.0 %)" in page
    assert "Oddity of the service. It hurts." in page
    assert "boxes.yaml" in page
    assert "SECRET-VALUE" not in page
    assert "Not judged by hand yet" in as_markdown([service], [], {})


def test_a_note_on_another_version_has_a_verdict_of_its_own() -> None:
    service = Service("azure-boxes-2020", "Acme/boxes", "2020-01-01", 9, {"2019-05-05"})
    service.notes = (Note("SHP-1", "azure-boxes-2020", 2),)
    verdict = Verdict("SHP-1", "azure-boxes", "service", "It hurts.", "/a")
    page = as_markdown([service], [verdict], {})
    assert "- **SHP-1** note (2 kinds): seen under 2019-05-05, defined otherwise by 2020-01-01." in page
    assert "Oddity of the service. It hurts." in page
    assert "Not judged by hand yet." in as_markdown([service], [], {})
    assert verdict_of(Note("SHP-2", "azure-boxes-2020", 1), [verdict]) is None


ENTRY = 'requirement = "A"\ncontract = "b"\nkind = "service"\ntext = "d"\n'


@pytest.mark.parametrize(
    ("content", "error", "fix"),
    [
        ("[[", "v.toml: not valid TOML: ", "correct the line that is named"),
        ("[[verdict]]\nrequirement = 1", "v.toml: /verdict/0/requirement: expected a string, got a whole number", ""),
        ("[[verdict]]\nrequirement = 'A'", "v.toml: /verdict/0: contract is missing", "text and, if need be, place"),
        (f"[[verdict]]\n{ENTRY}".replace("service", "c"), "v.toml: /verdict/0/kind: 'c' is not one of: ", ""),
        (f"[[verdict]]\n{ENTRY}plase = '/a'", "v.toml: /verdict/0: unknown member 'plase': did you mean 'place'?", ""),
        (f"[[verdict]]\n{ENTRY}place = 'a'", "v.toml: /verdict/0/place: this is not a JSON pointer", ""),
        (f"[verdict]\n{ENTRY}", "v.toml: /verdict: expected an array, got an object", "give TOML with [[verdict]]"),
        (f"[[verdicts]]\n{ENTRY}", "v.toml: unknown member 'verdicts': did you mean 'verdict'?", ""),
        ("\xff".encode("latin-1"), "v.toml: this file is not UTF-8 text", "save it as UTF-8"),
        (None, "v.toml: cannot be read: No such file", "give TOML with [[verdict]]"),
    ],
)
def test_a_damaged_file_of_verdicts_is_refused_with_its_field_and_a_fix(
    tmp_path: Path, content: str | bytes | None, error: str, fix: str
) -> None:
    if content is not None:
        (tmp_path / "v.toml").write_bytes(content.encode() if isinstance(content, str) else content)
    ended = linkproof(tmp_path, "services", RECORDING, "--verdicts", "v.toml")
    assert (ended.returncode, ended.stdout) == (2, "")
    said, advice = ended.stderr.splitlines()
    assert said.startswith(f"linkproof: error: {error}")
    assert advice.startswith("  fix: ")
    assert fix in advice
    assert not (tmp_path / "real-services.md").exists()


@pytest.mark.skipif(not all(p.is_dir() for p in RECORDINGS), reason="../shared/recordings is absent")
def test_every_finding_on_real_traffic_has_a_verdict_and_nearly_all_of_it_is_judged(tmp_path: Path) -> None:
    out = tmp_path / "page.md"
    assert services_page(RECORDINGS, ROOT / "docs" / "real-services.toml", out) == 0
    page = out.read_text(encoding="utf-8")
    counts = re.search(r"(\d+) exchanges, (\d+) of them judged", page)
    assert counts is not None
    assert int(counts[2]) / int(counts[1]) > 0.95
