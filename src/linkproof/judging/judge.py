"""Runs every check on exchanges, one at a time, and counts what was judged."""

from __future__ import annotations

import traceback
from collections import Counter, OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from operator import attrgetter
from urllib.parse import urlsplit

from msgspec import structs

from linkproof.base.bounded import Recent
from linkproof.checks.error_bodies import from_a_gateway
from linkproof.checks.headers import drops_the_connection
from linkproof.checks.registry import CallClass, Check, all_checks, class_of, passed
from linkproof.checks.state import POLLS, State
from linkproof.checks.traits import ALL, traits_of
from linkproof.checks.view import View
from linkproof.contract.call import Call
from linkproof.contract.catalogue import Entry
from linkproof.contract.model import Contract
from linkproof.contract.request_match import Addresses, Kind
from linkproof.contract.routing import Known, Route, Router
from linkproof.judging.grouping import Findings
from linkproof.judging.observed_values import Observations
from linkproof.judging.operation_timelines import Timelines
from linkproof.judging.other_versions import of_another_version
from linkproof.judging.transitions import FOLLOWED, Lifecycles, Tracks, is_followed
from linkproof.model.exchange import NO_ANSWER, Circumstances, Exchange, Grade
from linkproof.model.finding import Judgement
from linkproof.model.results import Broken, UnmatchedGroup
from linkproof.redaction.credentials import SECRET_HEADERS, SentCredentials

#: Maximum number of state scopes that are kept: recordings are read one after the other, runs have few.
_MOST_SCOPES = 4
#: Maximum number of operations whose polling URLs are kept.
_POLLS = 10_000
_MOST_BROKEN = 20
_MOST_UNMATCHED = 1000


_requirement_of = attrgetter("requirement")


@dataclass
class _Scope:
    """One state scope: a state for each contract, and the URLs at which operations are polled."""

    states: dict[tuple[str, str], State] = field(default_factory=dict)
    polls: Recent[str, tuple[Route, Kind]] = field(default_factory=lambda: Recent(_POLLS))
    tracks: Tracks = field(default_factory=lambda: Recent(FOLLOWED))

    def state(self, contract: Contract, circumstances: Circumstances) -> State:
        key = (contract.id, contract.version)
        found = self.states.get(key)
        if found is None:
            found = self.states[key] = State(contract, circumstances)
        return found


@dataclass
class Tally:
    """How often a requirement was judged on a contract, and how recent the evidence is.

    ``versions``: the api-versions of the evidence other than the contract's.
    """

    count: int = 0
    date: str = ""
    variants: set[str] = field(default_factory=set)
    versions: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Judged:
    """The results of a judge as data: picklable, and mergeable with those of other judges."""

    findings: Findings
    lifecycles: Lifecycles
    timelines: Timelines
    observations: Observations
    tallies: dict[tuple[str, str], Tally]
    matched: Counter[str]
    exchanges: int
    broken: list[Broken]
    unmatched: dict[tuple[str, str, str], UnmatchedGroup]
    sent: tuple[str, ...] = field(default=(), repr=False)


class _Plan:
    """How calls of one class are judged: the requirements that all of them pass, and the checks that apply to them."""

    __slots__ = ("checks", "others", "passed", "tallies")

    def __init__(self, checks: tuple[Check, ...], of: CallClass) -> None:
        self.passed: tuple[Judgement, ...] = tuple(passed(c.requirements[0]) for c in checks if c.passes(of))
        self.checks: tuple[Check, ...] = tuple(c for c in checks if not c.passes(of))
        self.others: tuple[Check, ...] = tuple(c for c in self.checks if not c.of_answer)
        #: The tallies of ``passed``, once one was counted.
        self.tallies: tuple[Tally, ...] | None = None


class Judge:
    """Runs every applicable check on each exchange, in order.

    Args:
        contracts: the contracts to which exchanges are matched.
        circumstances: the assumptions about the target.
        any_version: also judge exchanges of another api-version of the same API.
        share: this judge's share of the work, and the number of shares: exchanges of other contracts are left to the
            others. No check compares exchanges of two contracts, so that all shares together give the results of one
            judge.
        entries: further contracts, each read when its first exchange arrives.
    """

    def __init__(
        self,
        contracts: Iterable[Contract],
        circumstances: Circumstances,
        *,
        any_version: bool = False,
        share: tuple[int, int] = (0, 1),
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
        self.matched: Counter[str] = Counter()
        self.exchanges = 0
        self.broken: list[Broken] = []
        #: The credentials that requests carried: masked in all results.
        self.sent = SentCredentials()
        part, parts = share
        self._is_first = part == 0
        self._known: tuple[Known, ...] = (*self.contracts, *self.entries)
        names = sorted({c.id for c in self._known})
        self._mine = frozenset(n for i, n in enumerate(names) if i % parts == part)
        self._unmatched: dict[tuple[str, str, str], UnmatchedGroup] = {}
        self._scopes: OrderedDict[str, _Scope] = OrderedDict()

    def feed(self, exchange: Exchange) -> tuple[Call | None, list[Judgement]]:
        """Judge one exchange. Return it as a call (None if it matched no contract), and its judgements."""
        if exchange.request.headers.has_any(SECRET_HEADERS):
            self.sent.note(exchange.request.headers)
        scope = self._scope(exchange.world)
        call = self.read(exchange, scope)
        if call is None:
            self.exchanges += self._is_first
            return None, []
        if call.contract.id not in self._mine:
            self._note_polls(call, scope)
            return call, []
        self.exchanges += 1
        if call.status >= 500 and from_a_gateway(call, self.circumstances):
            self._leave(exchange, "a gateway answered instead of the service")
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
        plan = self._plan_of(call, view)
        found, counted = self._judge(plan, call, view)
        if call.seen_version:
            found = [of_another_version(call, judgement) for judgement in found]
        state.record(view)
        self.lifecycles.observe(call, state, scope.tracks)
        if not call.reads or call.kind in POLLS:
            self.timelines.observe(call, state)
        self.observations.observe(call)
        if not call.reads:
            self._note_polls(call, scope)
        self._count(call, found, counted)
        return call, found

    def _repeated(self, call: Call, state: State, scope: _Scope) -> list[Judgement] | None:
        """Judge and record a Get that shows again what the last one showed; return None for any other call.

        What clients poll is nearly always this. Nothing is known, then, that any check could compare it with: it
        passes what its answer passed before, and only its time and its number are new. Half the time of the long way.
        """
        subject = state.repeats(call)
        if subject is None or call.seen_version:
            return None
        answered = call.answered
        collection = state.collection(call.collection)
        key = _plan_key(call, traits_of(call, state, collection, [subject]), written=state.written)
        plan: _Plan | None = call.address.pattern.plans.get(key)
        if plan is None or plan.others or plan.tallies is None or answered.tallies is None:
            return None
        state.record_repeated(call, subject)
        if subject.listed is not None or not is_followed(call, scope.tracks):
            self.lifecycles.observe(call, state, scope.tracks)
        self.observations.observe(call)
        at = call.exchange.at
        for tallies in (plan.tallies, answered.tallies):
            for tally in tallies:
                tally.count += 1
                if at > tally.date:
                    tally.date = at
        return [*plan.passed, *(answered.passed or ())]

    def _plan_of(self, call: Call, view: View) -> _Plan:
        plans: dict[int, _Plan] = call.address.pattern.plans
        key = _plan_key(call, view.traits, written=view.written)
        found = plans.get(key)
        if found is None:
            of = class_of(call, self.circumstances, written=view.written)
            needed = tuple(c for c in all_checks() if c.needs & view.traits or c.needs == ALL)
            found = plans[key] = _Plan(tuple(c for c in needed if c.applies_to(of)), of)
        return found

    def _judge(self, plan: _Plan, call: Call, view: View) -> tuple[list[Judgement], tuple[Tally, ...]]:
        """Return the judgements of all checks on a call; a repeated answer that passed is not judged again.

        The first judgements are passes that such calls always have: their tallies are returned too, one for each.
        """
        answered, circumstances = call.answered, self.circumstances
        is_new = answered.passed is None
        if plan.tallies is None:
            plan.tallies = self._tallies_of(call.contract, plan.passed)
        counted = plan.tallies
        if answered.passed is not None:
            if answered.tallies is None:
                answered.tallies = self._tallies_of(call.contract, answered.passed)
            counted += answered.tallies
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
        return found, counted

    def _tallies_of(self, contract: Contract, judgements: tuple[Judgement, ...]) -> tuple[Tally, ...]:
        """Return the tally of each judgement."""
        return tuple(self.tallies.setdefault((contract.id, j.requirement), Tally()) for j in judgements)

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
            own = self.tallies.setdefault(key, Tally())
            own.count += tally.count
            own.date = max(own.date, tally.date)
            own.variants |= tally.variants
            own.versions |= tally.versions
        self.matched.update(other.matched)
        self.exchanges += other.exchanges
        self.broken = [*self.broken, *other.broken][:_MOST_BROKEN]
        for place, group in other.unmatched.items():
            before = self._unmatched.get(place)
            if before is not None:
                where = (*before.where, *group.where)[:3]
                self._unmatched[place] = structs.replace(before, count=before.count + group.count, where=where)
            elif len(self._unmatched) < _MOST_UNMATCHED:
                self._unmatched[place] = group

    def peek(self, exchange: Exchange) -> Call | None:
        """Return the exchange as a call of a contract, None if it matches none; judge and record nothing."""
        found = self._find(exchange, self._scope(exchange.world))
        return None if isinstance(found, str) else found

    def read(self, exchange: Exchange, scope: _Scope) -> Call | None:
        """Return the exchange as a call of a contract; if it matches none, record the reason and return None."""
        found = self._find(exchange, scope)
        if isinstance(found, str):
            self.leave_out(exchange, found)
            return None
        return found

    def _find(self, exchange: Exchange, scope: _Scope) -> Call | str:
        request = exchange.request
        poll = scope.polls.get(request.url) if scope.polls and request.method == "GET" else None
        if poll is not None:
            return Call(exchange, self.addresses.poll(request.url, *poll))
        address = self.addresses.find(request.method, request.url, request.body, exchange.contract)
        return address if isinstance(address, str) else Call(exchange, address)

    def unmatched(self) -> list[UnmatchedGroup]:
        """Return the exchanges that matched no contract, grouped by reason, method and path."""
        return sorted(self._unmatched.values(), key=lambda g: (g.reason, g.path, g.method))

    def _scope(self, name: str) -> _Scope:
        scope = self._scopes.get(name)
        if scope is None:
            scope = _Scope()
            if self._scopes and self.circumstances.grade is not Grade.RECORDING:
                before = next(reversed(self._scopes.values()))
                scope.states = {key: state.after_reset() for key, state in before.states.items()}
            self._scopes[name] = scope
            while len(self._scopes) > _MOST_SCOPES:
                self._scopes.popitem(last=False)
        return scope

    def _note_polls(self, call: Call, scope: _Scope) -> None:
        """Record the URLs in an answer at which its operation is polled."""
        if call.reads or not call.success:
            return
        status_url, result_url = call.contract.long_running.polled_at(call.exchange.response.headers, call.status)
        route = call.address.route
        if status_url:
            scope.polls.put(status_url, (route, Kind.STATUS_POLL))
        if result_url and result_url != status_url:
            scope.polls.put(result_url, (route, Kind.RESULT_POLL))

    def leave_out(self, exchange: Exchange, reason: str) -> None:
        """Record that an exchange is not judged, and why; of several shares the first one records it."""
        if self._is_first:
            self._leave(exchange, reason)

    def _leave(self, exchange: Exchange, reason: str) -> None:
        path = urlsplit(exchange.request.url).path
        key = (reason, exchange.request.method, path)
        before = self._unmatched.get(key)
        where = (*before.where, exchange.label)[:3] if before else (exchange.label,)
        count = before.count + 1 if before else 1
        if before or len(self._unmatched) < _MOST_UNMATCHED:
            self._unmatched[key] = UnmatchedGroup(reason, exchange.request.method, path, count, where)

    def _count(self, call: Call, found: list[Judgement], counted: tuple[Tally, ...]) -> None:
        """Count judgements; ``counted`` are the tallies of the first ones, which passed."""
        contract, at, version, tallies = call.contract.id, call.exchange.at, call.seen_version, self.tallies
        if version:
            counted = ()
        for tally in counted:
            tally.count += 1
            if at > tally.date:
                tally.date = at
        for judgement in found[len(counted) :]:
            key = (contract, judgement.requirement)
            own = tallies.get(key)
            if own is None:
                own = tallies[key] = Tally()
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


def _plan_key(call: Call, traits: int, *, written: bool) -> int:
    return (traits << 12) + call.status * 4 + 2 * (not call.defects) + written


def judged_by(check: Check, call: Call, view: View, circumstances: Circumstances) -> list[Judgement]:
    """Return the judgements of one check on a call. Raises ValueError for a requirement that it does not declare."""
    found = [*check.function(call, view, circumstances)]
    if found and not check.ids.issuperset(map(_requirement_of, found)):
        other = ", ".join(sorted({j.requirement for j in found} - check.ids))
        raise ValueError(f"{check.function.__name__} judged {other}, which it does not declare")
    return found
