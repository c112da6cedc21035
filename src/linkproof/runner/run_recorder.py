"""A run that is recorded, and one that is a replay: the cassette, its redaction, and what reports say of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

from linkproof.model.exchange import Exchange, Headers
from linkproof.model.results import Results, TargetInfo
from linkproof.recordings.writer import CassetteWriter
from linkproof.redaction.redactor import Redactor
from linkproof.runner.session import Session
from linkproof.targets.model import Target
from linkproof.targets.replay_client import Recorded, ReplayClient, facts_of

T = TypeVar("T")


class Recording:
    """The cassette of a run, redacted as it is written. Raises UsageError where the file cannot be had."""

    def __init__(self, path: Path, target: Target, seed: int) -> None:
        self._redactor = Redactor()
        facts = facts_of(target, seed)
        for auth in target.auth.values():
            if auth.token:
                self._redactor.credential(auth.token)
        self._redactor.learn({"target": facts["target"], "contracts": facts["contracts"]})
        head = dict(facts, target=self._plain(facts["target"]), contracts=self._plain(facts["contracts"]))
        self._writer = CassetteWriter(path, head, self._redactor.exchange)

    def write(self, exchange: Exchange) -> None:
        """Write one exchange."""
        self._writer.write(exchange)

    def results(self, results: Results) -> Results:
        """The results under the same pseudonyms: cassette and reports are handed on together."""
        self._redactor.freeze()
        names = ("sentence", "target", "findings", "unmatched", "broken", "left_behind")
        rows = [
            dataclasses.replace(r, why=self._redactor.text(r.why), variants=self._plain(r.variants))
            for r in results.requirements
        ]
        return dataclasses.replace(
            results, requirements=rows, **{name: self._plain(getattr(results, name)) for name in names}
        )

    def close(self) -> None:
        """End the cassette."""
        self._writer.close()

    def _plain(self, value: T) -> T:
        """A copy of a value (dataclasses, lists, maps, texts) with every text in it redacted."""
        found: Any = value
        if isinstance(value, Enum):
            return value
        if isinstance(value, str):
            found = self._redactor.text(value)
        elif isinstance(value, bytes):
            found = self._redactor.body(value)
        elif isinstance(value, Headers):
            found = self._redactor.headers(value)
        elif isinstance(value, Mapping):
            found = {k: self._plain(v) for k, v in value.items()}
        elif isinstance(value, list | tuple):
            found = type(value)(self._plain(v) for v in value)
        elif dataclasses.is_dataclass(value) and not isinstance(value, type):
            found = dataclasses.replace(
                value, **{f.name: self._plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
            )
        return found  # type: ignore[no-any-return]


def missing_of(session: Session) -> int:
    """How many requests of a session a cassette did not hold; 0 where no cassette answered."""
    return session.client.missing if isinstance(session.client, ReplayClient) else 0


def replayed_info(session: Session, recorded: Recorded, missing: int, now: float) -> TargetInfo:
    """The target of a replay as reports name it: what was recorded, and how old that is. A mock's stays a mock's."""
    info = session.target_info()
    return dataclasses.replace(
        info,
        name=f"{info.name} (recorded {recorded.at[:10]}, {age_of(recorded.at, now)})",
        kind="recording" if info.kind == "live" else info.kind,
        recorded_at=recorded.at,
        not_recorded=missing,
    )


def age_of(at: str, now: float) -> str:
    """How long ago a moment was, in words: whole days."""
    try:
        days = int((now - datetime.fromisoformat(at).timestamp()) // 86_400)
    except ValueError:
        return "nobody knows when"
    return "today" if days < 1 else "1 day ago" if days == 1 else f"{days} days ago"
