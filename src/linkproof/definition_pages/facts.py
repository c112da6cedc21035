"""What a definition page says. What it does not say is in ``lacks``, and is nowhere guessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ParameterFact:
    """A parameter. ``names`` are the names it may have: pages cut long ones, and two may then look the same.

    ``limits`` has what the page prints of minLength, maxLength, pattern, format; ``lost`` names what it only announces.
    ``values`` and ``default`` are empty where the page is silent.
    """

    names: tuple[str, ...]
    place: str
    required: bool
    type: str = ""
    limits: Mapping[str, str | int] = field(default_factory=dict)
    lost: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    default: str = ""


@dataclass(frozen=True)
class MemberFact:
    """A member of a body, by its dotted name; ``type`` "" and ``required`` None where the page is silent."""

    name: str
    type: str = ""
    required: bool | None = None
    limits: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True)
class DefinitionFact:
    """A named part of a body: its members, or (for an enumeration) its values.

    Of a contract's: ``cites`` is the name that its source has for it, ``sent`` whether clients send it.
    """

    name: str
    members: tuple[MemberFact, ...] = ()
    values: tuple[str, ...] = ()
    cites: str = ""
    sent: bool = False


@dataclass(frozen=True)
class SampleFact:
    """A request or an answer as printed; ``status`` 0 for a request, or where the page does not say."""

    kind: str
    status: int
    path: str
    text: str


@dataclass(frozen=True)
class ErrorFact:
    """A row of a table of error codes: a code, and the status that it comes with."""

    code: str
    status: int


@dataclass(frozen=True)
class Facts:
    """A page's facts. ``path`` is a template without host and query; ``resource`` a resource type, or part of one."""

    layout: str
    title: str
    method: str = ""
    path: str = ""
    version: str = ""
    resource: str = ""
    parameters: tuple[ParameterFact, ...] = ()
    body: tuple[MemberFact, ...] = ()
    statuses: tuple[int, ...] = ()
    definitions: tuple[DefinitionFact, ...] = ()
    samples: tuple[SampleFact, ...] = ()
    lacks: tuple[str, ...] = ()
    errors: tuple[ErrorFact, ...] = ()

    @property
    def objects(self) -> tuple[DefinitionFact, ...]:
        """The definitions that have members."""
        return tuple(d for d in self.definitions if d.members)

    @property
    def enumerations(self) -> tuple[DefinitionFact, ...]:
        """The definitions that have values."""
        return tuple(d for d in self.definitions if d.values)
