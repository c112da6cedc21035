"""Requests signed by access key and secret key, as Huawei Cloud's SDK signs them (SDK-HMAC-SHA256)."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Any

from linkproof.base.extras import require_extra
from linkproof.mock.authentication import Authentication
from linkproof.mock.error_responses import ErrorCase, ErrorResponse
from linkproof.mock.messages import Asked

#: Matches a signature: access key, signed header fields, signature.
_SIGNATURE = re.compile(
    r"SDK-HMAC-SHA256 Access=(?P<key>[^,\s]+), ?SignedHeaders=(?P<headers>[a-z0-9;-]+), ?Signature=[0-9a-f]{64}"
)
_DATE = re.compile(r"\d{8}T\d{6}Z")
_CONTENT = "x-sdk-content-sha256"
_UNSIGNED = "UNSIGNED-PAYLOAD"


class SignatureAuthentication(Authentication):
    """Accepts the token in its header, or a signature in ``Authorization`` by a known key (by any key if none is
    known).
    """

    def admit(self, asked: Asked) -> ErrorResponse | None:
        """Return the error response to a request with neither a valid token nor a valid signature."""
        if asked.headers.get(self._header) or not asked.headers.get("authorization"):
            return super().admit(asked)
        return None if is_signed(asked, self.keys) else self.errors.of(ErrorCase.WRONG_CREDENTIAL)


def is_signed(asked: Asked, keys: Mapping[str, str]) -> bool:
    """Whether a request carries a valid signature by one of ``keys``; if ``keys`` is empty, any signature is valid."""
    found = _SIGNATURE.fullmatch(asked.headers.get("authorization", ""))
    date = asked.headers.get("x-sdk-date", "")
    if found is None or not _DATE.fullmatch(date) or "x-sdk-date" not in found["headers"].split(";"):
        return False
    if not keys:
        return True
    secret = keys.get(found["key"])
    return secret is not None and hmac.compare_digest(_signature(asked, found, secret), asked.headers["authorization"])


def _signature(asked: Asked, found: re.Match[str], secret: str) -> str:
    """Return the expected ``Authorization``, computed by the vendor's signer; "" if it would not sign the request."""
    names = found["headers"].split(";")
    claimed = asked.headers.get(_CONTENT, "")
    if claimed not in ("", _UNSIGNED, hashlib.sha256(asked.body).hexdigest()) or not set(names) <= asked.headers.keys():
        return ""
    signer, request = _library()
    unsigned = request(
        method=asked.method,
        host=asked.headers.get("host", ""),
        resource_path=asked.path,
        query_params=list(asked.query),
        header_params={name: asked.headers[name] for name in names},
        body=asked.body,
    )
    try:
        made = signer(_Keys(found["key"], secret)).sign(unsigned)
    except ValueError:  # an invalid date, or a character that no URL has
        return ""
    value: str = made.header_params["Authorization"]
    # The client chooses which header fields to sign; the signer would add the host to them.
    return value if names == sorted(names) and "host" in names else ""


class _Keys:
    """The attributes that the vendor's signer reads."""

    def __init__(self, ak: str, sk: str) -> None:
        self.ak, self.sk = ak, sk


def _library() -> tuple[Any, Any]:
    require_extra("huaweicloudsdkcore", "huawei", "checking signatures")
    from huaweicloudsdkcore.sdk_request import SdkRequest
    from huaweicloudsdkcore.signer.signer import Signer

    return Signer, SdkRequest
