"""Waits for long-running operations: polls their URLs, or gets the connection until it is at rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from linkproof.base.json_values import MISSING, at
from linkproof.checks.equivalence import settled, status_of, value_on_the_way
from linkproof.contract.call import Call
from linkproof.contract.model import Contract
from linkproof.contract.names import name_of
from linkproof.contract.operation import Role
from linkproof.errors import EngineError
from linkproof.runner.session import Session

#: Seconds to wait for an operation if an earlier one of the contract never ended.
_SHORT_WAIT_S = 0.3
#: Seconds between two polls: initially and at most; and the minimum on a live target, for polls and for Gets.
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.02, 0.5
_LIVE_POLL_S, _LIVE_GET_S = 10.0, 2.0
_SLOWER = 1.6
#: Number of failed polls of the status after which an operation counts as over.
_MOST_FAILED_POLLS = 2


@dataclass
class _Polling:
    """An operation that is polled; a URL is "" when there is nothing more to poll at it."""

    call: Call
    status_url: str
    result_url: str
    failed: int = 0
    retry_after: float = 0.0

    @property
    def over(self) -> bool:
        return not self.status_url and not self.result_url


class Poller:
    """Waits for the operations of one contract.

    Args:
        session: the run: its target's limits, its clock, and the contracts whose operations never ended.
        contract: the contract.
        ask: sends a GET to a polling URL.
        get: gets a connection.
    """

    def __init__(
        self,
        session: Session,
        contract: Contract,
        ask: Callable[[str], Call | None],
        get: Callable[[str], Call],
    ) -> None:
        self._session = session
        self._contract = contract
        self._ask = ask
        self._get = get
        self._live = session.target.kind == "live"
        self._at_rest = session.at_rest[contract.id]

    def wait(self, call: Call, name: str) -> None:
        """Poll an operation until it has ended or the target's limit is over; then wait until the connection is at
        rest.
        """
        if not call.success:
            return
        rules = self._contract.long_running
        status_url, result_url = map(self._own, rules.polled_at(call.exchange))
        polling = _Polling(call, status_url, result_url)
        followed = not polling.over
        if followed:
            self._poll(polling, name)
        has_no_status = polling.failed > _MOST_FAILED_POLLS or not status_url
        if call.exchange.request.method != "DELETE":
            if name and (not followed or (has_no_status and not result_url)) and not self._settle(call, name):
                self._get(name)
            return
        # Where no status says when a deletion ends, only that the connection disappears shows it.
        unseen = has_no_status if followed else call.status == 202
        if name and unseen and not self._settle(call, name, gone=True):
            self._get(name)

    def wait_until_at_rest(self, shown: Call, name: str) -> None:
        """Wait until a connection that an answer shows in transition is at rest; read it once more after the limit."""
        if self._has_settled(shown, name, absent=True) or self._settle(shown, name):
            return
        self._get(name)

    def _own(self, url: str) -> str:
        return url if url and self._session.client.is_own(url) else ""

    def _limit(self) -> float:
        stuck = self._contract.id in self._session.stuck
        return _SHORT_WAIT_S if stuck else self._session.target.operation_timeout_s

    def _poll(self, polling: _Polling, name: str) -> None:
        """Poll Location first, then the status, so that a result before the end is recognised."""
        limit, started, pause, waited = self._limit(), polling.call.exchange.ended, _FIRST_PAUSE_S, 0.0
        while not polling.over:
            # By the exchanges' times, so that a replay gives up at the same point as the recorded run.
            out_of_time = polling.call.exchange.ended + waited - started > limit
            self._poll_both(polling)
            if polling.over:
                return
            if not polling.status_url and name:
                # The status reports the end before the result does: the effect is visible.
                self._get(name)
                name = ""
            if out_of_time:
                self._session.stuck.add(self._contract.id)
                return
            # A mock may be polled before its Retry-After; a live service is not.
            waited = max(pause, polling.retry_after or _LIVE_POLL_S) if self._live else pause
            self._session.client.pause(waited)
            pause = min(pause * _SLOWER, _LONGEST_PAUSE_S)

    def _poll_both(self, polling: _Polling) -> None:
        polling.retry_after = 0.0
        if polling.result_url:
            polling.call = self._poll_once(polling.result_url)
            polling.retry_after = seconds_to_wait(polling.call)
            if polling.call.status != 202:
                polling.result_url = ""
        if polling.status_url:
            polling.call = call = self._poll_once(polling.status_url)
            polling.retry_after = polling.retry_after or seconds_to_wait(call)
            rules = self._contract.long_running
            word = at(call.answer, rules.status) if call.success else MISSING
            polling.failed += not isinstance(word, str)
            ended = rules.is_over(word)
            if ended or polling.failed > _MOST_FAILED_POLLS:
                polling.status_url = ""

    def _poll_once(self, url: str) -> Call:
        call = self._ask(url)
        if call is None:
            raise EngineError(f"the poll matched no operation: {url}")
        return call

    def _settle(self, call: Call, name: str, *, gone: bool = False) -> bool:
        """Get a connection until it is at rest, or ``gone``; return whether it is.

        A decision that was answered with 202 has had no effect while the connection is pending still.
        """
        undecided = self._contract.states.get("pending", "") if call.decision and call.status == 202 else ""
        if not gone and self._has_settled(call, name, absent=False, undecided=undecided):
            return True
        limit, pause, waited = self._limit(), 2 * _FIRST_PAUSE_S, 0.0
        shown = call
        while shown.exchange.ended + waited - call.exchange.ended < limit:
            shown = self._get(name)
            if gone:
                ended = self._item(shown, name) is None
            else:
                ended = self._has_settled(shown, name, absent=True, undecided=undecided)
            if ended:
                return True
            waited = max(pause, _LIVE_GET_S) if self._live else pause
            self._session.client.pause(waited)
            pause = min(pause * _SLOWER, _LONGEST_PAUSE_S)
        if not self._note_at_rest(shown, name):
            self._session.stuck.add(self._contract.id)
        return False

    def _note_at_rest(self, call: Call, name: str) -> bool:
        """Stop waiting for an undocumented value to disappear once it stayed for the maximum time of an operation.

        Return whether there is a new one. Then nothing is known of how long an operation takes.
        """
        item = self._item(call, name)
        word = value_on_the_way(self._contract, item)
        if word in self._at_rest:
            return False  # not what the time was spent on
        if word and call.schema and not any(word in options for options in call.schema.enumerations.values()):
            self._at_rest.add(word)
            return True
        return False

    def _has_settled(self, call: Call, name: str, *, absent: bool, undecided: str = "") -> bool:
        """Whether the answer shows the connection at rest; ``absent`` if it does not show the connection.

        ``undecided``: the status with which it is not, as its decision has had no effect.
        """
        item = self._item(call, name)
        if item is None:
            return absent
        if undecided and status_of(self._contract, item) == undecided:
            return False
        return settled(self._contract, item, self._at_rest)

    def _item(self, call: Call, name: str) -> Any:
        """Return the connection in an answer: what Get shows, whatever id it has, or the item of that name."""
        if call.role is Role.GET and call.subject == name.lower():
            return call.items[0] if call.items and not call.is_empty else None
        return next((i for i in call.items if name_of(self._contract, i) == name.lower()), None)


def seconds_to_wait(call: Call) -> float:
    """Return the answer's Retry-After in seconds; 0 if it has none."""
    name = call.contract.long_running.retry_header
    found = call.exchange.response.headers.get(name.lower()) if name else ""
    return float(found) if found.isascii() and found.isdigit() and len(found) < 10 else 0.0
