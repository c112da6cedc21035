"""The grouped commands: contracts, requirements, definitions, faults, history."""

# The annotations are read by typer when a command is called, so they are not postponed.
from pathlib import Path
from typing import Annotated

import typer

from linkproof.cli.options import Contracts, Json, Pages, Quiet, StoreURL, Tier

contracts_app = typer.Typer(no_args_is_help=True, help="The contracts that Linkproof knows.")
requirements_app = typer.Typer(no_args_is_help=True, help="The numbered requirements, with reasons and sources.")
faults_app = typer.Typer(no_args_is_help=True, help="Deliberately wrong servers, and what the suites catch.")
definitions_app = typer.Typer(
    no_args_is_help=True, help="The vendors' definition pages, and the contracts taken from them."
)
history_app = typer.Typer(no_args_is_help=True, help="Results over time: when each finding was seen first and last.")


@history_app.command("add")
def history_add(
    paths: Annotated[list[Path], typer.Argument(help="results.json files, or their folders.", metavar="RESULTS...")],
    store: StoreURL = "",
) -> None:
    """Add results to the history. Adding the same results twice keeps them once."""
    from linkproof.cli.history import add_runs

    raise typer.Exit(add_runs(paths, store))


@history_app.command("list")
def history_list(store: StoreURL = "", json: Json = False) -> None:
    """List every run in the history, the newest first."""
    from linkproof.cli.history import list_runs

    raise typer.Exit(list_runs(store, as_json=json))


@history_app.command("show")
def history_show(
    target: Annotated[str, typer.Argument(help="Name of the target; optional if there is only one.")] = "",
    store: StoreURL = "",
    json: Json = False,
) -> None:
    """Show one target over time: contracts, requirements, findings and values, with the first and last date of each."""
    from linkproof.cli.history import show_target

    raise typer.Exit(show_target(target, store, as_json=json))


@faults_app.command("list")
def faults_list(contract: Contracts = None, json: Json = False) -> None:
    """List every fault and every variant: id, kind, and what is wrong or different."""
    from linkproof.cli.faulting import list_faults

    list_faults(tuple(contract or ()), as_json=json)


# Long: one parameter per option.
@faults_app.command("matrix")
def faults_matrix(
    names: Annotated[list[str] | None, typer.Argument(metavar="FAULT...", help="Only ids that contain this.")] = None,
    contract: Contracts = None,
    tier: Tier = "reviewed",
    each_family: Annotated[
        bool, typer.Option("--each-family", help="One fault and one variant of each family for each contract.")
    ] = False,
    sample: Annotated[int, typer.Option(min=0, help="Run only this many, evenly chosen; 0: all.")] = 0,
    all_tests: Annotated[
        bool,
        typer.Option(
            "--all-tests",
            help="Run every test against every fault; by default a fault meets the tests of its requirement, and every "
            "test only where these do not find it. Variants always meet every test.",
        ),
    ] = False,
    seed: Annotated[list[int] | None, typer.Option(min=0, help="Run with this seed (repeatable).")] = None,
    processes: Annotated[int, typer.Option(min=0, help="Run this many processes; 0: one for each core.")] = 0,
    commit: Annotated[str, typer.Option(help="Commit to name in the table.")] = "",
    out: Annotated[Path, typer.Option("--out", help="Write the tables to this folder.")] = Path("reports/faults"),
    together: Annotated[
        list[int] | None,
        typer.Option(min=2, metavar="N", help="Plant N compatible faults at once, in --sample groups (repeatable)."),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Run the suites against every fault and every variant, and report what is caught and what is blamed."""
    from linkproof.cli.faulting import run_matrix, run_together
    from linkproof.contract.catalogue import names_of

    seeds = tuple(dict.fromkeys(seed or (1,)))
    chosen = tuple(names or ())
    asked = names_of(tuple(contract or ()), tier)
    if together:
        sizes = tuple(dict.fromkeys(together))
        raise typer.Exit(run_together(sizes, chosen, asked, sample, seeds[0], processes, out, quiet=quiet))
    raise typer.Exit(
        run_matrix(
            *(chosen, asked, sample, seeds, processes, commit, out),
            each_family=each_family,
            all_tests=all_tests,
            quiet=quiet,
        )
    )


@contracts_app.command("list")
def contracts_list(tier: Tier = "reviewed", json: Json = False) -> None:
    """List every contract of a tier: id, version, title; for imported ones the sources."""
    from linkproof.cli.showing import list_contracts

    list_contracts(tier, as_json=json)


@contracts_app.command("show")
def contracts_show(
    name: Annotated[str, typer.Argument(metavar="ID")],
    expanded: Annotated[bool, typer.Option("--expanded", help="Print the whole OpenAPI document, for other tools.")] = (
        False
    ),
    json: Json = False,
) -> None:
    """Show one contract: operations, capabilities, and the requirements that apply to it."""
    from linkproof.cli.showing import show_contract

    show_contract(name, as_json=json, expanded=expanded)


@contracts_app.command("coverage")
def contracts_coverage(
    names: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Contracts; all by default.")] = (None),
) -> None:
    """Print which constraints of each request are tested, and which are not, as Markdown."""
    from linkproof.cli.showing import show_coverage

    show_coverage(tuple(names or ()))


@contracts_app.command("diff")
def contracts_diff(
    before: Annotated[str, typer.Argument(metavar="BEFORE", help="A contract's id, id@version, or its folder.")] = "",
    after: Annotated[str, typer.Argument(metavar="AFTER", help="The later of the two.")] = "",
    out: Annotated[Path | None, typer.Option("--out", help="Compare all known versions, as one page (Markdown).")] = (
        None
    ),
    json: Json = False,
) -> None:
    """Show the differences between two contracts, or all versions of all types. Exit 1 if two contracts differ."""
    from linkproof.cli.definitions import diff_contracts, diff_estate

    raise typer.Exit(diff_estate(out) if out else diff_contracts(before, after, as_json=json))


@definitions_app.command("read")
def definitions_read(
    page: Annotated[Path, typer.Argument(help="The text of a vendor's definition page.", metavar="PAGE")],
    json: Json = False,
) -> None:
    """Print the facts of a page: operation, parameters, limits, members, enumerations, statuses, samples, gaps."""
    from linkproof.cli.definitions import read_definition

    raise typer.Exit(read_definition(page, as_json=json))


@definitions_app.command("verify")
def definitions_verify(
    pages: Pages,
    contract: Annotated[
        str, typer.Option("--contract", "-c", help="Contract of the pages. Default: by their path.")
    ] = "",
    results: Annotated[
        Path | None, typer.Option("--results", help="Use these recordings to say which of the three disagrees.")
    ] = None,
    json: Json = False,
) -> None:
    """Compare pages with the contracts taken from them, in both directions. Exit 1 on any drift."""
    from linkproof.cli.definitions import verify_definitions

    raise typer.Exit(verify_definitions(pages, contract, results, as_json=json))


@definitions_app.command("defects")
def definitions_defects(
    pages: Annotated[
        list[Path] | None,
        typer.Argument(help="Pages, or folders of them. Default: the samples in the contracts.", metavar="PAGE..."),
    ] = None,
    contract: Contracts = None,
    issue: Annotated[bool, typer.Option("--issue", help="Print a ready-to-send issue (Markdown).")] = False,
    json: Json = False,
) -> None:
    """List samples that contradict their own document (DOC-1). Never part of a target's verdict."""
    from linkproof.cli.definitions import list_defects

    raise typer.Exit(list_defects(pages or [], tuple(contract or ()), issue=issue, as_json=json))


@requirements_app.command("list")
def requirements_list(contract: Contracts = None, json: Json = False) -> None:
    """List every requirement: id, level, title."""
    from linkproof.cli.showing import list_requirements

    list_requirements(tuple(contract or ()), as_json=json)


@requirements_app.command("show")
def requirements_show(name: Annotated[str, typer.Argument(metavar="ID")], json: Json = False) -> None:
    """Show one requirement: its text, its reason, its source, and the contracts to which it applies."""
    from linkproof.cli.showing import show_requirement

    show_requirement(name, as_json=json)
