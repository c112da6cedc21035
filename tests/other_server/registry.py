"""Where faults and variants register: each is an id, the requirements it touches, a contract, a sentence and hooks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.other_server.model import Exchange, Json, Reply

Hook = Callable[[Exchange, Reply], None]
ItemHook = Callable[[Json], object]


@dataclass(frozen=True)
class Step:
    """A hook with what it applies to; empty means everything."""

    stage: str
    contract: str
    ops: frozenset[str]
    status: frozenset[int]
    why: frozenset[str]
    run: Hook

    def fits(self, x: Exchange, r: Reply) -> bool:
        return (
            self.contract in ("*", x.contract)
            and (not self.ops or x.op in self.ops)
            and (not self.status or r.status in self.status)
            and (not self.why or r.why in self.why)
        )


@dataclass
class Quirk:
    """A fault or a variant."""

    kind: str
    id: str
    names: str
    contract: str
    text: str
    steps: list[Step] = field(default_factory=list)


QUIRKS: dict[str, Quirk] = {}


def quirk(
    kind: str,
    slug: str,
    names: str,
    contracts: str,
    text: str,
    ops: str = "",
    status: str = "",
    why: str = "",
    stage: str = "after",
) -> Callable[[Hook], Hook]:
    """Register a hook for each contract; registering a slug again adds a hook to it.

    `names` is the requirement that the fault breaches, and in brackets those that follow from it.
    `status` lists status codes, or is `ok` or `bad`.
    """
    codes = {"ok": " ".join(map(str, range(200, 300))), "bad": " ".join(map(str, range(400, 600)))}.get(status, status)

    def register(hook: Hook) -> Hook:
        for contract in contracts.split():
            ident = slug if contract == "*" else f"{contract.lower()}-{slug}"
            known = QUIRKS.setdefault(ident, Quirk(kind, ident, names, contract, text))
            assert (known.text, known.kind) == (text, kind), ident
            step = Step(
                stage,
                contract,
                frozenset(ops.split()),
                frozenset(int(c) for c in codes.split()),
                frozenset(why.split()),
                hook,
            )
            known.steps.append(step)
        return hook

    return register


def fault(
    slug: str,
    names: str,
    contracts: str,
    text: str,
    ops: str = "",
    status: str = "",
    why: str = "",
    stage: str = "after",
) -> Callable[[Hook], Hook]:
    """Register a fault."""
    return quirk("fault", slug, names, contracts, text, ops, status, why, stage)


def variant(
    slug: str,
    names: str,
    contracts: str,
    text: str,
    ops: str = "",
    status: str = "",
    why: str = "",
    stage: str = "after",
) -> Callable[[Hook], Hook]:
    """Register a variant: a legal way to be different."""
    return quirk("variant", slug, names, contracts, text, ops, status, why, stage)


def items(r: Reply) -> list[Json]:
    """The resources in a successful answer."""
    if not r.ok or not isinstance(r.body, dict):
        return []
    for member in ("value", "connections"):
        if isinstance(r.body.get(member), list):
            return [i for i in r.body[member] if isinstance(i, dict)]
    return [r.body] if "properties" in r.body and "id" in r.body else []


def each(
    slug: str, names: str, contracts: str, text: str, ops: str = "", kind: str = "fault"
) -> Callable[[ItemHook], ItemHook]:
    """Register a hook that changes every resource in successful answers."""

    def register(hook: ItemHook) -> ItemHook:
        def run(_: Exchange, r: Reply) -> None:
            for item in items(r):
                hook(item)

        quirk(kind, slug, names, contracts, text, ops)(run)
        return hook

    return register


def link_state(item: Json) -> Json:
    """The state object of a connection."""
    return item["properties"]["privateLinkServiceConnectionState"]
