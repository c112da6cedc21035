"""The glossary against the code: a retired term in code, docs or schemas fails."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GLOSSARY = ROOT / "docs" / "glossary.md"
#: How each retired term is recognised where it is used as a term: as a name, or in a phrase. Words that are ordinary
#: English ("world", "places") are looked for as names only.
PATTERNS: dict[str, str] = {
    "demand": r"\b[Dd]emands?\b|\bdemands_from\b",
    "sort of a call": r"\bsorts? of (?:a )?calls?\b|\w\.sort\b(?!\(|-)",
    "held": r"\bwas held\b|\bwere held\b",
    "seen to hold": r"\bseen to hold\b",
    "world": r"\bworlds?\b|\b_World\b",
    "scene": r"\bscenes?\b|\bScene\b",
    "lane": r"\blanes?\b|\bLane\b",
    "meeting": r"\b[Mm]eetings?\b",
    "places": r"\bclass Places\b|\bPlaces\(|import .*\bPlaces\b|\bMOST_PLACES\b",
    "left behind": r"\bleft behind\b|\bleft_behind\b|\bLeftBehind\b|\bleft-behind\b",
    "sown": r"\bsown\b",
    "trial": r"\btrials?\b",
    "rotten": r"\brotten\b",
    "standing": r"\bStanding\b|\bstandings?\b",
    "needed": r"\bNeeded\b|\bneeded_from\b",
    "demands": r"\bNO_DEMANDS\b",
    "stands alone": r"\bstands? alone\b",
    "cloak": r"\b[Cc]loak\b",
    "refusal": r"\b[Rr]efusals?\b",
}
#: Members of formats keep their names, because files of earlier versions and other people's tools have them:
#: ``world`` and ``scene`` of a recorded exchange, ``left_behind`` and ``standing`` of results.json, ``refusal`` of
#: contract.toml. So do the attributes that hold them. In prose, and as names of anything else, the terms are retired.
_MEMBERS = "(?:world|scene|left_behind|standing|refusal)"
FORMAT_MEMBERS = re.compile(rf"""[.`"'|]{_MEMBERS}\b|\b{_MEMBERS}(?= ?[=:](?!=))|def scene\(""")
_SUFFIXES = {".py", ".md", ".toml", ".json", ".j2", ".js", ".css"}


@cache
def retired() -> dict[str, str]:
    """Retired term to the term of today, from the glossary's table."""
    found: dict[str, str] = {}
    for line in GLOSSARY.read_text(encoding="utf-8").splitlines():
        cells = [c.strip() for c in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) == 3 and cells[2] and cells[0] not in ("term", "---"):
            found |= {old.strip(): cells[0] for old in cells[2].split(",")}
    return found


def packages() -> list[str]:
    """What is held against the glossary: the packages of the code, the docs and the schemas."""
    code = [p for p in (ROOT / "src" / "linkproof").iterdir() if p.is_dir() and (p / "__init__.py").exists()]
    return sorted([*(f"src/linkproof/{p.name}" for p in code), "suites", "docs", "schemas"])


def uses(package: str) -> list[str]:
    """Each use of a retired term in a package: file, line, term, and the term of today."""
    found = []
    for file in sorted((ROOT / package).rglob("*")):
        if file.suffix not in _SUFFIXES or file == GLOSSARY or "samples" in file.parts:
            continue
        text = file.read_text(encoding="utf-8")
        suspected = {old: term for old, term in retired().items() if re.search(PATTERNS[old], text)}
        for number, line in enumerate(text.splitlines() if suspected else (), start=1):
            for old, term in suspected.items():
                if re.search(PATTERNS[old], FORMAT_MEMBERS.sub("", line)):
                    found.append(f"{file.relative_to(ROOT)}:{number}: {old!r} is {term!r} today: {line.strip():.100}")
    return found


def test_every_retired_term_can_be_found() -> None:
    assert set(retired()) == set(PATTERNS)
    assert all(re.search(pattern, "") is None for pattern in PATTERNS.values())


@pytest.mark.parametrize("package", packages())
def test_no_retired_term_is_used(package: str) -> None:
    assert uses(package) == []


def test_a_retired_term_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "a.py").write_text('"""A world of its own."""\n', encoding="utf-8")
    monkeypatch.setattr("tests.project.test_glossary.ROOT", tmp_path)
    assert uses("new") == ['new/a.py:1: \'world\' is \'state scope\' today: """A world of its own."""']
