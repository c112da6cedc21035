"""Find credentials in any text, however it is encoded, and replace them.

One engine for everything that is shared: the masker of reports (``masking``) and the redactor of recordings
(``redactor``) differ in what they write instead, and in what else they replace. A text goes through ordered passes;
each takes time in proportion to the text, and a wrapped text is no longer than its wrapping, a few times over.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterator

from linkproof.redaction.credentials import MASK, is_credential, is_placeholder, looks_secret
from linkproof.redaction.encodings import (
    base64_word,
    escaped,
    gunzipped,
    has_html_quotes,
    has_invisible,
    is_gzip,
    percent_encoded,
    string_end,
    wide_encoding,
    without_html_quotes,
    without_invisible,
)
from linkproof.redaction.patterns import (
    ATTRIBUTES,
    BASE64,
    DOTTED,
    ELEMENT,
    ESCAPED,
    FORMATS,
    HASHED,
    HOOK,
    LOGIN,
    MEMBER,
    OPTION,
    PAIR,
    PART,
    PEM,
    PERCENT,
    PERCENT_URL,
    SCHEME,
    STRONG_VALUE,
    TWO,
    USERINFO,
    WEAK_VALUE,
)
from linkproof.redaction.secret_names import Strength, strength_of

#: So deep a text within a text is looked into.
DEEPEST = 6
#: So deep a text with characters that are not shown is also looked through without them: that takes twice as long.
_DEEPEST_INVISIBLE = 2
#: No text shorter than this holds a credential.
SHORTEST = 4
_CACHED = 4096
_LONGEST_CACHED = 4096
#: Names of members whose value names the member ``value`` beside it: ``{"name": "apiKey", "value": "..."}``.
_NAMING = frozenset({"name", "key", "keyname", "variable", "parameterkey"})
_NAMED = frozenset({"value", "parametervalue"})
#: The most that a gzip'ed body may hold.
_LARGEST_BODY = 1 << 24
_BARE_VALUE = re.compile(r"[^\s,;{}\[\]\"'\\]{4,4096}+")
_ONE_OF_A_LIST = re.compile(r"[\s,]{0,256}")
#: The words before ``Key=`` that make it a credential: ``Account Key=...``.
_BEFORE_KEY = re.compile(r"(?i)(?:account|access|api|secret|private|primary|secondary|storage) $")

#: What hides a credential and can be taken away: characters that are not shown, and quotes as HTML writes them.
_DISGUISES = ((has_invisible, without_invisible), (has_html_quotes, without_html_quotes))
#: Members of an object under a strong name that hold its value: ``"adminPassword": {"value": "..."}``.
_HOLDING = frozenset(
    {"value", "current", "previous", "new", "old", "primary", "secondary", "text", "plain", "plaintext"}
)
#: The part of such an object that is looked at: characters, and members.
_LONGEST_OBJECT, _MOST_INSIDE = 4096, 16

_Span = tuple[int, int, str]


class Engine:
    """Replaces credentials.

    Args:
        replace: returns what replaces a credential. It is not called for placeholders.
    """

    def __init__(self, replace: Callable[[str], str]) -> None:
        self._replace = replace
        self._cache: dict[str, str] = {}

    def text(self, text: str, depth: int = 0) -> str:
        """Return a text without credentials."""
        if len(text) < SHORTEST or depth > DEEPEST:
            return text
        if depth:
            return self._changed(text, depth)
        found = self._cache.get(text)
        if found is None:
            found = self._changed(text, depth)
            if len(text) <= _LONGEST_CACHED:
                if len(self._cache) >= _CACHED:
                    self._cache.clear()
                self._cache[text] = found
        return found

    def _changed(self, text: str, depth: int) -> str:
        found = self._replaced(text, depth)
        if depth > _DEEPEST_INVISIBLE:
            return found
        for applies, without in _DISGUISES:
            if applies(found):
                plain = without(found)
                again = self._replaced(plain, depth)
                found = found if again == plain else again
        return found

    def _replaced(self, text: str, depth: int) -> str:
        return self.finish(self.credentials(self._decoded(self.start(text), depth), depth))

    def body(self, body: bytes, depth: int = 0) -> bytes:
        """Return a body without credentials; gzip data are compressed again."""
        if not body:
            return body
        if is_gzip(body) and depth <= DEEPEST:
            plain = gunzipped(body, _most_unpacked(len(body), depth))
            if plain:
                found = self.body(plain, depth + 1)
                return body if found == plain else gzip.compress(found, mtime=0)
            if depth:
                return MASK.encode()  # what cannot be inspected is not shared
        encoding = wide_encoding(body) or "utf-8"
        try:
            text = body.decode(encoding)
        except UnicodeDecodeError:
            encoding = "latin-1"
            text = body.decode(encoding)
        found_text = self.text(text, depth)
        return body if found_text == text else found_text.encode(encoding, "replace")

    def start(self, text: str) -> str:
        """Replace known credentials, before anything else: none here."""
        return text

    def finish(self, text: str) -> str:
        """Replace other values, after credentials: none here."""
        return text

    def credentials(self, text: str, depth: int = 0) -> str:
        """Replace the credentials of a text that is decoded already: by shape, name or scheme."""
        text = self._by_shape(text)
        if "=" in text or ":" in text:
            text = _spliced(text, self._members(text))
            text = USERINFO.sub(self._userinfo, text)
            text = _spliced(text, self._pairs(text))
        text = self._by_notation(text)
        text = SCHEME.sub(self._scheme, text)
        return self._percent_encoded_url(text, depth) if "%" in text else text

    def _by_notation(self, text: str) -> str:
        if "," in text:
            text = TWO.sub(self._named, text)
        if "</" in text:
            text = ELEMENT.sub(self._element, text)
        if "value=" in text or "Value=" in text:
            text = ATTRIBUTES.sub(self._named, text)
        if "form-data" in text:
            text = PART.sub(self._named, text)
        if "-" in text:
            text = OPTION.sub(self._option, text)
        if "-u" in text or "user" in text or "login" in text:
            text = LOGIN.sub(self._login, text)
        return text

    def _by_shape(self, text: str) -> str:
        if "PRIVATE KEY" in text:
            text = PEM.sub(self._value, text)
        if "eyJ" in text:
            text = DOTTED.sub(self._token, text)
        if len(text) >= 16:
            text = FORMATS.sub(self._value, text)
        if "hook" in text:
            text = HOOK.sub(self._value, text)
        if "$" in text:
            text = HASHED.sub(self._value, text)
        return text

    # what a text is wrapped in

    def _decoded(self, text: str, depth: int) -> str:
        def change(inner: str) -> str:
            return self.text(inner, depth + 1)

        if "\\" in text:
            text = ESCAPED.sub(lambda m: escaped(m.group(), change), text)
        if "%" in text:
            text = PERCENT.sub(lambda m: percent_encoded(m.group(), change), text)
        return BASE64.sub(lambda m: self._base64(m.group(), depth), text)

    def _percent_encoded_url(self, text: str, depth: int) -> str:
        """Replace what is recognised only in the whole URL: ``%22password%22:%22...%22``."""
        if depth >= DEEPEST:
            return text
        return PERCENT_URL.sub(
            lambda m: percent_encoded(m.group(), lambda inner: self.credentials(inner, depth + 1)), text
        )

    def _base64(self, raw: str, depth: int) -> str:
        if depth >= DEEPEST:
            return raw
        return base64_word(raw, lambda value: self.body(value, depth + 1))

    # credentials by their shape

    def _new(self, value: str) -> str:
        return value if is_placeholder(value) else self._replace(value)

    def _value(self, match: re.Match[str], group: str = "value") -> str:
        start, end = match.start(group) - match.start(), match.end(group) - match.start()
        whole = match.group()
        return whole[:start] + self._new(whole[start:end]) + whole[end:]

    def _token(self, match: re.Match[str]) -> str:
        """Replace a JSON Web Token among words joined by dots."""
        whole = match.group()
        at = whole.find("eyJ")
        if at < 0:
            return whole
        parts = whole[at:].split(".")
        if len(parts) < 2 or len(parts[0]) < 11:
            return whole
        return ".".join([whole[:at] + self._new(".".join(parts[:3])), *parts[3:]])

    def _scheme(self, match: re.Match[str]) -> str:
        return self._value(match) if looks_secret(match.group("value")) else match.group()

    def _userinfo(self, match: re.Match[str]) -> str:
        user, at, host = match.group().rpartition("@")
        return self._new(user) + at + host if user else match.group()

    # credentials by the name before them

    def _members(self, text: str) -> Iterator[_Span]:
        found = list(MEMBER.finditer(text))
        for number, match in enumerate(found):
            strength = strength_of(match["name"])
            if strength is Strength.NONE and match["name"].lower() in _NAMED:
                strength = _strength_of_value(text, found, number)
            if strength is Strength.STRONG and text.startswith("{", match.end()):
                yield from self._values_inside(text, found, number)
            elif strength is not Strength.NONE:
                yield from self._member_values(text, match, strength)

    def _values_inside(self, text: str, members: list[re.Match[str]], number: int) -> Iterator[_Span]:
        """Replace the values in an object under a strong name; if it has several, those that look like secrets."""
        strong = members[number]
        end = text.find("}", strong.end(), strong.end() + _LONGEST_OBJECT)
        for member in members[number + 1 : number + 1 + _MOST_INSIDE]:
            if member.start() > end:
                return
            name = member["name"].lower()
            if strength_of(name) is Strength.STRONG:
                continue  # it speaks for itself
            if name in _HOLDING:
                yield from self._member_values(text, member, Strength.STRONG)
            elif strong["name"].endswith("s"):
                yield from self._member_values(text, member, Strength.FAINT)

    def _member_values(self, text: str, match: re.Match[str], strength: Strength) -> Iterator[_Span]:
        at, quote = match.end(), match["quote"]
        if text.startswith("[", at):
            at = _after_space(text, at + 1)
            while text.startswith(quote, at):
                start, end = at + len(quote), string_end(text, at + len(quote), quote)
                if is_credential(text[start:end], strength):
                    yield start, end, self._new(text[start:end])
                at = _after_space(text, end + len(quote))
        elif text.startswith(quote, at):
            start, end = at + len(quote), string_end(text, at + len(quote), quote)
            if is_credential(text[start:end], strength):
                yield start, end, self._new(text[start:end])
        elif strength is Strength.STRONG:
            bare = _BARE_VALUE.match(text, at)
            if bare and not is_placeholder(bare.group()):
                yield bare.start(), bare.end(), f"{quote}{self._new(bare.group())}{quote}"

    def _pairs(self, text: str) -> Iterator[_Span]:
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
                yield start, end, self._new(text[start:end])

    def _element(self, match: re.Match[str]) -> str:
        group = match.lastgroup or "value"
        is_one = is_credential(match[group], strength_of(match["name"]))
        return self._value(match, group) if is_one else match.group()

    def _named(self, match: re.Match[str]) -> str:
        """Replace a value in a name-value pair, if it looks like a credential."""
        strength = min(strength_of(match["name"]), Strength.WEAK)
        return self._value(match) if is_credential(match["value"], strength) else match.group()

    def _login(self, match: re.Match[str]) -> str:
        return self._value(match) if is_credential(match["value"], Strength.WEAK) else match.group()

    def _option(self, match: re.Match[str]) -> str:
        strength = strength_of(match["name"])
        if strength is not Strength.STRONG:
            return match.group()
        # In prose a word after an option is a word: "--password is required".
        is_one = is_credential(match["value"], strength if match["mark"] == "=" else Strength.WEAK)
        return self._value(match) if is_one else match.group()


def _most_unpacked(size: int, depth: int) -> int:
    """Return the limit for decompressed gzip data. Within a text it is a multiple of their size: more is a bomb."""
    return _LARGEST_BODY if depth == 0 else 512 + size * (32 if depth <= 2 else 4)


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


def _spliced(text: str, spans: Iterator[_Span]) -> str:
    """Return ``text`` with spans replaced; of overlapping spans the first counts."""
    parts: list[str] = []
    past = 0
    for start, end, new in spans:
        if start >= past:
            parts += [text[past:start], new]
            past = end
    return "".join([*parts, text[past:]]) if parts else text
