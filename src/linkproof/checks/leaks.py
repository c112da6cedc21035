"""What gives away the inside of a service: stack traces, exception types, file paths, SQL."""

from __future__ import annotations

import re
from typing import Final

_TRACE = re.compile(
    r"Traceback \(most recent call last\)"
    r"|File \"[^\"]+\", line \d+"
    r"|\bat [\w.$<>`\[\]]+\([^)\n]*\)(?: in \S+:line \d+|\s*\n|\s+at |$)"
    r"|\bat [\w.$<>]+\([\w.$]+\.(?:java|kt|cs|scala|js|ts|go|py|rb):\d+\)"
    r"|\bat [\w.$<>]+ \(?[\w/.:\\-]+\.(?:js|ts|mjs):\d+:\d+\)?"
    r"|\bin [\w/\\.:-]+\.(?:cs|py|java|go|js|rb|php):(?:line )?\d+"
    r"|goroutine \d+ \[|panic: runtime error"
    r"|[\w/.-]+\.(?:go|py|rb|js|java|cs|php):\d+\b"
)
_EXCEPTION = re.compile(
    r"\b(?:[A-Za-z_]\w*\.)+[A-Z]\w*(?:Exception|Error|Fault)\b"
    r"|\b[A-Z]\w*Exception\b"
    r"|\b(?:Value|Type|Key|Index|Attribute|Runtime|Name|Assertion|OS|IO|Import|Module|Recursion|Memory|Unicode|"
    r"UnicodeDecode|JSONDecode|Integrity|Operational|Programming|ZeroDivision|Lookup|Connection|Reference|Range|"
    r"Syntax|NotImplemented|Arithmetic|Overflow|StopIteration|BrokenPipe|FileNotFound|Permission|Timeout)"
    r"Error(?=\s*[:(])"
    r"|\bError: [\w .']{3,80}\n\s+at "
)
_PATH = re.compile(
    r"(?<![\w:/.\-])/(?:usr|home|var|opt|srv|app|apps|etc|tmp|root|mnt|data|proc|lib|bin|src|build|workspace)/[\w.\-/]+"
    r"|(?<![\w])[A-Za-z]:\\{1,2}(?:[\w .\-]+\\{1,2})*[\w .\-]+"
    r"|\\\\[\w.-]+\\[\w.$-]+\\"
)
_SQL = re.compile(
    r"\bSELECT\b[\s\S]{1,300}?\bFROM\b|\bINSERT\s+INTO\b|\bUPDATE\s+\S+\s+SET\b|\bDELETE\s+FROM\b"
    r"|(?i:\bselect\s+(?:\*|[\w.\",\s]{1,120}?)\s+from\s+[\w.\"\[\]]+\s+where\b|\bselect\s+\*\s+from\b"
    r"|\binsert\s+into\s+\S+\s*(?:\(|values)|\bdelete\s+from\s+\S+\s+where\b|\bupdate\s+\S+\s+set\s+\S+\s*="
    r"|\bsyntax error at or near\b|\bviolates (?:unique|foreign key|check|not-null) constraint\b|\bsqlstate\b"
    r"|\bora-\d{5}\b|\bduplicate key value\b|\brelation \"[^\"]+\" does not exist\b)"
)

KINDS: Final = (("stack trace", _TRACE), ("exception type", _EXCEPTION), ("file path", _PATH), ("SQL", _SQL))


def find_leak(text: str, sent: str) -> tuple[str, str] | None:
    """The kind and the words of what leaks in ``text``; what the request itself said (``sent``) is an echo, no leak."""
    for kind, pattern in KINDS:
        for match in pattern.finditer(text):
            words = match.group(0)
            if words.strip() not in sent:
                return kind, words.strip()[:120]
    return None
