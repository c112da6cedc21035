"""Credentials by the name before them: the values of members and of pairs whose name says that they are secret."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from linkproof.redaction.credentials import is_credential, is_placeholder
from linkproof.redaction.encodings import string_end
from linkproof.redaction.patterns import MEMBER, PAIR, STRONG_VALUE, WEAK_VALUE
from linkproof.redaction.secret_names import Strength, strength_of

#: Names of members whose value names the member ``value`` beside it: ``{"name": "apiKey", "value": "..."}``.
_NAMING = frozenset({"name", "key", "keyname", "variable", "parameterkey"})
_NAMED = frozenset({"value", "parametervalue"})
_BARE_VALUE = re.compile(r"[^\s,;{}\[\]\"'\\]{4,4096}+")
_ONE_OF_A_LIST = re.compile(r"[\s,]{0,256}")
#: The words before ``Key=`` that make it a credential: ``Account Key=...``.
_BEFORE_KEY = re.compile(r"(?i)(?:account|access|api|secret|private|primary|secondary|storage) $")
#: Members of an object under a strong name that hold its value: ``"adminPassword": {"value": "..."}``.
_HOLDING = frozenset(
    {"value", "current", "previous", "new", "old", "primary", "secondary", "text", "plain", "plaintext"}
)
#: Maximum length of such an object in characters, and maximum number of its members: the rest is not searched.
_LONGEST_OBJECT, _MOST_INSIDE = 4096, 16

#: Returns what replaces a value.
Replace = Callable[[str], str]
#: Start and end of a value, and what replaces it.
Span = tuple[int, int, str]


def members(text: str, new: Replace) -> Iterator[Span]:
    """Yield the values of members of JSON and the like, with their replacements: ``"password": "..."``."""
    found = list(MEMBER.finditer(text))
    for number, match in enumerate(found):
        strength = strength_of(match["name"])
        if strength is Strength.NONE and match["name"].lower() in _NAMED:
            strength = _strength_of_value(text, found, number)
        if strength is Strength.STRONG and text.startswith("{", match.end()):
            yield from _values_inside(text, found, number, new)
        elif strength is not Strength.NONE:
            yield from _member_values(text, match, strength, new)


def _values_inside(text: str, found: list[re.Match[str]], number: int, new: Replace) -> Iterator[Span]:
    """Replace the values in an object under a strong name; if it has several, those that look like secrets."""
    strong = found[number]
    end = text.find("}", strong.end(), strong.end() + _LONGEST_OBJECT)
    for member in found[number + 1 : number + 1 + _MOST_INSIDE]:
        if member.start() > end:
            return
        name = member["name"].lower()
        if strength_of(name) is Strength.STRONG:
            continue  # it speaks for itself
        if name in _HOLDING:
            yield from _member_values(text, member, Strength.STRONG, new)
        elif strong["name"].endswith("s"):
            yield from _member_values(text, member, Strength.FAINT, new)


def _member_values(text: str, match: re.Match[str], strength: Strength, new: Replace) -> Iterator[Span]:
    at, quote = match.end(), match["quote"]
    if text.startswith("[", at):
        at = _after_space(text, at + 1)
        while text.startswith(quote, at):
            start, end = at + len(quote), string_end(text, at + len(quote), quote)
            if is_credential(text[start:end], strength):
                yield start, end, new(text[start:end])
            at = _after_space(text, end + len(quote))
    elif text.startswith(quote, at):
        start, end = at + len(quote), string_end(text, at + len(quote), quote)
        if is_credential(text[start:end], strength):
            yield start, end, new(text[start:end])
    elif strength is Strength.STRONG:
        bare = _BARE_VALUE.match(text, at)
        if bare and not is_placeholder(bare.group()):
            yield bare.start(), bare.end(), f"{quote}{new(bare.group())}{quote}"


def pairs(text: str, new: Replace) -> Iterator[Span]:
    """Yield the values of pairs, with their replacements: ``password=...``, ``password: ...``."""
    past = 0
    for match in PAIR.finditer(text):
        if match.start() < past:
            continue
        strength = _strength_of_pair(text, match)
        if strength is Strength.NONE:
            continue
        value = (STRONG_VALUE if strength is Strength.STRONG else WEAK_VALUE).match(text, match.end())
        if value is None:
            continue
        start, end = value.span(value.lastgroup or 0)
        # In prose a word after a colon is a word: "password: incorrect".
        if "=" not in match["mark"]:
            strength = Strength.WEAK
        if is_credential(text[start:end], strength):
            past = end
            yield start, end, new(text[start:end])


def spliced(text: str, spans: Iterator[Span]) -> str:
    """Return ``text`` with spans replaced; of overlapping spans the first counts."""
    parts: list[str] = []
    past = 0
    for start, end, new in spans:
        if start >= past:
            parts += [text[past:start], new]
            past = end
    return "".join([*parts, text[past:]]) if parts else text


def _after_space(text: str, at: int) -> int:
    found = _ONE_OF_A_LIST.match(text, at)
    return found.end() if found else at


def _strength_of_value(text: str, members: list[re.Match[str]], number: int) -> Strength:
    """Return how strongly the other members of the object suggest that ``value`` is a credential."""
    found = Strength.NONE
    for other in (number - 2, number - 1, number + 1, number + 2):
        if not 0 <= other < len(members) or abs(members[other].start() - members[number].start()) > 1024:
            continue
        member = members[other]
        name = member["name"].lower()
        at, quote = member.end(), member["quote"]
        if name in _NAMING and text.startswith(quote, at):
            start = at + len(quote)
            end = text.find(quote, start, start + 80)
            said = text[start : max(start, end)]
            found = max(found, Strength.WEAK if name == "keyname" else strength_of(said))
    return found


def _strength_of_pair(text: str, match: re.Match[str]) -> Strength:
    start = match.start()
    in_query = start > 0 and text[start - 1] in "?&;"
    found = strength_of(match["name"], in_query=in_query and "=" in match["mark"])
    if (
        found <= Strength.FAINT
        and match["name"].lower() == "key"
        and _BEFORE_KEY.search(text, max(0, start - 10), start)
    ):
        return Strength.STRONG
    return found
