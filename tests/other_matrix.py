"""Matrix runs on ``tests/other_server`` in this process: one fault or variant, or several faults at once.

`python -m tests.other_matrix [--sample N] [--together N --seed S] [--keep FILE] [NAME ...]`: exit 1 where one is missed
or blamed. With ``--keep`` each outcome is written to the file as it arrives, and what the file has is not run again.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import tests.other_server.catalogue  # noqa: F401  registers them
from linkproof.base.clock import Clock, VirtualClock
from linkproof.contract.loader import all_contracts
from linkproof.contract.model import Contract
from linkproof.contract.protocol import Format
from linkproof.fault_matrix.company import Company, Run
from linkproof.fault_matrix.footprint import Answered, Footprint, comparable, hides, places, recording
from linkproof.fault_matrix.matrix_run import run_all_tests, run_with_log
from linkproof.fault_matrix.pool import in_order
from linkproof.fault_matrix.together import GroupOutcome, Planted, group_outcome, without_hidden
from linkproof.mock.direct import sent_as
from linkproof.model.exchange import Headers, Request, Response
from linkproof.runner.open_target import Opened, Opener
from linkproof.targets.file import read_target
from tests.other_server.direct import Direct
from tests.other_server.registry import QUIRKS, Quirk

EXAMPLE = Path(__file__).parents[2] / "shared" / "target-example.toml"
CONTRACTS = {
    "C1": "azure-healthcareapis-pec",
    "C2": "azure-containerservice-pec",
    "C3": "azure-dbforpostgresql-pec",
    "C4": "huawei-vpcep-connections",
    "C5": "azure-healthcareapis-dicom",
}
_HOST = "other.invalid"


class Transport:
    """Answers requests by the other server. It has its own lock: what two clients send meets there, as on a socket."""

    def __init__(self, chosen: Sequence[str], clock: Callable[[], float]) -> None:
        self._server = Direct(chosen, clock)
        #: How often the hooks of each quirk ran, and how often one missed what it changes.
        self.ran, self.raised = self._server.app.ran, self._server.app.raised

    def receive(self, request: Request) -> Response:
        """The server's answer, as HTTP would bring it."""
        headers = dict(reversed(request.headers.pairs))
        if threading.current_thread() is not threading.main_thread():
            time.sleep(0.001)  # two clients that write at the same time are both on their way before either is answered
        reply = self._server.answer(request.method, sent_as(request.url)[1], headers, request.body, _HOST)
        content = b"" if reply.status in (204, 304) else reply.encode()
        fields = [(k, v.encode("latin-1", "replace").decode("latin-1")) for k, v in reply.headers.items()]
        if content and not any(k.lower() == "content-length" for k, _ in fields):
            fields.append(("content-length", str(len(content))))
        return Response(reply.status, Headers(fields), content)


def needs_real_time(chosen: Iterable[str]) -> bool:
    """Whether a quirk shows only where two requests are on their way at the same time.

    On a virtual clock they are sent in turn.
    """
    return any(step.stage == "arrive" for name in chosen for step in QUIRKS[name].steps)


def opener(chosen: Sequence[str], made: list[Transport] | None = None) -> Opener:
    """Opens the other server with some quirks, by the example target file; ``made`` collects the servers."""

    def opened(_: str, contracts: Sequence[Contract]) -> Opened:
        clock = Clock() if needs_real_time(chosen) else VirtualClock()
        text = re.sub(r"http://127\.0\.0\.1:\d+", f"http://{_HOST}", EXAMPLE.read_text(encoding="utf-8"))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "target.toml"
            path.write_text(text, "utf-8")
            target = read_target(path, contracts)
        transport = Transport(chosen, clock.now)
        if made is not None:
            made.append(transport)
        return Opened(target, lambda: None, transport=transport, clock=clock)

    return opened


def planted(quirk: Quirk) -> Planted:
    """A fault with the requirement that it breaches, and those that its text says may follow."""
    names = re.findall(r"[A-Z]{3}-\d+", quirk.names)
    return Planted(quirk.id, names[0], frozenset(names))


def contract_of(quirk: Quirk) -> str:
    """The contract that a quirk is tried on: its own, or the first where it has none."""
    return CONTRACTS.get(quirk.contract, CONTRACTS["C1"])


def attempt(
    names: Sequence[str], contract: str, made: list[Transport] | None = None, *, all_tests: bool = True
) -> GroupOutcome:
    """Run the suites on one contract of the server with some quirks.

    A fault that is not named, and that the others of its group hide, does not count as planted: nothing shows it.
    Without ``all_tests`` a single fault meets the tests of its requirement, and all tests only where these miss it.
    """
    quirks = [QUIRKS[n] for n in names]
    faults = [planted(q) for q in quirks]
    if not all_tests and [q.kind for q in quirks] == ["fault"]:
        own = faults[0].requirement
        quick = group_outcome(contract, faults, run_with_log(opener(names), contract, requirement=own)[0])
        if not quick.broken and any(r.requirement == own for r in quick.reported):
            return quick
    servers = made if made is not None else []
    recorded, run = recording(opener(names, servers))
    outcome = group_outcome(contract, faults, run_all_tests(recorded, contract))
    if not outcome.missed or len(names) == 1:
        return outcome
    # A fault that found nothing to change, since another one took it away, has changed nothing.
    idle = {n for n in names if any(s.raised[n] for s in servers) and not any(s.ran[n] for s in servers)}
    hidden = {f.id for f in outcome.missed if f.id in idle or is_hidden(f.id, names)}
    outcome = replace(outcome, faults=tuple(f for f in outcome.faults if f.id not in hidden))
    outcome = without_hidden(outcome, company(names, run))
    return replace(outcome, hidden=tuple(sorted({*outcome.hidden, *hidden})))


def even(quirks: Sequence[Quirk], sample: int) -> list[Quirk]:
    """Return an even sample of a size; all of them for 0."""
    if not sample or sample >= len(quirks):
        return list(quirks)
    return [quirks[i * len(quirks) // sample] for i in range(sample)]


@cache
def run_of(contract: str) -> Run:
    """A run of all suites on one contract of the right server."""
    recorded, sent = recording(opener(()))
    run_all_tests(recorded, contract)
    return sent


@cache
def _answers(name: str, contract: str) -> Sequence[Answered]:
    transport = Transport([name] if name else [], VirtualClock().now)
    return [comparable(transport.receive(r)) for r, _ in run_of(contract)]


def footprint(name: str) -> Footprint:
    """Where a fault shows in the answers to the requests of a run."""
    contract = contract_of(QUIRKS[name])
    pairs = enumerate(zip(_answers("", contract), _answers(name, contract), strict=True))
    changed = ((number, places(right, wrong, Format.JSON)) for number, (right, wrong) in pairs)
    return {number: found for number, found in changed if found}


def is_hidden(name: str, group: Sequence[str]) -> bool:
    """Whether a fault shows nowhere but where the others of its group, taken together, show too."""
    union: dict[int, frozenset[str]] = {}
    for other in group:
        for number, found in footprint(other).items() if other != name else ():
            # Where a fault changes the status, another one that waits for that status does not happen.
            whole = frozenset({""}) if "status" in found else found
            union[number] = union.get(number, frozenset()) | whole
    return hides(union, footprint(name))


def company(group: Sequence[str], run: Run) -> Company:
    """The faults of a group, with a run on the right server and one on theirs."""
    contract = contract_of(QUIRKS[group[0]])
    [known] = [c for c in all_contracts() if c.id == contract]
    return Company(group, Transport, [run_of(contract), run], Request("POST", f"http://{_HOST}/_control/reset"), known)


def groups(size: int, sample: int, seed: int) -> list[tuple[str, ...]]:
    """Random groups of faults on one contract, whose requirements differ; the contracts take turns."""
    draw = random.Random(f"{seed}/{size}")
    found: list[tuple[str, ...]] = []
    for number in range(sample):
        key = sorted(CONTRACTS)[number % len(CONTRACTS)]
        pool = [q for q in QUIRKS.values() if q.kind == "fault" and q.contract == key]
        draw.shuffle(pool)
        chosen: list[Planted] = []
        for quirk in pool:
            one = planted(quirk)
            if len(chosen) < size and not any(one.names & other.names for other in chosen):
                chosen.append(one)
        if len(chosen) == size:
            found.append(tuple(c.id for c in chosen))
    return found


@dataclass(frozen=True)
class Trial:
    """One quirk or group with its outcome.

    ``raised``: by quirk, how often a hook missed what it changes, since another quirk took it away, and how often one
    ran.
    """

    names: tuple[str, ...]
    outcome: GroupOutcome
    variant: bool = False
    raised: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def trouble(self) -> str:
        """What went wrong, "" where nothing did."""
        told = ", ".join(dict.fromkeys(t.requirement for t in self.outcome.reported)) or "nothing"
        if self.outcome.broken:
            return f"broken: {self.outcome.broken.splitlines()[0]}"
        if self.variant:
            return f"blamed for {told}" if self.outcome.reported else ""
        missed = ", ".join(f"{f.id} ({f.requirement})" for f in self.outcome.missed)
        return f"missed {missed}; found was {told}" if missed else ""

    @property
    def as_data(self) -> dict[str, Any]:
        """Return what happened, for JSON."""
        return {
            "names": list(self.names),
            "variant": self.variant,
            "faults": len(self.outcome.faults),
            "named": len(self.outcome.named),
            "as_causes": len(self.outcome.as_causes),
            "roots": len(self.outcome.roots),
            "foreign": [f"{r.requirement}: {r.message[:300]}" for r in self.outcome.foreign_roots],
            "hidden": list(self.outcome.hidden),
            "raised": {name: list(counts) for name, counts in self.raised.items()},
            "trouble": self.trouble,
        }


def _one(names: tuple[str, ...], all_tests: bool) -> Trial:
    quirk = QUIRKS[names[0]]
    made: list[Transport] = []
    outcome = attempt(names, contract_of(quirk), made, all_tests=all_tests)
    raised = {n: count for n in names if (count := sum(t.raised[n] for t in made))}
    ran = {n: sum(t.ran[n] for t in made) for n in raised}
    return Trial(names, outcome, quirk.kind == "variant", {n: (raised[n], ran[n]) for n in raised})


def trials(
    names: Sequence[tuple[str, ...]],
    processes: int,
    progress: Callable[[Trial], None] | None = None,
    *,
    all_tests: bool,
) -> list[Trial]:
    """Run trials, in processes where there are many; ``progress`` is called with each as it arrives."""
    tasks = [(contract_of(QUIRKS[n[0]]), n) for n in names]
    return in_order(partial(_one, all_tests=all_tests), tasks, processes, progress)


class Kept:
    """Outcomes of trials in a file, one in a line, so that a run that was stopped can be continued."""

    def __init__(self, path: Path | None, total: int) -> None:
        self.path = path
        self.total = total
        text = path.read_text("utf-8") if path and path.is_file() else ""
        self.known: dict[tuple[str, ...], dict[str, Any]] = {
            tuple(one["names"]): one for one in map(json.loads, text.splitlines())
        }

    def add(self, trial: Trial) -> None:
        """Keep one outcome, and print how many are known."""
        self.known[trial.names] = trial.as_data
        if self.path:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(trial.as_data) + "\n")
        if trial.trouble or len(self.known) % 25 == 0:
            print(f"{len(self.known)}/{self.total} {' '.join(trial.names)}: {trial.trouble or 'ok'}", file=sys.stderr)


def main() -> int:
    """Run what was asked for, and print what went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", nargs="*", help="only quirks whose id has this")
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--together", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--all-tests", action="store_true", help="by default the tests of a fault's requirement first")
    parser.add_argument("--keep", type=Path, help="write each outcome to this file; do not run again what it has")
    given = parser.parse_args()
    if given.together:
        names = groups(given.together, given.sample or 20, given.seed)
    else:
        fits = partial(_fits, given.name)
        names = [(q.id,) for q in even([q for q in QUIRKS.values() if fits(q)], given.sample)]
    kept = Kept(given.keep, len(names))
    trials([n for n in names if n not in kept.known], given.processes, kept.add, all_tests=given.all_tests)
    found = [kept.known[n] for n in names]
    for one in found:
        if one["trouble"]:
            print(f"{' '.join(one['names'])}: {one['trouble']}")
        for root in one["foreign"] if not one["variant"] else ():
            print(f"{' '.join(one['names'])}: foreign root cause {root}")
    _print_sums(found)
    return 1 if any(one["trouble"] for one in found) else 0


def _print_sums(found: Sequence[Mapping[str, Any]]) -> None:
    faults = [one for one in found if not one["variant"]]
    hidden = [f"{n} by {' '.join(one['names'])}" for one in faults for n in one["hidden"]]
    if hidden:
        print(f"{len(hidden)} not counted, because the others hide them: {'; '.join(hidden)}")
    raised = [f"{n} ({a} times, ran {b})" for one in found for n, (a, b) in one["raised"].items()]
    if raised:
        print(f"{len(raised)} faults missed what they change where another one took it away: {'; '.join(raised)}")
    named, total, roots = (sum(one[key] for one in faults) for key in ("named", "faults", "roots"))
    foreign = sum(len(one["foreign"]) for one in faults)
    causes = sum(one["as_causes"] for one in faults)
    print(f"{named} of {total} faults named, {causes} as root causes, {roots} root causes, {foreign} of them foreign")
    blamed = sum(bool(one["trouble"]) for one in found if one["variant"])
    print(f"{blamed} of {len(found) - len(faults)} variants blamed; {len(found)} matrix runs")


def _fits(names: Sequence[str], quirk: Quirk) -> bool:
    return quirk.kind in ("fault", "variant") and (not names or any(n in quirk.id for n in names))


if __name__ == "__main__":
    raise SystemExit(main())
