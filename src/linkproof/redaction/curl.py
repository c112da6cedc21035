"""Write a curl command that repeats a request, without its credential."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from urllib.parse import urlsplit

from linkproof.model.evidence import size_of
from linkproof.model.exchange import TOKEN_HEADERS, WRONG_TOKEN, Credential, Exchange
from linkproof.redaction.credentials import MASK, is_secret_header
from linkproof.redaction.masking import Masker

_NOISE = frozenset({"host", "user-agent", "accept-encoding", "connection", "content-length", "accept"})
#: The scheme of Signature Version 4: a signature is good for minutes, so that curl makes another one.
_SIGV4 = "AWS4-HMAC-SHA256"
_SCHEMES = frozenset({"Basic", "Bearer", "Token"})
_KEYS = '"$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY"'
#: A request with a longer body gets no command: half a body would be another request.
MOST_BYTES = 1 << 20
#: Maximum number of commands that are shown before the last one, and their maximum length.
_MOST_BEFORE, _LONGEST_BEFORE = 3, 2000
#: A word of a command line: bare, quoted, or both. ``shlex.split`` takes quadratic time for a long word.
_WORD = re.compile(r"(?:[^\s'\"\\]++|'[^']*+'|\"[^\"]*+\"|\\.)++", re.DOTALL)


#: A header field's name that needs no quotes.
_FIELD = re.compile(r"[A-Za-z0-9-]{1,60}")
#: The shell variable that has the answer to an earlier command, which names the URL of a later one.
_ANSWER = "answer"


def curl(exchange: Exchange, masker: Masker, *, field: str = "") -> str:
    """Return a command that repeats the request; it names credentials by environment variables.

    ``field``: the header field of an earlier answer that has the URL; "" to write the URL itself.

    The body is the last argument, whole, however long it is: ``reports.request_bodies`` moves long ones into files.
    Return "" for a body of more than ``MOST_BYTES``.
    """
    request = exchange.request
    if size_of(request.body) > MOST_BYTES:
        return ""
    url = masker.text(request.url)
    where = _url_in(field) if field else shlex.quote(url)
    parts = ["curl", "-sS", "-i", *_options(url), *_method(request.method), where, *_fields(exchange, url, masker)]
    if request.body:
        if "content-type" not in {key.lower() for key, _ in request.headers}:
            parts += ["-H", "'Content-Type:'"]  # otherwise curl sends a default one
        if not _is_text(request.body):
            return f"{_printed(request.body, masker)} | {' '.join([*parts, '--data-binary', '@-'])}"
        body = masker.text(request.body.decode())
        parts += ["--data-raw" if body.startswith("@") else "--data-binary", shlex.quote(body)]
    return " ".join(parts)


def _fields(exchange: Exchange, url: str, masker: Masker) -> list[str]:
    """Return the options for the header fields that curl does not set by itself."""
    request, options = exchange.request, list[str]()
    is_wrong = exchange.credential is Credential.WRONG
    token = WRONG_TOKEN if is_wrong else "$TOKEN"
    signed = request.headers.get("authorization").startswith(_SIGV4)
    for key, value in request.headers:
        lower = key.lower()
        if lower == "authorization" and signed:
            options += _signed_by_curl(url, f"{WRONG_TOKEN}:{WRONG_TOKEN}" if is_wrong else _KEYS)
        elif lower.startswith("x-amz-") and signed:
            continue  # curl creates them again
        elif lower == "authorization":
            options += ["-H", f'"Authorization: {_scheme(value)}{token}"']
        elif lower in TOKEN_HEADERS:
            options += ["-H", f'"{TOKEN_HEADERS[lower]}: {token}"']
        elif lower not in _NOISE and not is_secret_header(key):
            options += ["-H", shlex.quote(f"{key}: {masker.text(value)}")]
    return options


def _is_text(body: bytes) -> bool:
    """Whether a command line can have a body: it is UTF-8, without a zero byte."""
    try:
        return "\0" not in body.decode()
    except UnicodeDecodeError:
        return False


def _printed(body: bytes, masker: Masker) -> str:
    """Return a command of any shell that prints a body byte by byte."""
    raw = masker.text(body.decode("latin-1")).encode("latin-1", "replace")
    escaped = (chr(b) if 32 <= b < 127 and chr(b) not in "\\'%" else f"\\{b:03o}" for b in raw)
    return f"printf '{''.join(escaped)}'"


def commands(exchanges: Sequence[Exchange], masker: Masker) -> list[str]:
    """Return the commands that repeat several requests, in the order in which they were sent; the last one is always
    there.

    Earlier ones are left out if there are too many, or if one is too long to be printed: a part of them would show
    something else. A URL that an earlier answer names in a header field is read from there: each operation has polling
    URLs of its own.
    """
    *earlier, last = exchanges
    sent = [*sorted(earlier, key=lambda e: e.number), last]
    started, fields = _named_by(sent)
    lines = [curl(e, masker, field=fields.get(e.request.url, "")) for e in sent]
    if fields:
        lines[started] = f"{_ANSWER}=$({lines[started]})"
    before = lines[:-1]
    fit = len(before) <= _MOST_BEFORE and all(
        0 < len(line) <= _LONGEST_BEFORE and line.isprintable() for line in before
    )
    return lines if fit else [curl(last, masker)]


def _named_by(sent: Sequence[Exchange]) -> tuple[int, dict[str, str]]:
    """Return the number of the exchange whose answer names URLs of later ones, and its header field for each URL."""
    for number, exchange in enumerate(sent):
        later = {e.request.url for e in sent[number + 1 :]}
        named = {value.strip(): name.lower() for name, value in exchange.response.headers if _FIELD.fullmatch(name)}
        if fields := {url: named[url] for url in later if url in named and url != exchange.request.url}:
            return number, fields
    return 0, {}


def _url_in(field: str) -> str:
    """Return what a shell replaces by the URL in a header field of the earlier answer."""
    return f"""\"$(echo "${_ANSWER}" | tr -d '\\r' | awk 'tolower($1) == "{field}:" {{print $2}}')\""""


def polls(line: str) -> bool:
    """Whether a command gets its URL from the answer to an earlier one."""
    return f'$(echo "${_ANSWER}"' in line


def _scheme(value: str) -> str:
    """Return the scheme of a credential, with a space; "" if the header is only the token."""
    scheme = value.partition(" ")[0].capitalize()
    if scheme in _SCHEMES:
        return f"{scheme} "
    return "Bearer " if MASK in value else ""


def split_body(line: str) -> tuple[str, str]:
    """Return a command up to its body, and the body as it is sent; "" if it has none."""
    *before, option, quoted = ["", "", *_WORD.findall(line)]
    if option not in ("--data-binary", "--data-raw") or not before or not line.endswith(f" {option} {quoted}"):
        return line, ""
    body = quoted[1:-1].replace("'\"'\"'", "'") if quoted.startswith("'") else quoted
    if shlex.quote(body) != quoted:
        return line, ""
    return line[: -len(f" {option} {quoted}")], body


def _options(url: str) -> list[str]:
    """What makes curl send a URL as it is."""
    found = ["-g"] if set(url) & set("[]{}") else []
    return [*found, "--path-as-is"] if "/." in url else found


def _signed_by_curl(url: str, keys: str) -> list[str]:
    """Options that have curl sign a request with these keys, for the region that its host names."""
    names = (urlsplit(url).hostname or "").split(".")
    region = names[1] if len(names) > 3 and names[0] == "ec2" else "us-east-1"
    return ["--aws-sigv4", f"aws:amz:{region}:ec2", "--user", keys]


def _method(method: str) -> list[str]:
    return ["-I"] if method == "HEAD" else ["-X", method]  # with -X HEAD curl waits for a body
