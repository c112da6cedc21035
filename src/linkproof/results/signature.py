"""Signatures of bundles: ed25519 over the manifest, which names every other file with its hash."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from linkproof.base.files import read_file
from linkproof.base.models import decode_json
from linkproof.errors import UsageError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_MAKE_KEY = "openssl genpkey -algorithm ed25519 -out key.pem"
_MOST_BYTES = 100_000
_Base64 = Annotated[str, Meta(max_length=200, pattern="^[A-Za-z0-9+/=]*$")]


class _File(Struct, forbid_unknown_fields=True):
    """``signature.json``."""

    algorithm: Literal["ed25519"]
    key: _Base64
    signature: _Base64


@dataclass(frozen=True)
class Signer:
    """Who signed: the public key (32 bytes)."""

    key: bytes

    @property
    def fingerprint(self) -> str:
        """A short name of the key, the same wherever it is shown."""
        return f"ed25519:{hashlib.sha256(self.key).hexdigest()[:32]}"


def read_private_key(path: Path) -> Ed25519PrivateKey:
    """Return the key in a PEM file. Raises UsageError."""
    module, ed25519 = _library()
    where = f"--sign-key {path}"
    data = read_file(path, f"make one with: {_MAKE_KEY}", _MOST_BYTES)
    try:
        key = module.load_pem_private_key(data, password=None)
    except (ValueError, TypeError):  # TypeError: it is encrypted
        problem = "this is not a private key in PEM without a password"
        raise UsageError(problem, where=where, fix=f"make one with: {_MAKE_KEY}") from None
    except Exception as error:
        raise UsageError(f"this key cannot be used: {error}", where=where, fix=f"make one with: {_MAKE_KEY}") from None
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise UsageError("this key is not of ed25519", where=where, fix=f"make one with: {_MAKE_KEY}")
    found: Ed25519PrivateKey = key
    return found


def read_public_key(path: Path) -> Signer:
    """Return the signer whose public key (or certificate's key) is in a PEM file. Raises UsageError."""
    module, ed25519 = _library()
    where, fix = f"--trust {path}", "openssl pkey -in key.pem -pubout -out public.pem"
    data = read_file(path, fix, _MOST_BYTES)
    try:
        key = module.load_pem_public_key(data)
    except Exception:
        raise UsageError("this is not a public key in PEM", where=where, fix=fix) from None
    if not isinstance(key, ed25519.Ed25519PublicKey):
        raise UsageError("this key is not of ed25519", where=where, fix=fix)
    return Signer(key.public_bytes_raw())


def signature_of(manifest: bytes, key: Ed25519PrivateKey) -> bytes:
    """Return the content of ``signature.json`` for a manifest."""
    public = key.public_key().public_bytes_raw()
    file = _File("ed25519", base64.b64encode(public).decode(), base64.b64encode(key.sign(manifest)).decode())
    return msgspec.json.format(msgspec.json.encode(file), indent=1) + b"\n"


def signer_of(manifest: bytes, signature: bytes) -> Signer | None:
    """Return who signed a manifest; None if the signature is invalid. Raises UsageError."""
    _, ed25519 = _library()
    file = decode_json(signature, _File, "signature.json", "make the bundle again with linkproof bundle --sign-key")
    try:
        public, signed = (base64.b64decode(text, validate=True) for text in (file.key, file.signature))
        ed25519.Ed25519PublicKey.from_public_bytes(public).verify(signed, manifest)
    except (binascii.Error, ValueError, _invalid()):
        return None
    return Signer(public)


def _library() -> tuple[Any, Any]:
    try:
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ImportError:
        fix = "pip install 'linkproof[signature]'"
        raise UsageError("cryptography is not installed, which signatures need", where="signature", fix=fix) from None
    return serialization, ed25519


def _invalid() -> type[Exception]:
    from cryptography.exceptions import InvalidSignature

    return InvalidSignature
