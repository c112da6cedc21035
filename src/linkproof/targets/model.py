"""The description of a target: its address, its limits, the connections that it promises."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

from linkproof.errors import UsageError
from linkproof.targets.budget import Limits


@dataclass(frozen=True)
class Auth:
    """How to authenticate with one vendor; ``where`` names the place in the target file, for messages.

    ``more``: the other members of its kind.
    """

    kind: str
    token: str = ""
    token_env: str = ""
    where: str = ""
    more: Mapping[str, str] = field(default_factory=dict)

    def secret(self) -> str:
        """Return the token. Raises UsageError if there is none."""
        place, found = f"{self.where} token", self.token
        if self.token_env:
            place, found = f"{self.where} token_env", os.environ.get(self.token_env, "")
            if not found:
                raise UsageError(
                    f"the environment variable {self.token_env} is not set",
                    where=place,
                    fix=f"export {self.token_env}=...",
                )
        if not found.isascii() or not found.isprintable() or found != found.strip():
            # The value is not shown: it is a credential.
            raise UsageError(
                "the credential has white space around it, a line break, or a character that no header field carries",
                where=place,
                fix="give the token alone, in ASCII",
            )
        return found


@dataclass(frozen=True)
class Provision:
    """How new pending connections are created for a run: the endpoints on the consumer's side.

    ``subnet`` is an id. Azure: ``location``, ``group_ids``, and ``resource_group`` (default: the parent's). Huawei:
    ``project_id`` of the consumer and ``vpc_id``.
    """

    count: int
    subnet: str
    location: str = ""
    group_ids: tuple[str, ...] = ()
    resource_group: str = ""
    project_id: str = ""
    vpc_id: str = ""


@dataclass(frozen=True)
class TargetContract:
    """A contract on this target: a parent, and its connections by state.

    ``parents``: further parents, each with its own path and fixtures; the tests are dealt over all of them. ``label``
    names one of several parents in messages, and is "" for the only one.
    """

    id: str
    path: Mapping[str, str]
    fixtures: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    base_url: str = ""
    version: str = ""
    provision: Provision | None = None
    parents: tuple[TargetContract, ...] = ()
    label: str = ""

    @property
    def title(self) -> str:
        """Return the contract's id, with the parent's label if there are several."""
        return f"{self.id} ({self.label})" if self.label else self.id

    @property
    def each(self) -> tuple[TargetContract, ...]:
        """Return an entry for each parent, the contract's own first."""
        return (replace(self, parents=()), *self.parents)


@dataclass(frozen=True)
class Target:
    """A target. ``reset`` is the method and path that reset the fixtures, None if there is none.

    ``timeout_s`` limits the time of a whole answer, ``max_answer_bytes`` its size on the wire and decompressed.
    ``allow``: shell patterns of the connections of a live target that may be written to. ``ephemeral``: the address is
    gone after the run, and is not reported.
    """

    name: str
    kind: str
    base_url: str
    contracts: Mapping[str, TargetContract]
    auth: Mapping[str, Auth] = field(default_factory=dict)
    checks_credentials: bool = False
    writes: bool = False
    timeout_s: float = 10.0
    operation_timeout_s: float = 20.0
    max_answer_bytes: int = 16_000_000
    reset: tuple[str, str] | None = None
    open_enumerations: bool = False
    allow: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    ephemeral: bool = False

    def may_write(self, name: str) -> bool:
        """Whether a connection may be written to: any one on a mock, only those in ``allow`` on a live target."""
        if not self.writes:
            return False
        return self.kind != "live" or any(fnmatchcase(name.lower(), p.lower()) for p in self.allow)

    def at_parent(self, contract: str, number: int) -> Target:
        """Return the target with one of a contract's parents as the only one."""
        own = self.contracts[contract].each[number]
        return replace(self, contracts={**self.contracts, contract: own})
