"""Variants of long-running operations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from linkproof.contract.model import Contract
from linkproof.contract.operation import Role
from linkproof.faults.contract_facts import polled
from linkproof.faults.edits import every_answer, inherited, part
from linkproof.faults.registry import Change, variant
from linkproof.mock.messages import Answer, Asked
from linkproof.mock.operations import LongRunning
from linkproof.mock.store import Collection

# long-running operations


@variant("LRO-5", "no-retry-after", "There is no Retry-After.")
def _lro_5_no_retry_after(contract: Contract) -> Change | None:
    return every_answer(lambda _, answer: answer.drop("Retry-After")) if polled(contract) else None


@variant("LRO-5", "retry-at-once", "Retry-After is 0.")
def _lro_5_retry_at_once(contract: Contract) -> Change | None:
    return part("operations", retry_after=lambda _: "0") if polled(contract) else None


@variant("LRO-1", "location-only", "A 202 has the URL of the result, and none of the status.")
def _lro_1_location_only(contract: Contract) -> Change | None:
    return (
        every_answer(lambda _, answer: answer.drop(contract.long_running.status_header)) if polled(contract) else None
    )


@variant("LRO-2", "word-of-its-own", "An operation in progress has an undocumented status, and reports its percentage.")
def _lro_2_word_of_its_own(contract: Contract) -> Change | None:
    if not polled(contract):
        return None

    def status(self: Any, asked: Asked, running: LongRunning) -> Answer:
        answer: Answer = inherited(self, "status", asked, running)
        if running.ended is None:
            answer.value.update(status="Approving", percentComplete=40)
        return answer

    return part("operations", status=status)


@variant("LRO-2", "status-alone", "The status of an operation has nothing but its status.")
def _lro_2_status_alone(contract: Contract) -> Change | None:
    if not polled(contract):
        return None

    def status(self: Any, asked: Asked, running: LongRunning) -> Answer:
        answer: Answer = inherited(self, "status", asked, running)
        only: Mapping[str, Any] = {"status": answer.value["status"]}
        return Answer(200, dict(only))

    return part("operations", status=status)


@variant("LRO-3", "deleted-with-200", "The result of a Delete is 200.")
def _lro_3_deleted_with_200(contract: Contract) -> Change | None:
    operation = contract.by_role(Role.DELETE)
    if not polled(contract) or operation is None or operation.responses.get(200) is not None:
        return None

    def result(self: Any, asked: Asked, running: LongRunning) -> Answer:
        answer: Answer = inherited(self, "result", asked, running)
        return Answer(200) if answer.status == 204 else answer

    return part("operations", result=result)


@variant("LRO-4", "hidden-at-once", "What is being deleted is gone at once; its operation ends later.")
def _lro_4_hidden_at_once(contract: Contract) -> Change | None:
    if not polled(contract):
        return None

    def delete(self: Any, asked: Asked, collection: Collection) -> Answer:
        answer: Answer = inherited(self, "delete", asked, collection)
        if answer.status == 202:
            self.store.remove(collection, asked.name)
            collection.busy.pop(asked.name.lower(), None)
        return answer

    return part("service", delete=delete)
