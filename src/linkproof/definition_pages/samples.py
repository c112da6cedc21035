"""Samples on a page: the JSON texts between its lines, and the request lines before them."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from linkproof.definition_pages.facts import SampleFact

REQUEST = re.compile(r"(GET|PUT|POST|PATCH|DELETE)\s+(https?://\S+|/\S+)")


def samples_in(lines: list[str]) -> tuple[SampleFact, ...]:
    """Return every sample: a request follows a request line without braces at the end of its path; all others are
    answers.
    """
    found: list[SampleFact] = []
    path, expects_request = "", False
    number = 0
    while number < len(lines):
        line = lines[number].strip()
        request = REQUEST.fullmatch(line)
        if request:
            path = _path(request[2])
            expects_request = request[1] not in ("GET", "DELETE")
        elif line == "{":
            end = _end(lines, number)
            text = "\n".join(lines[number:end])
            found.append(SampleFact("request" if expects_request else "response", 0, path, text))
            expects_request = False
            number = end - 1
        number += 1
    return tuple(found)


def _path(address: str) -> str:
    """Return the path and query of a request line; "" for an invalid URL."""
    try:
        parts = urlsplit(re.sub(r"^(https?://)\{\w+\}", r"\1host", address))
    except ValueError:
        return ""
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _end(lines: list[str], start: int) -> int:
    """Return the line after a JSON text, where its braces are balanced, whether or not it is valid."""
    depth = 0
    for number in range(start, len(lines)):
        line = lines[number]
        depth += line.count("{") + line.count("[") - line.count("}") - line.count("]")
        if depth <= 0:
            return number + 1
    return len(lines)
