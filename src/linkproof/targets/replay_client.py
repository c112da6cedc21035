"""Replays a cassette: recorded answers to recorded requests, without a network and without waiting.

A cassette of ``run --record`` names its target and the test of each request. A request is answered by the next recorded
exchange of the same test with the same method, URL, body and credential. Any other request is not recorded; nor is a
reading if the test has sent more or fewer writes than were recorded before it, as its answer shows another state.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import linkproof
from linkproof.base.wording import zulu_now
from linkproof.contract.model import Contract
from linkproof.errors import LinkproofError, UsageError
from linkproof.model.exchange import READING, Credential, Exchange, Request
from linkproof.recordings.files import read_recordings, recorded_facts, recording_files
from linkproof.targets.client import Client
from linkproof.targets.model import Target, TargetContract

#: Prefix of a cassette's name, given instead of a target file.
SCHEME = "cassette:"


class NotRecorded(LinkproofError):
    """The cassette does not contain a request: its answer is unknown."""


@dataclass(frozen=True)
class Recorded:
    """The description in a cassette: its target as it was recorded, when, and the seed."""

    path: Path
    target: Target
    at: str
    seed: int


def facts_of(target: Target, seed: int) -> dict[str, Any]:
    """Return what a replay must know of a target, as plain data for the head of the cassette."""
    return {
        "recorded_by": f"linkproof {linkproof.__version__}, Python {sys.version_info[0]}.{sys.version_info[1]}",
        "recorded_at": zulu_now(),
        "seed": seed,
        "target": {
            "name": target.name,
            "kind": target.kind,
            "base_url": target.base_url,
            "writes": target.writes,
            "checks_credentials": target.checks_credentials,
            "open_enumerations": target.open_enumerations,
            "operation_timeout_s": target.operation_timeout_s,
            "reset": target.reset is not None,
        },
        "contracts": {
            c.id: {
                "base_url": c.base_url,
                "version": c.version,
                **_parent_facts(c),
                **({"parents": [_parent_facts(p) for p in c.parents]} if c.parents else {}),
            }
            for c in target.contracts.values()
        },
    }


def _parent_facts(given: TargetContract) -> dict[str, Any]:
    fixtures = {state: list(names) for state, names in given.fixtures.items()}
    return {**({"label": given.label} if given.label else {}), "path": dict(given.path), "fixtures": fixtures}


def read_recorded(path: Path, contracts: Sequence[Contract]) -> Recorded:
    """Return the description in a cassette, for the chosen contracts. Raises UsageError."""
    if path.is_dir():
        raise UsageError("this is a folder, not a cassette", where=str(path), fix="give one file")
    recording_files([path])  # reports a missing file
    facts = recorded_facts(path)
    where = f"{path}: linkproof"
    if not facts:
        fix = "record it with linkproof run --record, or judge it with linkproof check"
        raise UsageError("the file does not say of which target it is", where=where, fix=fix)
    try:
        target, tables = facts["target"], facts["contracts"]
        known = {c.id for c in contracts}
        if not known & set(tables):
            fix = f"recorded are: {', '.join(tables)}"
            raise UsageError("no contract that was asked for is recorded", where=where, fix=fix)
        return Recorded(
            path=path,
            at=str(facts["recorded_at"]),
            seed=int(facts["seed"]),
            target=Target(
                name=str(target["name"]),
                kind=str(target["kind"]),
                base_url=str(target["base_url"]),
                contracts={k: _contract(k, v) for k, v in tables.items() if k in known},
                writes=_flag(target["writes"]),
                checks_credentials=_flag(target["checks_credentials"]),
                operation_timeout_s=float(target["operation_timeout_s"]),
                reset=("POST", "/") if _flag(target["reset"]) else None,
                open_enumerations=_flag(target["open_enumerations"]),
            ),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        problem = f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error)
        raise UsageError(problem, where=where, fix="record the cassette again") from None


def _contract(name: str, table: Mapping[str, Any]) -> TargetContract:
    base_url, version = str(table["base_url"] or ""), str(table["version"] or "")

    def parent(row: Mapping[str, Any]) -> TargetContract:
        path = {k: str(v) for k, v in (row["path"] or {}).items()}
        fixtures = {k: tuple(map(str, v)) for k, v in (row["fixtures"] or {}).items()}
        return TargetContract(name, path, fixtures, base_url, version, label=str(row.get("label") or ""))

    return replace(parent(table), parents=tuple(map(parent, table.get("parents") or ())))


def _flag(value: Any) -> bool:
    """Parse true or false; YAML is read as text."""
    if str(value).lower() not in ("true", "false"):
        raise ValueError(f"{value!r} is neither true nor false")
    return str(value).lower() == "true"


class ReplayClient(Client):
    """Answers from a cassette. ``missing`` counts the requests that it does not contain."""

    def __init__(self, recorded: Recorded) -> None:
        super().__init__(recorded.target)
        self.missing = 0
        self._where = str(recorded.path)
        #: Recorded exchanges, each with the number of writes of its test before it.
        self._left: dict[tuple[object, ...], deque[tuple[int, Exchange]]] = defaultdict(deque)
        self._recorded_writes: Counter[str] = Counter()
        self._sent_writes: Counter[str] = Counter()
        for exchange in read_recordings([recorded.path]):
            scenario = exchange.scene
            key = self._key(exchange.request, exchange.credential, scenario)
            self._left[key].append((self._recorded_writes[scenario], exchange))
            self._recorded_writes[scenario] += exchange.request.method not in READING

    @staticmethod
    def _key(request: Request, credential: Credential, scenario: str) -> tuple[object, ...]:
        return scenario, request.method, request.url, request.body, credential

    def pause(self, seconds: float) -> None:
        """Do not wait: the recorded times contain the pause."""

    def together(self, sends: Sequence[Callable[[], Exchange]], *, first: int = 0) -> list[Exchange]:  # noqa: ARG002
        """Answer requests that were sent at the same time one by one: their recorded times still overlap."""
        return [send() for send in sends]

    def reset(self) -> None:
        """Do nothing: what was recorded after a reset follows."""

    @property
    def is_out_of_step(self) -> bool:
        """Whether the current test skipped a recorded write, whose effect later answers may show."""
        return self._sent_writes[self.scenario] < self._recorded_writes[self.scenario]

    def _exchange(self, contract: str, request: Request, credential: Credential) -> Exchange:
        found, sent = self._left[self._key(request, credential, self.scenario)], self._sent_writes[self.scenario]
        reads = request.method in READING
        while reads and found and found[0][0] < sent:
            found.popleft()
        if not found or (reads and found[0][0] > sent):
            self.missing += 1
            raise NotRecorded(f"not recorded: {request.method} {request.url} of {self.scenario} in {self._where}")
        self._sent_writes[self.scenario] += not reads
        return replace(found.popleft()[1], credential=credential, contract=contract)
