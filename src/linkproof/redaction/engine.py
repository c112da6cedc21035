"""Find credentials in any text, however it is encoded, and replace them.

One engine for everything that is shared: the masker of reports (``masking``) and the redactor of recordings
(``redactor``) differ in what they write instead, and in what else they replace. A text goes through ordered passes;
each takes time in proportion to the text, and a wrapped text is no longer than its wrapping, a few times over.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable

from linkproof.redaction.credentials import MASK, is_credential, is_placeholder, looks_secret
from linkproof.redaction.encodings import (
    base64_word,
    escaped,
    gunzipped,
    has_html_quotes,
    has_invisible,
    is_gzip,
    percent_encoded,
    wide_encoding,
    without_html_quotes,
    without_invisible,
)
from linkproof.redaction.named_credentials import members, pairs, spliced
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
    OPTION,
    PART,
    PEM,
    PERCENT,
    PERCENT_URL,
    SCHEME,
    TWO,
    USERINFO,
)
from linkproof.redaction.secret_names import Strength, strength_of

#: Maximum depth of texts within texts.
DEEPEST = 6
#: Maximum depth at which a text with invisible characters is also searched without them, which doubles the time.
_DEEPEST_INVISIBLE = 2
#: No text shorter than this holds a credential.
SHORTEST = 4
_CACHED = 4096
_LONGEST_CACHED = 4096
#: Maximum size of a decompressed body, in bytes.
_LARGEST_BODY = 1 << 24
#: What hides a credential and can be taken away: characters that are not shown, and quotes as HTML writes them.
_DISGUISES = ((has_invisible, without_invisible), (has_html_quotes, without_html_quotes))


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
            text = spliced(text, members(text, self._new))
            text = USERINFO.sub(self._userinfo, text)
            text = spliced(text, pairs(text, self._new))
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

    # credentials by the name before them, in other notations

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
