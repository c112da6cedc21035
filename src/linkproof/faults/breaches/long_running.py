"""Faults in long-running operations."""

from __future__ import annotations

import math
from typing import Any

from linkproof.contract.model import Contract
from linkproof.contract.operation import Role
from linkproof.faults.contract_facts import polled
from linkproof.faults.edits import every_answer, inherited, part
from linkproof.faults.registry import Change, fault
from linkproof.mock.messages import Answer, Asked
from linkproof.mock.operations import LongRunning
from linkproof.mock.store import Collection

_POLL_HEADERS = ("Location", "Azure-AsyncOperation")


def _accepted(contract: Contract, edit: Any) -> Change | None:
    """Edit every 202 that starts an operation."""
    if not polled(contract):
        return None

    def hook(asked: Asked, answer: Answer) -> None:
        if answer.status == 202 and asked.operation is not None:
            edit(asked, answer)

    return every_answer(hook)


def _links(answer: Answer, made: Any) -> None:
    answer.headers = [(k, made(v) if k in _POLL_HEADERS else v) for k, v in answer.headers]


# LRO-1


@fault("LRO-1", "nowhere-to-poll", "A 202 has no polling URL.", "LRO-4")
def _lro_1_nowhere_to_poll(contract: Contract) -> Change | None:
    def edit(_: Asked, answer: Answer) -> None:
        for name in _POLL_HEADERS:
            answer.drop(name)

    return _accepted(contract, edit)


@fault("LRO-1", "relative", "A 202 names a path, not an absolute URL.", "LRO-2", "LRO-3")
def _lro_1_relative(contract: Contract) -> Change | None:
    return _accepted(contract, lambda asked, answer: _links(answer, lambda v: v.replace(asked.base, "")))


@fault("LRO-1", "another-host", "A 202 says to poll on another host.", "LRO-2", "LRO-3")
def _lro_1_another_host(contract: Contract) -> Change | None:
    return _accepted(
        contract, lambda asked, answer: _links(answer, lambda v: v.replace(asked.base, "http://10.0.0.7:8080"))
    )


# LRO-2


def _status(contract: Contract, edit: Any) -> Change | None:
    """Edit the answers of the status URL."""
    if not polled(contract):
        return None

    def status(self: Any, asked: Asked, running: LongRunning) -> Answer:
        answer: Answer = inherited(self, "status", asked, running)
        edit(answer, running)
        return answer

    return part("operations", status=status)


@fault("LRO-2", "ends-as-completed", "An operation ends as Completed.", "LRO-4")
def _lro_2_ends_as_completed(contract: Contract) -> Change | None:
    def word(_: Any, running: LongRunning) -> str:
        return "Completed" if running.ended else "InProgress"

    return part("operations", word=word) if polled(contract) else None


@fault("LRO-2", "ends-in-lower-case", "An operation ends as succeeded, in lower case.", "LRO-4")
def _lro_2_ends_in_lower_case(contract: Contract) -> Change | None:
    def word(self: Any, running: LongRunning) -> str:
        return str(inherited(self, "word", running)).lower()

    return part("operations", word=word) if polled(contract) else None


@fault("LRO-2", "no-status", "The status of an operation has no status.", "LRO-4")
def _lro_2_no_status(contract: Contract) -> Change | None:
    return _status(contract, lambda answer, _: answer.value.pop("status"))


@fault("LRO-2", "status-202", "The status of an operation in progress is answered with 202.")
def _lro_2_status_202(contract: Contract) -> Change | None:
    def edit(answer: Answer, running: LongRunning) -> None:
        answer.status = 200 if running.ended else 202

    return _status(contract, edit)


@fault("LRO-2", "failed-without-error", "An operation ends as Failed, without an error.", "LRO-4", "STA-1", "STA-5")
def _lro_2_failed_without_error(contract: Contract) -> Change | None:
    def edit(answer: Answer, running: LongRunning) -> None:
        if running.ended:
            answer.value["status"] = "Failed"

    return _status(contract, edit)


# LRO-3


def _result(contract: Contract, edit: Any) -> Change | None:
    """Edit the answers of Location."""
    if not polled(contract):
        return None

    def result(self: Any, asked: Asked, running: LongRunning) -> Answer:
        return edit(inherited(self, "result", asked, running), running)  # type: ignore[no-any-return]

    return part("operations", result=result)


@fault("LRO-3", "result-too-early", "Location is answered with 204 during the operation.", "LRO-4")
def _lro_3_result_too_early(contract: Contract) -> Change | None:
    return _result(contract, lambda answer, running: answer if running.ended else Answer(204))


@fault("LRO-3", "result-404", "Location is answered with 404 once the operation has ended.", "LRO-4", "ERR-1")
def _lro_3_result_404(contract: Contract) -> Change | None:
    gone = {"error": {"code": "ResourceNotFound", "message": "The operation is not found."}}
    return _result(contract, lambda answer, running: Answer(404, gone) if running.ended else answer)


@fault("LRO-3", "result-206", "Location ends with 206.", "SHP-2", "LRO-4")
def _lro_3_result_206(contract: Contract) -> Change | None:
    return _result(contract, lambda answer, running: Answer(206, {}) if running.ended else answer)


# LRO-4


@fault("LRO-4", "never-ends", "An operation never ends.", "STA-5", "STA-1")
def _lro_4_never_ends(contract: Contract) -> Change | None:
    return part("operations", duration=lambda _, __: math.inf) if polled(contract) else None


@fault("LRO-4", "without-effect", "An operation ends as succeeded, and nothing has changed.", "STA-5", "STA-1")
def _lro_4_without_effect(contract: Contract) -> Change | None:
    if not polled(contract):
        return None
    operation = contract.by_role(Role.DECIDE)
    if operation is not None and operation.long_running and 202 in operation.responses:
        return part("store", decide=lambda _, __, ___: None)

    def remove(self: Any, collection: Collection, name: str) -> None:
        found = collection.find(name)
        if found is not None and found.status != contract.states.get("pending"):
            inherited(self, "remove", collection, name)

    return part("store", remove=remove)


@fault("LRO-4", "stays-on-its-way", "The operation has ended, but the resource stays in its passing state.", "STA-1")
def _lro_4_stays_on_its_way(contract: Contract) -> Change | None:
    operation = contract.by_role(Role.DECIDE)
    if operation is None or 202 not in operation.responses or not operation.long_running:
        return None
    if not contract.member.provisioning:
        return None

    def decide(self: Any, connection: Any, decision: Any) -> None:
        inherited(self, "decide", connection, decision)
        connection.provisioning = "Approving"

    return part("store", decide=decide)


# LRO-5


def _retry_after(contract: Contract, text: str) -> Change | None:
    return part("operations", retry_after=lambda _: text) if polled(contract) else None


@fault("LRO-5", "date", "Retry-After is a date.")
def _lro_5_date(contract: Contract) -> Change | None:
    return _retry_after(contract, "Fri, 20 Nov 2026 10:00:00 GMT")


@fault("LRO-5", "fraction", "Retry-After is a fraction.")
def _lro_5_fraction(contract: Contract) -> Change | None:
    return _retry_after(contract, "0.5")


# LRO-6


@fault("LRO-6", "shown-early", "What is being created is in the list before the operation has ended.", "STA-6")
def _lro_6_shown_early(contract: Contract) -> Change | None:
    operation = contract.by_role(Role.DECIDE)
    if operation is None or 202 not in operation.responses or not operation.long_running:
        return None

    def create(self: Any, asked: Asked, collection: Collection, name: str) -> Answer:
        answer: Answer = inherited(self, "create", asked, collection, name)
        if answer.status == 202:
            self.store.create(collection, name, self.rules.decision(asked))
        return answer

    return part("service", create=create)
