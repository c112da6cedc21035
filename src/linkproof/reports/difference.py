"""The differences between an expected and an actual text, in pieces that are marked or not."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

_PIECE = re.compile(r"\w+|\s+|.", re.DOTALL)
#: Matches a single word, such as an enumerator or an id: two similar ones are compared by character.
_WORD = re.compile(r"(?=.*[A-Za-z])\S{1,120}")
#: Similarity below which the whole actual text is marked.
_ALIKE, _WORDS_ALIKE = 0.4, 0.7
_MOST_PIECES = 600

Marked = list[tuple[str, bool]]


def marked(expected: str, actual: str) -> tuple[Marked, Marked]:
    """Return both texts in pieces, each with whether it differs from the other text.

    If the expected text is a rule in words ("a string"), the whole actual text is marked.
    """
    words = _WORD.fullmatch(expected) and _WORD.fullmatch(actual)
    one, other = (list(t) if words else _PIECE.findall(t) for t in (expected, actual))
    whole = ([(expected, False)], [(actual, True)] if actual else [])
    if max(len(one), len(other)) > _MOST_PIECES:
        return whole
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    if matcher.ratio() < (_WORDS_ALIKE if words else _ALIKE):
        return whole
    left: Marked = []
    right: Marked = []
    for tag, a, b, c, d in matcher.get_opcodes():
        _add(left, "".join(one[a:b]), differs=tag != "equal")
        _add(right, "".join(other[c:d]), differs=tag != "equal")
    return left, right


def _add(pieces: Marked, text: str, *, differs: bool) -> None:
    if text:
        pieces.append((text, differs))
