"""Return a recorded body as the bytes that the application received, with its content encoding undone."""

from __future__ import annotations

import ast
import base64
import binascii
import zlib
from typing import Any

from linkproof.errors import UsageError
from linkproof.model.exchange import Headers
from linkproof.recordings.byte_source import LARGEST

#: Times that a body can have been written as Python prints bytes.
_MOST_QUOTED = 3
_GZIP = b"\x1f\x8b"
_FIX = "record the file again, or correct this interaction"


def body_of(value: Any, headers: Headers, *, name: str, where: str) -> bytes:
    """Return the bytes of ``request.body`` or ``response.body``. Raises UsageError with ``where`` and the member."""
    return _decoded(_plain(value, name, where), headers.get("content-encoding").lower(), name, where)


def _plain(value: Any, name: str, where: str) -> bytes:
    if isinstance(value, dict):
        if "base64_string" in value:
            return _base64(value["base64_string"], f"{name}.base64_string", where)
        if isinstance(value.get("state"), list) and value["state"]:
            # A file-like body: vcrpy writes an io.BytesIO with its content first.
            value = value["state"][0]
        elif "string" in value:
            value, name = value["string"], f"{name}.string"
        else:
            raise UsageError(f"{name} has neither string nor base64_string", where=where, fix=_FIX)
    if value is None:
        return b""
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return _unquoted(value) or value.encode("utf-8")
    raise UsageError(f"{name} is not text", where=where, fix=_FIX)


def _unquoted(text: str) -> bytes:
    """Return the bytes of a body that an old recorder wrote as Python prints bytes (``b'{...}'``); empty otherwise.

    Some recorders did so twice: ``b'b\\'{...}\\''``.
    """
    found = b""
    for _ in range(_MOST_QUOTED):
        inner = _once_unquoted(text)
        if not inner:
            break
        found = inner
        text = inner.decode("utf-8", "replace")
    return found


def _once_unquoted(text: str) -> bytes:
    if len(text) < 3 or text[:2] not in ("b'", 'b"') or text[-1] != text[1]:
        return b""
    try:
        found = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return b""
    return found if isinstance(found, bytes) else b""


def _base64(value: Any, name: str, where: str) -> bytes:
    text = value.decode("latin-1") if isinstance(value, bytes) else value
    if text is None:
        return b""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError, AttributeError):
        raise UsageError(f"{name} is not base64", where=where, fix=_FIX) from None


def _decoded(body: bytes, encoding: str, name: str, where: str) -> bytes:
    """Decompress a body if it is compressed: recorders often keep only the header field."""
    if not body or not encoding or encoding == "identity":
        return body
    try:
        if "gzip" in encoding and body.startswith(_GZIP):
            return _inflated(body, 31)
        if "deflate" in encoding and not _is_text(body):
            # Servers send both what the standard says (zlib) and the bare stream.
            return _inflated(body, 15 if body[0] & 15 == 8 and int.from_bytes(body[:2], "big") % 31 == 0 else -15)
    except _TooLarge:
        problem = f"{name} is more than {LARGEST >> 20} MB when it is unpacked"
        raise UsageError(problem, where=where, fix="this is not a recorded exchange: leave it out") from None
    except zlib.error as error:
        raise UsageError(f"{name} is not complete {encoding} data: {error}", where=where, fix=_FIX) from None
    if any(word in encoding for word in ("br", "zstd", "compress")) and not _is_text(body):
        fix = "record it with decode_compressed_response=True, or ask the server for gzip"
        raise UsageError(f"{name} is compressed with {encoding!r:.40}, which is not read", where=where, fix=fix)
    return body


def unpacked(body: bytes) -> bytes | None:
    """Return decompressed gzip data, or None if they are invalid or larger than any exchange."""
    try:
        return _inflated(body, 31) if body.startswith(_GZIP) else None
    except (_TooLarge, zlib.error):
        return None


class _TooLarge(Exception):
    """The decompressed data are larger than any recorded exchange."""


def _inflated(body: bytes, wbits: int) -> bytes:
    found = bytearray()
    while body:
        engine = zlib.decompressobj(wbits)
        found += engine.decompress(body, LARGEST + 1 - len(found))
        if len(found) > LARGEST:
            raise _TooLarge
        if not engine.eof:
            raise zlib.error("it ends too early")
        # What follows a gzip member is another one, or padding.
        body = engine.unused_data if engine.unused_data.startswith(_GZIP) else b""
    return bytes(found)


def _is_text(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
