"""An exchange as findings keep it: text only, ready to be written."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from msgspec import Meta, Struct

from linkproof.model.exchange import Exchange

HeaderFields = Annotated[
    tuple[tuple[str, str], ...], Meta(description="Header fields as name and value, in the order they came.")
]
Body = Annotated[str, Meta(description="The body as text; empty if there was none, cut after 16 KiB with a note.")]
Date = Annotated[str, Meta(description="A date or time (ISO 8601); empty if unknown.")]
#: A number of things. The limit keeps numbers out that no report can print.
Count = Annotated[int, Meta(ge=0, le=2**53)]
#: Maximum size of a body in evidence: reports show less.
LONGEST_BODY = 1 << 16


class EvidenceRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """The request of an exchange."""

    method: Annotated[str, Meta(description="The method, in upper case.")]
    url: Annotated[str, Meta(description="The absolute URL.")]
    headers: HeaderFields
    body: Body


class EvidenceResponse(Struct, frozen=True, forbid_unknown_fields=True):
    """The response of an exchange."""

    status: Annotated[int, Meta(ge=0, le=999, description="The status code.")]
    headers: HeaderFields
    body: Body


class Evidence(Struct, frozen=True, forbid_unknown_fields=True):
    """One request with its response."""

    label: Annotated[str, Meta(description="Where the exchange came from, and its number there.")]
    at: Date
    request: EvidenceRequest
    response: EvidenceResponse

    @property
    def scene(self) -> str:
        """The test or file that the exchange came from; "" if unknown."""
        return self.label.rpartition("#")[0]


class CutBody(bytes):
    """The beginning of a long body. ``whole`` is the size of the body in bytes."""

    whole: int


def size_of(body: bytes) -> int:
    """Return the size of a body in bytes; of a cut one its original size."""
    return body.whole if isinstance(body, CutBody) else len(body)


def cut(exchange: Exchange, most_sent: int = LONGEST_BODY) -> Exchange:
    """Return an exchange with no more of its bodies than evidence shows, so that findings do not keep large ones.

    The request keeps ``most_sent`` bytes: a command that repeats it needs the whole body.
    """
    request, response = exchange.request, exchange.response
    if len(request.body) <= most_sent and len(response.body) <= LONGEST_BODY:
        return exchange
    return replace(
        exchange,
        request=replace(request, body=_beginning(request.body, most_sent)),
        response=replace(response, body=_beginning(response.body, LONGEST_BODY)),
    )


def _beginning(body: bytes, most: int) -> bytes:
    if len(body) <= most:
        return body
    kept = CutBody(body[:most])
    kept.whole = size_of(body)
    return kept


def evidence_of(exchange: Exchange) -> Evidence:
    """Return an exchange as text. Nothing is masked or cut yet: ``redaction.publish`` does both."""
    request, response = exchange.request, exchange.response
    return Evidence(
        exchange.label,
        exchange.at,
        EvidenceRequest(request.method, request.url, request.headers.pairs, _text(request.body)),
        EvidenceResponse(response.status, response.headers.pairs, _text(response.body)),
    )


def _text(body: bytes) -> str:
    return body.decode("utf-8", "replace")
