"""Whole runs against hostile servers."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from linkproof.contract.loader import all_contracts
from tests.attacks.measured import Row, separate
from tests.hostile_server import MODES, HostileServer
from tests.runner.test_concurrency import target_file

CONTRACT = "azure-healthcareapis-pec"
#: The target file's limits: seconds for an answer, and minutes for the run.
TIMEOUT_S, BUDGET_MINUTES = 1.0, 0.5


@dataclass(frozen=True)
class WholeRun:
    """How a run ended, the number of its requests, and the seconds from the first to the last of them."""

    row: Row
    requests: int
    span_s: float

    @property
    def is_late(self) -> bool:
        """Whether a request was sent after the budget's minutes: these begin before the first one."""
        return self.span_s > BUDGET_MINUTES * 60 + TIMEOUT_S


def _whole_run(name: str) -> WholeRun:
    (contract,) = (c for c in all_contracts() if c.id == CONTRACT)
    with HostileServer(name) as server, tempfile.TemporaryDirectory() as room:
        file = target_file(Path(room), server.base_url, [contract.id])
        lines = [x for x in file.read_text("utf-8").splitlines() if not x.startswith(("reset", "timeout_s"))]
        lines.insert(lines.index("[target]") + 1, f"timeout_s = {TIMEOUT_S}")
        file.write_text("\n".join([*lines, "[budget]", f"minutes = {BUDGET_MINUTES}", ""]), "utf-8")
        ended = separate(Path(room), ("run", "--target", str(file), "--out", "out", "--quiet"))
        return WholeRun(Row(name, [ended]), server.asked, server.span_s)


def whole_runs() -> Iterator[WholeRun]:
    """A run of one contract against each hostile server; two at a time, because much of it is waiting."""
    with ThreadPoolExecutor(2) as pool:
        yield from pool.map(_whole_run, MODES)
