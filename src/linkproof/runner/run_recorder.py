"""Recording and replay of a run: the cassette, its redaction, and the description in reports."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from linkproof.base.models import changed_texts
from linkproof.base.wording import parsed_moment
from linkproof.model.exchange import Exchange
from linkproof.model.results import Results, TargetInfo
from linkproof.recordings.writer import CassetteWriter
from linkproof.redaction.redactor import Redactor
from linkproof.runner.session import Session
from linkproof.targets.model import Target
from linkproof.targets.replay_client import Recorded, ReplayClient, facts_of


class Recording:
    """The cassette of a run, redacted while it is written. Raises UsageError if the file cannot be written."""

    def __init__(self, path: Path, target: Target, seed: int) -> None:
        self._redactor = Redactor()
        facts = facts_of(target, seed)
        for auth in target.auth.values():
            if auth.token:
                self._redactor.credential(auth.token)
        self._redactor.learn({"target": facts["target"], "contracts": facts["contracts"]})
        head = dict(
            facts,
            target=changed_texts(facts["target"], self._redactor.text),
            contracts=changed_texts(facts["contracts"], self._redactor.text),
        )
        self._writer = CassetteWriter(path, head, self._redactor.exchange)

    def write(self, exchange: Exchange) -> None:
        """Write one exchange."""
        self._writer.write(exchange)

    def results(self, results: Results) -> Results:
        """Return the results with the same pseudonyms, because cassette and reports are shared together."""
        self._redactor.freeze()
        names = ("sentence", "target", "findings", "unmatched", "broken", "left_behind")
        text = self._redactor.text
        rows = [replace(r, why=text(r.why), variants=tuple(map(text, r.variants))) for r in results.requirements]
        redacted = {name: changed_texts(getattr(results, name), text) for name in names}
        return replace(results, requirements=rows, **redacted)

    def close(self) -> None:
        """Close the cassette."""
        self._writer.close()


def missing_of(session: Session) -> int:
    """Return how many requests of a session were missing in the cassette; 0 without a cassette."""
    return session.client.missing if isinstance(session.client, ReplayClient) else 0


def replayed_info(session: Session, recorded: Recorded, missing: int, now: float) -> TargetInfo:
    """Return the target of a replay for reports: what was recorded, and its age. A mock stays a mock."""
    info = session.target_info()
    return replace(
        info,
        name=f"{info.name} (recorded {recorded.at[:10]}, {age_of(recorded.at, now)})",
        kind="recording" if info.kind == "live" else info.kind,
        recorded_at=recorded.at,
        not_recorded=missing,
    )


def age_of(at: str, now: float) -> str:
    """Return how long ago a moment was, in whole days."""
    try:
        days = int((now - parsed_moment(at).timestamp()) // 86_400)
    except ValueError:
        return "at an unknown time"
    return "today" if days < 1 else "1 day ago" if days == 1 else f"{days} days ago"
