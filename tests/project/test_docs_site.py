"""The documentation site: no dead link, and a page for each requirement and contract."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from docs import site

from linkproof.contract.loader import all_contracts
from linkproof.contract.requirement_catalogue import all_requirements

pytest.importorskip("mkdocs", reason="mkdocs is not installed")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return site.build(tmp_path_factory.mktemp("site"))


def test_there_is_a_page_for_each_requirement_and_contract(built: Path) -> None:
    for requirement in all_requirements():
        page = (built / "requirements" / f"{requirement.id}.html").read_text(encoding="utf-8")
        assert requirement.source.address.replace("&", "&amp;") in page
    for contract in all_contracts():
        assert (built / "contracts" / f"{contract.id}.html").is_file()
    assert "linkproof run" in (built / "commands.html").read_text(encoding="utf-8")


def test_every_page_of_docs_is_in_the_navigation() -> None:
    listed = {page for section in site.NAV for pages in section.values() for page in pages}
    assert {p.name for p in site.DOCS.glob("*.md")} <= listed


def test_each_case_names_a_requirement_and_where_it_is_from() -> None:
    known = {r.id for r in all_requirements()}
    for case in site.real_cases():
        assert case["requirement"] in known
        assert case["where"] == "../real-services.md" or case["where"].startswith("https://github.com/"), case
        assert not case["what"].startswith("****"), case
    assert {c["where"].startswith("https:") for c in site.real_cases()} == {True, False}
    assert any("What it caught" in p and "Azure" in p for p in site.generated().values())


def test_a_dead_link_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    docs = tmp_path / "docs"
    shutil.copytree(site.DOCS, docs, ignore=shutil.ignore_patterns("__pycache__"))
    (docs / "gate.md").write_text("# Gate\n\n[gone](no-such-page.md)\n", encoding="utf-8")
    monkeypatch.setattr(site, "DOCS", docs)
    with pytest.raises(subprocess.CalledProcessError):
        site.build(tmp_path / "out")
