"""Variants of decisions and deletions."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

from linkproof.base.json_values import MISSING, at
from linkproof.contract.model import Contract
from linkproof.contract.operation import Role
from linkproof.faults.contract_facts import has, leaves
from linkproof.faults.edits import both, inherited, part, role_of
from linkproof.faults.registry import Change, variant
from linkproof.mock.error_responses import ErrorCase
from linkproof.mock.messages import Answer, Asked
from linkproof.mock.store import Collection, Connection

# decisions and deletions


@variant("STA-1", "creating-first", "While a decision is put into effect, a list shows another documented state.")
def _sta_1_creating_first(contract: Contract) -> Change | None:
    if not contract.decide.subject or "creating" not in leaves(contract).get("/status", {}).get("enum", ()):
        return None

    def decide(self: Any, connection: Connection, decision: Any) -> None:
        inherited(self, "decide", connection, decision)
        vars(connection)["passing"] = 1

    def listed(self: Any, connection: Connection) -> dict[str, Any]:
        value: dict[str, Any] = inherited(self, "listed", connection)
        if vars(connection).pop("passing", 0) and connection.status == contract.states["approved"]:
            value["status"] = "creating"
        return value

    return both(part("store", decide=decide), part("presenter", listed=listed))


@variant("STA-5", "deleted-at-once", "Delete is done at once, and answered with 200 or 204.")
def _sta_5_deleted_at_once(contract: Contract) -> Change | None:
    operation = contract.by_role(Role.DELETE)
    bare = [s for s in (200, 204) if operation and s in operation.responses and operation.responses[s] is None]
    if not bare:
        return None
    turns = itertools.cycle(bare)

    def delete(self: Any, asked: Asked, collection: Collection) -> Answer:
        found = collection.find(asked.name)
        if asked.name.lower() in collection.busy:
            return inherited(self, "delete", asked, collection)  # type: ignore[no-any-return]
        if not found:
            return inherited(self, "delete", asked, collection)  # type: ignore[no-any-return]
        self.store.remove(collection, asked.name)
        return Answer(next(turns))

    return part("service", delete=delete)


@variant("STA-5", "again-404", "Deleting what is gone is answered with 404.")
def _sta_5_again_404(contract: Contract) -> Change | None:
    if not has(contract, Role.DELETE):
        return None

    def delete(self: Any, asked: Asked, collection: Collection) -> Answer:
        was_there = collection.find(asked.name) is not None
        answer: Answer = inherited(self, "delete", asked, collection)
        is_again = answer.status == 204 and not was_there
        return self.refused(self.errors.of(ErrorCase.NO_CONNECTION)) if is_again else answer

    return part("service", delete=delete)


@variant("STA-1", "at-once", "A decision that may be long-running is completed at once: 200.")
def _sta_1_at_once(contract: Contract) -> Change | None:
    operation = contract.by_role(Role.DECIDE)
    if operation is None or not operation.long_running or 202 not in operation.responses:
        return None

    def takes_long(self: Any, asked: Asked) -> bool:
        return role_of(asked) is not Role.DECIDE and bool(inherited(self, "takes_long", asked))

    def create(self: Any, asked: Asked, collection: Collection, name: str) -> Answer:
        answer: Answer = inherited(self, "create", asked, collection, name)
        answer.status = 200 if answer.status not in operation.responses else answer.status
        return answer

    return part("service", takes_long=takes_long, create=create)


@variant("STA-1", "goes-on-after-200", "A decision is answered with 200 and Creating, and continues.")
def _sta_1_goes_on_after_200(contract: Contract) -> Change | None:
    operation = contract.by_role(Role.DECIDE)
    if operation is None or not operation.long_running or 202 in operation.responses or 200 not in operation.responses:
        return None
    documented = leaves(contract).get(contract.member.provisioning, {}).get("enum", ("Creating",))
    on_its_way = next((word for word in ("Creating", "Updating", "InProgress") if word in documented), "")
    if not on_its_way:
        return None

    def change(self: Any, asked: Asked, collection: Collection, found: Connection) -> Answer:
        decision = self.rules.decision(asked)

        def apply() -> None:
            collection.busy.pop(found.name.lower(), None)
            self.store.decide(found, decision)

        collection.busy[found.name.lower()] = "deciding"
        found.provisioning = on_its_way
        started: Answer = self.operations.start(asked, apply, lambda: Answer(200, self.presenter.decided(found)))
        headers = [(k, v) for k, v in started.headers if k == self.contract.long_running.status_header]
        return Answer(200, self.presenter.decided(found), headers)

    return part("service", change=change)


@variant("ERR-3", "not-created", "A decision on an unknown connection is answered with 404.")
def _err_3_not_created(contract: Contract) -> Change | None:
    operation = contract.by_role(Role.DECIDE)
    if operation is None or not {201, 202} & set(operation.responses) or contract.decide.subject:
        return None
    return part("rules", may_create=lambda _, __: False)


@variant("STA-9", "rejected-stays-rejected", "From rejected to approved is refused.")
def _sta_9_rejected_stays_rejected(contract: Contract) -> Change | None:
    if not has(contract, Role.DECIDE) or contract.decide.final or contract.error.table:
        return None

    def change(self: Any, asked: Asked, collection: Collection, found: Connection) -> Answer:
        wanted = self.rules.decision(asked).status
        if found.status == contract.states["rejected"] and wanted == contract.states["approved"]:
            return self.refused(replace(self.errors.of(ErrorCase.BUSY), code="ConnectionIsRejected"))  # type: ignore[no-any-return]
        return inherited(self, "change", asked, collection, found)  # type: ignore[no-any-return]

    return part("service", change=change)


@variant("STA-8", "read-only-400", "A body with a read-only member is refused with 400.")
def _sta_8_read_only_400(contract: Contract) -> Change | None:
    if not has(contract, Role.DECIDE) or not contract.member.read_only:
        return None

    def shape(self: Any, operation: Any, schema: Any, value: dict[str, Any]) -> Any:
        if any(at(value, pointer) is not MISSING for pointer in contract.member.read_only):
            return self.errors.of(ErrorCase.BODY, "/id")
        return inherited(self, "shape", operation, schema, value)

    return part("rules", shape=shape)
