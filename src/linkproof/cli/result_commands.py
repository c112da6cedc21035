"""Commands on existing results."""

# The annotations are read by typer when a command is called, so they are not postponed.
from pathlib import Path
from typing import Annotated

import typer

from linkproof.cli.options import (
    Definitions,
    Json,
    Quiet,
    Require,
    StoreURL,
    Title,
    Waivers,
)


def report(
    paths: Annotated[list[Path], typer.Argument(help="results.json files, or their folders.", metavar="RESULTS...")],
    out: Annotated[Path, typer.Option("--out", help="Write the page, the printed page and the data to this folder.")],
    vendor: Annotated[
        str, typer.Option("--vendor", help="Keep only this vendor's contracts, for a copy to pass on.")
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


def annotate(
    results: Annotated[Path, typer.Argument(help="results.json, or its folder.", metavar="RESULTS")],
) -> None:
    """Print the findings as GitHub Actions workflow commands, which the job's page shows."""
    from linkproof.cli.report import annotate_results

    raise typer.Exit(annotate_results(results))


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


def site(
    out: Annotated[Path, typer.Option("--out", help="Write the pages to this folder.")] = Path("reports/site"),
    store: StoreURL = "",
) -> None:
    """Write static pages over the history: one row for each target, with a badge."""
    from linkproof.cli.history import make_site

    raise typer.Exit(make_site(store, out))
