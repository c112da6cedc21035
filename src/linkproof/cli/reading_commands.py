"""Commands that read recordings and API descriptions."""

# The annotations are read by typer when a command is called, so they are not postponed.
from pathlib import Path
from typing import Annotated

import typer

from linkproof.base.garbage import MANY_OBJECTS, rare_collections
from linkproof.cli.options import (
    Contracts,
    Definitions,
    Format,
    Json,
    Quiet,
    Require,
    Title,
    Unproven,
    Waivers,
)


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
    with rare_collections(MANY_OBJECTS):  # from the first module to the last of what the judge keeps
        from linkproof.cli.checking import check_recordings, workers_of
        from linkproof.cli.output import output_from
        from linkproof.cli.result_policy import policy_from

        code = check_recordings(
            paths,
            out,
            tuple(contract or ()),
            any_version=any_version,
            allow_unproven=allow_unproven,
            workers=workers_of(processes, engine, scheduler),
            policy=policy_from(waivers, definition, require),
            output=output_from(quiet=quiet, as_json=json, format_=format_, title=title),
        )
    raise typer.Exit(code)


def import_(
    spec: Annotated[
        Path, typer.Argument(help="Swagger 2.0, OpenAPI 3, a Bicep types.json, or a folder of them.", metavar="SPEC")
    ],
    out: Annotated[Path, typer.Option("--out", help="Write the contract folders to this folder.")] = Path("contracts"),
    root: Annotated[
        Path | None, typer.Option("--root", help="Follow references within this folder. Default: the file's own.")
    ] = None,
    name: Annotated[str, typer.Option("--id", help="Id of the contract. Default: derived from its path.")] = "",
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
