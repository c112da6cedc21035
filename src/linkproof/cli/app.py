"""The command line: its commands, and the options of all of them."""

# The annotations are read by typer when a command is called, so they are not postponed.
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

import typer

from linkproof.cli import live_commands, reading_commands, result_commands
from linkproof.cli.groups import contracts_app, definitions_app, faults_app, history_app, requirements_app
from linkproof.cli.init_app import init
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


#: The commands, in the order of the help.
_COMMANDS: Mapping[str, Callable[..., None]] = {
    "init": init,
    "run": live_commands.run,
    "cleanup": live_commands.cleanup,
    "check": reading_commands.check,
    "report": result_commands.report,
    "annotate": result_commands.annotate,
    "import": reading_commands.import_,
    "waive": result_commands.waive,
    "bundle": result_commands.bundle,
    "verify": result_commands.verify,
    "mock": live_commands.mock,
    "diff": result_commands.diff,
    "nightly": live_commands.nightly,
    "services": reading_commands.services,
    "site": result_commands.site,
}
for _name, _command in _COMMANDS.items():
    app.command(_name)(_command)
