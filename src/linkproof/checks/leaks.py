"""Patterns that reveal the internals of a service: stack traces, exception types, file paths, SQL."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

# Each pattern takes linear time: a long word is matched from its beginning only, and the text between two marks is
# bounded.
_TRACE = re.compile(
    r"Traceback \(most recent call last\)"
    r"|File \"[^\"]{1,500}+\", line \d+"
    r"|\bat [\w.$<>`\[\]]{1,300}+\([^)\n]{0,500}+\)(?: in \S{1,500}:line \d+|\s{0,20}+\n|\s{1,20}+at |$)"
    r"|\bat [\w.$<>]{1,300}+\([\w.$]{1,300}\.(?:java|kt|cs|scala|js|ts|go|py|rb):\d+\)"
    r"|\bat [\w.$<>]{1,300}+ \(?[\w/.:\\-]{1,500}\.(?:js|ts|mjs):\d+:\d+\)?"
    r"|\bin [\w/\\.:-]{1,500}\.(?:cs|py|java|go|js|rb|php):(?:line )?\d+"
    r"|goroutine \d+ \[|panic: runtime error"
    r"|(?<![\w/.-])[\w/.-]+\.(?:go|py|rb|js|java|cs|php):\d+\b"
)
_EXCEPTION = re.compile(
    r"(?<!\w\.)\b(?:[A-Za-z_]\w*\.)+[A-Z]\w*(?:Exception|Error|Fault)\b"
    r"|\b[A-Z]\w*Exception\b"
    r"|\b(?:Value|Type|Key|Index|Attribute|Runtime|Name|Assertion|OS|IO|Import|Module|Recursion|Memory|Unicode|"
    r"UnicodeDecode|JSONDecode|Integrity|Operational|Programming|ZeroDivision|Lookup|Connection|Reference|Range|"
    r"Syntax|NotImplemented|Arithmetic|Overflow|StopIteration|BrokenPipe|FileNotFound|Permission|Timeout)"
    r"Error(?=\s{0,20}+[:(])"
    r"|\bError: [\w .']{3,80}\n\s{1,20}+at "
)
#: Messages of runtimes and frameworks about programming errors (.NET, Python, Java, JavaScript).
_TEXT = re.compile(
    r"Property set method not found|Object reference not set to an instance of an object"
    r"|Value cannot be null\.\s(?:\(Parameter |Parameter name:)"
    r"|Sequence contains (?:no|more than one) (?:matching )?element"
    r"|Input string was not in a correct format|Index was outside the bounds of the array"
    r"|'[A-Za-z_]\w*' object (?:has no attribute '|is not (?:subscriptable|iterable|callable))"
    r"|Cannot (?:read|set) propert(?:y|ies) (?:'\w+' )?of (?:undefined|null)"
)
_PATH = re.compile(
    r"(?<![\w:/.\-])/(?:usr|home|var|opt|srv|app|apps|etc|tmp|root|mnt|data|proc|lib|bin|src|build|workspace)/[\w.\-/]+"
    r"|(?<![\w])[A-Za-z]:\\{1,2}(?:[\w .\-]+\\{1,2})*[\w .\-]+"
    r"|\\\\[\w.-]{1,255}+\\[\w.$-]{1,255}+\\"
)
_SQL = re.compile(
    r"\bSELECT\b[\s\S]{1,300}?\bFROM\b|\bINSERT\s{1,20}+INTO\b|\bUPDATE\s{1,20}+\S{1,200}+\s{1,20}+SET\b"
    r"|\bDELETE\s{1,20}+FROM\b"
    r"|(?i:\bselect\s{1,20}+(?:\*|[\w.\",\s]{1,120}?)\s{1,20}+from\s{1,20}+[\w.\"\[\]]{1,200}+\s{1,20}+where\b"
    r"|\bselect\s{1,20}+\*\s{1,20}+from\b|\binsert\s{1,20}+into\s{1,20}+\S{1,200}?\s{0,20}+(?:\(|values)"
    r"|\bdelete\s{1,20}+from\s{1,20}+\S{1,200}+\s{1,20}+where\b"
    r"|\bupdate\s{1,20}+\S{1,200}+\s{1,20}+set\s{1,20}+[^\s=]{1,200}+\s{0,20}+="
    r"|\bsyntax error at or near\b|\bviolates (?:unique|foreign key|check|not-null) constraint\b|\bsqlstate\b"
    r"|\bora-\d{5}\b|\bduplicate key value\b|\brelation \"[^\"]{1,200}+\" does not exist\b)"
)

KINDS: Final = (
    ("stack trace", _TRACE),
    ("exception type", _EXCEPTION),
    ("exception text", _TEXT),
    ("file path", _PATH),
    ("SQL", _SQL),
)


#: Length of the prefix that is searched, in characters: a body may have megabytes.
_WINDOW = 1 << 18
#: Maximum number of distinct words of the request that are ignored as echoes.
_MOST_ECHOES = 200
#: Maximum length of texts whose result is cached: services repeat their messages.
_REMEMBERED = 1000
#: Every match of a pattern in ``KINDS`` contains one of these characters or words, in this order.
_MARKS = (
    (re.compile(r"[(:\"\[]"), _TRACE),
    (re.compile(r"Exception|Error|Fault"), _EXCEPTION),
    (re.compile(r"[Nn]ot |[Cc]annot|Sequence|outside|object"), _TEXT),
    (re.compile(r"[/\\]"), _PATH),
    (re.compile(r"(?i)select|insert|update|delete|syntax|violates|sqlstate|ora-|duplicate|relation"), _SQL),
)


def _may_leak(text: str) -> bool:
    """Whether any pattern matches, wherever the match comes from."""
    return any(mark.search(text) and pattern.search(text) for mark, pattern in _MARKS)


@lru_cache(maxsize=1024)
def _short_text_may_leak(text: str) -> bool:
    return _may_leak(text)


def may_leak(text: str) -> bool:
    """Whether ``find_leak`` may find a leak in a text, whatever was sent."""
    return _short_text_may_leak(text) if len(text) <= _REMEMBERED else _may_leak(text[:_WINDOW])


def find_leak(text: str, sent: str) -> tuple[str, str] | None:
    """Return kind and text of a leak in ``text``. Text that the request (``sent``) contains is an echo, not a leak."""
    text = text[:_WINDOW]
    for kind, pattern in KINDS:
        echoes: set[str] = set()
        for match in pattern.finditer(text):
            words = match.group(0).strip()
            if words in echoes:
                continue
            if words not in sent:
                return kind, words[:120]
            echoes.add(words)
            if len(echoes) > _MOST_ECHOES:
                break
    return None
