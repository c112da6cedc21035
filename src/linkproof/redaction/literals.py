"""Replace many known texts at once, in time that does not depend on their number."""

from __future__ import annotations

import re
from collections.abc import Iterator

_WORD = re.compile(r"[a-z0-9]++")


class Literals:
    """Known texts and what takes their place; they are found whole (not within a longer word), in any case.

    A text is found by its longest word: the words of what is searched are looked up one by one.
    """

    def __init__(self) -> None:
        self._new: dict[str, str] = {}
        #: For a word: where texts with it begin before it, and how long they are; tokens of one issuer have one entry.
        self._places: dict[str, dict[tuple[int, int], None]] = {}

    def __contains__(self, text: str) -> bool:
        return _lower(text) in self._new

    def __iter__(self) -> Iterator[str]:
        return iter(self._new)

    def add(self, text: str, new: str) -> bool:
        """Remember a text; return whether it is new and contains a word to find it by."""
        key = _lower(text)
        word = max(_WORD.finditer(key), key=lambda m: len(m.group()), default=None)
        if key in self._new or word is None:
            return False
        self._new[key] = new
        self._places.setdefault(word.group(), {})[word.start(), len(key)] = None
        return True

    def replace(self, text: str) -> str:
        """Return a text with every known text in it replaced; of two that overlap, the one whose word comes first."""
        if not self._new:
            return text
        lower = _lower(text)
        parts: list[str] = []
        past = 0
        for word in _WORD.finditer(lower):
            places = self._places.get(word.group())
            found = self._at(lower, word.start(), places, past) if places else None
            if found:
                start, end = found
                parts += [text[past:start], self._new[lower[start:end]]]
                past = end
        return "".join([*parts, text[past:]]) if parts else text

    def _at(self, lower: str, at: int, places: dict[tuple[int, int], None], past: int) -> tuple[int, int] | None:
        best: tuple[int, int] | None = None
        for before, length in places:
            start = at - before
            end = start + length
            if start < past or (best and end - start <= best[1] - best[0]):
                continue
            if lower[start:end] in self._new and _is_whole(lower, start, end):
                best = start, end
        return best


def _is_whole(lower: str, start: int, end: int) -> bool:
    before, after = lower[start - 1 : start] if start else "", lower[end : end + 1]
    return not (before.isascii() and before.isalnum()) and not (after.isascii() and after.isalnum())


def _lower(text: str) -> str:
    """Return the text in lower case, each character at its place."""
    lower = text.lower()
    return lower if len(lower) == len(text) else text
