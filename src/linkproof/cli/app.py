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
    Store,
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
Exit codes: 0 conforms · 1 at least one MUST is breached (and not waived), or a waiver expired or is unused ·
2 the caller's mistake (file, option, name) · 3 the target could not be reached, or the run itself broke ·
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
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end.")
    ] = False,
    contracts: Annotated[
        list[Path] | None,
        typer.Option("--contracts", metavar="DIR", help="A folder with contracts of yours, beside ours (repeatable)."),
    ] = None,
) -> None:
    """See the commands below; each has its own --help."""
    if contracts:
        from linkproof.base.resources import add_contracts

        add_contracts(contracts)


app.command("init")(init)


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
        int | None, typer.Option(min=0, help="Everything random follows from it. Default: 1, or the cassette's.")
    ] = None,
    record: Annotated[
        str, typer.Option("--record", metavar="FILE", help="Also write a cassette, redacted; reports are then, too.")
    ] = "",
    plan: Annotated[
        bool, typer.Option("--plan", help="Print every request that would be sent, and send none.")
    ] = False,
    preflight: Annotated[
        bool, typer.Option("--preflight", help="Check target and fixtures, print a checklist, and judge nothing.")
    ] = False,
    waivers: Waivers = None,
    definition: Definitions = None,
    require: Require = "",
    wait: Annotated[
        float, typer.Option("--wait", min=0, metavar="SECONDS", help="Wait so long for the target to answer at all.")
    ] = 0,
    concurrency: Annotated[
        int, typer.Option("--concurrency", min=1, max=64, metavar="N", help="So many requests at a time.")
    ] = 1,
    allow_unproven: Unproven = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
    json: Json = False,
    format_: Format = "",
    title: Title = "",
) -> None:
    """Send requests to a target and judge what comes back."""
    from linkproof.cli.output import output_from
    from linkproof.cli.result_policy import demands_from
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
            allow_unproven,
            record,
            wait,
            concurrency,
            selection=replace(choice, failed=failed),
            verbosity=verbose,
            demands=demands_from(waivers, definition, require),
            output=output,
        )

    raise typer.Exit(run_again(path, once) if watch else once())


@app.command()
def cleanup(
    journal: Annotated[Path, typer.Argument(help="The journal of a run that was cut short.", metavar="JOURNAL")],
    target: Annotated[
        str, typer.Option("--target", "-t", help="Target file. Default: the one that the journal names.")
    ] = "",
    quiet: Quiet = False,
) -> None:
    """Remove what a run made on a live target, and put back what it changed. Exit 1 where something stays."""
    from linkproof.cli.running import clean

    raise typer.Exit(clean(journal, target, quiet=quiet))


@app.command()
def check(
    paths: Annotated[
        list[Path], typer.Argument(help="Recordings (VCR, HAR, ...), or folders of them.", metavar="PATH...")
    ],
    out: Annotated[Path | None, typer.Option("--out", help="Also write the reports there.")] = None,
    contract: Contracts = None,
    any_version: Annotated[
        bool, typer.Option("--any-version", help="Also judge exchanges of another api-version of the same API.")
    ] = False,
    waivers: Waivers = None,
    definition: Definitions = None,
    require: Require = "",
    processes: Annotated[
        int, typer.Option(min=0, help="Judge so many files side by side; 0: as many as there are cores.")
    ] = 1,
    engine: Annotated[str, typer.Option(help="local, or dask.")] = "local",
    scheduler: Annotated[str, typer.Option(metavar="ADDRESS", help="Dask's scheduler: tcp://host:8786.")] = "",
    allow_unproven: Unproven = False,
    quiet: Quiet = False,
    json: Json = False,
    format_: Format = "",
    title: Title = "",
) -> None:
    """Judge recorded traffic; nothing is sent."""
    from linkproof.cli.checking import check_recordings, performing
    from linkproof.cli.output import output_from
    from linkproof.cli.result_policy import demands_from

    chosen = tuple(contract or ())
    perform = performing(processes, engine, scheduler)
    raise typer.Exit(
        check_recordings(
            paths,
            out,
            chosen,
            any_version,
            allow_unproven,
            perform,
            demands=demands_from(waivers, definition, require),
            output=output_from(quiet=quiet, as_json=json, format_=format_, title=title),
        )
    )


@app.command()
def report(
    paths: Annotated[list[Path], typer.Argument(help="results.json files, or their folders.", metavar="RESULTS...")],
    out: Annotated[Path, typer.Option("--out", help="Where the page, the printed page and the data go.")],
    vendor: Annotated[str, typer.Option("--vendor", help="One vendor's contracts only: a copy to hand on.")] = "",
    waivers: Waivers = None,
    definition: Definitions = None,
    require: Require = "",
    quiet: Quiet = False,
    title: Title = "",
) -> None:
    """Write a report of results that are there: several runs as one, or one vendor's part alone."""
    from linkproof.cli.report import report_results
    from linkproof.cli.result_policy import demands_from

    demands = demands_from(waivers, definition, require)
    raise typer.Exit(report_results(paths, vendor, out, demands=demands, quiet=quiet, title=title))


@app.command()
def annotate(
    results: Annotated[Path, typer.Argument(help="results.json, or its folder.", metavar="RESULTS")],
) -> None:
    """Print the findings as workflow commands of GitHub Actions: they are shown on the job's page."""
    from linkproof.cli.report import annotate_results

    raise typer.Exit(annotate_results(results))


@app.command("import")
def import_(
    spec: Annotated[
        Path, typer.Argument(help="Swagger 2.0, OpenAPI 3, a Bicep types.json, or a folder of them.", metavar="SPEC")
    ],
    out: Annotated[Path, typer.Option("--out", help="Where the contract folders go.")] = Path("contracts"),
    root: Annotated[
        Path | None, typer.Option("--root", help="The folder that references may lead to. Default: the file's own.")
    ] = None,
    name: Annotated[str, typer.Option("--id", help="The contract's id. Default: from its path.")] = "",
    vendor: Annotated[
        str, typer.Option("--vendor", help="Whose common rules bind it. Default: azure, by its path.")
    ] = "",
    address: Annotated[str, typer.Option("--address", help="Where the description is public: named as source.")] = "",
    paths: Annotated[str, typer.Option("--paths", metavar="REGEX", help="Which paths. Default: connections.")] = "",
    fetch: Annotated[bool, typer.Option("--fetch", help="Fetch what references name by URL.")] = False,
    compact: Annotated[
        bool, typer.Option("--compact", help="Write only what differs from the vendor's common parts.")
    ] = False,
) -> None:
    """Make contracts of an API description (Swagger 2.0, OpenAPI 3) or of Bicep types (types.json)."""
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
    finding: Annotated[str, typer.Argument(help="The finding's id, as reports show it.", metavar="FINDING")],
    owner: Annotated[str, typer.Option("--owner", help="Who answers for it.")],
    reason: Annotated[str, typer.Option("--reason", help="Why it may stay for now.")],
    link: Annotated[str, typer.Option("--link", help="Where more is told: a ticket, a mail to the vendor.")],
    expires: Annotated[str, typer.Option("--expires", metavar="DAY", help="The last day. Default: in 90 days.")] = "",
    any_value: Annotated[
        bool, typer.Option("--any-value", help="Whatever value comes: for one that is another each time.")
    ] = False,
    results: Annotated[Path, typer.Option("--results", help="Where the finding is: results.json, or its folder.")] = (
        Path("reports/latest")
    ),
    waivers: Annotated[Path, typer.Option("--waivers", metavar="FILE", help="The file to add it to.")] = (
        Path("waivers.toml")
    ),
) -> None:
    """Add an entry for a finding, and for what follows from it, to a waiver file."""
    from linkproof.cli.waive import waive as write

    raise typer.Exit(
        write(finding, results, waivers, owner=owner, reason=reason, link=link, expires=expires, any_value=any_value)
    )


@app.command()
def bundle(
    results: Annotated[Path, typer.Argument(help="results.json, or its folder.", metavar="RESULTS")],
    cassette: Annotated[list[Path], typer.Option("--cassette", help="Recording that proves it (repeatable).")],
    out: Annotated[Path, typer.Option("--out", help="The archive to write.")] = Path("linkproof-bundle.zip"),
    waivers: Annotated[Path | None, typer.Option("--waivers", help="The waivers that were in force.")] = None,
    any_version: Annotated[
        bool, typer.Option("--any-version", help="Also judge exchanges of another api-version of the same API.")
    ] = False,
    sign_key: Annotated[
        Path | None, typer.Option("--sign-key", metavar="FILE", help="Sign it with this private key (ed25519, PEM).")
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Pack results with what they rest on, so that others can check them."""
    from linkproof.cli.bundling import make_bundle

    raise typer.Exit(make_bundle(results, cassette, waivers, out, any_version, quiet=quiet, sign_key=sign_key))


@app.command()
def verify(
    path: Annotated[Path, typer.Argument(help="An archive that linkproof bundle has written.", metavar="BUNDLE")],
    trust: Annotated[
        list[Path] | None,
        typer.Option("--trust", metavar="FILE", help="Accept only what this public key (PEM) has signed (repeatable)."),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Check a bundle: every byte as it was, and the same verdict when it is judged again. Nothing is sent."""
    from linkproof.cli.bundling import verify_bundle

    raise typer.Exit(verify_bundle(path, quiet=quiet, trust=trust or ()))


@app.command()
def mock(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Listen on this port; 0 takes a free one.")] = 8089,
    host: Annotated[
        str, typer.Option("--host", help="Listen on this address; 0.0.0.0 for all of a container.")
    ] = "127.0.0.1",
    contract: Contracts = None,
    token: Annotated[str, typer.Option(help="The credential that it accepts.")] = "test-token",
    fault: Annotated[
        str,
        typer.Option(
            help="With one breach: an id of `linkproof faults list`.", metavar="ID", autocompletion=completion.faults
        ),
    ] = "",
) -> None:
    """Serve the contracts until it is stopped."""
    from linkproof.cli.serving import serve_mock

    serve_mock(port, tuple(contract or ()), token, fault, host)


@app.command()
def diff(
    before: Annotated[str, typer.Argument(help="results.json, its folder, or run:N of the history.", metavar="BEFORE")],
    after: Annotated[str, typer.Argument(help="The later one.", metavar="AFTER")],
    strict: Annotated[bool, typer.Option("--strict", help="Exit 1 as well where less is proven than before.")] = False,
    store: Store = "",
    json: Json = False,
) -> None:
    """What changed between two runs: new, fixed, still there, no longer exercised. Exit 1 where something is new."""
    from linkproof.cli.history import diff_results

    raise typer.Exit(diff_results(before, after, store, strict=strict, as_json=json))


@app.command()
def nightly(
    plan: Annotated[
        Path, typer.Argument(help="Which targets, with which options (TOML): docs/nightly.md.", metavar="PLAN")
    ],
    out: Annotated[Path, typer.Option("--out", help="A folder for each run, and the summary.")] = Path(
        "reports/nightly"
    ),
    engine: Annotated[str, typer.Option(help="local, or dask.")] = "local",
    scheduler: Annotated[str, typer.Option(metavar="ADDRESS", help="Dask's scheduler: tcp://host:8786.")] = "",
    processes: Annotated[int, typer.Option(min=0, help="Side by side (local); 0: one for each core.")] = 0,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where an earlier start was cut short.")] = False,
    history: Annotated[
        str | None, typer.Option("--history", metavar="URL", help="Also keep the results: SQLite or PostgreSQL.")
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Run many targets, each by itself, and sum them up. One that fails does not stop the others."""
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
    """Write a page of what real services were seen to do. Exit 1 where a finding has no verdict."""
    from linkproof.cli.real_services import services_page

    raise typer.Exit(services_page(paths, verdicts, out))


@app.command()
def site(
    out: Annotated[Path, typer.Option("--out", help="The folder for the pages.")] = Path("reports/site"),
    store: Store = "",
) -> None:
    """Write static pages over the history: one row for each target, with a badge."""
    from linkproof.cli.history import make_site

    raise typer.Exit(make_site(store, out))
