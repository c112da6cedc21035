"""STA-12: a request that decides several connections reports which were not decided, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from linkproof.base.json_values import at
from linkproof.checks.registry import breach, check, passed
from linkproof.checks.view import View
from linkproof.contract.call import Call
from linkproof.contract.operation import Role
from linkproof.model.exchange import Circumstances
from linkproof.model.finding import Judgement


@check(
    "STA-12",
    applies_to=lambda of: of.role is Role.DECIDE and of.delivers and bool(of.contract.decide.failures),
)
def failures_are_named(call: Call, view: View, circumstances: Circumstances) -> Iterator[Judgement]:
    """Each failure in a success names a requested connection, once, with a code and a message."""
    rules = call.contract.decide
    failed = at(call.answer, rules.failures)
    if not isinstance(failed, list) or not all(name.isprintable() for name in call.subjects):
        return  # a format may not be able to represent every text
    names = [at(item, rules.failure_id) for item in failed]
    counts = Counter(name.lower() for name in names if isinstance(name, str))
    sound = True
    for index, (item, name) in enumerate(zip(failed, names, strict=True)):
        place = f"{rules.failures}/{index}"
        wrong = next(_wrong_with(call, item, name, counts), None)
        if wrong is not None:
            sound = False
            kind, where, expected, message = wrong
            yield breach("STA-12", kind, place + where, expected, at(item, where), message, group="")
    if sound:
        yield passed("STA-12")


def _wrong_with(call: Call, item: object, name: object, counts: Counter[str]) -> Iterator[tuple[str, str, str, str]]:
    """Return the first problem of a failure: kind, pointer, expected, message."""
    rules = call.contract.decide
    if not isinstance(name, str) or name.lower() not in call.subjects:
        message = "a failure names no connection that the request was about"
        yield "another connection", rules.failure_id, " or ".join(call.subjects[:5]), message
    elif counts[name.lower()] > 1:
        yield "twice", rules.failure_id, "each connection once", f"{name} is named as failed twice"
    for pointer, what in ((rules.failure_code, "code"), (rules.failure_message, "message")):
        found = at(item, pointer)
        if not isinstance(found, str) or not found.strip():
            yield f"no {what}", pointer, f"a {what}", f"a connection was not decided, without a {what}"
