"""How requests and answers are written: their formats, and what names the called operation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Format(StrEnum):
    """The format of a body."""

    JSON = "json"
    FORM = "form"
    XML = "xml"

    @property
    def media(self) -> tuple[str, ...]:
        """Return the media types of the format; Linkproof sends the first."""
        return _MEDIA[self]

    @property
    def body(self) -> str:
        """Return a description of a body in this format."""
        return f"{'an' if self is Format.XML else 'a'} {self.name} body"


_MEDIA: Mapping[Format, tuple[str, ...]] = {
    Format.JSON: ("application/json",),
    Format.FORM: ("application/x-www-form-urlencoded",),
    Format.XML: ("text/xml", "application/xml"),
}


def media_in(content: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the entry of a document's ``content`` in a format that can be read; empty if there is none."""
    found: Mapping[str, Any] = next((content[media] for how in Format for media in how.media if media in content), {})
    return found


@dataclass(frozen=True, slots=True)
class ProtocolRules:
    """How requests and answers are written, and what names the called operation.

    ``operation`` names the member of the form, or the query parameter, that holds the operation's id (``Action``); ""
    if method and path do. ``version`` names the one that holds the contract's version. For XML answers, ``root`` is the
    name of the root, with ``{operation}`` substituted, ``error_root`` that of an error, ``namespace`` the namespace of
    the former. ``signature`` names the query parameters of a signed URL.
    """

    request: Format = Format.JSON
    response: Format = Format.JSON
    operation: str = ""
    version: str = ""
    root: str = ""
    error_root: str = ""
    namespace: str = ""
    signature: tuple[str, ...] = ()

    @property
    def members(self) -> frozenset[str]:
        """Return the members of a request that belong to the protocol, not to the operation's body."""
        return frozenset(name for name in (self.operation, self.version, *self.signature) if name)
