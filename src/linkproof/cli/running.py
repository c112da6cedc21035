"""``linkproof run``: runs the suites against a target, in this process."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from rich.console import Console

from linkproof.base.shutdown import stoppable
from linkproof.base.wording import count
from linkproof.cli.output import SUMMARY, Output, finish
from linkproof.cli.progress import progress_bar
from linkproof.cli.result_policy import DEFAULT_POLICY, ResultPolicy
from linkproof.cli.run_log import RunLog, shower
from linkproof.contract.loader import all_contracts
from linkproof.contract.requirement_catalogue import all_requirements
from linkproof.errors import EngineError, UsageError
from linkproof.model.exchange import Exchange
from linkproof.redaction.masking import mask_text
from linkproof.redaction.redactor import Redactor
from linkproof.reports.text import one_line
from linkproof.reports.write import prepare
from linkproof.runner.cleanup import ACCEPTED, Accept, clean_up
from linkproof.runner.dry_run import Plan, planned
from linkproof.runner.fixtures_needed import fixtures_needed
from linkproof.runner.open_target import open_target
from linkproof.runner.preflight.findings import Item, Mark
from linkproof.runner.pytest_plugin import Conformance
from linkproof.runner.run_context import Choices, RunContext
from linkproof.runner.running import run_suites
from linkproof.runner.selection import EVERYTHING, Selection
from linkproof.targets.journal import Journal
from linkproof.targets.readiness import wait_for


# Long: one parameter per option.
def run_target(
    target: str,
    out: Path,
    contracts: tuple[str, ...],
    seed: int | None,
    *,
    allow_unproven: bool,
    record: str = "",
    wait: float = 0,
    concurrency: int = 1,
    selection: Selection = EVERYTHING,
    verbosity: int = 0,
    policy: ResultPolicy = DEFAULT_POLICY,
    output: Output = SUMMARY,
) -> int:
    """Run the selected suites against a target; return the exit code. Raises UsageError, EngineError."""
    selection.check(all_requirements())
    choices = Choices(
        target, contracts, seed, allow_unproven, record, str(out / "journal.jsonl"), concurrency, selection
    )
    # Bound here, because pytest redirects standard error.
    console = Console(file=sys.stderr, quiet=output.quiet, highlight=False)
    with progress_bar(console, what="starting") as bar:
        observers: list[Callable[[Exchange], object]] = [bar.exchange]
        if show := shower(verbosity, lambda line: console.print(line, markup=False, soft_wrap=True)):
            observers.append(show)
        run = Conformance(choices, bar.step, observe=lambda e: [observe(e) for observe in observers])
        try:
            run.context.contracts()  # an error in the target file is reported before anything is sent
            run.context.recorder()  # and so is an unwritable cassette
            prepare(out)
            if wait:
                wait_for(run.context.target(), wait)
            examined = run.context.preflight(partial(fixtures_needed, selection=selection))
            if isinstance(examined.problem, UsageError):
                raise examined.problem
            for item in (i for i in examined.items if i.mark is Mark.NOTE):
                console.print(_shown(item), markup=False, soft_wrap=True)
            with RunLog(out, partial(_redacted, Redactor()) if record else mask_text) as log, stoppable():
                observers.append(log.exchange)
                run.context.session()  # create the session now, before pytest redirects output
                printed = run_suites(run, log)
        finally:
            run.close()
    if run.results is None:
        raise EngineError(f"the suites did not run:\n{printed}")
    results = policy.applied(run.results)
    results.sentence += examined.sentence
    return finish(results, out, output)


def plan_run(
    target: str,
    contracts: tuple[str, ...],
    seed: int | None,
    *,
    selection: Selection = EVERYTHING,
    as_json: bool,
) -> int:
    """Print every request that a run would send, in order, and send none. Raises UsageError, EngineError."""
    selection.check(all_requirements())
    made: list[Plan] = []
    run = Conformance(Choices(target, contracts, seed, selection=selection, judged=False), opener=planned(made))
    try:
        run.context.preflight(partial(fixtures_needed, selection=selection))
        output = run_suites(run)
    finally:
        run.close()
    if not made or run.results is None:
        raise EngineError(f"the suites did not run:\n{output}")
    asked = made[0].requests
    if as_json:
        rows = [{"method": r.method, "url": str(r.url), "body": r.content.decode("utf-8", "replace")} for r in asked]
        print(json.dumps(rows, ensure_ascii=False, indent=1))
        return 0
    for request in asked:
        size = f"  ({len(request.content)} bytes)" if request.content else ""
        print(f"{request.method} {request.url}{size}")
    for contract in run.context.contracts():
        for state, number in fixtures_needed(contract, selection).items():
            print(f"{contract.id}: uses {count(number, f'{state} connection')}", file=sys.stderr)
    changing = sum(r.method not in ("GET", "HEAD") for r in asked)
    print(f"{len(asked)} requests, {changing} of them not to read; nothing was sent", file=sys.stderr)
    return 0


def preflight_run(target: str, contracts: tuple[str, ...], *, selection: Selection = EVERYTHING, as_json: bool) -> int:
    """Examine a target and print the checklist; return the exit code. Raises UsageError."""
    if not target:
        raise UsageError("the embedded server needs no preflight", where="--preflight", fix="give --target FILE")
    selection.check(all_requirements())
    context = RunContext(Choices(target, contracts, selection=selection))
    try:
        with stoppable():
            found = context.preflight(partial(fixtures_needed, selection=selection), always=True)
    finally:
        context.close()
    if as_json:
        rows = [{"mark": i.mark, "contract": i.contract, "text": mask_text(i.text)} for i in found.items]
        print(json.dumps({"exit_code": found.exit_code, "requests": found.requests, "items": rows}, indent=1))
    else:
        for item in found.items:
            print(_shown(item))
        print(f"{count(found.requests, 'request')}; nothing was judged", file=sys.stderr)
    return found.exit_code


def _redacted(redactor: Redactor, text: str) -> str:
    return redactor.text(mask_text(text))


def _shown(item: Item) -> str:
    """Return a line of the checklist; an answer's text in it may hold anything."""
    return one_line(mask_text(str(item)))


def clean(journal: Path, target: str, *, accept: Accept = Accept.NOTHING, quiet: bool) -> int:
    """Undo all open entries of a journal; return 0 if nothing is left, else 1. Raises UsageError."""
    known = Journal.read(journal)
    if not known.open:
        if not quiet:
            print(f"nothing is left to clean up ({journal})")
        return 0
    path = target or known.target
    if not path:
        known.close()
        raise UsageError("the journal names no target", where=str(journal), fix="give the target file by --target")
    opened = open_target(path, all_contracts())
    before = known.open
    try:
        contracts = [c for c in all_contracts() if c.id in opened.target.contracts]
        left = clean_up(opened, contracts, known, accept)
    finally:
        opened.close()
        known.close()
    accepted = [e for e in before if e.outcome.startswith(ACCEPTED)]
    for entry in accepted:
        print(f"{entry.contract} {entry.name}: {entry.outcome}", file=sys.stderr)
    for one in left:
        print(f"leaked resource: {one.contract} {one.name}: {one.what}", file=sys.stderr)
    if not quiet:
        print(f"{len(before) - len(left) - len(accepted)} of {len(before)} cleaned up ({journal})")
    if left:
        print(f"to accept irreversible changes: linkproof cleanup {journal} --accept", file=sys.stderr)
    return 1 if left else 0
