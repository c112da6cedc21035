"""What several of our own tests need."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from linkproof.base.clock import Clock
from linkproof.base.shutdown import pause
from linkproof.nightly import performing
from tests.command_line import linkproof


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A Dask scheduler and two worker processes, on 127.0.0.1."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
    ) as made:
        yield made


@pytest.fixture
def jobs_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The jobs of a night are run in this process, one after the other (--processes 1)."""

    def run(arguments: list[str], _: int) -> tuple[int, str]:
        ended = linkproof(Path.cwd(), *arguments)
        return ended.returncode, ended.stderr

    monkeypatch.setattr(performing, "_run", run)


@pytest.fixture
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses of a run in this process take 10 ms at most: a live target is otherwise waited for by the second."""
    monkeypatch.setattr(Clock, "sleep", lambda _, seconds: pause(min(seconds, 0.01)))
