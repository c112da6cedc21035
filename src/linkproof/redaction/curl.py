"""Write a curl command that repeats a request, without its credential."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from urllib.parse import urlsplit

from linkproof.model.evidence import size_of
from linkproof.model.exchange import TOKEN_HEADERS, Exchange
from linkproof.redaction.credentials import MASK, is_secret_header
from linkproof.redaction.masking import Masker

_NOISE = frozenset({"host", "user-agent", "accept-encoding", "connection", "content-length", "accept"})
#: The scheme of Signature Version 4: a signature is good for minutes, so that curl makes another one.
_SIGV4 = "AWS4-HMAC-SHA256"
_SCHEMES = frozenset({"Basic", "Bearer", "Token"})
#: A request with a longer body gets no command: half a body would be another request.
MOST_BYTES = 1 << 20
#: Maximum number of commands that are shown before the last one, and their maximum length.
_MOST_BEFORE, _LONGEST_BEFORE = 3, 2000
#: A word of a command line: bare, quoted, or both. ``shlex.split`` takes quadratic time for a long word.
_WORD = re.compile(r"(?:[^\s'\"\\]++|'[^']*+'|\"[^\"]*+\"|\\.)++", re.DOTALL)


#: A header field's name that needs no quotes.
_FIELD = re.compile(r"[A-Za-z0-9-]{1,60}")
#: The shell variable that has the URL of a poll.
_POLL = "poll"
#: How commands begin, and how one does that prints header fields only.
_BEGINS, _FIELDS_ONLY = "curl -sS -i ", "curl -sS -D - -o /dev/null "


def curl(exchange: Exchange, masker: Masker, *, variable: str = "") -> str:
    """Return a command that repeats the request; it names credentials by environment variables.

    ``variable``: the shell variable that has the URL; "" to write the URL itself.

    The body is the last argument, whole, however long it is: ``reports.request_bodies`` moves long ones into files.
    Return "" for a body of more than ``MOST_BYTES``.
    """
    request = exchange.request
    if size_of(request.body) > MOST_BYTES:
        return ""
    url = masker.text(request.url)
    where = f'"${variable}"' if variable else shlex.quote(url)
    parts = [*_BEGINS.split(), *_options(url), *_method(request.method), where]
    for key, value in request.headers:
        lower = key.lower()
        if lower == "authorization" and value.startswith(_SIGV4):
            parts += _signed_by_curl(url)
        elif lower.startswith("x-amz-") and request.headers.get("authorization").startswith(_SIGV4):
            continue  # curl creates them again
        elif lower == "authorization":
            parts += ["-H", f'"Authorization: {_scheme(value)}$TOKEN"']
        elif lower in TOKEN_HEADERS:
            parts += ["-H", f'"{TOKEN_HEADERS[lower]}: $TOKEN"']
        elif lower not in _NOISE and not is_secret_header(key):
            parts += ["-H", shlex.quote(f"{key}: {masker.text(value)}")]
    if request.body:
        if "content-type" not in {key.lower() for key, _ in request.headers}:
            parts += ["-H", "'Content-Type:'"]  # otherwise curl sends a default one
        body = masker.text(request.body.decode("utf-8", "replace"))
        parts += ["--data-raw" if body.startswith("@") else "--data-binary", shlex.quote(body)]
    return " ".join(parts)


def commands(exchanges: Sequence[Exchange], masker: Masker) -> list[str]:
    """Return the commands that repeat several requests, in the order in which they were sent; the last one is always
    there.

    Earlier ones are left out if there are too many, or if one is too long to be printed: a part of them would show
    something else. If an earlier answer names the last URL in a header field, it is read from there: each operation
    has polling URLs of its own.
    """
    *earlier, last = exchanges
    earlier.sort(key=lambda e: e.number)
    before, variable = [curl(e, masker) for e in earlier], ""
    for number, exchange in enumerate(earlier):
        field = _field_with(exchange, last.request.url)
        if field and before[number]:
            variable, before[number] = _POLL, _reading(_POLL, field, before[number])
            break
    fit = len(before) <= _MOST_BEFORE and all(
        0 < len(line) <= _LONGEST_BEFORE and line.isprintable() for line in before
    )
    return [*before, curl(last, masker, variable=variable)] if fit else [curl(last, masker)]


def polls(line: str) -> bool:
    """Whether a command gets its URL from the answer to an earlier one."""
    return f' "${_POLL}"' in line


def _field_with(exchange: Exchange, url: str) -> str:
    """Return the name of the header field of an answer that is a URL; "" if none is."""
    names = (name for name, value in exchange.response.headers if value.strip() == url)
    return next((name.lower() for name in names if _FIELD.fullmatch(name)), "")


def _reading(variable: str, field: str, line: str) -> str:
    """Return a command that sends a request and keeps a header field of its answer in a shell variable."""
    request = _FIELDS_ONLY + line.removeprefix(_BEGINS)
    return f"{variable}=$({request} | tr -d '\\r' | awk 'tolower($1) == \"{field}:\" {{print $2}}')"


def _scheme(value: str) -> str:
    """Return the scheme of a credential, with a space; "" where the header is nothing but the token."""
    scheme = value.partition(" ")[0].capitalize()
    if scheme in _SCHEMES:
        return f"{scheme} "
    return "Bearer " if MASK in value else ""


def split_body(line: str) -> tuple[str, str]:
    """Return a command up to its body, and the body as it is sent; "" where it has none."""
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


def _signed_by_curl(url: str) -> list[str]:
    """Options that have curl sign a request with the keys of the environment, for the region that its host names."""
    names = (urlsplit(url).hostname or "").split(".")
    region = names[1] if len(names) > 3 and names[0] == "ec2" else "us-east-1"
    keys = '"$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY"'
    return ["--aws-sigv4", f"aws:amz:{region}:ec2", "--user", keys]


def _method(method: str) -> list[str]:
    return ["-I"] if method == "HEAD" else ["-X", method]  # with -X HEAD curl waits for a body
