"""The facts of a definition page. What a page does not say is listed in ``lacks`` and never guessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ParameterFact:
    """A parameter. ``names``: its possible names, because pages truncate long ones and two may look the same.

    ``limits``: the printed minLength, maxLength, pattern and format; ``lost``: limits that are announced but not
    printed. ``values`` and ``default`` are empty if the page does not give them.
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
    """A member of a body, by its dotted name; ``type`` "" and ``required`` None if the page does not give them."""

    name: str
    type: str = ""
    required: bool | None = None
    limits: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True)
class DefinitionFact:
    """A named part of a body: its members, or (for an enumeration) its values.

    For a contract, ``cites`` is the name in its source, ``sent`` whether clients send it.
    """

    name: str
    members: tuple[MemberFact, ...] = ()
    values: tuple[str, ...] = ()
    cites: str = ""
    sent: bool = False


@dataclass(frozen=True)
class SampleFact:
    """A request or an answer as printed; ``status`` is 0 for a request, or if the page does not give it."""

    kind: str
    status: int
    path: str
    text: str


@dataclass(frozen=True)
class ErrorFact:
    """A row of a table of error codes: a code and its status."""

    code: str
    status: int


@dataclass(frozen=True)
class Facts:
    """The facts of a page. ``path``: a template without host and query; ``resource``: a resource type, or a part."""

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
        """Return the definitions with members."""
        return tuple(d for d in self.definitions if d.members)

    @property
    def enumerations(self) -> tuple[DefinitionFact, ...]:
        """Return the definitions with values."""
        return tuple(d for d in self.definitions if d.values)
