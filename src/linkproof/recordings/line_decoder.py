"""The members of one line of Linkproof's own format, decoded with their types; other members are skipped."""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from msgspec.json import Decoder

_Pairs = tuple[tuple[str, str], ...]


class LineRequest(Struct, gc=False):
    """The request of an exchange."""

    method: str
    url: str
    headers: _Pairs = ()
    body: str | None = None
    body_base64: Any = None


class LineResponse(Struct, gc=False):
    """The response of an exchange."""

    status: int
    headers: _Pairs = ()
    body: str | None = None
    body_base64: Any = None
    reason: str | None = None


class Line(Struct):
    """One exchange."""

    request: LineRequest
    response: LineResponse
    world: str | None = None
    scene: str | None = None
    at: str | None = None
    started: float | None = None
    ended: float | None = None
    credential: Any = None
    contract: str | None = None


#: Decodes a line. Raises msgspec.MsgspecError for any that is not written in the usual way.
decode_line = Decoder(Line).decode
