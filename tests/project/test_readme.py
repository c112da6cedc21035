"""README.md and docs are correct: commands exist, links have targets, counts are right."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from docs import site

from linkproof.model.results import Verdict
from tests.command_line import linkproof

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def _commands() -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    return [line.split("#")[0].strip() for block in blocks for line in block.splitlines() if line.strip()]


@pytest.mark.parametrize("command", [c for c in _commands() if c.startswith("linkproof ")])
def test_its_commands_and_options_exist(command: str) -> None:
    words = command.split()[1:]
    names = [w for w in words[:2] if re.fullmatch(r"[a-z]+", w)]
    shown = linkproof(ROOT, *names, "--help")
    assert shown.returncode == 0, command
    for option in (w for w in words if w.startswith("--")):
        assert option in shown.stdout, f"{option} of {command}"


def test_the_two_commands_are_targets_of_the_makefile() -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    asked = {c.split()[1] for c in _commands() if c.startswith("make ")}
    assert asked == {"conformance", "test"}
    assert asked <= targets
    assert "make test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        if not target.startswith("http"):
            assert (page.parent / target).exists() or target in site.generated(), target


def test_the_numbers_are_right() -> None:
    for verdict in Verdict:
        assert f"| {verdict.exit_code} |" in README


def test_the_picture_is_small_enough_to_be_loaded() -> None:
    assert (ROOT / "docs" / "report.png").stat().st_size < 300_000
