"""Recognises credentials: header fields that carry one, values that look like one, and their placeholders."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from urllib.parse import quote

from linkproof.model.exchange import TOKEN_HEADERS, Headers
from linkproof.redaction.encodings import text_of_base64
from linkproof.redaction.secret_names import Strength, strength_of

#: What a report shows in the place of a credential.
MASK = "***"
#: Header fields whose value is a credential, in lower case.
SECRET_HEADERS = frozenset(
    {
        "authorization",
        "proxy-authorization",
        *TOKEN_HEADERS,
        "x-subject-token",
        "x-security-token",
        "x-amz-security-token",
        "x-ms-authorization-auxiliary",
        "cookie",
        "set-cookie",
        "ocp-apim-subscription-key",
    }
)
#: Letters alone are a credential only where no word is so long.
_LONGEST_WORD = 24
_SHORTEST = 6
#: Maximum number of credentials that are remembered; the oldest are dropped.
_MOST_KNOWN = 100
#: What recorders, and Linkproof itself, write in the place of a credential; and what only says where one belongs.
_PLACEHOLDER = re.compile(
    r"(?i)\*+|x{4,}|redacted-\d+-[a-z]+|[12349]0000000-?0000-?4000-?8000-?\d{12}"
    r"|[\[<({]{0,2}(?:redacted|sanitized|hidden|masked|removed|scrubbed|placeholder|dummy|fake[\w-]{0,20})[\])}>]{0,2}"
    r"|true|false|null|none|undefined|\$\{?\w{1,80}\}?|\$\(\w{1,80}\)|\{\{[^{}]{1,80}\}\}|%\w{1,80}%|%s"
)
#: A random key, which has upper and lower case and digits; and one of hexadecimal digits.
_KEY = re.compile(r"[A-Za-z0-9+/]{32,256}={0,2}")
_HEX_KEY = re.compile(r"[0-9a-f]{32}|[0-9a-f]{64}")
#: A word within a name as code writes it; random letters make many short ones.
_CASED = re.compile(r"[A-Z]{1,24}(?![a-z])|[A-Z]?[a-z]++")
_MOST_WORDS, _SHORT_WORD = 4, 3.5
_LETTER = re.compile(r"[A-Za-z]")
_OTHER = re.compile(r"[^A-Za-z\s]")


def is_secret_header(name: str) -> bool:
    """Return whether a header field's name says that its value is a credential."""
    return name.lower() in SECRET_HEADERS or strength_of(name) is Strength.STRONG


def is_placeholder(value: str) -> bool:
    """Return whether a value is a placeholder for a credential, such as ``***``."""
    return not value or (len(value) <= 160 and _PLACEHOLDER.fullmatch(value.strip()) is not None)


def looks_secret(word: str) -> bool:
    """Return whether the word after "Bearer" or "Basic" is a credential, and no plain word as in "Basic tier"."""
    head = word[:256]
    letters = len(_LETTER.findall(head))
    if letters and any(c.isdigit() for c in head):
        return True
    return letters > _LONGEST_WORD or b":" in (text_of_base64(word[:4096]) or b"")


def is_key(value: str) -> bool:
    """Return whether a value has the letters and digits of a random key, or is a user's name and password in base64."""
    if _KEY.fullmatch(value):
        kinds = (str.isdigit, str.islower, str.isupper)
        return all(any(is_kind(c) for c in value) for is_kind in kinds) or _HEX_KEY.fullmatch(value) is not None
    found = text_of_base64(value) if 8 <= len(value) <= 256 else None
    return bool(found) and b":" in (found or b"")[1:]


def is_credential(value: str, strength: Strength) -> bool:
    """Return whether the value after a name is a credential, given how strongly the name says so."""
    if strength is Strength.NONE or is_placeholder(value):
        return False
    if strength is Strength.STRONG:
        return True
    if strength is Strength.FAINT:
        return is_key(value)
    if len(value) < _SHORTEST:
        return False
    return len(value) > _LONGEST_WORD or _OTHER.search(value) is not None or _is_random_case(value)


def _is_random_case(value: str) -> bool:
    """Return whether letters change their case as no words do: ``DAKCFjEBjnZx``, and not ``InvalidPassword``."""
    words = len(_CASED.findall(value))
    return words >= _MOST_WORDS and len(value) < words * _SHORT_WORD


#: What the redactor of a recording writes: each credential has its own, so that an answer that repeats it still shows.
_STAND_IN = re.compile(r"redacted-\d+-[a-z]+")


def secrets_of(headers: Headers, *, stand_ins: bool = False) -> frozenset[str]:
    """Return the credentials in a request's header fields: whole values and what follows the scheme.

    Args:
        headers: the request's header fields.
        stand_ins: whether what the redactor wrote in place of a credential counts as that credential.
    """
    values = headers.values_of(SECRET_HEADERS)
    return (_kept_secrets if sum(map(len, values)) <= _LONGEST_KEPT else _secrets)(values, stand_ins=stand_ins)


def _secrets(values: tuple[str, ...], *, stand_ins: bool) -> frozenset[str]:
    found: set[str] = set()
    for value in values:
        if not value:
            continue
        if not is_placeholder(value) or (stand_ins and _STAND_IN.fullmatch(value.rsplit(" ", 1)[-1])):
            found.add(value)
            found.add(value.rsplit(" ", 1)[-1])
    return frozenset(s for s in found if len(s) >= _SHORTEST)


#: A client sends the same credentials with each request. Longer ones, in characters, are not kept.
_LONGEST_KEPT = 4096
_kept_secrets = lru_cache(maxsize=64)(_secrets)


def forms_of(secrets: Iterable[str]) -> list[str]:
    """Return the forms in which a server may echo credentials: plain, in a URL, JSON or base64; longest first."""
    found: set[str] = set()
    for secret in secrets:
        escaped = json.dumps(secret)[1:-1]
        found |= {secret, quote(secret), quote(secret, safe=""), escaped, escaped.replace("/", "\\/")}
        found.add(base64.b64encode(secret.encode("utf-8", "replace")).decode().rstrip("="))
        scheme, _, rest = secret.partition(" ")
        if scheme.lower() == "basic":
            pair = (text_of_base64(rest) or b"").decode("utf-8", "replace")
            found |= {pair, pair.partition(":")[2]}
    return sorted((f for f in found if len(f) >= _SHORTEST), key=lambda f: (-len(f), f))


class SentCredentials:
    """The credentials that exchanges were sent with, to be masked wherever they are repeated; the newest of very many.

    Args:
        known: credentials to begin with.
    """

    def __init__(self, known: Iterable[str] = ()) -> None:
        self._known: dict[str, None] = dict.fromkeys(known)

    def note(self, headers: Headers) -> None:
        """Remember the credentials of a request."""
        if headers.has_any(SECRET_HEADERS):
            self.merge(sorted(secrets_of(headers)))

    def merge(self, known: Iterable[str]) -> None:
        """Remember credentials."""
        for secret in known:
            self._known[secret] = None
        while len(self._known) > _MOST_KNOWN:
            del self._known[next(iter(self._known))]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)
