"""All known versions of all resource types, each compared with the previous one, on one page."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from linkproof.base.wording import count
from linkproof.contract.model import Contract
from linkproof.contract.operation import plain_path
from linkproof.definition_pages.compare import Difference
from linkproof.definition_pages.versions import OperationDifference, operation_differences

_ANSWER = re.compile(r"answer 20\d")
_LIST_ITEM = re.compile(r"/value/\*")
_BICEP = "bicep-types"
_LINK_RESOURCES = "/privatelinkresources"
_IDENTITY = re.compile(r"(request body|answer \d+)\.(/value/\*)?/(id|name|type)")


@dataclass(frozen=True, order=True)
class Change:
    """One change in a newer version, wherever it occurs in a contract's operations."""

    breaking: bool
    what: str


@dataclass(frozen=True)
class Step:
    """Two consecutive versions of one resource type, and the changes between them."""

    was: Contract
    now: Contract
    changes: tuple[Change, ...]

    @property
    def breaking(self) -> int:
        """Return the number of changes that may break a client."""
        return sum(c.breaking for c in self.changes)


def steps(contracts: Iterable[Contract]) -> list[Step]:
    """Return every pair of consecutive versions, by resource type and version."""
    families: dict[str, list[Contract]] = {}
    for contract in contracts:
        if not contract.resource_type:
            continue  # another cloud's: of those there is one version each
        families.setdefault(plain_path(contract.collection_path), []).append(contract)
    found: list[Step] = []
    for _, family in sorted(families.items(), key=lambda pair: pair[1][0].resource_type.lower()):
        family.sort(key=lambda c: c.version)
        found += [Step(a, b, tuple(_changes(a, b))) for a, b in itertools.pairwise(family)]
    return found


def _changes(was: Contract, now: Contract) -> list[Change]:
    """Return the changes without repetition; what one kind of source cannot express is not a change."""
    silent = any(str(s.get("document", "")).startswith(_BICEP) for c in (was, now) for s in c.sources[:1])
    found: dict[str, Change] = {}
    for one in operation_differences(was, now):
        if one.difference.what == "version" or _is_unsaid(one.difference, (was, now), by_type_file=silent):
            continue
        change = _change(one)
        known = found.get(change.what)
        found[change.what] = Change(change.breaking or (known is not None and known.breaking), change.what)
    return sorted(_topmost(found.values()), key=lambda c: (not c.breaking, c.what))


def _is_unsaid(difference: Difference, contracts: tuple[Contract, Contract], *, by_type_file: bool) -> bool:
    """Whether one of the two sources is silent about what differs, so that they do not contradict each other.

    A contract without link resources was made of a source that leaves them out. A type file says nothing of the limits
    of paths, of pages, and of a resource's id and name, but that they are there.
    """
    if difference.what == "operation" and _LINK_RESOURCES in f"{difference.was}{difference.now}":
        return not all(any(not o.role.is_of_connections for o in c.operations) for c in contracts)
    silent = difference.place.startswith("parameter after") or difference.place.endswith("/nextLink")
    return by_type_file and (silent or _IDENTITY.fullmatch(difference.place) is not None)


def _change(one: OperationDifference) -> Change:
    """Return a difference without its operations: Get and List show the same connection."""
    line = one.difference.line.partition(": ")[2]
    if one.operation is not None and one.difference.place == "answers":
        line = f"{one.operation.method} {line}"
    line = _LIST_ITEM.sub("", line)
    line = _ANSWER.sub("answer", line).replace("answer.", "answer ").replace("body.", "")
    is_of_resources = one.operation is not None and not one.operation.role.is_of_connections
    is_of_resources = is_of_resources and not line.startswith("parameter after")  # those of the parent are the same
    return Change(one.difference.breaking, f"link resources, {line}" if is_of_resources else line)


def _topmost(changes: Iterable[Change]) -> Iterator[Change]:
    """Remove the members of a member that was added or removed as a whole."""
    every = tuple(changes)
    whole = {c.what.split(": member ")[0]: c.what.split(": member ")[1][:5] for c in every if ": member " in c.what}
    for change in every:
        place = change.what.split(": ")[0]
        parents = {place[:i] for i, letter in enumerate(place) if letter == "/" and i > 0}
        if not parents & whole.keys():
            yield change


def as_markdown(found: Sequence[Step], versions: int) -> str:
    """Return the page as Markdown."""
    breaking = [s for s in found if s.breaking]
    lines = [
        "# Versions of Azure's private endpoint connections",
        "",
        "What changed between the versions that Linkproof has a contract of. Made by `linkproof contracts diff --out`.",
        "A change is breaking where a client that was written for the older version may fail with the newer one.",
        "Sources differ in what they say: a change may be one of the definition alone.",
        "",
        f"{count(versions, 'contract')}, {count(len(found), 'pair')} of neighbouring versions:"
        f" {len(breaking)} breaking.",
        "",
        "| resource type | from | to | breaking | other |",
        "|---|---|---|---:|---:|",
    ]
    lines += [
        f"| {s.now.resource_type} | {s.was.version} | {s.now.version} | {s.breaking} | {len(s.changes) - s.breaking} |"
        for s in found
    ]
    for s in found:
        if s.changes:
            lines += ["", f"## {s.now.resource_type}: {s.was.version} to {s.now.version}", ""]
            lines += [f"- {'**breaking** ' if c.breaking else ''}{c.what}" for c in s.changes]
    return "\n".join(lines) + "\n"
