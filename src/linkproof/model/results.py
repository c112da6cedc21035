"""The results of a run or a check: one status per contract and requirement, the findings, and one verdict.

These classes are the format of ``results.json``: ``schemas/formats/results.schema.json`` is generated from them, and
``results.serialize`` reads and writes them. A field that is added needs a default, so that older files are still read.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct, field

from linkproof.model.evidence import Count
from linkproof.model.exchange import Grade
from linkproof.model.finding import Finding, Level
from linkproof.model.lifecycle import Lifecycle, LongRunning
from linkproof.model.observed_values import Observed
from linkproof.model.waiver import Waiver, WaiverStatus

#: How a reason begins where the network failed: the requirement neither passed nor was breached.
INCONCLUSIVE = "inconclusive"
#: Of results.json: the second number grows with each field that is added.
SCHEMA_VERSION = "1.1"


class Status(StrEnum):
    """The status of a requirement on one contract. Only PASS says that it passed."""

    PASS = "pass"
    FAIL = "fail"
    WARN = "warn"
    NOT_EXERCISED = "not exercised"
    NOT_APPLICABLE = "not applicable"


class Verdict(StrEnum):
    """The verdict on a target."""

    CONFORMS = "conforms"
    BREACHED = "breached"
    UNPROVEN = "unproven"
    BROKEN = "broken"

    @property
    def exit_code(self) -> int:
        """Return the exit code of the verdict."""
        return {"conforms": 0, "breached": 1, "broken": 3, "unproven": 4}[self.value]


class TargetInfo(Struct, frozen=True, forbid_unknown_fields=True):
    """What was judged."""

    name: Annotated[str, Meta(description="Its name in the target file.")]
    kind: Annotated[str, Meta(description="How much its answers prove: live, recording or mock.")]
    base_url: Annotated[str, Meta(description="Its address; empty for recordings.")] = ""
    writes: Annotated[bool, Meta(description="Whether requests that change something were allowed.")] = False
    checks_credentials: Annotated[bool, Meta(description="Whether its file says that it checks credentials.")] = False
    recorded_at: Annotated[str, Meta(description="Of a replay: when it was recorded (ISO 8601); else empty.")] = ""
    not_recorded: Annotated[
        Count, Meta(description="Of a replay: how many requests are missing in the cassette; else 0.")
    ] = 0

    @property
    def lasting_name(self) -> str:
        """Return the name by which runs are compared: of a replay, without the date and age of its recording."""
        name, mark, _ = self.name.rpartition(" (recorded ")
        return f"{name} (recorded)" if self.recorded_at and mark else self.name


class ContractInfo(Struct, frozen=True, forbid_unknown_fields=True):
    """A contract that was judged."""

    id: Annotated[str, Meta(min_length=1, description="Its id: the name of its folder.")]
    version: Annotated[str, Meta(description="The vendor's version of the API.")]
    title: Annotated[str, Meta(description="Its name for people.")]
    vendor: Annotated[str, Meta(description="The id of its vendor.")]
    vendor_title: Annotated[str, Meta(description="The vendor's name for people.")]
    retired: Annotated[str, Meta(description="The date on which the vendor retired the service, or empty.")]
    exchanges: Annotated[Count, Meta(description="How many exchanges were matched to it.")]
    seen_versions: Annotated[
        tuple[str, ...],
        Meta(description="Other api-versions than the contract's that were judged (--any-version)."),
    ] = ()


class SourceInfo(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a requirement comes from."""

    document: Annotated[str, Meta(description="The document's title.")]
    section: Annotated[str, Meta(description="The part of it.")]
    address: Annotated[str, Meta(description="Its URL.")]
    read: Annotated[str, Meta(description="The date on which it was read.")]


class BestEvidence(Struct, frozen=True, forbid_unknown_fields=True):
    """The grade and the date of evidence."""

    grade: Annotated[
        Grade,
        Meta(
            description="live: a service answered. recording: a service once answered so. mock: a mock answered."
            " document: the definition page itself."
        ),
    ]
    date: Annotated[str, Meta(description="The date of the newest evidence (ISO 8601); empty if unknown.")] = ""


class RequirementResult(Struct, frozen=True, forbid_unknown_fields=True):
    """One requirement on one contract."""

    requirement: Annotated[str, Meta(min_length=1, description="The requirement's id, such as SHP-1.")] = field(
        name="id"
    )
    contract: Annotated[str, Meta(description="The contract's id.")]
    family: Annotated[str, Meta(description="The family of the requirement, such as SHP.")]
    level: Level
    title: Annotated[str, Meta(description="The requirement in a few words.")]
    statement: Annotated[str, Meta(description="What is required.")]
    source: SourceInfo
    status: Annotated[
        Status,
        Meta(
            description="pass: it was judged, and it passed. fail: a MUST is breached. warn: a SHOULD is breached. not"
            " exercised: it applies, and nothing tested it. not applicable: it does not bind this contract, or cannot"
            " be judged on this evidence."
        ),
    ]
    exercised: Annotated[Count, Meta(description="How often it was judged.")]
    why: Annotated[
        str, Meta(description="Why it was not exercised or does not apply, or what limits a pass; else empty.")
    ] = ""
    evidence: Annotated[
        BestEvidence | None, Meta(description="What the status rests on; null where it was never exercised.")
    ] = None
    findings: Annotated[tuple[str, ...], Meta(description="The ids of its findings.")] = ()
    variants: Annotated[tuple[str, ...], Meta(description="Observed documented variants, which are not breaches.")] = ()

    @property
    def grade(self) -> Grade | None:
        """The grade of the best evidence; None without an exchange."""
        return self.evidence.grade if self.evidence and self.evidence.grade is not Grade.DOCUMENT else None

    @property
    def date(self) -> str:
        """The date of the newest evidence (ISO 8601); "" if unknown."""
        return self.evidence.date if self.evidence else ""


class UnmatchedGroup(Struct, frozen=True, forbid_unknown_fields=True):
    """Exchanges that matched no contract, for one reason."""

    reason: Annotated[str, Meta(description="Why none matched.")]
    method: Annotated[str, Meta(description="The method.")]
    path: Annotated[str, Meta(description="The path.")]
    count: Annotated[Count, Meta(description="How many exchanges these are.")]
    where: Annotated[tuple[str, ...], Meta(description="Where a few of them are.")]


class Broken(Struct, frozen=True, forbid_unknown_fields=True):
    """A failure of Linkproof or of its environment; never a breach."""

    what: Annotated[str, Meta(description="What broke, in one sentence.")]
    detail: Annotated[str, Meta(description="What is known of why.")]


class LeakedResource(Struct, frozen=True, forbid_unknown_fields=True):
    """A connection or endpoint that a run made or changed, and could not remove or put back."""

    contract: Annotated[str, Meta(description="The contract's id.")]
    name: Annotated[str, Meta(description="Its name.")]
    what: Annotated[str, Meta(description="What is left, and why.")]


class Results(Struct, kw_only=True, forbid_unknown_fields=True):
    """The results of a run, or of a check of recordings."""

    verdict: Annotated[
        Verdict,
        Meta(
            description="conforms: every MUST that applies passed. breached: a MUST is breached. unproven: none is"
            " breached, but a MUST that applies was not exercised. broken: the run failed, and nothing is said about"
            " the target."
        ),
    ]
    sentence: Annotated[str, Meta(description="The verdict in one sentence.")]
    version: Annotated[str, Meta(description="The version of Linkproof that judged.")] = field(
        name="linkproof_version", default=""
    )
    title: Annotated[str, Meta(description="The report's title (--title), or empty.")] = ""
    seed: Annotated[int | None, Meta(description="Seed of all random choices; null where nothing was random.")] = None
    target: TargetInfo
    contracts: Annotated[list[ContractInfo], Meta(description="The contracts that were judged.")]
    requirements: Annotated[
        list[RequirementResult],
        Meta(description="One row for each contract and requirement, in the order of the catalogue."),
    ]
    findings: Annotated[
        list[Finding],
        Meta(description="Breaches grouped by cause: MUST before SHOULD, causes before what follows from them."),
    ]
    documentation_defects: Annotated[
        list[Finding],
        Meta(description="Samples of the definition pages that contradict their page; no part of the verdict."),
    ]
    unmatched: Annotated[
        list[UnmatchedGroup], Meta(description="Exchanges that matched no contract, so were not judged.")
    ]
    broken: Annotated[
        list[Broken], Meta(description="What broke of Linkproof or of its surroundings; never a breach.")
    ] = []
    left_behind: Annotated[
        list[LeakedResource],
        Meta(description="What the run made or changed on a live target, and could not remove or put back."),
    ] = []
    lifecycles: Annotated[
        list[Lifecycle],
        Meta(description="For each contract with decisions: the transitions of a connection, with how often."),
    ] = []
    long_running: Annotated[
        list[LongRunning],
        Meta(description="For each contract with long-running operations: how they ended, and their polls."),
    ] = []
    observed: Annotated[
        list[Observed],
        Meta(description="The values that were seen in enumerations, statuses and error codes."),
    ] = []
    waivers: Annotated[
        list[Waiver], Meta(description="Accepted breaches: they change the exit code, never the verdict.")
    ] = []
    started_at: Annotated[str, Meta(max_length=40, description="When the run started (ISO 8601).")]
    duration_s: Annotated[float, Meta(ge=0, le=1e10, description="How long it took, in seconds.")]
    requests: Annotated[
        Count, Meta(description="How many requests were sent; of recordings: how many exchanges were read.")
    ]
    allow_unproven: Annotated[
        bool, Meta(description="Whether the exit code is 0 although a MUST was not exercised.")
    ] = False

    @property
    def waived(self) -> frozenset[str]:
        """The ids of the findings that waivers in force cover."""
        return frozenset(i for w in self.waivers if w.standing is WaiverStatus.IN_FORCE for i in w.findings)

    @property
    def exit_code(self) -> int:
        """0 conforms, 1 a MUST is breached, 3 broken, 4 a MUST was not exercised (0 if that is allowed).

        Breaches count that no waiver covers; a waiver that expired or covers nothing counts like one.
        """
        code = self._code_but_for_waivers()
        stale = any(w.standing in (WaiverStatus.EXPIRED, WaiverStatus.UNUSED) for w in self.waivers)
        return 1 if stale and code in (0, 4) else code

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
