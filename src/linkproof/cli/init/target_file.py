"""Writes a commented target file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from linkproof.cli.init.answers import Answers
from linkproof.cli.init.credentials import credential_kind, region_of
from linkproof.cli.init.listing import Names
from linkproof.contract.model import Contract

_PER_LINE = 6
_WIDTH = 110


@dataclass(frozen=True)
class Connections:
    """The known connections of a target, by contract id: those found, the number needed, why none is known."""

    found: Mapping[str, Names] = field(default_factory=dict)
    needed: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    why: Mapping[str, str] = field(default_factory=dict)


def target_toml(
    answers: Answers,
    connections: Connections,
    command: str,
    *,
    reset: str = "",
    tokens: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Return the file's text. ``tokens``, by vendor, are written for the embedded server only: they are public."""
    return "\n".join(_lines(answers, connections, command, reset, tokens)) + "\n"


def _lines(
    answers: Answers, connections: Connections, command: str, reset: str, tokens: Mapping[str, str]
) -> Iterator[str]:
    yield f"# Written by `{command}`. Run it: linkproof run   (every member: docs/targets.md)"
    yield ""
    yield "[target]"
    yield f"kind = {quoted(answers.kind)}  # mock or live: the grade of the evidence"
    yield f"base_url = {quoted(answers.base_url)}"
    yield f"checks_credentials = {_bool(bool(answers.auth))}  # false: HDR-2 is not judged"
    yield from _writing(answers)
    if reset:
        yield f'reset = {{ method = "POST", path = {quoted(reset)} }}  # resets the connections below'
    elif not answers.live:
        yield '# reset = { method = "POST", path = "/reset" }  # if the mock can reset its connections'
    for vendor, kind in answers.auth.items():
        yield ""
        yield from _auth(answers, vendor, kind, tokens.get(vendor, ""))
    for contract in answers.contracts:
        yield ""
        yield from _contract(contract, answers, connections)
    yield from _more_parents(answers.contracts)


def _writing(answers: Answers) -> Iterator[str]:
    if not answers.live:
        yield f"writes = {_bool(answers.writes)}  # false: only requests that change nothing"
        return
    if answers.writes:
        yield "writes = true"
        yield f"allow = [{', '.join(quoted(a) for a in answers.allow)}]  # only these connections are ever written to"
        return
    yield "writes = false  # only reading requests are sent; decisions are not exercised"
    yield '# writes = true  # with allow = ["conformance-*"]: the names of connections that may be decided and deleted'


def _auth(answers: Answers, vendor: str, kind: str, token: str) -> Iterator[str]:
    known = credential_kind(vendor, kind)
    if known.first and not token:
        first = known.first.replace(known.token_env, answers.token_env[vendor]) if known.token_env else known.first
        yield f"# First: {first}"
    yield f"[auth.{vendor}]"
    yield f"kind = {quoted(kind)}"
    if token:
        yield f"token = {quoted(token)}"
    elif known.token_env:
        yield f"token_env = {quoted(answers.token_env[vendor])}  # the variable that holds the token"
    path = {**next(answers.paths[c.id] for c in answers.contracts if c.vendor == vendor)}
    path["region"] = region_of(answers.base_url)
    for name, value in known.members.items():
        yield f"{name} = {quoted(value.format_map(_Filled(path)))}"


class _Filled(dict[str, str]):
    """Path parameters; an unknown one is replaced by its name."""

    def __missing__(self, key: str) -> str:
        return key


def _contract(contract: Contract, answers: Answers, connections: Connections) -> Iterator[str]:
    yield f"[contracts.{contract.id}]  # {contract.title}, {contract.version}"
    path = ", ".join(f"{name} = {quoted(value)}" for name, value in answers.paths[contract.id].items())
    yield f"path = {{ {path} }}"
    yield ""
    found, needed = connections.found.get(contract.id, {}), connections.needed.get(contract.id, {})
    if why := connections.why.get(contract.id):
        yield f"# The target was not listed: {why}"
    if answers.live and not answers.writes:
        yield "# Reading requests need one connection of any state; decisions would need more."
    elif needed:
        counts = ", ".join(f"{n} {state}" for state, n in needed.items())
        yield f"# A full run uses up {counts}. Tests that find none left are reported as not exercised."
    yield f"[contracts.{contract.id}.fixtures]"
    for state in dict.fromkeys((*needed, *found)):
        yield from _state(state, list(found.get(state, ())), needed.get(state, 1))


def _more_parents(contracts: Sequence[Contract]) -> Iterator[str]:
    """Return a comment on further parents of one contract that does not have one list for all of them."""
    for contract in contracts:
        varied = [name for name in contract.parent_parameters if f"{{{name}}}" in contract.collection_path]
        if not varied:
            continue
        yield ""
        yield "# With a second parent, tests run below both at the same time (docs/targets.md, Several parents):"
        yield f"# [[contracts.{contract.id}.parents]]"
        yield f'# path = {{ {varied[-1]} = "another" }}  # and its fixtures: `provision` makes none below it'
        return


def _state(state: str, names: Sequence[str], needed: int) -> Iterator[str]:
    """Return the lines of a state's connections: as many as a run uses up, with a note if there are fewer."""
    key = state if state.replace("-", "").replace("_", "").isalnum() and state.isascii() else quoted(state)
    if not names:
        yield f"# {key} = []  # {needed} needed, none found: create them, then add their names"
        return
    kept = names[: max(needed, 1)]
    note = f"  # {needed} needed, {len(names)} found" if len(names) < needed else ""
    line = f"{key} = [{', '.join(quoted(n) for n in kept)}]{note}"
    if len(line) <= _WIDTH:
        yield line
        return
    yield f"{key} = [{note}"
    for start in range(0, len(kept), _PER_LINE):
        yield f"  {', '.join(quoted(n) for n in kept[start : start + _PER_LINE])},"
    yield "]"


def quoted(value: str) -> str:
    """Return text as a TOML string: escaped as in JSON, and DEL as well."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _bool(value: bool) -> str:
    return "true" if value else "false"
