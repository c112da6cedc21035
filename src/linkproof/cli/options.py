"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from linkproof.cli import completion

StoreURL = Annotated[
    str,
    typer.Option(
        "--store", metavar="URL", help="SQLite or PostgreSQL. Default: $LINKPROOF_HISTORY, or reports/history.sqlite."
    ),
]
Out = Annotated[Path, typer.Option("--out", help="Write the reports to this folder.", show_default=True)]
Contracts = Annotated[
    list[str] | None,
    typer.Option(
        "--contract",
        "-c",
        help="Only this contract, or a pattern: 'azure-storage-*' (repeatable).",
        autocompletion=completion.contracts,
    ),
]
Tier = Annotated[
    str,
    typer.Option("--tier", help="Without --contract: reviewed contracts, imported ones, or all."),
]
TargetFile = Annotated[
    str,
    typer.Option(
        "--target",
        "-t",
        help="Target file (TOML), cassette:FILE, or embedded. Default: linkproof.toml, else the embedded server.",
        autocompletion=completion.targets,
    ),
]
Requirements = Annotated[
    list[str] | None,
    typer.Option(
        "--requirement",
        "-r",
        metavar="ID",
        help="Judge only this requirement, or a pattern: 'PAG-*' (repeatable).",
        autocompletion=completion.requirements,
    ),
]
Keyword = Annotated[
    str, typer.Option("--keyword", "-k", metavar="EXPRESSION", help="Run only tests that match, as in pytest -k.")
]
StopFirst = Annotated[bool, typer.Option("-x", "--exitfirst", help="End the run after the first failed test.")]
MaxFailures = Annotated[
    int, typer.Option("--max-failures", min=0, metavar="N", help="End the run after N failed tests; 0: never.")
]
LastFailed = Annotated[
    bool,
    typer.Option(
        "--last-failed", "--lf", help="Run what failed in the results in --out; if nothing failed, run everything."
    ),
]
Title = Annotated[str, typer.Option("--title", help="Title of the report.")]
Watch = Annotated[
    bool, typer.Option("--watch", help="Run again when the target file changes or the target's process restarts.")
]
Verbose = Annotated[
    int,
    typer.Option(
        "--verbose", "-v", count=True, show_default=False, help="Print each request; with -vv, also its masked bodies."
    ),
]
Format = Annotated[
    str,
    typer.Option(
        "--format",
        help="Print the results as json, sarif, ctrf, junit, markdown or html to standard output.",
        autocompletion=completion.formats,
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")]
Json = Annotated[bool, typer.Option("--json", help="Print the results as JSON to standard output.")]
Waivers = Annotated[Path | None, typer.Option("--waivers", metavar="FILE", help="Accepted breaches (waivers.toml).")]
Pages = Annotated[list[Path], typer.Argument(help="Pages, or folders of them.", metavar="PAGE...")]
Definitions = Annotated[
    list[Path] | None,
    typer.Option(
        "--definition",
        metavar="PAGE",
        help="Use this definition page to say which side of a finding is wrong (repeatable).",
    ),
]
Require = Annotated[
    str,
    typer.Option(
        "--require",
        metavar="GRADE[:AGE]",
        help="Minimum evidence for a pass: live:7d, recording, mock:12h.",
    ),
]
Unproven = Annotated[bool, typer.Option("--allow-unproven", help="Exit 0 even if a MUST was not exercised.")]
