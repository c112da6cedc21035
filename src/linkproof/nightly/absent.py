"""Runs without results: they are stored as broken, so that the history does not end with the last good night."""

from __future__ import annotations

import time
from pathlib import Path

import linkproof
from linkproof.base.toml_tables import read_toml
from linkproof.base.wording import moment_of
from linkproof.errors import UsageError
from linkproof.model.results import Broken, Results, TargetInfo, Verdict
from linkproof.nightly.performing import Done
from linkproof.nightly.plan import Job
from linkproof.results.evidence_policy import evidence_policy_from
from linkproof.results.waiver_file import read_waivers
from linkproof.targets.file import read_target, requested_contracts


def mistake_in(job: Job) -> str:
    """Return the error in a job's files or options, as its run would print it; "" if there is none."""
    try:
        read_target(Path(job.target), requested_contracts(job.contracts, Path(job.target)))
        if job.waivers:
            read_waivers(Path(job.waivers))
        if job.require:
            evidence_policy_from(job.require)
    except UsageError as error:
        return f"linkproof: error: {error}"
    return ""


def results_without_a_run(job: Job, done: Done, sentence: str) -> Results:
    """Return results that say only that the run broke; they go into the history like any others."""
    name, base_url = job.name, ""
    try:
        table = read_toml(Path(job.target), "").get("target", {})
        name, base_url = str(table.get("name", Path(job.target).stem)), str(table.get("base_url", ""))
    except (UsageError, AttributeError):
        pass
    return Results(
        verdict=Verdict.BROKEN,
        sentence=sentence,
        version=linkproof.__version__,
        target=TargetInfo(name, "none", base_url),
        contracts=[],
        requirements=[],
        findings=[],
        documentation_defects=[],
        unmatched=[],
        broken=[Broken(sentence, done.said)],
        started_at=moment_of(time.time() - done.seconds),
        duration_s=max(done.seconds, 0.0),
        requests=0,
    )
