"""Fixtures for pytest, found by its entry point ``linkproof``. Nothing heavy is imported until one is used."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from linkproof.testing import MockServer, Recorder


@pytest.fixture
def linkproof_mock() -> Iterator[Callable[..., MockServer]]:
    """Start mock servers: ``linkproof_mock("azure-search-pec", fault="")``; they end with the test."""
    from linkproof.testing.server import MockServer

    with ExitStack() as stack:
        yield lambda *contracts, **options: stack.enter_context(MockServer(*contracts, **options))


@pytest.fixture
def linkproof_recorder(request: pytest.FixtureRequest) -> Recorder:
    """A recorder whose exchanges are named after the test."""
    from linkproof.testing.recorder import Recorder

    return Recorder(request.node.name)
