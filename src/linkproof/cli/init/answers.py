"""The answers that ``linkproof init`` needs: from options, else from questions, else defaults."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

import typer

from linkproof.cli.init.credentials import credential_kind, kinds_for, unset
from linkproof.contract.loader import all_contracts, select
from linkproof.contract.model import Contract
from linkproof.errors import UsageError
from linkproof.mock.fixtures import read_fixtures

#: Asks a question with a default, and returns the answer.
Ask = Callable[[str, str], str]
LIVE, MOCK = "live", "mock"
#: The answer for a target without authentication.
NONE = "none"
#: Number of contracts whose ids a message names.
_MOST_IDS = 20
_MOCK_URL = "http://127.0.0.1:8089"


@dataclass(frozen=True)
class Given:
    """The values on the command line; "" and empty if not given."""

    vendor: str = ""
    contracts: tuple[str, ...] = ()
    base_url: str = ""
    parents: tuple[str, ...] = ()
    auth: str = ""
    token_env: str = ""
    live: bool | None = None
    writes: bool | None = None


@dataclass(frozen=True)
class Answers:
    """The values of a target file. ``paths`` has the parents' path parameters by contract id."""

    kind: str
    base_url: str
    contracts: tuple[Contract, ...]
    paths: Mapping[str, Mapping[str, str]]
    auth: Mapping[str, str]
    token_env: Mapping[str, str]
    writes: bool
    allow: tuple[str, ...] = field(default=("conformance-*",))

    @property
    def live(self) -> bool:
        """Whether the target is a live service."""
        return self.kind == LIVE


def answers_from(given: Given, ask: Ask) -> Answers:
    """Return the answers, asking for what is not given. Raises UsageError."""
    contracts = _contracts(given, ask)
    kind = _kind(given, ask)
    base_url = given.base_url or ask("Base URL of the API", _default_url(kind, contracts))
    _check_url(base_url)
    paths = _paths(contracts, given.parents, kind, ask)
    auth: dict[str, str] = {}
    for contract in contracts:
        if contract.vendor not in auth:
            auth[contract.vendor] = _auth(contract, given, kind, ask)
    writes = given.writes if given.writes is not None else kind == MOCK
    auth = {v: k for v, k in auth.items() if k != NONE}
    names = {v: given.token_env or credential_kind(v, k).token_env for v, k in auth.items()}
    return Answers(kind, base_url.rstrip("/"), contracts, paths, auth, names, writes)


def prompting(question: str, default: str) -> str:
    """Ask on the terminal; the prompt goes to standard error. Raises UsageError if the input ends."""
    try:
        return str(typer.prompt(question, default=default or None, err=True))
    except typer.Abort:
        if sys.stdin is not None and sys.stdin.isatty():
            raise
        problem = f"standard input ended at the question: {question}"
        raise UsageError(problem, where="init", fix=f"give {_option_for(question)}, or run it on a terminal") from None


def defaulting(question: str, default: str) -> str:
    """Return the default without asking (``--yes``). Raises UsageError if there is none."""
    if not default:
        raise UsageError(
            f"not given: {question}", where="--yes", fix=f"give {_option_for(question)}, or leave out --yes"
        )
    return default


_OPTION_OF = {
    "Base": "--base-url URL",
    "Contract,": "--contract ID",
    "Credential": "--auth KIND",
    "Is": "--live or --no-live",
    "Vendor": "--vendor NAME",
}


def _option_for(question: str) -> str:
    return _OPTION_OF.get(question.split(" ")[0], "--parent NAME=VALUE")


def _contracts(given: Given, ask: Ask) -> tuple[Contract, ...]:
    known = all_contracts()
    if given.contracts:
        return _matching(known, given.contracts)
    if ask is defaulting:
        _check_only_one(known, given.vendor)
    vendors = sorted({c.vendor for c in known})
    vendor = given.vendor or ask(f"Vendor ({', '.join(vendors)})", "")
    if vendor not in vendors:
        raise UsageError(f"unknown vendor {vendor!r}", where="--vendor", fix=f"one of: {', '.join(vendors)}")
    own = [c for c in known if c.vendor == vendor]
    if len(own) == 1:
        return tuple(own)
    answer = ask(f"Contract, several with a comma, patterns with * ({_ids_of(own)})", "")
    return _matching(tuple(own), [name.strip() for name in answer.split(",")])


def _ids_of(contracts: Sequence[Contract]) -> str:
    """Return the ids of contracts for a message; of very many, the command that prints them."""
    if len(contracts) > _MOST_IDS:
        return "`linkproof contracts list` prints them"
    return ", ".join(c.id for c in contracts)


def _check_only_one(known: Sequence[Contract], vendor: str) -> None:
    """Raise UsageError, with the ids, if a run without questions (``--yes``) leaves open which contract is meant."""
    found = [c for c in known if vendor in ("", c.vendor)]
    if len(found) > 1:
        whose = f" of {vendor}" if vendor else ""
        problem = f"not given: which contract{whose} the API implements"
        fix = f"linkproof init --yes --contract ID (repeatable); the ids: {_ids_of(found)}"
        other = "" if vendor else ". For the embedded server: linkproof init --mock"
        raise UsageError(problem, where="--yes", fix=f"{fix}{other}")


def _matching(known: Sequence[Contract], names: Sequence[str]) -> tuple[Contract, ...]:
    """Return the contracts with these ids or patterns."""
    wanted: list[str] = []
    for name in names:
        found = [c.id for c in known if fnmatchcase(c.id, name)]
        wanted += found or [name]
    return select(known, wanted)


def _kind(given: Given, ask: Ask) -> str:
    if given.live is not None:
        return LIVE if given.live else MOCK
    answer = ask("Is it a mock, or a live service (mock, live)", MOCK).strip().lower()
    if answer not in (MOCK, LIVE):
        raise UsageError(f"expected mock or live, got {answer!r}", where="kind", fix="give --live or --no-live")
    return answer


def _default_url(kind: str, contracts: Sequence[Contract]) -> str:
    if kind == MOCK:
        return _MOCK_URL
    servers = contracts[0].document.get("servers", [])
    url = servers[0].get("url", "") if servers else ""
    return url if url.startswith("https://") and "{" not in url else ""


def _check_url(url: str) -> None:
    if not url.startswith(("http://", "https://")):
        raise UsageError(f"{url!r} is not a URL", where="--base-url", fix="it begins with http:// or https://")


def _paths(
    contracts: Sequence[Contract], parents: Sequence[str], kind: str, ask: Ask
) -> Mapping[str, Mapping[str, str]]:
    """Return the parents' path parameters of each contract; parameters of one name share their value."""
    known = _pairs(parents)
    every = {name for c in contracts for name in c.parent_parameters}
    for name in known:
        if name not in every:
            fix = f"one of: {', '.join(sorted(every))}"
            raise UsageError(f"unknown path parameter {name!r}", where="--parent", fix=fix)
    found: dict[str, Mapping[str, str]] = {}
    for contract in contracts:
        own: dict[str, str] = {}
        examples = _examples(contract) if kind == MOCK else {}
        for name in contract.parent_parameters:
            if name not in known:
                known[name] = ask(f"{name} ({contract.id})", examples.get(name, ""))
            own[name] = known[name]
        found[contract.id] = own
    return found


def _pairs(parents: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in parents:
        name, equals, value = pair.partition("=")
        if not equals or not name or not value:
            raise UsageError(
                f"expected NAME=VALUE, got {pair!r}", where="--parent", fix="--parent resourceGroupName=rg1"
            )
        found[name] = value
    return found


def _examples(contract: Contract) -> Mapping[str, str]:
    """Return the embedded server's parents: a mock made from the same samples has them as well."""
    parents = read_fixtures(contract).parents
    return parents[0].path if parents else {}


def _auth(contract: Contract, options: Given, kind: str, ask: Ask) -> str:
    kinds = [*kinds_for(contract), NONE]
    simplest = kinds[0]
    given = options.auth or (simplest if options.token_env else "")
    default = NONE if kind == MOCK and unset([credential_kind(contract.vendor, simplest).token_env]) else simplest
    answer = given or (
        default if kind == MOCK else ask(f"Credential for {contract.vendor} ({', '.join(kinds)})", default)
    )
    if answer not in kinds:
        problem = f"{answer!r} is not a kind of credential for {contract.vendor}"
        raise UsageError(problem, where="--auth", fix=f"one of: {', '.join(kinds)}")
    return answer
