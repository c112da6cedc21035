"""The parts of which a server is made. To change its behaviour, replace a part or add a hook on the final answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from linkproof.contract.model import Contract
from linkproof.errors import EngineError
from linkproof.mock.authentication import Authentication
from linkproof.mock.error_responses import ErrorTable
from linkproof.mock.messages import Answer, Asked
from linkproof.mock.operations import Operations
from linkproof.mock.paging import LinkPaging, Paging
from linkproof.mock.presenter import Presenter
from linkproof.mock.rules import Rules
from linkproof.mock.service import Service
from linkproof.mock.setting import Setting
from linkproof.mock.store import ConnectionStore

#: Called with each request and its final answer, which it may change.
Hook = Callable[[Asked, Answer], None]


@dataclass(frozen=True)
class Behaviour:
    """The classes of the parts that serve one contract, and the hooks on final answers."""

    errors: Callable[[Contract], ErrorTable] = ErrorTable
    store: Callable[[Setting], ConnectionStore] = ConnectionStore
    presenter: Callable[[Setting], Presenter] = Presenter
    rules: Callable[[Setting], Rules] = Rules
    operations: Callable[[Setting], Operations] = Operations
    paging: Callable[[Setting, Presenter], Paging] = LinkPaging
    authentication: Callable[[Setting], Authentication] = Authentication
    service: Callable[[Setting, Behaviour], Service] = Service
    finish: tuple[Hook, ...] = ()

    def replace(self, **changes: Any) -> Behaviour:
        """Return a copy with other parts."""
        return replace(self, **changes)

    def override(self, part: str, **members: Any) -> Behaviour:
        """Return a copy in which one part's class is subclassed with ``members`` (methods or class attributes).

        Raises EngineError if the part is not a class or has no such member.
        """
        base = getattr(self, part)
        if not isinstance(base, type):
            raise EngineError(f"{part} is not a class: use replace() instead")
        unknown = [name for name in members if not hasattr(base, name)]
        if unknown:
            raise EngineError(f"{base.__name__} has no {unknown[0]}")
        return self.replace(**{part: type(base.__name__, (base,), members)})

    def finishing(self, *hooks: Hook) -> Behaviour:
        """Return a copy with further hooks, which run after the existing ones."""
        return self.replace(finish=(*self.finish, *hooks))
