"""The results of a judge, as they are sent from one process to another.

This module is never compiled: mypyc's frozen dataclasses cannot be unpickled.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from linkproof.judging.grouping import Findings
from linkproof.judging.observed_values import Observations
from linkproof.judging.operation_timelines import Timelines
from linkproof.judging.tallies import Tally
from linkproof.judging.transitions import Lifecycles
from linkproof.judging.unmatched import Unmatched
from linkproof.model.results import Broken


@dataclass(frozen=True)
class Judged:
    """The results of a judge as data: picklable, and mergeable with those of other judges."""

    findings: Findings
    lifecycles: Lifecycles
    timelines: Timelines
    observations: Observations
    tallies: dict[tuple[str, str], Tally]
    matched: Counter[str]
    exchanges: int
    broken: list[Broken]
    unmatched: Unmatched
    sent: tuple[str, ...] = field(default=(), repr=False)
