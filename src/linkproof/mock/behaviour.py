"""Which parts a server is made of. Another behaviour is another part in a place, or a hook over the final answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from linkproof.contract.model import Contract
from linkproof.errors import EngineError
from linkproof.mock.authentication import Gate
from linkproof.mock.messages import Answer, Asked
from linkproof.mock.operations import Operations
from linkproof.mock.paging import Paging, paging_for
from linkproof.mock.presenter import Presenter
from linkproof.mock.refusal import Refusals
from linkproof.mock.rules import Rules
from linkproof.mock.service import Service
from linkproof.mock.setting import Setting
from linkproof.mock.store import Store

#: Sees a request with its final answer, and may change the answer.
Hook = Callable[[Asked, Answer], None]


@dataclass(frozen=True)
class Behaviour:
    """The parts of the server for one contract, each by its class, and the hooks that see an answer last."""

    refusals: Callable[[Contract], Refusals] = Refusals
    store: Callable[[Setting], Store] = Store
    presenter: Callable[[Setting], Presenter] = Presenter
    rules: Callable[[Setting], Rules] = Rules
    operations: Callable[[Setting], Operations] = Operations
    paging: Callable[[Setting, Presenter], Paging] = paging_for
    gate: Callable[[Setting], Gate] = Gate
    service: Callable[[Setting, Behaviour], Service] = Service
    finish: tuple[Hook, ...] = ()

    def replace(self, **changes: Any) -> Behaviour:
        """The same with other parts."""
        return replace(self, **changes)

    def override(self, part: str, **members: Any) -> Behaviour:
        """The same with single methods (or class attributes) of one part's class in the place of its own."""
        base = getattr(self, part)
        if not isinstance(base, type):
            raise EngineError(f"{part} is no class: give one by replace()")
        unknown = [name for name in members if not hasattr(base, name)]
        if unknown:
            raise EngineError(f"{base.__name__} has no {unknown[0]}")
        return self.replace(**{part: type(base.__name__, (base,), members)})

    def finishing(self, *hooks: Hook) -> Behaviour:
        """The same with further hooks, which see the answer after those before them."""
        return self.replace(finish=(*self.finish, *hooks))
