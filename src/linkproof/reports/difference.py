"""Where two texts differ: what is expected against what came, in pieces of which some are marked."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

_PIECE = re.compile(r"\w+|\s+|.", re.DOTALL)
#: A single word, such as an enumerator or an id: two that are nearly the same differ in some of their signs.
_WORD = re.compile(r"(?=.*[A-Za-z])\S{1,120}")
#: Below this likeness the texts say different things, and all of what came is marked.
_ALIKE, _WORDS_ALIKE = 0.4, 0.7
_MOST_PIECES = 600

Marked = list[tuple[str, bool]]


def marked(expected: str, actual: str) -> tuple[Marked, Marked]:
    """Both texts in pieces, each with whether it differs from the other text.

    A rule in words ("a string") is no other version of a value: then only what came is marked, as a whole.
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
        _add(left, "".join(one[a:b]), tag != "equal")
        _add(right, "".join(other[c:d]), tag != "equal")
    return left, right


def _add(pieces: Marked, text: str, differs: bool) -> None:
    if text:
        pieces.append((text, differs))
