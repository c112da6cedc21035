"""The catalogue of requirements is whole, and says what the contract facts say."""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from jsonschema import Draft202012Validator

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "schemas" / "requirements"
FORMAT = ROOT / "schemas" / "formats" / "requirement.schema.json"
FACTS = ROOT.parent / "shared" / "contracts.md"

FAMILIES = ("SHP", "ENM", "PAG", "ERR", "STA", "LRO", "HDR", "DOC")
#: Reports point at these: an id is never taken away, nor used again for something else.
IDS = (
    *("SHP-1", "SHP-2", "SHP-3", "SHP-4", "SHP-5", "SHP-6", "SHP-7"),
    *("ENM-1", "ENM-2", "ENM-3"),
    *("PAG-1", "PAG-2", "PAG-3", "PAG-4", "PAG-5", "PAG-6", "PAG-7", "PAG-8"),
    *("ERR-1", "ERR-2", "ERR-3", "ERR-4", "ERR-5", "ERR-6", "ERR-7", "ERR-8", "ERR-9"),
    *("STA-1", "STA-2", "STA-3", "STA-4", "STA-5", "STA-6", "STA-7", "STA-8", "STA-9", "STA-10"),
    *("LRO-1", "LRO-2", "LRO-3", "LRO-4", "LRO-5", "LRO-6"),
    *("HDR-1", "HDR-2", "HDR-3", "HDR-4", "HDR-5", "HDR-6"),
    "DOC-1",
)
#: One line of the facts: "- SHP-5 A MUST ...", "- ERR-1 * (an aside) MUST ...", "- LRO-1 MUST ...", "- DOC-1 * ...".
FACT = re.compile(
    r"^- (?P<id>[A-Z]{3}-\d+) (?:(?:\*|[A-Z]\d?) )?(?:\([^)]*(?:\([^)]*\)[^)]*)*\) )?(?:(?P<level>MUST|SHOULD)\b)?",
    re.MULTILINE,
)


def _load(family: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{family}.toml").read_text(encoding="utf-8"))


def _requirements() -> list[dict[str, Any]]:
    return [requirement for family in FAMILIES for requirement in _load(family)["requirement"]]


def _validator() -> Draft202012Validator:
    schema = json.loads(FORMAT.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def _facts() -> dict[str, str]:
    """Ids and levels as the facts give them; where they give no level (DOC-1) it is SHOULD."""
    if not FACTS.exists():
        pytest.skip(f"{FACTS} is not here: the facts are not part of the repository")
    section = FACTS.read_text(encoding="utf-8").split("\n## 2. Requirements\n", 1)[1].split("\n## ", 1)[0]
    found = [(match["id"], match["level"] or "SHOULD") for match in FACT.finditer(section)]
    assert len(found) == len(dict(found)), "an id stands twice in the facts"
    return dict(found)


def test_there_is_one_file_for_each_family() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {f"{family}.toml" for family in FAMILIES}


@pytest.mark.parametrize("family", FAMILIES)
def test_file_validates(family: str) -> None:
    errors = [f"{error.json_path}: {error.message}" for error in _validator().iter_errors(_load(family))]
    assert errors == []


@pytest.mark.parametrize("family", FAMILIES)
def test_file_holds_its_own_family(family: str) -> None:
    for requirement in _load(family)["requirement"]:
        assert requirement["family"] == family
        assert requirement["id"].startswith(f"{family}-")


@pytest.mark.parametrize("member", ["id", "level", "title", "condition", "needs", "source"])
def test_format_refuses_a_missing_member(member: str) -> None:
    requirement = dict(_load("SHP")["requirement"][0])
    del requirement[member]
    assert not _validator().is_valid({"requirement": [requirement]})


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("id", "XYZ-1"),
        ("level", "MAY"),
        ("subject", "vendor"),
        ("title", "x" * 71),
        ("statement", ""),
        ("vendors", []),
        ("needs", ["luck"]),
        ("condition", " "),
        ("evidence", ["live", "live"]),
        ("source", {"document": "d", "section": "s", "address": "http://example.org/d", "read": "2026-11-20"}),
        ("source", {"document": "d", "section": "s", "address": "https://example.org/d", "read": "2026-13-20"}),
        ("note", "unknown"),
    ],
)
def test_format_refuses_a_wrong_member(member: str, value: object) -> None:
    requirement = _load("SHP")["requirement"][0]
    assert _validator().is_valid({"requirement": [requirement]})
    assert not _validator().is_valid({"requirement": [{**requirement, member: value}]})


def test_ids_are_unique_and_pinned() -> None:
    assert tuple(requirement["id"] for requirement in _requirements()) == IDS
    assert len(set(IDS)) == len(IDS) == 50


def test_titles_say_what_is_true() -> None:
    titles = [requirement["title"] for requirement in _requirements()]
    assert [title for title, times in Counter(title.casefold() for title in titles).items() if times > 1] == []
    assert [title for title in titles if len(title) > 70] == []
    assert [title for title in titles if re.search(r"\bshould\b", title, re.IGNORECASE)] == []


@pytest.mark.parametrize("requirement", _requirements(), ids=lambda r: str(r["id"]))
def test_source_is_complete(requirement: dict[str, Any]) -> None:
    source = requirement["source"]
    assert set(source) == {"document", "section", "address", "read"}
    assert all(isinstance(text, str) and text.strip() for text in source.values())
    address = urlsplit(source["address"])
    assert address.scheme == "https"
    assert address.hostname in {
        "github.com",
        "learn.microsoft.com",
        "support.huaweicloud.com",
        "www.rfc-editor.org",
    }
    assert date.fromisoformat(source["read"]).isoformat() == source["read"]


def test_only_documentation_is_judged_apart() -> None:
    apart = [requirement["id"] for requirement in _requirements() if requirement["subject"] == "documentation"]
    assert apart == ["DOC-1"]


def test_ids_and_levels_are_those_of_the_facts() -> None:
    assert {requirement["id"]: requirement["level"] for requirement in _requirements()} == _facts()
