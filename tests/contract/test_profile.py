"""A vendor's profile that extends another one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from linkproof.contract import profile
from linkproof.contract.profile import family_of, read_profile
from linkproof.errors import UsageError


@pytest.fixture
def profiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder in the place of ``schemas/vendors``."""
    monkeypatch.setattr(profile, "vendors", lambda: tmp_path)
    profile._files.cache_clear()
    profile._profile.cache_clear()
    yield tmp_path
    profile._files.cache_clear()
    profile._profile.cache_clear()


FIRST = """
id = "first"
title = "First"
states = { pending = "new", approved = "on", rejected = "off" }
error = { code = "/code", message = "/message" }
list = { items = "/a", limit = "limit" }
member = { id = "/id" }
decide = {}
"""


def test_a_profile_inherits_its_tables_member_by_member(profiles: Path) -> None:
    (profiles / "first.toml").write_text(FIRST)
    (profiles / "second.toml").write_text('extends = "first"\nid = "second"\n[list]\nitems = "/b"\n')
    found = read_profile("second", "contract.toml")
    assert (found["id"], found["title"], found["family"]) == ("second", "First", "first")
    assert found["list"] == {"items": "/b", "limit": "limit"}
    assert (found["version_parameter"], found["authorization_header"]) == ("", "Authorization")
    assert (family_of("first"), family_of("second")) == ("first", "first")


@pytest.mark.parametrize("extended", ["second", "third", "nobody"])
def test_a_profile_that_extends_no_profile_of_its_own_is_a_usage_error(profiles: Path, extended: str) -> None:
    (profiles / "first.toml").write_text(FIRST)
    (profiles / "second.toml").write_text(f'extends = "{extended}"\nid = "second"\n')
    (profiles / "third.toml").write_text('extends = "first"\nid = "third"\n')
    with pytest.raises(UsageError) as told:
        read_profile("second", "contract.toml")
    assert extended in str(told.value)
    assert "first" in told.value.fix


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('title = "First"\n', "", "title"),
        ('approved = "on"', "approved = 5", "/states/approved"),
        ('list = { items = "/a", limit = "limit" }', 'list = "/a"', "/list"),
        ('id = "first"', 'id = "other"', "id is 'other', and the file is first.toml"),
        ("member =", "member ", "not valid TOML"),
    ],
)
def test_a_profile_that_does_not_fit_is_a_usage_error(profiles: Path, before: str, after: str, said: str) -> None:
    (profiles / "first.toml").write_text(FIRST.replace(before, after, 1))
    with pytest.raises(UsageError) as told:
        read_profile("first", "contract.toml")
    assert "first.toml" in told.value.where
    assert said in str(told.value)


_SOURCE = """
[[requirement_source]]
requirements = ["STA-1"]
document = "First: decisions"
section = "Accept"
address = "https://first.example/decisions"
read = "2026-11-22"
"""


def test_a_profile_names_its_own_documents(profiles: Path) -> None:
    (profiles / "first.toml").write_text(FIRST + _SOURCE)
    sources = read_profile("first", "contract.toml")["sources"]
    assert [(name, s.vendor, s.section) for name, s in sources.items()] == [("STA-1", "first", "Accept")]


def test_a_document_that_does_not_fit_is_named_with_its_own_file(profiles: Path) -> None:
    (profiles / "first.toml").write_text(FIRST + _SOURCE.replace("STA-1", "STA-99", 1))
    (profiles / "second.toml").write_text('extends = "first"\nid = "second"\ntitle = "Second"\n')
    with pytest.raises(UsageError) as told:
        read_profile("second", "contract.toml")
    assert "first.toml: requirement_source" in told.value.where


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('["STA-1"]', '["STA-99"]', "no requirement is called 'STA-99'"),
        ('["STA-1"]', '"STA-1"', "/0/requirements"),
        ('section = "Accept"\n', "", "section"),
        ("[[requirement_source]]", "[requirement_source]", "requirement_source"),
        ("address =", "adress =", "adress"),
    ],
)
def test_a_document_that_does_not_fit_is_a_usage_error(profiles: Path, before: str, after: str, said: str) -> None:
    (profiles / "first.toml").write_text(FIRST + _SOURCE.replace(before, after, 1))
    with pytest.raises(UsageError) as told:
        read_profile("first", "contract.toml")
    assert "first.toml: requirement_source" in told.value.where
    assert said in str(told.value)


def test_a_profile_beside_contracts_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "vendors").mkdir()
    (tmp_path / "vendors" / "first.toml").write_text(FIRST)
    assert "first" not in profile.known_vendors()
    monkeypatch.setenv("LINKPROOF_CONTRACTS", str(tmp_path))
    assert {"azure", "first", "huawei"} <= set(profile.known_vendors())
    assert read_profile("first", "contract.toml")["title"] == "First"
    (tmp_path / "vendors" / "azure.toml").write_text(FIRST)
    profile._files.cache_clear()
    with pytest.raises(UsageError, match="azure has a profile already"):
        profile.known_vendors()
