"""The commands and their options."""

# The annotations are read by typer when a command is called, so they are not postponed.
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from linkproof.cli import completion
from linkproof.cli.groups import contracts_app, definitions_app, faults_app, history_app, requirements_app
from linkproof.cli.init_app import init
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
    StoreURL,
    TargetFile,
    Tier,
    Title,
    Unproven,
    Verbose,
    Waivers,
    Watch,
)
from linkproof.cli.version import versions

EXIT_CODES = """
Exit codes: 0 conforms · 1 a MUST is breached (and not waived), or a waiver expired or is unused ·
2 invalid usage (file, option, name) · 3 the target could not be reached, or the run itself failed ·
4 nothing is breached, but a MUST that applies was not exercised (0 with --allow-unproven).
"""

app = typer.Typer(
    name="linkproof",
    help="Conformance suite for the APIs that approve, reject and list private endpoint connections." + EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(faults_app, name="faults")
app.add_typer(history_app, name="history")
app.add_typer(definitions_app, name="definitions")
app.add_typer(contracts_app, name="contracts")
app.add_typer(requirements_app, name="requirements")


def _version(wanted: bool) -> None:
    if wanted:
        for name, version in versions():
            print(f"{name} {version}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[  # noqa: ARG001 (its callback answers)
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="Print the versions on which results depend, and exit."
        ),
    ] = False,
    contracts: Annotated[
        list[Path] | None,
        typer.Option("--contracts", metavar="DIR", help="Also use the contracts in DIR (repeatable)."),
    ] = None,
) -> None:
    """Judge private endpoint connection APIs. Each command has its own --help."""
    if contracts:
        from linkproof.base.resources import add_contracts

        add_contracts(contracts)


app.command("init")(init)


# Long: one parameter per option.
@app.command()
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
            "--record", metavar="FILE", help="Also write a redacted cassette to FILE; reports are then redacted alike."
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


@app.command()
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


@app.command()
def check(
    paths: Annotated[
        list[Path], typer.Argument(help="Recordings (VCR, HAR, ...), or folders of them.", metavar="PATH...")
    ],
    out: Annotated[Path | None, typer.Option("--out", help="Also write the reports to this folder.")] = None,
    contract: Contracts = None,
    any_version: Annotated[
        bool, typer.Option("--any-version", help="Also judge exchanges of another api-version of the same API.")
    ] = False,
    waivers: Waivers = None,
    definition: Definitions = None,
    require: Require = "",
    processes: Annotated[int, typer.Option(min=0, help="Judge with this many processes; 0: one for each core.")] = 1,
    engine: Annotated[str, typer.Option(help="local, or dask.")] = "local",
    scheduler: Annotated[str, typer.Option(metavar="ADDRESS", help="Dask's scheduler: tcp://host:8786.")] = "",
    allow_unproven: Unproven = False,
    quiet: Quiet = False,
    json: Json = False,
    format_: Format = "",
    title: Title = "",
) -> None:
    """Judge recorded traffic; send nothing."""
    from linkproof.cli.checking import check_recordings, performing
    from linkproof.cli.output import output_from
    from linkproof.cli.result_policy import policy_from

    chosen = tuple(contract or ())
    perform = performing(processes, engine, scheduler)
    raise typer.Exit(
        check_recordings(
            paths,
            out,
            chosen,
            any_version=any_version,
            allow_unproven=allow_unproven,
            perform=perform,
            policy=policy_from(waivers, definition, require),
            output=output_from(quiet=quiet, as_json=json, format_=format_, title=title),
        )
    )


@app.command()
def report(
    paths: Annotated[list[Path], typer.Argument(help="results.json files, or their folders.", metavar="RESULTS...")],
    out: Annotated[Path, typer.Option("--out", help="Write the page, the printed page and the data to this folder.")],
    vendor: Annotated[
        str, typer.Option("--vendor", help="Keep only this vendor's contracts, for a copy to hand on.")
    ] = "",
    waivers: Waivers = None,
    definition: Definitions = None,
    require: Require = "",
    quiet: Quiet = False,
    title: Title = "",
) -> None:
    """Build a report from existing results: several runs as one, or one vendor's part."""
    from linkproof.cli.report import report_results
    from linkproof.cli.result_policy import policy_from

    policy = policy_from(waivers, definition, require)
    raise typer.Exit(report_results(paths, vendor, out, policy=policy, quiet=quiet, title=title))


@app.command()
def annotate(
    results: Annotated[Path, typer.Argument(help="results.json, or its folder.", metavar="RESULTS")],
) -> None:
    """Print the findings as GitHub Actions workflow commands, which the job's page shows."""
    from linkproof.cli.report import annotate_results

    raise typer.Exit(annotate_results(results))


@app.command("import")
def import_(
    spec: Annotated[
        Path, typer.Argument(help="Swagger 2.0, OpenAPI 3, a Bicep types.json, or a folder of them.", metavar="SPEC")
    ],
    out: Annotated[Path, typer.Option("--out", help="Write the contract folders to this folder.")] = Path("contracts"),
    root: Annotated[
        Path | None, typer.Option("--root", help="Follow references within this folder. Default: the file's own.")
    ] = None,
    name: Annotated[str, typer.Option("--id", help="Id of the contract. Default: from its path.")] = "",
    vendor: Annotated[
        str, typer.Option("--vendor", help="Vendor whose common rules bind it. Default: azure, by its path.")
    ] = "",
    address: Annotated[str, typer.Option("--address", help="Public URL of the description, named as the source.")] = "",
    paths: Annotated[
        str, typer.Option("--paths", metavar="REGEX", help="Import the paths that match. Default: connections.")
    ] = "",
    fetch: Annotated[bool, typer.Option("--fetch", help="Fetch the documents that references name by URL.")] = False,
    compact: Annotated[
        bool, typer.Option("--compact", help="Write only what differs from the vendor's common parts.")
    ] = False,
) -> None:
    """Create contracts from an API description (Swagger 2.0, OpenAPI 3) or Bicep types (types.json)."""
    from linkproof.cli.importing import import_description
    from linkproof.openapi_import.select import CONNECTIONS

    wanted = paths or CONNECTIONS
    raise typer.Exit(
        import_description(
            spec,
            out,
            root=root,
            name=name,
            vendor=vendor,
            address=address,
            paths=wanted,
            fetch=fetch,
            compact=compact,
        )
    )


@app.command()
def waive(
    finding: Annotated[str, typer.Argument(help="Id of the finding, as reports show it.", metavar="FINDING")],
    owner: Annotated[str, typer.Option("--owner", help="Owner of the waiver.")],
    reason: Annotated[str, typer.Option("--reason", help="Why the breach is accepted for now.")],
    link: Annotated[str, typer.Option("--link", help="Link to details: a ticket, a mail to the vendor.")],
    expires: Annotated[
        str, typer.Option("--expires", metavar="DAY", help="Last day of the waiver. Default: in 90 days.")
    ] = "",
    any_value: Annotated[
        bool, typer.Option("--any-value", help="Cover any value, for values that differ in each run.")
    ] = False,
    results: Annotated[
        Path, typer.Option("--results", help="Results with the finding: results.json, or its folder.")
    ] = (Path("reports/latest")),
    waivers: Annotated[Path, typer.Option("--waivers", metavar="FILE", help="Add the waiver to this file.")] = (
        Path("waivers.toml")
    ),
) -> None:
    """Add a waiver for a finding and its consequences."""
    from linkproof.cli.waive import waive as write

    raise typer.Exit(
        write(finding, results, waivers, owner=owner, reason=reason, link=link, expires=expires, any_value=any_value)
    )


@app.command()
def bundle(
    results: Annotated[Path, typer.Argument(help="results.json, or its folder.", metavar="RESULTS")],
    cassette: Annotated[
        list[Path], typer.Option("--cassette", help="Recording on which the results are based (repeatable).")
    ],
    out: Annotated[Path, typer.Option("--out", help="Write this archive.")] = Path("linkproof-bundle.zip"),
    waivers: Annotated[Path | None, typer.Option("--waivers", help="Waivers that were in force.")] = None,
    any_version: Annotated[
        bool, typer.Option("--any-version", help="Also judge exchanges of another api-version of the same API.")
    ] = False,
    sign_key: Annotated[
        Path | None, typer.Option("--sign-key", metavar="FILE", help="Sign it with this private key (ed25519, PEM).")
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Pack results with the recordings on which they are based, so that others can verify them."""
    from linkproof.cli.bundling import make_bundle

    raise typer.Exit(
        make_bundle(results, cassette, waivers, out, any_version=any_version, quiet=quiet, sign_key=sign_key)
    )


@app.command()
def verify(
    path: Annotated[Path, typer.Argument(help="Archive that `linkproof bundle` wrote.", metavar="BUNDLE")],
    trust: Annotated[
        list[Path] | None,
        typer.Option("--trust", metavar="FILE", help="Accept only what this public key (PEM) has signed (repeatable)."),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Verify a bundle: its bytes are unchanged, and judging it again gives the same verdict. Send nothing."""
    from linkproof.cli.bundling import verify_bundle

    raise typer.Exit(verify_bundle(path, quiet=quiet, trust=trust or ()))


@app.command()
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


@app.command()
def diff(
    before: Annotated[str, typer.Argument(help="results.json, its folder, or run:N of the history.", metavar="BEFORE")],
    after: Annotated[str, typer.Argument(help="The later of the two.", metavar="AFTER")],
    strict: Annotated[bool, typer.Option("--strict", help="Also exit 1 if less is proven than before.")] = False,
    store: StoreURL = "",
    json: Json = False,
) -> None:
    """Show what changed between two runs: new, fixed, still there, no longer exercised. Exit 1 if anything is new."""
    from linkproof.cli.history import diff_results

    raise typer.Exit(diff_results(before, after, store, strict=strict, as_json=json))


@app.command()
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


@app.command()
def services(
    paths: Annotated[list[Path], typer.Argument(help="Recordings, or folders of them.", metavar="PATH...")],
    verdicts: Annotated[
        Path | None, typer.Option("--verdicts", metavar="FILE", help="Verdicts on findings, given by hand (TOML).")
    ] = None,
    out: Annotated[Path, typer.Option("--out", help="The page to write (Markdown).")] = Path("real-services.md"),
) -> None:
    """Write a page about the observed behaviour of real services. Exit 1 if a finding has no verdict."""
    from linkproof.cli.real_services import services_page

    raise typer.Exit(services_page(paths, verdicts, out))


@app.command()
def site(
    out: Annotated[Path, typer.Option("--out", help="Write the pages to this folder.")] = Path("reports/site"),
    store: StoreURL = "",
) -> None:
    """Write static pages over the history: one row for each target, with a badge."""
    from linkproof.cli.history import make_site

    raise typer.Exit(make_site(store, out))
