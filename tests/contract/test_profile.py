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
    profile.known_vendors.cache_clear()
    profile._profile.cache_clear()
    yield tmp_path
    profile.known_vendors.cache_clear()
    profile._profile.cache_clear()


def test_a_profile_inherits_its_tables_member_by_member(profiles: Path) -> None:
    (profiles / "first.toml").write_text('id = "first"\ntitle = "First"\n[list]\nitems = "/a"\nlimit = "limit"\n')
    (profiles / "second.toml").write_text('extends = "first"\nid = "second"\n[list]\nitems = "/b"\n')
    found = read_profile("second", "contract.toml")
    assert found == {
        "id": "second",
        "title": "First",
        "list": {"items": "/b", "limit": "limit"},
        "family": "first",
    }
    assert (family_of("first"), family_of("second")) == ("first", "first")


@pytest.mark.parametrize("extended", ["second", "third", "nobody"])
def test_a_profile_that_extends_no_profile_of_its_own_is_a_usage_error(profiles: Path, extended: str) -> None:
    (profiles / "first.toml").write_text('id = "first"\n')
    (profiles / "second.toml").write_text(f'extends = "{extended}"\nid = "second"\n')
    (profiles / "third.toml").write_text('extends = "first"\nid = "third"\n')
    with pytest.raises(UsageError) as told:
        read_profile("second", "contract.toml")
    assert extended in str(told.value)
    assert "first" in told.value.fix
