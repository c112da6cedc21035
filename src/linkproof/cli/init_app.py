"""The options of ``linkproof init``."""

# The annotations are read by typer when the command is called, so they are not postponed.
from pathlib import Path
from typing import Annotated

import typer

from linkproof.cli import completion
from linkproof.cli.options import Contracts, Quiet
from linkproof.cli.target_choice import DEFAULT_FILE
from linkproof.errors import UsageError

_DEFAULT = {
    "mock": DEFAULT_FILE,
    "plan": "nightly.toml",
    "github": ".github/workflows/linkproof.yml",
    "gitlab": ".gitlab/linkproof.yml",
}


# Long: one parameter per option.
def init(
    targets: Annotated[
        list[Path] | None,
        typer.Argument(
            help="With --plan: the target files. With --github or --gitlab: the one to run.",
            metavar="[TARGET...]",
            autocompletion=completion.targets,
        ),
    ] = None,
    vendor: Annotated[str, typer.Option("--vendor", help="Choose among this vendor's contracts.")] = "",
    contract: Contracts = None,
    base_url: Annotated[str, typer.Option("--base-url", metavar="URL", help="Base URL of the API.")] = "",
    parent: Annotated[
        list[str] | None,
        typer.Option("--parent", metavar="NAME=VALUE", help="A path parameter of the collection (repeatable)."),
    ] = None,
    auth: Annotated[
        str,
        typer.Option(
            "--auth",
            help="Credential: bearer, azure-identity, x-auth-token, aksk, keystone, aws-sigv4, authorization, none.",
        ),
    ] = "",
    token_env: Annotated[
        str, typer.Option("--token-env", metavar="VARIABLE", help="The environment variable that holds the token.")
    ] = "",
    live: Annotated[bool | None, typer.Option("--live/--no-live", help="A live service, or a mock.")] = None,
    writes: Annotated[
        bool | None,
        typer.Option("--writes/--no-writes", help="Allow requests that change something. Default: on a mock."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing: take defaults.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file if it exists.")] = False,
    file: Annotated[str, typer.Option("--file", "-f", help="Write to this file.")] = "",
    mock: Annotated[bool, typer.Option("--mock", help="Write a target file for `linkproof mock`.")] = False,
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="With --mock: its port.")] = 8089,
    plan: Annotated[bool, typer.Option("--plan", help="Write a nightly plan over several target files.")] = False,
    github: Annotated[bool, typer.Option("--github", help="Write a workflow for GitHub Actions.")] = False,
    gitlab: Annotated[bool, typer.Option("--gitlab", help="Write a job for GitLab CI.")] = False,
    quiet: Quiet = False,
) -> None:
    """Write linkproof.toml: ask for what is needed, list the target, name its connections.

    Other files: --mock, --plan, --github, --gitlab.
    """
    from linkproof.cli.init.answers import Given, defaulting, prompting
    from linkproof.cli.init.commands import init_mock, init_plan, init_target, init_workflow
    from linkproof.contract.loader import all_contracts, select

    chosen = [
        name for name, wanted in (("mock", mock), ("plan", plan), ("github", github), ("gitlab", gitlab)) if wanted
    ]
    if len(chosen) > 1:
        raise UsageError(
            "only one file can be written at a time", where=f"--{chosen[1]}", fix=f"leave out --{chosen[0]}"
        )
    what = chosen[0] if chosen else ""
    path = Path(file or _DEFAULT.get(what, DEFAULT_FILE))
    if what == "mock":
        known = select(all_contracts(), contract or ())
        raise typer.Exit(init_mock(known, port, path, force=force, quiet=quiet))
    if what == "plan":
        raise typer.Exit(init_plan(targets or (), path, force=force, quiet=quiet))
    if what:
        target = targets[0] if targets else Path(DEFAULT_FILE)
        raise typer.Exit(init_workflow(what, target, path, force=force, quiet=quiet))
    given = Given(vendor, tuple(contract or ()), base_url, tuple(parent or ()), auth, token_env, live, writes)
    raise typer.Exit(init_target(given, defaulting if yes else prompting, path, force=force, quiet=quiet))
