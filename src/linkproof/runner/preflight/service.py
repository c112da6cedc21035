"""Decides from a few answers whether the target is the expected service, accepts the credential, and has the parent."""

from __future__ import annotations

import re
from collections.abc import Sequence

from linkproof.base.json_values import at
from linkproof.contract.model import Contract
from linkproof.errors import LinkproofError, TargetError, UsageError
from linkproof.model.exchange import NO_ANSWER
from linkproof.runner.preflight.probe import Reply
from linkproof.targets.model import TargetContract

_REFUSED = (401, 403, 407)
#: Statuses that a service may give to all of a few requests; the run then judges them.
_MAY_BE_THE_SERVICE = (200, 400, 404, 429, 500, *_REFUSED)
#: Words in a parameter's name that do not say what it names: resourceGroupName is about a resource group.
_PLAIN = re.compile(r"(?i)(name|id|_)")


def problem_of(contract: Contract, replies: Sequence[Reply], where: str, *, signed_in: bool) -> LinkproofError | None:
    """Return the problem that makes a run pointless; None if the answers are those of a service."""
    answered = [r for r in replies if r.status != NO_ANSWER]
    if not answered:
        return TargetError(f"the target does not answer: {replies[0].error}")
    first = answered[0]
    statuses = {r.status for r in answered}
    if len(answered) > 1 and statuses <= set(_REFUSED):
        if signed_in:
            problem = f"the target refuses the credential ({first.excerpt})"
            return UsageError(problem, where=f"{where}: [auth.{contract.vendor}]", fix="give one that is valid there")
        problem = f"the target asks for a credential ({first.excerpt})"
        return UsageError(problem, where=where, fix=f"add [auth.{contract.vendor}]")
    if len(answered) > 1 and _is_portal(answered):
        return TargetError(f"this is not the service: it answers everything with the same page ({first.excerpt})")
    alike = len(answered) > 1 and len({s // 100 if s < 400 else s for s in statuses}) == 1
    if alike and first.status not in _MAY_BE_THE_SERVICE:
        fix = "; redirects are not followed: give the address of the service itself" if first.location else ""
        return TargetError(f"this is not the service: it answers everything with {first.status} ({first.excerpt}){fix}")
    return None


def _is_portal(replies: Sequence[Reply]) -> bool:
    """Whether existing and absent resources both get 200 without JSON."""
    return all(r.status == 200 and not isinstance(r.value, dict | list) for r in replies) and any(
        "html" in r.kind or r.body.lstrip().startswith(b"<") or "json" not in r.kind for r in replies
    )


def missing_parent(contract: Contract, given: TargetContract, reply: Reply, where: str) -> UsageError:
    """Return the error for a parent that gets 404, with the parameter that is most likely wrong."""
    path = dict(given.path)
    place = f"{where}: [contracts.{contract.id}] path{f' ({given.label})' if given.label else ''}"
    code, text = str(at(reply.value, contract.error.code) or ""), reply.body.decode("utf-8", "replace").lower()
    if not code:
        problem = f"the parent is not there ({reply.excerpt}), and the answer is not the contract's error"
        fix = "check base_url first, then whether the service has this operation, then every parameter"
        return UsageError(problem, where=place, fix=fix)
    wrong = _most_likely(contract, path, code.lower(), text)
    problem = f"the parent does not exist ({reply.excerpt}): most likely {wrong} = {path.get(wrong, '')!r} is wrong"
    return UsageError(problem, where=place, fix=f"check {wrong}")


def _most_likely(contract: Contract, path: dict[str, str], code: str, text: str) -> str:
    """Return the parameter that the error is about: by the code, by its value in the text, else the last one."""
    parents = contract.parent_parameters
    for name in parents:
        kind = _PLAIN.sub("", name).lower()
        if kind and kind != "resource" and kind in code.replace("_", ""):
            return name
    for name in reversed(parents):
        if path.get(name, "").lower() and path[name].lower() in text:
            return name
    return parents[-1] if parents else "path"
