"""Commands that send requests, or answer them."""

# The annotations are read by typer when a command is called, so they are not postponed.
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from linkproof.cli import completion
from linkproof.cli.options import (
    Contracts,
    Definitions,
    Format,
    Json,
    Keyword,
    LastFailed,
    MaxFailures,
    Out,
    Quiet,
    Require,
    Requirements,
    StopFirst,
    TargetFile,
    Tier,
    Title,
    Unproven,
    Verbose,
    Waivers,
    Watch,
)


# Long: one parameter per option.
def run(
    target: TargetFile = "",
    out: Out = Path("reports/latest"),
    contract: Contracts = None,
    tier: Tier = "reviewed",
    requirement: Requirements = None,
    keyword: Keyword = "",
    stop_first: StopFirst = False,
    max_failures: MaxFailures = 0,
    failed_only: LastFailed = False,
    watch: Watch = False,
    seed: Annotated[
        int | None, typer.Option(min=0, help="Seed of all random choices. Default: 1, or the cassette's.")
    ] = None,
    record: Annotated[
        str,
        typer.Option(
            "--record",
            metavar="FILE",
            help="Also write a redacted cassette to FILE; reports are then redacted in the same way.",
        ),
    ] = "",
    plan: Annotated[bool, typer.Option("--plan", help="Print every request that would be sent; send none.")] = False,
    preflight: Annotated[
        bool, typer.Option("--preflight", help="Check target and fixtures, print a checklist, and judge nothing.")
    ] = False,
    waivers: Waivers = None,
    definition: Definitions = None,
    require: Require = "",
    wait: Annotated[
        float, typer.Option("--wait", min=0, metavar="SECONDS", help="Wait up to SECONDS for the target to answer.")
    ] = 0,
    concurrency: Annotated[
        int, typer.Option("--concurrency", min=1, max=64, metavar="N", help="Send at most N requests concurrently.")
    ] = 1,
    allow_unproven: Unproven = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
    json: Json = False,
    format_: Format = "",
    title: Title = "",
) -> None:
    """Send requests to a target and judge the answers."""
    from linkproof.cli.output import output_from
    from linkproof.cli.result_policy import policy_from
    from linkproof.cli.running import plan_run, preflight_run, run_target
    from linkproof.cli.target_choice import chosen_target, last_failed
    from linkproof.cli.watching import watch as run_again
    from linkproof.contract.catalogue import names_of
    from linkproof.runner.selection import Selection

    output = output_from(quiet=quiet, as_json=json, format_=format_, title=title)
    path = chosen_target(target, quiet=quiet)
    names = names_of(tuple(contract or ()), tier)
    most = 1 if stop_first else max_failures
    choice = Selection(tuple(requirement or ()), keyword, None, most)

    if preflight:
        raise typer.Exit(preflight_run(path, tuple(contract or ()), selection=choice, as_json=json))
    if plan:
        raise typer.Exit(plan_run(path, names, seed, selection=choice, as_json=json))

    def once() -> int:
        failed = last_failed(out, quiet=quiet) if failed_only else None
        return run_target(
            path,
            out,
            names,
            seed,
            allow_unproven=allow_unproven,
            record=record,
            wait=wait,
            concurrency=concurrency,
            selection=replace(choice, failed=failed),
            verbosity=verbose,
            policy=policy_from(waivers, definition, require),
            output=output,
        )

    raise typer.Exit(run_again(path, once) if watch else once())


def cleanup(
    journal: Annotated[Path, typer.Argument(help="The journal of an interrupted run.", metavar="JOURNAL")],
    target: Annotated[
        str, typer.Option("--target", "-t", help="Target file. Default: the file that the journal names.")
    ] = "",
    accept: Annotated[
        bool, typer.Option("--accept", help="Accept irreversible changes, so that the target can be used again.")
    ] = False,
    accept_own: Annotated[
        bool, typer.Option("--accept-own", help="Accept them only for connections that the run itself created.")
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Remove what a run created on a live target, and restore what it changed. Exit 1 if something is left."""
    from linkproof.cli.running import clean
    from linkproof.runner.cleanup import Accept

    accepted = Accept.EVERYTHING if accept else Accept.OWN if accept_own else Accept.NOTHING
    raise typer.Exit(clean(journal, target, accept=accepted, quiet=quiet))


def mock(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Listen on this port; 0 takes a free one.")] = 8089,
    host: Annotated[
        str, typer.Option("--host", help="Listen on this address; 0.0.0.0 for all of a container.")
    ] = "127.0.0.1",
    contract: Contracts = None,
    token: Annotated[str, typer.Option(help="Accept this credential.")] = "test-token",
    key: Annotated[
        list[str] | None,
        typer.Option(
            "--key",
            metavar="ACCESS:SECRET",
            help="Accept only requests that are signed with this key (repeatable). Default: any signature.",
        ),
    ] = None,
    fault: Annotated[
        str,
        typer.Option(
            help="Serve one breach: an id of `linkproof faults list`.", metavar="ID", autocompletion=completion.faults
        ),
    ] = "",
) -> None:
    """Serve the contracts until interrupted."""
    from linkproof.cli.serving import serve_mock

    serve_mock(port, tuple(contract or ()), token, fault, host, tuple(key or ()))


def nightly(
    plan: Annotated[
        Path, typer.Argument(help="Plan with targets and options (TOML): docs/nightly.md.", metavar="PLAN")
    ],
    out: Annotated[
        Path, typer.Option("--out", help="Write a folder for each run, and the summary, to this folder.")
    ] = Path("reports/nightly"),
    engine: Annotated[str, typer.Option(help="local, or dask.")] = "local",
    scheduler: Annotated[str, typer.Option(metavar="ADDRESS", help="Dask's scheduler: tcp://host:8786.")] = "",
    processes: Annotated[int, typer.Option(min=0, help="Run this many processes (local); 0: one for each core.")] = 0,
    resume: Annotated[bool, typer.Option("--resume", help="Continue an interrupted night.")] = False,
    history: Annotated[
        str | None,
        typer.Option("--history", metavar="URL", help="Also add the results to this history: SQLite or PostgreSQL."),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Run many targets, each in its own process, and summarise them. A failing run does not stop the others."""
    from linkproof.cli.nightly import run_plan

    raise typer.Exit(
        run_plan(
            plan,
            out,
            engine=engine,
            scheduler=scheduler,
            processes=processes,
            resume=resume,
            history=history,
            quiet=quiet,
        )
    )
