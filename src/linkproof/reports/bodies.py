"""Bodies formatted for reading: JSON with line breaks, even if it was truncated."""

from __future__ import annotations

import json
import re

_NOTE = re.compile(r"\n(\[cut here: [0-9]+ bytes in all\])\Z")
_CLOSE = {"{": "}", "[": "]"}


def whole(body: str) -> tuple[str, str]:
    """Return a body and a note. Truncated JSON ends after its last complete member; anything else is unchanged."""
    note = _NOTE.search(body)
    if note is None:
        return body, ""
    ended = _ended(body[: note.start()])
    return (ended, note[1]) if ended else (body, "")


def pretty(body: str, most: int) -> str:
    """Return a body with line breaks and indents if it is JSON; at most ``most`` lines."""
    text, note = whole(body)
    try:
        text = json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        text, note = body, ""
    lines = text.split("\n")
    if len(lines) > most:
        lines[most:] = [f"[{len(lines) - most} lines more: see results.json]"]
    return "\n".join([*lines, note] if note else lines)


def _ended(text: str) -> str:
    """Return ``text`` up to its last comma with every bracket closed; "" if that is not JSON."""
    brackets: list[str] = []
    end, closing = 0, ""
    in_string = escaped = False
    for index, sign in enumerate(text):
        if in_string:
            in_string = escaped or sign != '"'
            escaped = sign == "\\" and not escaped
        elif sign == '"':
            in_string = True
        elif sign in _CLOSE:
            brackets.append(_CLOSE[sign])
        elif sign in "]}":
            if not brackets:
                return ""
            brackets.pop()
        elif sign == ",":
            end, closing = index, "".join(reversed(brackets))
    ended = text[:end] + closing
    try:
        json.loads(ended)
    except (ValueError, RecursionError):
        return ""
    return ended
