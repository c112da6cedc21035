"""The commands of ``linkproof init``: each writes one file and prints the next step."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from linkproof.base.files import write_file
from linkproof.cli.completion import is_target_file
from linkproof.cli.init.answers import MOCK, Answers, Ask, Given, answers_from
from linkproof.cli.init.credentials import unset
from linkproof.cli.init.listing import Names, listed, needed_by
from linkproof.cli.init.other_files import github_workflow, gitlab_job, plan_toml
from linkproof.cli.init.target_file import Connections, target_toml
from linkproof.contract.loader import all_contracts
from linkproof.contract.model import Contract
from linkproof.errors import UsageError
from linkproof.mock.fixtures import read_fixtures
from linkproof.targets.embedded import embedded_target
from linkproof.targets.file import read_target


def init_target(given: Given, ask: Ask, file: Path, *, force: bool, quiet: bool) -> int:
    """Write a target file with the connections that the target lists; return 0. Raises UsageError."""
    _writable(file, force=force)
    answers = answers_from(given, ask)
    say = _sayer(quiet=quiet)
    missing = unset([n for v, n in answers.token_env.items() if n])
    found: dict[str, Names] = {}
    if missing:
        why = {c.id: f"the environment variable {missing[0]} is not set" for c in answers.contracts}
    else:
        found, why = _listed(answers, file)
    needed = needed_by(answers.contracts, say) if answers.writes else {}
    text = target_toml(answers, Connections(found, needed, why), "linkproof init")
    _write(file, text, answers.contracts)
    for contract in answers.contracts:
        names = sum(len(n) for n in found.get(contract.id, {}).values())
        say(f"{contract.id}: {names} connections found" if names else f"{contract.id}: {why.get(contract.id, '')}")
    say(f"written: {file}; next: {f'export {missing[0]}=... and ' if missing else ''}linkproof run --target {file}")
    return 0


def init_mock(contracts: Sequence[Contract], port: int, file: Path, *, force: bool, quiet: bool) -> int:
    """Write a target file for ``linkproof mock``; return 0. Raises UsageError."""
    _writable(file, force=force)
    parents = {c.id: read_fixtures(c).parents for c in contracts}
    served = tuple(c for c in contracts if parents[c.id])
    embedded = embedded_target(f"http://127.0.0.1:{port}", served)
    auth = {vendor: one.kind for vendor, one in embedded.auth.items()}
    answers = Answers(
        kind=MOCK,
        base_url=embedded.base_url,
        contracts=served,
        paths={c.id: parents[c.id][0].path for c in served},
        auth=auth,
        token_env=dict.fromkeys(auth, ""),
        writes=True,
    )
    connections = Connections(
        {c.id: parents[c.id][0].names for c in served},
        {c.id: {s: len(n) for s, n in parents[c.id][0].names.items()} for c in served},
    )
    tokens = {vendor: one.token for vendor, one in embedded.auth.items()}
    text = target_toml(answers, connections, "linkproof init --mock", reset="/_control/reset", tokens=tokens)
    _write(file, text, served)
    _sayer(quiet=quiet)(
        f"written: {file}; next: linkproof mock --port {port} & linkproof run --target {file} --wait 30"
    )
    return 0


def init_plan(targets: Sequence[Path], file: Path, *, force: bool, quiet: bool) -> int:
    """Write a plan for ``linkproof nightly`` over target files; return 0. Raises UsageError."""
    _writable(file, force=force)
    found = list(targets) or [p for p in sorted(Path().glob("**/*.toml")) if is_target_file(p)]
    if not found:
        fix = "name target files: linkproof init --plan a.toml b.toml"
        raise UsageError("there is no target file here", where="--plan", fix=fix)
    known = all_contracts()
    for path in found:
        read_target(path, known)
    _save(file, plan_toml(found, file))
    _sayer(quiet=quiet)(f"written: {file} with {len(found)} targets; next: linkproof nightly {file}")
    return 0


def init_workflow(where: str, target: Path, file: Path, *, force: bool, quiet: bool) -> int:
    """Write a CI workflow that runs a target file; return 0. Raises UsageError."""
    _writable(file, force=force)
    live, names = False, ["LINKPROOF_TOKEN"]
    if target.is_file():
        read = read_target(target, all_contracts())
        live = read.kind == "live"
        names = [a.token_env for a in read.auth.values() if a.token_env]
    text = github_workflow(target, names, live=live) if where == "github" else gitlab_job(target, names, live=live)
    _save(file, text)
    note = "" if target.is_file() else f" ({target} does not exist yet: linkproof init)"
    _sayer(quiet=quiet)(f"written: {file}{note}")
    return 0


def _listed(answers: Answers, file: Path) -> tuple[dict[str, Names], dict[str, str]]:
    """Return the connections that the target lists, requested with a file that names none yet.

    Where there are none, the reason names ``file``, which is to be written, instead of the temporary one.
    """
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / file.name
        bare.write_text(target_toml(answers, Connections(), "linkproof init"), encoding="utf-8")
        found, why = listed(bare, answers.contracts)
        return found, {name: text.replace(str(bare), str(file)) for name, text in why.items()}


def _writable(file: Path, *, force: bool) -> None:
    if file.exists() and not force:
        raise UsageError("the file exists already", where=str(file), fix="give --force, or another --file")


def _write(file: Path, text: str, contracts: Sequence[Contract]) -> None:
    """Write a target file, after reading it back without an error."""
    with tempfile.TemporaryDirectory() as folder:
        tried = Path(folder) / file.name
        tried.write_text(text, encoding="utf-8")
        try:
            read_target(tried, contracts)
        except UsageError as error:
            raise UsageError(error.problem, where=error.where.replace(str(tried), str(file)), fix=error.fix) from None
    _save(file, text)


def _save(file: Path, text: str) -> None:
    write_file(file, text, "give another --file")


def _sayer(*, quiet: bool) -> Callable[[str], None]:
    """Return a function that prints to standard error, or discards."""

    def say(text: str) -> None:
        if not quiet:
            print(text, file=sys.stderr)

    return say
