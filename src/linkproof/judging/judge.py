"""Runs every check on exchanges, one at a time, and counts what was judged."""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Iterable, Sequence

from linkproof.checks.error_bodies import from_a_gateway
from linkproof.checks.headers import drops_the_connection
from linkproof.checks.state import State
from linkproof.checks.traits import traits_of
from linkproof.checks.view import View
from linkproof.contract.call import Call
from linkproof.contract.catalogue import Entry
from linkproof.contract.model import Contract
from linkproof.contract.request_match import Addresses
from linkproof.contract.routing import Known, Router
from linkproof.judging.grouping import Findings
from linkproof.judging.judged import Judged
from linkproof.judging.observed_values import Observations
from linkproof.judging.operation_timelines import Timelines
from linkproof.judging.other_versions import of_another_version
from linkproof.judging.plans import Plan, judged_by, known_plan, plan_of
from linkproof.judging.scopes import Scope, Scopes
from linkproof.judging.tallies import Tally, count_each
from linkproof.judging.transitions import Lifecycles, is_followed
from linkproof.judging.unmatched import Unmatched
from linkproof.model.exchange import NO_ANSWER, Circumstances, Exchange
from linkproof.model.finding import Judgement
from linkproof.model.results import Broken, UnmatchedGroup
from linkproof.redaction.credentials import SECRET_HEADERS, SentCredentials

_MOST_BROKEN = 20


class Judge:
    """Runs every applicable check on each exchange, in order.

    Args:
        contracts: the contracts to which exchanges are matched.
        circumstances: the assumptions about the target.
        any_version: also judge exchanges of another api-version of the same API.
        share: this judge's share of the work, and the number of shares: exchanges of other contracts are left to the
            others. No check compares exchanges of two contracts, so that all shares together give the results of one
            judge.
        dealt_first: the contracts that most exchanges are of, so that no share has all of them.
        entries: further contracts, each read when its first exchange arrives.
    """

    def __init__(
        self,
        contracts: Iterable[Contract],
        circumstances: Circumstances,
        *,
        any_version: bool = False,
        share: tuple[int, int] = (0, 1),
        dealt_first: Sequence[str] = (),
        entries: Iterable[Entry] = (),
    ) -> None:
        self.contracts = tuple(contracts)
        self.entries = tuple(entries)
        self.circumstances = circumstances
        self.addresses = Addresses(Router(self.contracts, any_version=any_version, entries=self.entries))
        self.findings = Findings()
        self.lifecycles = Lifecycles()
        self.timelines = Timelines()
        self.observations = Observations()
        self.tallies: dict[tuple[str, str], Tally] = {}
        #: The same, by contract: looked up for each judgement.
        self._known_tallies: dict[str, dict[str, Tally]] = {}
        self.matched: Counter[str] = Counter()
        self.exchanges = 0
        self.broken: list[Broken] = []
        #: The credentials that requests carried: masked in all results.
        self.sent = SentCredentials()
        part, parts = share
        self._is_first = part == 0
        self._known: tuple[Known, ...] = (*self.contracts, *self.entries)
        names = list(dict.fromkeys([*dealt_first, *sorted(c.id for c in self._known)]))
        self._mine = frozenset(n for i, n in enumerate(names) if i % parts == part)
        self._unmatched = Unmatched()
        self._scopes = Scopes(circumstances)

    def feed(self, exchange: Exchange) -> tuple[Call | None, list[Judgement]]:
        """Judge one exchange. Return it as a call (None if it matched no contract), and its judgements."""
        if exchange.request.headers.has_any(SECRET_HEADERS):
            self.sent.note(exchange.request.headers)
        scope = self._scopes.named(exchange.world)
        call = self.read(exchange, scope)
        if call is None:
            self.exchanges += self._is_first
            return None, []
        if call.contract.id not in self._mine:
            scope.note_polls(call)
            return call, []
        self.exchanges += 1
        if call.status >= 500 and from_a_gateway(call, self.circumstances):
            self._unmatched.add(exchange, "a gateway answered instead of the service")
            return call, []
        self.matched[call.contract.id] += 1
        if call.status == NO_ANSWER:
            dropped = drops_the_connection(call)
            self._count(call, [dropped], ())
            state = scope.state(call.contract, self.circumstances)
            state.record(View(state, call))
            return call, [dropped]
        state = scope.state(call.contract, self.circumstances)
        repeated = self._repeated(call, state, scope) if call.answered.passed is not None else None
        if repeated is not None:
            return call, repeated
        view = View(state, call)
        plan = plan_of(call, view, self.circumstances)
        found = self._judge(plan, call, view)
        if call.seen_version:
            found = [of_another_version(call, judgement) for judgement in found]
        state.record(view)
        self.lifecycles.observe(call, state, scope.tracks)
        if not call.reads or call.is_poll:
            self.timelines.observe(call, state)
        self.observations.observe(call)
        if not call.reads:
            scope.note_polls(call)
        self._count(call, found, plan.tallies or ())
        return call, found

    def _repeated(self, call: Call, state: State, scope: Scope) -> list[Judgement] | None:
        """Judge and record a Get that shows again what the last one showed; return None for any other call.

        What clients poll is nearly always this. Nothing is known, then, that any check could compare it with: it
        passes what its answer passed before, and only its time and its number are new. Half the time of the long way.
        """
        subject = state.repeats(call)
        if subject is None or call.seen_version:
            return None
        answered = call.answered
        collection = state.collection(call.collection)
        plan = known_plan(call, traits_of(call, state, collection, [subject]), written=state.written)
        if plan is None or plan.others or plan.tallies is None:
            return None
        state.record_repeated(call, subject)
        if subject.listed is not None or not is_followed(call, scope.tracks):
            self.lifecycles.observe(call, state, scope.tracks)
        self.observations.observe(call)
        count_each(plan.tallies, call.exchange.at)
        count_each(self._tallies_of_answer(call), call.exchange.at)
        return [*plan.passed, *(answered.passed or ())]

    def _judge(self, plan: Plan, call: Call, view: View) -> list[Judgement]:
        """Return the judgements of all checks on a call; a repeated answer that passed is not judged again.

        The first judgements are the passes that such calls always have, one for each of the plan's tallies.
        """
        answered, circumstances = call.answered, self.circumstances
        is_new = answered.passed is None
        if plan.tallies is None:
            plan.tallies = self._tallies_of(call.contract, plan.passed)
        found = [*plan.passed, *(answered.passed or ())]
        of_answer: list[Judgement] = []
        sound = True
        for check in plan.checks if is_new else plan.others:
            try:
                said = judged_by(check, call, view, circumstances)
            except Exception:
                self._broke(check.requirements, call.exchange)
                sound = sound and not check.of_answer
                continue
            if said:
                found += said
                if check.of_answer:
                    of_answer += said
        if is_new and sound and all(j.breach is None for j in of_answer):
            answered.passed = tuple(of_answer)
        return found

    def _tallies_of_answer(self, call: Call) -> tuple[Tally, ...]:
        """Return the tally of each judgement that an answer passed before; most answers come only once."""
        answered = call.answered
        if answered.tallies is None:
            answered.tallies = self._tallies_of(call.contract, answered.passed or ())
        return answered.tallies

    def _tallies_of(self, contract: Contract, judgements: tuple[Judgement, ...]) -> tuple[Tally, ...]:
        """Return the tally of each judgement."""
        return tuple([self._tally((contract.id, j.requirement)) for j in judgements])

    def _tally(self, key: tuple[str, str]) -> Tally:
        found = self.tallies.get(key)
        if found is None:
            found = self.tallies[key] = Tally()
        return found

    def seen(self) -> tuple[Contract, ...]:
        """Return the contracts that exchanges were matched to."""
        return tuple(c.contract for c in self._known if self.matched[c.id])

    def judged(self) -> Judged:
        """Return a picklable snapshot of the results so far."""
        return Judged(
            self.findings,
            self.lifecycles,
            self.timelines.at_rest(),
            self.observations,
            self.tallies,
            self.matched,
            self.exchanges,
            self.broken,
            self._unmatched,
            tuple(self.sent),
        )

    def merge(self, other: Judged) -> None:
        """Merge another judge's results, as if its exchanges came after ours."""
        self.sent.merge(other.sent)
        self.findings.merge(other.findings)
        self.lifecycles.merge(other.lifecycles)
        self.timelines.merge(other.timelines)
        self.observations.merge(other.observations)
        for key, tally in other.tallies.items():
            self._tally(key).merge(tally)
        self.matched.update(other.matched)
        self.exchanges += other.exchanges
        self.broken = [*self.broken, *other.broken][:_MOST_BROKEN]
        self._unmatched.merge(other.unmatched)

    def peek(self, exchange: Exchange) -> Call | None:
        """Return the exchange as a call of a contract, None if it matches none; judge and record nothing."""
        found = self._find(exchange, self._scopes.named(exchange.world))
        return None if isinstance(found, str) else found

    def read(self, exchange: Exchange, scope: Scope) -> Call | None:
        """Return the exchange as a call of a contract; if it matches none, record the reason and return None."""
        found = self._find(exchange, scope)
        if isinstance(found, str):
            self.leave_out(exchange, found)
            return None
        return found

    def _find(self, exchange: Exchange, scope: Scope) -> Call | str:
        request = exchange.request
        poll = scope.polls.get(request.url) if request.method == "GET" else None
        if poll is not None:
            return Call(exchange, self.addresses.poll(request.url, *poll))
        address = self.addresses.find(request.method, request.url, request.body, exchange.contract)
        return address if isinstance(address, str) else Call(exchange, address)

    def unmatched(self) -> list[UnmatchedGroup]:
        """Return the exchanges that matched no contract, grouped by reason, method and path."""
        return self._unmatched.groups()

    def leave_out(self, exchange: Exchange, reason: str) -> None:
        """Record that an exchange is not judged, and why; of several shares the first one records it."""
        if self._is_first:
            self._unmatched.add(exchange, reason)

    def _count(self, call: Call, found: list[Judgement], counted: tuple[Tally, ...]) -> None:
        """Count judgements; ``counted`` are the tallies of the first ones, which passed."""
        contract, at, version = call.contract.id, call.exchange.at, call.seen_version
        if version:
            counted = ()
        count_each(counted, at)
        known = self._known_tallies.setdefault(contract, {})
        for judgement in found[len(counted) :]:
            own = known.get(judgement.requirement)
            if own is None:
                own = known[judgement.requirement] = self._tally((contract, judgement.requirement))
            own.count += 1
            if version:
                own.versions.add(version)
            if at > own.date:
                own.date = at
            if judgement.breach is not None:
                variant = self.findings.add(call, judgement)
                if variant:
                    own.variants.add(variant)

    def _broke(self, requirements: tuple[str, ...], exchange: Exchange) -> None:
        what = f"the check of {', '.join(requirements)} broke on {exchange.request.method} {exchange.request.url}"
        if len(self.broken) < _MOST_BROKEN:
            self.broken.append(Broken(what, traceback.format_exc(limit=4)))
