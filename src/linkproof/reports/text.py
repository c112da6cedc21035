"""Findings in words, for every report that is text."""

from __future__ import annotations

import re
from typing import Any

#: What XML 1.0 does not allow, and what rules a terminal or turns the direction of writing.
_FORBIDDEN = re.compile(
    "[^\\t\\n\\r\\x20-\\x7e\\xa0-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]|[\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]"
)
_BREAK = re.compile("\\r\\n|[\\r\\n\\u2028\\u2029]")


def plain(text: str) -> str:
    """Text whose control characters are spelled out, as in ``\\u001b``: they show and do nothing."""
    return _FORBIDDEN.sub(lambda m: f"\\u{ord(m[0]):04x}", text)


def one_line(text: str) -> str:
    """Text on one line: line breaks are shown, so that no part of it looks like a line of the report."""
    return _BREAK.sub("↵", plain(text))


def plain_all(value: Any) -> Any:
    """JSON of which every string is plain."""
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, dict):
        return {key: plain_all(member) for key, member in value.items()}
    if isinstance(value, list):
        return [plain_all(item) for item in value]
    return value


def count(number: int, noun: str) -> str:
    """A number with its noun, in the plural where that is due."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def finding_lines(finding: dict[str, Any]) -> list[str]:
    """What was expected, what came, where, and how to see it again."""
    lines = [
        f"{finding['requirement']} {finding['level']}: {finding['message']}",
        f"  where:    {finding['contract']} {finding['operation']} ({finding['count']}x)",
    ]
    if finding["pointer"]:
        lines.append(f"  pointer:  {finding['pointer']}")
    lines.append(f"  expected: {finding['expected']}")
    lines.append(f"  got:      {finding['actual'] or '(nothing)'}")
    if told := finding.get("attribution"):
        lines.append(f"  alone:    {told['alone']}: {told['why']}")
    if finding["exchanges"]:
        lines.append(f"  seen in:  {finding['exchanges'][0]['label']}")
    if finding["curl"]:
        lines.append(f"  again:    {finding['curl']}")
    return [one_line(line) for line in lines]


def in_words(waiver: dict[str, Any]) -> str:
    """Who answers for a breach, until when, why, and where more is told."""
    return one_line(f"by {waiver['owner']} until {waiver['expires']}: {waiver['reason']} ({waiver['link']})")
