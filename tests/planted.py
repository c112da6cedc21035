"""Thirty secrets, a server that leaks them in every place of an answer, and a scanner that finds them."""

from __future__ import annotations

import base64
import gzip
import json
import re
import zlib
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from typing import Any
from urllib.parse import quote, unquote

NIL = "00000000-0000-0000-0000-000000000000"
SECRETS = {
    "bearer token": "tok-5c1Jq8ZrW0aNnX2pLk77",
    "subscription": "5ab7d1ce-3c44-4c12-9b11-7f31b0a1d001",
    "tenant": "7e9a42d0-11b2-4f7e-8c55-0a4be1f2d002",
    "principal": "c1d2e3f4-0b1a-4a6b-9f00-12ab34cd5003",
    "client": "ab12cd34-9e8f-4d3c-a2b1-90fe87dc6004",
    "object id in a sentence": "de4dbeef-77aa-4bbc-8dde-5566778899a5",
    "trace id": "4bf92f3577b34da6a3ce929d0e0e4736",
    "project": "9f1d3c5b7a9e4c2d8b6f0e1a2c3d4e5f",
    "domain": "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
    "mail": "jane.doe@contoso.com",
    "mail with a plus": "ops+night@fabrikam.co.uk",
    "mail in percents": "quoted.person@percent.example.net",
    "mail in base64": "packed.person@base64.example.net",
    "mail in gzip": "zipped.person@gzip.example.net",
    "mail with an escape": "escaped.person@json.example.net",
    "mail in a JWT": "jwt.person@claims.example.net",
    "id in a JWT": "77777777-aaaa-4bbb-8ccc-dddddddd0017",
    "host": "vault-7.privatelink.contoso-internal.net",
    "rack": "db01.rack7.contoso",
    "address": "10.47.11.93",
    "account key": "qL9x0Zk3vT7sWm2yB5nC8dF1gH4jK6pR==",
    "shared access signature": "3Zc7%2FhK9wQ1xV5bN8mL2",
    "password": "hunter2-but-longer",
    "client secret": "Zx8~Q.secret_9aLmNoPqRs",
    "private key": "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC",
    "access key": "HWAK7PLANTED0EXAMPLE",
    "secret key": "sk4planted5secret6key7value8",
    "cookie": "session-9d8c7b6a5f4e3d2c",
    "password in a URL": "url-pass-4711",
    "issued token": "MIIissued0token1of2huawei3",
}
_JWT = ".".join(
    base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
    for part in ({"alg": "none", "typ": "JWT"}, {"upn": SECRETS["mail in a JWT"], "oid": SECRETS["id in a JWT"]}, "sig")
)
_PACKED = base64.b64encode(gzip.compress(json.dumps({"by": SECRETS["mail in gzip"]}).encode(), mtime=0)).decode()
_ESCAPED = SECRETS["mail with an escape"].replace("@", "\\u0040")
_PEM = "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----"


def slips() -> dict[str, Any]:
    """What is put into every object that is answered."""
    s = SECRETS
    return {
        "tenantId": s["tenant"],
        "principalId": s["principal"].upper(),
        "clientId": s["client"],
        "project_id": s["project"],
        "domain_id": s["domain"],
        "createdBy": s["mail"],
        "note": f"The client with object id '{s['object id in a sentence']}' asked {s['mail with a plus']} for access "
        f"from {s['address']} (trace {s['trace id']})",
        "encoded": f"https://{s['host']}/find?by={quote(s['mail in percents'], safe='')}"
        f"&sig={s['shared access signature']}",
        "skip": base64.urlsafe_b64encode(json.dumps({"by": s["mail in base64"]}).encode()).decode(),
        "packed": _PACKED,
        "assertion": _JWT,
        "connectionInfo": f"AccountName=x;AccountKey={s['account key']};Server={s['host']}",
        "adminPassword": s["password"],
        "client_secret": s["client secret"],
        "pem": _PEM.format(s["private key"]),
        "access_key": s["access key"],
        "secret_key": s["secret key"],
        "origin": f"http://admin:{s['password in a URL']}@{s['rack']}:8080/x",
        "basic": "Basic " + base64.b64encode(f"svc:{s['password']}".encode()).decode(),
    }


def fields() -> list[tuple[bytes, bytes]]:
    """Header fields that every answer has."""
    s = SECRETS
    return [
        (b"set-cookie", f"sid={s['cookie']}; HttpOnly".encode()),
        (b"x-subject-token", s["issued token"].encode()),
        (b"x-debug", f"user={s['mail']} token={s['bearer token']} db={s['rack']}".encode()),
    ]


Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


def leaky(app: App) -> App:
    """A server whose subscription is a secret, and whose answers hold all the others, gzip'ed or in parts."""

    async def serve(scope: Message, receive: Receive, send: Send) -> None:
        inner = {**scope, **{k: _swap(scope[k], out=False) for k in ("path", "raw_path", "query_string")}}

        async def ask() -> Message:
            message = await receive()
            return {**message, "body": _swap(message.get("body", b""), out=False)}

        started: Message = {}

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                started.update(message)
                return
            body = _swap(_with_slips(message["body"]), out=True)
            headers = [(k, _swap(v, out=True)) for k, v in started["headers"] if k.lower() != b"content-length"]
            plain = body
            if body and len(body) % 2:
                body = gzip.compress(body, mtime=0)
                headers.append((b"content-encoding", b"gzip"))
            if started["status"] != 204:
                headers.append((b"content-length", str(len(body)).encode()))
            await send({**started, "headers": [*headers, *fields()]})
            # Every other answer comes in two parts, the first of which ends within a secret.
            half = plain.find(SECRETS["password"].encode()) + 5 if body is plain else 0
            if half > 5:
                await send({**message, "body": body[:half], "more_body": True})
                body = body[half:]
            await send({**message, "body": body})

        await app(inner, ask, answer)

    return serve


def _swap(value: Any, *, out: bool) -> Any:
    old, new = (NIL, SECRETS["subscription"]) if out else (SECRETS["subscription"], NIL)
    if isinstance(value, bytes):
        upper = value.replace(old.upper().encode(), new.upper().encode())
        return upper.replace(old.encode(), new.encode())
    return value.replace(old.upper(), new.upper()).replace(old, new)


def _with_slips(body: bytes) -> bytes:
    try:
        value = json.loads(body)
    except ValueError:
        return body
    if not isinstance(value, dict):
        return body
    text = json.dumps({**value, "diagnostics": slips()})
    return f'{text[:-1]}, "asked": "by {_ESCAPED}"}}'.encode()


def found_in(data: bytes) -> set[str]:
    """The names of the secrets that stand in some bytes: plainly, escaped, in percents, base64, gzip, or a JWT."""
    texts = list(forms(data, 0))
    return {name for name, secret in SECRETS.items() if any(_has(text, secret) for text in texts)}


def _has(text: str, secret: str) -> bool:
    return secret.casefold() in text or unquote(secret).casefold() in text


def forms(data: bytes, depth: int = 0) -> Iterator[str]:
    """The texts in some bytes: plainly, and out of whatever they are wrapped in; in lower case."""
    if depth > 5:
        return
    for start in [m.start() for m in re.finditer(b"\x1f\x8b\x08", data)]:
        try:
            yield from forms(zlib.decompressobj(31).decompress(data[start:]), depth + 1)
        except zlib.error:
            continue
    text = data.decode("utf-8", "replace")
    plain = {text, unquote(text), unquote(unquote(text))}
    plain |= {re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), t).replace("\\/", "/") for t in plain}
    yield from (t.casefold() for t in plain)
    words = (r"[A-Za-z0-9+/_-]{12,}", r"[A-Za-z0-9+_-]{12,}", r"[A-Za-z0-9+/]{12,}")  # a path may be joined to one
    for word in {w for t in plain for pattern in words for w in re.findall(pattern, t)}:
        joined = word.replace("-", "+").replace("_", "/")
        try:
            inner = base64.b64decode(joined[: len(joined) // 4 * 4] if len(joined) % 4 == 1 else joined + "=" * 3)
        except ValueError:
            continue
        if inner.startswith(b"\x1f\x8b") or (inner.isascii() and len(inner) > 8):
            yield from forms(inner, depth + 1)
