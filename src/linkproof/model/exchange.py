"""An exchange: one request with its response, and what is known of how the request was sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from linkproof.base.quick_init import quick_init


class Grade(StrEnum):
    """How much evidence proves: seen on a live service, in a recording of one, on a mock, or in a document only."""

    LIVE = "live"
    RECORDING = "recording"
    MOCK = "mock"
    DOCUMENT = "document"


#: Methods that change nothing, by their definition (RFC 9110, 9.2.1).
READING = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
#: Header fields whose whole value is a token, by their names in lower case.
TOKEN_HEADERS = {"x-auth-token": "X-Auth-Token", "x-api-key": "X-Api-Key", "api-key": "Api-Key"}
#: A wrong token: too long to be valid by chance, and recognisable.
WRONG_TOKEN = "wrong-credential-of-linkproof"


class Credential(StrEnum):
    """The credential with which a request was sent, as far as it is known."""

    VALID = "valid"
    MISSING = "missing"
    WRONG = "wrong"
    UNKNOWN = "unknown"


#: The status of an exchange without a response: the server closed the connection each time the request was sent.
NO_ANSWER = 0


class _Names:
    """The names of a message's header fields, and where each comes first; names compare without case."""

    __slots__ = ("names", "place_of", "places")

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        self.place_of: dict[str, int] = {}
        for place, name in enumerate(names):
            self.place_of.setdefault(name.lower(), place)
        self.places: dict[frozenset[str], tuple[int, ...]] = {}

    def places_of(self, wanted: frozenset[str]) -> tuple[int, ...]:
        """Where fields under one of some (lower-case) names are; ``places`` keeps it."""
        found = tuple([place for place, name in enumerate(self.names) if name.lower() in wanted])
        self.places[wanted] = found
        return found


#: Names that messages have had together. A service's answers all have the same: kept once, a message is a third of its
#: size, and finding a field takes one look-up (before, 20 fields took 5 µs to index).
_KNOWN: dict[tuple[str, ...], _Names] = {}
_MOST_KNOWN = 1024
#: Longer names together, in characters, are not kept.
_LONGEST_NAMES = 4096


def _known(names: tuple[str, ...]) -> _Names:
    found = _KNOWN.get(names)
    if found is None:
        found = _Names(names)
        if sum(map(len, names)) <= _LONGEST_NAMES:
            if len(_KNOWN) >= _MOST_KNOWN:
                _KNOWN.clear()
            _KNOWN[names] = found
    return found


class Headers:
    """Header fields in the order they came; names compare without case."""

    __slots__ = ("_known", "values")

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        names, values = tuple(zip(*pairs, strict=True)) or ((), ())
        self._known = _known(names)
        self.values: tuple[str, ...] = values

    @classmethod
    def of(cls, names: tuple[str, ...], values: tuple[str, ...]) -> Headers:
        """Return header fields made of equally many names and values; faster than the constructor."""
        found = cls.__new__(cls)
        found._known = _KNOWN.get(names) or _known(names)
        found.values = values
        return found

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Names and values, in their order."""
        return tuple(zip(self._known.names, self.values, strict=True))

    def get(self, name: str, default: str = "") -> str:
        """The first value under a (lower-case) name, or ``default``."""
        place = self._known.place_of.get(name)
        return default if place is None else self.values[place]

    def has_any(self, names: frozenset[str]) -> bool:
        """Whether there is a field with one of these lower-case names."""
        found = self._known.places.get(names)
        return (self._known.places_of(names) if found is None else found) != ()

    def values_of(self, names: frozenset[str]) -> tuple[str, ...]:
        """Return every value of the fields with these lower-case names."""
        if not self.has_any(names):
            return ()
        values = self.values
        return tuple([values[place] for place in self._known.places[names]])

    def __contains__(self, name: str) -> bool:
        return name in self._known.place_of

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return zip(self._known.names, self.values, strict=True)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Headers) and self.values == other.values and self._known.names == other._known.names

    def __hash__(self) -> int:
        return hash((self._known.names, self.values))

    def __reduce__(self) -> tuple[type[Headers], tuple[tuple[tuple[str, str], ...]]]:
        return Headers, (self.pairs,)

    def __repr__(self) -> str:
        return f"Headers({list(self.pairs)!r})"


@quick_init
@dataclass(frozen=True, slots=True)
class Request:
    """What was sent: method in upper case, absolute URL, header fields, body bytes (empty: none)."""

    method: str
    url: str
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""


@quick_init
@dataclass(frozen=True, slots=True)
class Response:
    """What came back: status, header fields, body bytes after content and transfer decoding."""

    status: int
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""
    reason: str = ""


@quick_init
@dataclass(frozen=True, slots=True)
class Exchange:
    """One request with its response.

    ``world`` names the state scope (one recording, one run between two resets); ``scene`` names the scenario or file
    that it comes from; ``started`` and ``ended`` are seconds on one clock; ``number`` orders exchanges within a state
    scope. ``at`` is the date of the evidence (ISO 8601), if known. ``contract`` is the id of the contract that the
    request was sent for, "" where only the request itself shows it.
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
    """What may be assumed of the target while judging; nothing here says where an exchange is from.

    ``operation_timeout_s`` is None if no wait was configured (recordings). ``collections`` are the collections
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
