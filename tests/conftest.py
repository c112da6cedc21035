"""What several of our own tests need."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from linkproof.base.clock import Clock
from linkproof.base.shutdown import pause


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A Dask scheduler and two worker processes, on 127.0.0.1."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
    ) as made:
        yield made


@pytest.fixture
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses of a run in this process take 10 ms at most: a live target is otherwise waited for by the second."""
    monkeypatch.setattr(Clock, "sleep", lambda _, seconds: pause(min(seconds, 0.01)))
