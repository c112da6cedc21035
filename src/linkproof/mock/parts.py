"""The parts that a contract's service is made of. ``behaviour`` chooses their classes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from linkproof.mock.authentication import Authentication
from linkproof.mock.messages import Answer, Asked
from linkproof.mock.operations import Operations
from linkproof.mock.paging import Paging
from linkproof.mock.presenter import Presenter
from linkproof.mock.rules import Rules
from linkproof.mock.setting import Setting
from linkproof.mock.store import ConnectionStore


class Parts(Protocol):
    """Constructors of a service's parts."""

    @property
    def store(self) -> Callable[[Setting], ConnectionStore]:
        """Constructs the store of connections."""

    @property
    def presenter(self) -> Callable[[Setting], Presenter]:
        """Constructs the presenter, which renders answers."""

    @property
    def rules(self) -> Callable[[Setting], Rules]:
        """Constructs the rules that validate requests."""

    @property
    def operations(self) -> Callable[[Setting], Operations]:
        """Constructs the register of long-running operations."""

    @property
    def paging(self) -> Callable[[Setting, Presenter], Paging]:
        """Constructs the paging of lists."""

    @property
    def authentication(self) -> Callable[[Setting], Authentication]:
        """Constructs the authentication."""

    @property
    def finish(self) -> tuple[Callable[[Asked, Answer], None], ...]:
        """Hooks that may change a final answer."""
