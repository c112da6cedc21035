"""An exchange: one request with its response, and what is known of how the request was sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Grade(StrEnum):
    """How much evidence proves: seen on a live service, in a recording of one, on a mock, or in a document only."""

    LIVE = "live"
    RECORDING = "recording"
    MOCK = "mock"
    DOCUMENT = "document"


class Credential(StrEnum):
    """With which credential a request went out, as far as that is known."""

    VALID = "valid"
    MISSING = "missing"
    WRONG = "wrong"
    UNKNOWN = "unknown"


#: The status of an exchange without a response: the server closed the connection each time the request was sent.
NO_ANSWER = 0


class Headers:
    """Header fields in the order they came; names compare without case."""

    __slots__ = ("_index", "pairs")

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self.pairs: tuple[tuple[str, str], ...] = tuple(pairs)
        self._index: dict[str, str] | None = None

    def get(self, name: str, default: str = "") -> str:
        """The first value under a (lower-case) name, or ``default``."""
        return (self._index or self._indexed()).get(name, default)

    def has_any(self, names: frozenset[str]) -> bool:
        """Whether there is a field under one of the (lower-case) names."""
        return not names.isdisjoint(self._index or self._indexed())

    def _indexed(self) -> dict[str, str]:
        self._index = {key.lower(): value for key, value in reversed(self.pairs)}
        return self._index

    def __contains__(self, name: str) -> bool:
        return self.get(name, "\0") != "\0"

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self.pairs)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Headers) and self.pairs == other.pairs

    def __hash__(self) -> int:
        return hash(self.pairs)

    def __repr__(self) -> str:
        return f"Headers({list(self.pairs)!r})"


@dataclass(frozen=True, slots=True)
class Request:
    """What was sent: method in upper case, absolute URL, header fields, body bytes (empty: none)."""

    method: str
    url: str
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Response:
    """What came back: status, header fields, body bytes after content and transfer decoding."""

    status: int
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request with its response.

    ``world`` names the state scope (one recording, one run between two resets); ``scene`` names the scenario or file
    that it comes from; ``started`` and ``ended`` are seconds on one clock; ``number`` orders exchanges within a state
    scope. ``at`` is the date of the evidence (ISO 8601), if known. ``contract`` is the id of the contract that the
    request was sent for, "" where only the request itself can tell.
    """

    request: Request
    response: Response
    number: int = 0
    world: str = ""
    scene: str = ""
    started: float = 0.0
    ended: float = 0.0
    credential: Credential = Credential.UNKNOWN
    at: str = ""
    contract: str = ""

    @property
    def label(self) -> str:
        """A short name for people: where it came from and its number."""
        return f"{self.scene}#{self.number}" if self.scene else f"#{self.number}"


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What may be assumed of the target while judging; nothing here says how an exchange came to be.

    ``operation_timeout_s`` is None where nobody promised to wait (recordings). ``collections`` are the collections
    (paths in lower case, by contract id), ``parents`` those that bodies name (in lower case, by contract id), and
    ``names`` the connections (lower case) that the target promises.
    """

    grade: Grade = Grade.MOCK
    checks_credentials: bool = False
    operation_timeout_s: float | None = None
    open_enumerations: bool = False
    collections: Mapping[str, frozenset[str]] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    parents: Mapping[str, frozenset[str]] = field(default_factory=dict)
