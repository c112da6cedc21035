"""Every regular expression of the package takes time in proportion to the text, whatever the text is."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from typing import Any

import pytest

import linkproof
from tests.redaction.growth import MOST, growth, seconds

_SMALL = 2_000
#: By length, the seconds from which a text is suspicious: a 16th of the work for a quarter of the text.
_SUSPICIOUS = {1_000: 0.0003, 4_000: 0.005}
#: Units that patterns begin, go on or end with; each pattern adds the words that it is made of.
UNITS = (
    *("a", "A", "1", " ", "\n", "\t", ".", "/", "\\", '"', "'", "-", "_", "=", ":", "%41", '\\"', "(", "[", "{", "<"),
    *("a.", "a-", "a_", "a/", "a:", "a=", "a,", "a b ", "a@", "a1", "1.", "1-", "0x1", "://a", "&a=", "?a=b", "=a;"),
    *("at ", "at a.", "at a(", "in ", "in a/", "C:\\a", "\\\\a\\", "/usr/", "/usr/a.", "Error: ", "Error: a", "aError"),
    *("A.b.", "AException", 'File "', "select a, ", "SELECT ", "update a ", "eyJ", "eyJa.", "Bearer ", "<a>", "+"),
    *("password=", 'password="', "password: ", '"password":', '"password":"', '"value":"', "'a': ", '["a",', '\\\\\\"'),
    *("-----BEGIN PRIVATE KEY-----", "a" * 30 + "@", "é", "\u2028", "a\n", "- a: ", "|", "| a ", "# ", "`a"),
)


#: What repeats after a word that a pattern begins with.
_LATER = (" ", "a", "\n", "a ", "a.", " a", ".", "\\", '"', "1")
#: They are only asked for at the beginning of a text.
ANCHORED = frozenset(
    {
        "linkproof.cli.progress._TEST",
        "linkproof.definition_pages.readers.cells._LIST",
        "linkproof.recordings.test_proxy._TEXT",
        "linkproof.reports.request_bodies._REFERENCE",
        "linkproof.reports.difference._WORD",
    }
)


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Every compiled pattern at a module's top level, also within tuples and maps, with its name."""
    seen: set[str] = set()
    for module in pkgutil.walk_packages(linkproof.__path__, "linkproof."):
        if module.name.endswith("__main__"):
            continue
        try:
            found = importlib.import_module(module.name)
        except ImportError:
            continue  # an extra that is not installed
        for name, value in vars(found).items():
            for pattern in _in(value):
                if isinstance(pattern.pattern, str) and pattern.pattern not in seen:
                    seen.add(pattern.pattern)
                    yield f"{module.name}.{name}", pattern


def _in(value: Any) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, tuple | list | frozenset | set):
        for item in value:
            yield from _in(item)
    elif isinstance(value, dict):
        yield from _in(list(value.values()))


def _texts(pattern: re.Pattern[str]) -> Iterator[tuple[str, str, str]]:
    """Beginning, repeated part and end of each adversarial text."""
    plain = re.sub(r"\\.", " ", pattern.pattern)  # the b of \b is no letter of a word
    words = list(dict.fromkeys(re.findall(r"[A-Za-z]{2,20}", plain)))
    for unit in (*UNITS, *(word + after for word in words for after in ("", " "))):
        yield "", unit, ""
        yield "", unit, "!"
    for word in words:
        for unit in _LATER:
            yield word, unit, "!"


def _slow(pattern: re.Pattern[str], *, anchored: bool = False) -> str:
    """The text for which a pattern takes more than its share of time; "" where there is none."""

    def search(text: str) -> None:
        if anchored:
            pattern.match(text)
            return
        for _ in pattern.finditer(text):
            pass

    for begin, unit, end in _texts(pattern):

        def text(size: int, begin: str = begin, unit: str = unit, end: str = end) -> str:
            return begin + unit * (size // len(unit)) + end

        # Texts of these sizes cost far less than that, unless each letter is looked at from each other.
        if any(seconds(search, text(size)) < least for size, least in _SUSPICIOUS.items()):
            continue
        times = growth(search, text(_SMALL // 2), text(_SMALL * 5))
        if times > MOST:
            return f"{begin}{unit!r}{end}: {times:.0f}x"
    return ""


ALL = sorted(patterns(), key=lambda p: p[0])


def test_the_patterns_are_found() -> None:
    names = {name for name, _ in ALL}
    assert len(ALL) > 50
    assert {"leaks._TRACE", "named_credentials.PAIR", "patterns.BEFORE"} <= {n.split(".", 2)[2] for n in names}


def test_a_quadratic_pattern_would_be_noticed() -> None:
    assert _slow(re.compile(r"\w+@"))
    assert _slow(re.compile(r"\bselect\s+\s+from"))


@pytest.mark.parametrize(("name", "pattern"), ALL, ids=[f"{n}-{i}" for i, (n, _) in enumerate(ALL)])
def test_a_pattern_takes_time_in_proportion(name: str, pattern: re.Pattern[str]) -> None:
    assert _slow(pattern, anchored=name in ANCHORED) == ""
