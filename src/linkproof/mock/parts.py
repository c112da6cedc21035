"""The parts of the embedded server for one contract, as its service needs them: who chooses them stands elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from linkproof.mock.authentication import Gate
from linkproof.mock.messages import Answer, Asked
from linkproof.mock.operations import Operations
from linkproof.mock.paging import Paging
from linkproof.mock.presenter import Presenter
from linkproof.mock.rules import Rules
from linkproof.mock.setting import Setting
from linkproof.mock.store import Store


class Parts(Protocol):
    """Makes each part of a service."""

    @property
    def store(self) -> Callable[[Setting], Store]:
        """Makes the store of connections."""

    @property
    def presenter(self) -> Callable[[Setting], Presenter]:
        """Makes the presenter: what answers show."""

    @property
    def rules(self) -> Callable[[Setting], Rules]:
        """Makes the rules that requests are held against."""

    @property
    def operations(self) -> Callable[[Setting], Operations]:
        """Makes the register of long-running operations."""

    @property
    def paging(self) -> Callable[[Setting, Presenter], Paging]:
        """Makes the way in which lists are cut into pages."""

    @property
    def gate(self) -> Callable[[Setting], Gate]:
        """Makes the authentication."""

    @property
    def finish(self) -> tuple[Callable[[Asked, Answer], None], ...]:
        """The hooks that see an answer last."""
