"""Faults in decisions on several connections."""

from __future__ import annotations

from typing import Any

from linkproof.base.json_values import at, place
from linkproof.contract.model import Contract
from linkproof.contract.operation import Role
from linkproof.faults.edits import answers, inherited, part
from linkproof.faults.registry import Change, fault
from linkproof.mock.error_responses import ErrorCase
from linkproof.mock.messages import Answer, Asked


def of_several(contract: Contract, change: Change) -> Change | None:
    """Return the change for a contract in which one request decides several connections; else None."""
    return change if contract.decide.failures else None


# STA-12, and decisions on several connections


def _edit_failures(contract: Contract, edit: Any) -> Change | None:
    """Edit the failures of every decision that has any."""

    def change(_: Asked, answer: Answer) -> None:
        failed = at(answer.value, contract.decide.failures)
        if isinstance(failed, list) and failed:
            edit(failed)

    return of_several(contract, answers(change, Role.DECIDE))


@fault("STA-12", "failure-of-another", "A failure names a connection that was not requested.", "ERR-3")
def _sta_12_failure_of_another(contract: Contract) -> Change | None:
    return _edit_failures(contract, lambda failed: place(failed[0], contract.decide.failure_id, "another"))


@fault("STA-12", "failure-twice", "A failure is listed twice.")
def _sta_12_failure_twice(contract: Contract) -> Change | None:
    return _edit_failures(contract, lambda failed: failed.append(failed[0]))


@fault("STA-12", "failure-without-code", "A failure has no code.")
def _sta_12_failure_without_code(contract: Contract) -> Change | None:
    return _edit_failures(contract, lambda failed: place(failed[0], contract.decide.failure_code, ""))


@fault("STA-12", "failure-without-message", "A failure has no message.")
def _sta_12_failure_without_message(contract: Contract) -> Change | None:
    return _edit_failures(contract, lambda failed: place(failed[0], contract.decide.failure_message, ""))


@fault("ERR-3", "failures-left-out", "A decision does not say what it left undecided.", "STA-1")
def _err_3_failures_left_out(contract: Contract) -> Change | None:
    return _edit_failures(contract, lambda failed: failed.clear())


@fault("STA-1", "first-of-several", "Of several connections only the first one is decided, and success is answered.")
def _sta_1_first_of_several(contract: Contract) -> Change | None:
    def one(self: Any, asked: Asked, collection: Any, name: str) -> Any:
        names = at(asked.value, contract.decide.subjects)
        return inherited(self, "one", asked, collection, name) if name == names[0] else None

    return of_several(contract, part("service", one=one)) if contract.decide.failures else None


@fault(
    "STA-3",
    "failed-but-decided",
    "If one of several connections does not exist, the others are decided, but reported as failed.",
    "ENM-3",
)
def _sta_3_failed_but_decided(contract: Contract) -> Change | None:
    def decide(self: Any, asked: Asked, collection: Any) -> Answer:
        answer: Answer = inherited(self, "decide", asked, collection)
        failed = at(answer.value, contract.decide.failures)
        if isinstance(failed, list) and failed:
            known = {at(item, contract.decide.failure_id) for item in failed}
            others = [n for n in at(asked.value, contract.decide.subjects) if n not in known]
            failed += [self.presenter.failure(n, self.errors.of(ErrorCase.STATE)) for n in others]
        return answer

    return of_several(contract, part("service", decide=decide)) if contract.decide.failures else None


@fault("STA-3", "dry-run-ignored", "A dry run is a decision like any other.")
def _sta_3_dry_run_ignored(contract: Contract) -> Change | None:
    def dry(self: Any, asked: Asked) -> Any:
        is_decision = asked.operation is not None and asked.operation.role is Role.DECIDE
        return None if is_decision else inherited(self, "dry", asked)

    return of_several(contract, part("service", dry=dry)) if contract.decide.dry_run else None


@fault("STA-3", "dry-run-decides", "A decision that is only to be tried is made.")
def _sta_3_dry_run_decides(contract: Contract) -> Change | None:
    def dry(self: Any, asked: Asked) -> Any:
        found = inherited(self, "dry", asked)
        if found is not None and asked.operation is not None and asked.operation.role is Role.DECIDE:
            names = at(asked.value, contract.decide.subjects)
            for collection in self.store.collections:
                for name in names:
                    self.one(asked, collection, name)
        return found

    return of_several(contract, part("service", dry=dry)) if contract.decide.dry_run else None
