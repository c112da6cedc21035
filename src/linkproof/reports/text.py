"""Findings in words, for every report that is text."""

from __future__ import annotations

import re
from typing import Any

#: What XML 1.0 does not allow, and a terminal should not get.
_FORBIDDEN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def plain(text: str) -> str:
    """Text without control characters."""
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)


def finding_lines(finding: dict[str, Any]) -> list[str]:
    """What was expected, what came, where, and how to see it again."""
    where = f"{finding['contract']} {finding['operation']}"
    if finding["pointer"]:
        where += f" at {finding['pointer']}"
    lines = [
        f"{finding['requirement']} {finding['level']}: {finding['message']}",
        f"  where:    {where} ({finding['count']}x)",
        f"  expected: {finding['expected']}",
        f"  got:      {finding['actual']}",
    ]
    if finding["exchanges"]:
        lines.append(f"  seen in:  {', '.join(e['label'] for e in finding['exchanges'])}")
    if finding["curl"]:
        lines.append(f"  again:    {finding['curl']}")
    return [plain(line) for line in lines]
