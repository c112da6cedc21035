"""Findings as text, for every report that is text."""

from __future__ import annotations

import re

from linkproof.model.finding import Finding
from linkproof.model.waiver import Waiver
from linkproof.redaction.curl import polls

#: Matches characters that XML 1.0 forbids, that control a terminal, or that change the writing direction.
_FORBIDDEN = re.compile(
    "[^\\t\\n\\r\\x20-\\x7e\\xa0-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]|[\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]"
)
#: What stands before the first command of a finding, and before each one that follows.
AGAIN, THEN = "  again:    ", "  then:     "
_BREAK = re.compile("\\r\\n|[\\r\\n\\u2028\\u2029]")


def plain(text: str) -> str:
    """Return text with control characters written out, as ``\\u001b``, so that they have no effect."""
    return _FORBIDDEN.sub(lambda m: f"\\u{ord(m[0]):04x}", text)


def one_line(text: str) -> str:
    """Return text on one line with line breaks written out, so that no part of it looks like a line of the report."""
    return _BREAK.sub("↵", plain(text))


def commands_of(finding: Finding) -> tuple[str, ...]:
    """Return the commands that show a finding again, in their order; empty if there is none."""
    return (*finding.curl_before, finding.curl) if finding.curl else ()


def waiting_for(finding: Finding) -> str:
    """Return what to wait for between the commands of a finding; "" if they can follow each other at once."""
    earlier = finding.exchanges[: max(0, finding.together - 1)]
    if not finding.curl_before or polls(finding.curl) or all(e.response.status != 202 for e in earlier):
        return ""
    return "after an answer of 202, wait until its operation has ended before the next command"


def finding_lines(finding: Finding) -> list[str]:
    """Yield what was expected, the actual value, where, and how to reproduce it."""
    lines = [
        f"{finding.requirement} {finding.level}: {finding.message}",
        f"  where:    {finding.contract} {finding.operation} ({finding.count}x)",
    ]
    if finding.pointer:
        lines.append(f"  pointer:  {finding.pointer}")
    lines.append(f"  expected: {finding.expected}")
    lines.append(f"  got:      {finding.actual or '(nothing)'}")
    if finding.because:
        lines.append(f"  follows:  from {(finding.follows or '').rpartition('-')[0]}: {finding.because}")
    if attribution := finding.attribution:
        lines.append(f"  wrong:    {attribution.alone}: {attribution.why}")
    if finding.judged is not None:
        lines.append(f"  seen in:  {finding.judged.label}")
    for number, command in enumerate(commands_of(finding)):
        lines.append(f"{THEN if number else AGAIN}{command}")
    if wait := waiting_for(finding):
        lines.append(f"  wait:     {wait}")
    return [one_line(line) for line in lines]


def in_words(waiver: Waiver) -> str:
    """Return the owner of a waiver, its last day, the reason and the link."""
    return one_line(f"by {waiver.owner} until {waiver.expires}: {waiver.reason} ({waiver.link})")
