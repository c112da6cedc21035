"""Facts derived from one answer at one address, computed once: clients repeat requests and get the same answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from linkproof.model.exchange import Credential, Exchange

#: A named connection of an answer: its name, its representation, the pointer to it.
Named = tuple[str, dict[str, Any], str]
#: Maximum length, in bytes, of a body that is kept for comparison.
_LONGEST = 4096


class Answer:
    """The value of an answer's body, and facts derived from it for calls of one address.

    Attributes:
        value: the value of the body.
        exact: whether it fits its schema without further members; None until computed.
        unknown: pointers to the members that its schema does not know; None until computed.
        places: the values at generalised pointers into lists, each with its own pointer; None until one is looked up.
        items, named: the connections that it shows; None until computed.
        passed: the judgements of the checks of the answer alone, if none found a breach; None until judged.
        tallies: what counts ``passed``; None until counted.
        values: what counts the values of the body; None until recorded.
    """

    __slots__ = (
        "_body",
        "_credential",
        "_label",
        "_status",
        "exact",
        "items",
        "named",
        "passed",
        "places",
        "tallies",
        "unknown",
        "value",
        "values",
    )

    def __init__(self, exchange: Exchange, value: Any) -> None:
        response = exchange.response
        self._status: int = response.status
        self._body: bytes = response.body if len(response.body) <= _LONGEST else b""
        self._label: str = response.headers.get("content-type")
        self._credential: Credential = exchange.credential
        self.value: Any = value
        self.exact: bool | None = None
        self.unknown: tuple[str, ...] | None = None
        self.places: dict[str, Sequence[tuple[str, Any]]] | None = None
        self.items: tuple[dict[str, Any], ...] | None = None
        self.named: tuple[Named, ...] | None = None
        self.passed: tuple[Any, ...] | None = None
        self.tallies: tuple[Any, ...] | None = None
        self.values: tuple[Any, ...] | None = None

    @property
    def can_repeat(self) -> bool:
        """Whether a later answer can be compared with this one: its body was kept."""
        return self._body != b""

    def is_repeated(self, exchange: Exchange) -> bool:
        """Whether an exchange without a request body has the same answer (status, body, type) and credential."""
        response = exchange.response
        return (
            self._body == response.body != b""
            and self._status == response.status
            and self._credential is exchange.credential
            and self._label == response.headers.get("content-type")
        )
