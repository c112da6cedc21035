"""Options that several commands have."""

from pathlib import Path
from typing import Annotated

import typer

Store = Annotated[
    str,
    typer.Option(
        "--store", metavar="URL", help="SQLite or PostgreSQL. Default: $LINKPROOF_HISTORY, or reports/history.sqlite."
    ),
]
Out = Annotated[Path, typer.Option("--out", help="Where the reports go.", show_default=True)]
Contracts = Annotated[list[str] | None, typer.Option("--contract", "-c", help="Only this contract (repeatable).")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but mistakes; the exit code tells.")]
Json = Annotated[bool, typer.Option("--json", help="Print the results as JSON to standard output.")]
Waivers = Annotated[
    Path | None, typer.Option("--waivers", metavar="FILE", help="Breaches that somebody answers for (waivers.toml).")
]
Pages = Annotated[list[Path], typer.Argument(help="Pages, or folders of them.", metavar="PAGE...")]
Definitions = Annotated[
    list[Path] | None,
    typer.Option("--definition", metavar="PAGE", help="Tell by this page who stands alone in a finding (repeatable)."),
]
Require = Annotated[
    str,
    typer.Option(
        "--require",
        metavar="GRADE[:AGE]",
        help="What holds counts only on such evidence: live:7d, recording, mock:12h.",
    ),
]
Unproven = Annotated[bool, typer.Option("--allow-unproven", help="Exit 0 although a MUST was not exercised.")]
