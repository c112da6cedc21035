"""Sends a live target only the writes that it allows, and records in the journal what is about to change."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from linkproof.contract.model import Contract
from linkproof.contract.request_values import reads, subjects_of
from linkproof.runner.not_exercised import NotExercised
from linkproof.runner.session import Session


class WriteGuard:
    """Guards the writing requests of one contract.

    Args:
        session: the run, with its target and its journal.
        contract: the contract whose connections are guarded.
        shown: returns a connection's current status and description, None if there is none.
    """

    def __init__(self, session: Session, contract: Contract, shown: Callable[[str], Mapping[str, str] | None]) -> None:
        self._session = session
        self._contract = contract
        self._shown = shown

    def require_writes(self) -> None:
        """Raise NotExercised if the target does not allow writes."""
        if not self._session.target.writes:
            raise NotExercised("the target does not allow writes (writes = false)")

    def check(self, method: str, url: str, body: bytes) -> None:
        """Raise NotExercised for a write to a connection that the live target does not allow.

        The decision depends on the request's subject, not on its validity: a service may accept an invalid request in
        error.
        """
        target = self._session.target
        if target.kind != "live" or reads(self._contract, method, url, body):
            return
        names = subjects_of(self._contract, url, body)
        if not names or not all(map(target.may_write, names)):
            about = ", ".join(map(repr, names)) or "no connection that could be identified"
            allowed = ", ".join(target.allow) if target.writes else "nothing"
            raise NotExercised(f"{method} would change {about}: the live target allows writes to {allowed}")
        for name in names:
            self._record_before(name)

    def _record_before(self, name: str) -> None:
        """Record a connection's state in the journal before its first change."""
        journal, given = self._session.journal, self._session.target.contracts[self._contract.id]
        parent = given.path if given.label else None
        if journal is not None and not journal.knows(self._contract.id, name, parent):
            journal.changing(self._contract.id, name, self._shown(name), parent)
