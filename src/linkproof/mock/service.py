"""Answers the requests of one contract: authentication, rules, state, presentation, hooks."""

from __future__ import annotations

from collections.abc import Callable

from linkproof.base.json_values import at
from linkproof.contract.operation import Role
from linkproof.mock.default_fixtures import GROUP
from linkproof.mock.error_responses import ErrorCase, ErrorResponse
from linkproof.mock.messages import Answer, Asked
from linkproof.mock.parts import Parts
from linkproof.mock.setting import Setting
from linkproof.mock.store import Collection, Connection

#: What ``busy`` says while a connection is deleted.
_DELETING = "deleting"


class Service:
    """The API of one contract. It never waits, so that each request is answered before the next one."""

    def __init__(self, setting: Setting, parts: Parts) -> None:
        self.contract = setting.contract
        self.errors = setting.errors
        self.store = parts.store(setting)
        self.presenter = parts.presenter(setting)
        self.rules = parts.rules(setting)
        self.operations = parts.operations(setting)
        self.paging = parts.paging(setting, self.presenter)
        self.authentication = parts.authentication(setting)
        self.finish = parts.finish
        self.roles: dict[Role, Callable[[Asked, Collection], Answer]] = {
            Role.LIST: self.list,
            Role.GET: self.get,
            Role.DECIDE: self.decide,
            Role.TAGS: self.tags,
            Role.DELETE: self.delete,
            Role.LINK_RESOURCES: self.link_resources,
            Role.LINK_RESOURCE: self.link_resource,
        }

    def reset(self) -> None:
        """Reset to the fixtures and forget all operations."""
        self.operations.reset()
        self.store.reset()

    def answer(self, asked: Asked) -> Answer:
        """Return the answer to a request, with common header fields and all hooks applied."""
        self.operations.settle()
        answer = self.respond(asked)
        answer.request = asked
        self.authentication.dress(asked, answer)
        for hook in self.finish:
            hook(asked, answer)
        return answer

    def respond(self, asked: Asked) -> Answer:
        """Return the answer before common header fields and hooks."""
        if not asked.template and not asked.poll:
            return self.refused(self.errors.of(ErrorCase.NO_PATH))
        error = self.authentication.admit(asked) or self.rules.request(asked)
        if error:
            return self.refused(error)
        if asked.poll:
            return self.poll(asked)
        collection = self.store.collection(asked.parameters)
        if collection is None:
            return self.refused(self.errors.of(ErrorCase.NO_PARENT))
        error = self.rules.body(asked)
        if error:
            return self.refused(error)
        assert asked.operation is not None
        return self.roles[asked.operation.role](asked, collection)

    def refused(self, error: ErrorResponse) -> Answer:
        """Return an error response as an answer."""
        return Answer(error.status, self.presenter.error(error), list(error.headers))

    def poll(self, asked: Asked) -> Answer:
        """Answer a poll of a long-running operation."""
        running = self.operations.known[asked.poll_id]
        answer = self.operations.status if asked.poll == "status" else self.operations.result
        return answer(asked, running)

    # the operations, by role

    def list(self, asked: Asked, collection: Collection) -> Answer:
        """Return a page of the collection."""
        page = self.paging.cut(asked, collection.in_order())
        if isinstance(page, ErrorResponse):
            return self.refused(page)
        return Answer(200, self.presenter.page(page.items, page.more))

    def get(self, asked: Asked, collection: Collection) -> Answer:
        """Return one connection."""
        found = collection.find(asked.name)
        if found is None:
            return self.refused(self.rules.unknown(asked, elsewhere=False))
        return Answer(200, self.presenter.got(found))

    def decide(self, asked: Asked, collection: Collection) -> Answer:
        """Apply a decision, at once or as a long-running operation; create the connection where the contract does."""
        name = self.rules.subject(asked)
        if isinstance(name, ErrorResponse):
            return self.refused(name)
        found = collection.find(name)
        assert asked.operation is not None
        if found is None and not self.rules.may_create(asked.operation):
            return self.refused(self.rules.unknown(asked, self.store.known_elsewhere(name)))
        error = (self.rules.decidable(found) if found else None) or self.rules.idle(collection, name)
        if error:
            return self.refused(error)
        if found is None:
            return self.create(asked, collection, name)
        return self.change(asked, collection, found)

    def change(self, asked: Asked, collection: Collection, found: Connection) -> Answer:
        """Decide an existing connection."""
        decision = self.rules.decision(asked)
        if not self.takes_long(asked):
            self.store.decide(found, decision)
            status = self.documented(asked, 200, 201, 204, 202)
            return Answer(status, self.presenter.answer_to_decision(asked, status, found))

        def apply() -> None:
            collection.busy.pop(found.name.lower(), None)
            self.store.decide(found, decision)

        collection.busy[found.name.lower()] = "deciding"
        self.store.pass_to(found, decision.status or "")
        return self.operations.start(asked, apply, lambda: Answer(200, self.presenter.decided(found)))

    def create(self, asked: Asked, collection: Collection, name: str) -> Answer:
        """Create a connection; a long-running operation shows it only once it has ended."""
        decision = self.rules.decision(asked)
        if not self.takes_long(asked):
            made_now = self.store.create(collection, name, decision)
            return Answer(self.documented(asked, 201, 200), self.presenter.decided(made_now))
        made: list[Connection] = []

        def apply() -> None:
            del collection.busy[name.lower()]
            made.append(self.store.create(collection, name, decision))

        collection.busy[name.lower()] = "creating"
        return self.operations.start(asked, apply, lambda: Answer(200, self.presenter.decided(made[0])))

    def tags(self, asked: Asked, collection: Collection) -> Answer:
        """Set the tags of a connection."""
        found = collection.find(asked.name)
        if found is None:
            return self.refused(self.rules.unknown(asked, elsewhere=False))
        tags = at(asked.value, "/tags")
        if isinstance(tags, dict):
            self.store.tag(found, tags)
        return Answer(200, self.presenter.tagged(found))

    def delete(self, asked: Asked, collection: Collection) -> Answer:
        """Delete a connection: 204 if there is none, or 404 if 204 is not documented."""
        found = collection.find(asked.name)
        going_on = collection.busy.get(asked.name.lower(), "")
        if going_on and going_on != _DELETING:
            return self.refused(self.errors.of(ErrorCase.BUSY))
        assert asked.operation is not None
        documented = asked.operation.responses
        if found is None:
            return Answer(204) if 204 in documented else self.refused(self.rules.unknown(asked, elsewhere=False))
        if not self.takes_long(asked):
            self.store.remove(collection, asked.name)
            if documented.get(200) is not None:
                return Answer(200, self.presenter.got(found))
            return Answer(204 if 200 not in documented and 204 in documented else 200)

        def apply() -> None:
            # After a second Delete, or if a new connection has the name, only the original is removed.
            if collection.find(asked.name) is found:
                collection.busy.pop(asked.name.lower(), None)
                self.store.remove(collection, asked.name)

        collection.busy[asked.name.lower()] = _DELETING
        self.store.pass_to(found, _DELETING)
        return self.operations.start(asked, apply, lambda: Answer(204))

    @staticmethod
    def documented(asked: Asked, *statuses: int) -> int:
        """Return the first of these statuses that the operation documents; otherwise the first one."""
        known = asked.operation.responses if asked.operation else {}
        return next((status for status in statuses if status in known), statuses[0])

    def link_resources(self, asked: Asked, collection: Collection) -> Answer:
        """Return the parent's private link resources."""
        return Answer(200, {"value": [self.presenter.link_resource(asked, collection)]})

    def link_resource(self, asked: Asked, collection: Collection) -> Answer:
        """Return one private link resource."""
        found = self.presenter.link_resource(asked, collection)
        if asked.path.rstrip("/").rsplit("/", 1)[-1].lower() != GROUP:
            return self.refused(self.rules.unknown(asked, elsewhere=False))
        return Answer(200, found)

    def takes_long(self, asked: Asked) -> bool:
        """Whether an operation continues after its answer: the contract says so and documents 202 for it."""
        assert asked.operation is not None
        if asked.operation.role.value in self.store.fixtures.at_once:
            return False
        return asked.operation.long_running and 202 in asked.operation.responses
