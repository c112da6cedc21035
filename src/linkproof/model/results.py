"""What a run or a check came to: one status per contract and requirement, the findings, and one verdict."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from linkproof.model.exchange import Grade
from linkproof.model.finding import Finding, Level

#: How a reason begins where the network failed: nothing was seen to hold, and nothing to be breached.
INCONCLUSIVE = "inconclusive"
SCHEMA_VERSION = "1.0"


class Status(StrEnum):
    """How a requirement stands on one contract. Only PASS says that it was seen to hold."""

    PASS = "pass"
    FAIL = "fail"
    WARN = "warn"
    NOT_EXERCISED = "not exercised"
    NOT_APPLICABLE = "not applicable"


class Verdict(StrEnum):
    """What the whole came to."""

    CONFORMS = "conforms"
    BREACHED = "breached"
    UNPROVEN = "unproven"
    BROKEN = "broken"

    @property
    def exit_code(self) -> int:
        """What the process ends with."""
        return {"conforms": 0, "breached": 1, "broken": 3, "unproven": 4}[self.value]


@dataclass(frozen=True)
class TargetInfo:
    """What was judged, as reports name it.

    Of a replay: when it was recorded (ISO 8601), and how many requests the cassette does not hold.
    """

    name: str
    kind: str
    base_url: str = ""
    writes: bool = False
    checks_credentials: bool = False
    recorded_at: str = ""
    not_recorded: int = 0


@dataclass(frozen=True)
class ContractInfo:
    """A contract that was judged, and how many exchanges were matched to it."""

    id: str
    version: str
    title: str
    vendor: str
    vendor_title: str
    retired: str
    exchanges: int


@dataclass(frozen=True)
class RequirementResult:
    """One requirement on one contract.

    ``exercised`` counts how often it was really judged; ``why`` says why it was not, or what limits the pass;
    ``date`` is that of the newest evidence (ISO 8601), "" where unknown; ``variants`` are documented variants seen.
    """

    requirement: str
    contract: str
    family: str
    level: Level
    title: str
    statement: str
    source: dict[str, str]
    status: Status
    exercised: int
    why: str = ""
    grade: Grade | None = None
    date: str = ""
    findings: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()


@dataclass(frozen=True)
class UnmatchedGroup:
    """Exchanges that matched no contract, for one reason; ``where`` names a few of them."""

    reason: str
    method: str
    path: str
    count: int
    where: tuple[str, ...]


@dataclass(frozen=True)
class Broken:
    """Something of ours or of the surroundings that broke: never counted as a breach."""

    what: str
    detail: str


#: The status of a connection that is not there.
GONE = ""


@dataclass(frozen=True)
class Transition:
    """A step of a connection's life, how often it was seen, and in which exchange first.

    ``before`` and ``after`` are statuses (``GONE``: no connection); ``refused`` steps were asked for and answered with
    a refusal; ``foreseen`` ones follow from the contract, seen or not.
    """

    before: str
    by: str
    after: str
    refused: bool
    foreseen: bool
    count: int
    seen: str


@dataclass(frozen=True)
class Lifecycle:
    """The life of a contract's connections: its statuses, and the steps between them."""

    contract: str
    states: tuple[str, ...]
    transitions: tuple[Transition, ...]


@dataclass(frozen=True)
class Step:
    """An answer about a long-running operation: how long after its start, HTTP status, and the word, if any."""

    after: float
    status: int
    word: str


@dataclass(frozen=True)
class Timeline:
    """One long-running operation: the exchange that started it, how it ended ("": not seen to end), every answer."""

    operation: str
    seen: str
    at: str
    ended: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class LongRunning:
    """A contract's long-running operations: how many, how they ended, and the most telling of them.

    ``good`` is the word of success; ``clock`` says what ``Step.after`` counts: seconds, or exchanges in a recording.
    """

    contract: str
    count: int
    ended: tuple[tuple[str, int], ...]
    good: str
    clock: str
    shown: tuple[Timeline, ...]


@dataclass(frozen=True)
class ObservedValue:
    """A word that was seen: how often, first and last (ISO 8601, "" where unknown), and in which exchange first."""

    value: str
    documented: bool
    count: int
    first_seen: str
    last_seen: str
    seen: str


@dataclass(frozen=True)
class Observed:
    """The words that were seen at one place of a contract; ``documented`` is empty where the contract names none."""

    contract: str
    place: str
    documented: tuple[str, ...]
    values: tuple[ObservedValue, ...]


class Standing(StrEnum):
    """What a waiver came to in one run."""

    IN_FORCE = "in force"
    EXPIRED = "expired"
    UNUSED = "unused"
    NOT_JUDGED = "not judged"


@dataclass(frozen=True)
class Waiver:
    """A breach that somebody answers for: its key, who and why, until which day (ISO 8601, that day included).

    ``pointer`` is the place within one connection, as findings have it; without ``value`` any value is covered.
    ``findings`` are the ids of those that it is about in this run.
    """

    requirement: str
    contract: str
    operations: tuple[str, ...]
    pointer: str
    kind: str
    owner: str
    reason: str
    link: str
    expires: str
    value: str | None = None
    standing: Standing = Standing.NOT_JUDGED
    findings: tuple[str, ...] = ()


@dataclass(frozen=True)
class LeftBehind:
    """Something that a run made or changed, and that could not be put back or removed."""

    contract: str
    name: str
    what: str


@dataclass
class Results:
    """Everything that reports are made of."""

    verdict: Verdict
    sentence: str
    target: TargetInfo
    contracts: list[ContractInfo]
    requirements: list[RequirementResult]
    findings: list[Finding]
    documentation_defects: list[Finding]
    unmatched: list[UnmatchedGroup]
    started_at: str
    duration_s: float
    requests: int
    broken: list[Broken] = field(default_factory=list)
    lifecycles: list[Lifecycle] = field(default_factory=list)
    long_running: list[LongRunning] = field(default_factory=list)
    seed: int | None = None
    version: str = ""
    allow_unproven: bool = False
    waivers: list[Waiver] = field(default_factory=list)
    observed: list[Observed] = field(default_factory=list)
    left_behind: list[LeftBehind] = field(default_factory=list)

    @property
    def waived(self) -> frozenset[str]:
        """The ids of the findings that waivers in force cover."""
        return frozenset(i for w in self.waivers if w.standing is Standing.IN_FORCE for i in w.findings)

    @property
    def exit_code(self) -> int:
        """0 conforms, 1 a MUST is breached, 3 broken, 4 a MUST was not exercised (0 where that is allowed).

        Breaches count that no waiver covers; a waiver that expired or covers nothing counts like one.
        """
        code = self._code_but_for_waivers()
        rotten = any(w.standing in (Standing.EXPIRED, Standing.UNUSED) for w in self.waivers)
        return 1 if rotten and code in (0, 4) else code

    def _code_but_for_waivers(self) -> int:
        verdict = self.verdict
        if verdict is Verdict.BREACHED:
            breached = {i for r in self.requirements if r.status is Status.FAIL for i in r.findings}
            if any(f.level is Level.MUST and f.id in breached and f.id not in self.waived for f in self.findings):
                return verdict.exit_code
            verdict = self._verdict_on_the_rest()
        if verdict is Verdict.UNPROVEN and self.allow_unproven:
            return 0
        return verdict.exit_code

    def _verdict_on_the_rest(self) -> Verdict:
        if self.broken:
            return Verdict.BROKEN
        unproven = any(r.status is Status.NOT_EXERCISED and r.level is Level.MUST for r in self.requirements)
        return Verdict.UNPROVEN if unproven else Verdict.CONFORMS
