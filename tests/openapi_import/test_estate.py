"""All versions of all types, each compared with the one before it."""

from __future__ import annotations

from pathlib import Path

from linkproof.cli.definitions import diff_estate
from linkproof.contract.catalogue import chosen
from linkproof.definition_pages.estate import as_markdown, steps


def test_neighbouring_versions_are_compared_and_breaking_changes_named() -> None:
    redis = chosen(["azure-cache-redis", "azure-cache-redis-*"])
    found = steps(redis)
    assert [(s.was.version, s.now.version) for s in found] == [("2020-12-01", "2024-11-01")]
    assert found[0].breaking
    page = as_markdown(found, len(redis))
    assert "## Microsoft.Cache/redis/privateEndpointConnections: 2020-12-01 to 2024-11-01" in page
    assert "**breaking**" in page


def test_a_version_compared_with_itself_has_no_change() -> None:
    (one,) = chosen(["azure-storage-storageaccounts-2021-04-01"])
    assert steps([one]) == []
    (pair,) = steps([one, one])
    assert pair.changes == ()


def test_members_of_what_came_as_a_whole_are_not_listed_again(tmp_path: Path) -> None:
    out = tmp_path / "drift.md"
    assert diff_estate(out) == 0
    page = out.read_text(encoding="utf-8")
    assert "answer /systemData: member added" in page
    assert "answer /systemData/createdAt: member added" not in page
