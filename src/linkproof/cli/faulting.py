"""``linkproof faults``: the catalogue of faults, and matrix runs of the suites against it."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from rich.console import Console

from linkproof.base.files import write_file
from linkproof.cli.progress import progress_bar
from linkproof.contract.catalogue import chosen as contracts_chosen
from linkproof.contract.requirement_catalogue import all_requirements
from linkproof.errors import UsageError
from linkproof.fault_matrix.families import one_of_each_family
from linkproof.fault_matrix.matrix_run import chosen
from linkproof.fault_matrix.page import as_html
from linkproof.fault_matrix.pool import group_outcomes, outcomes
from linkproof.fault_matrix.table import Matrix, as_data, as_markdown, head, trouble
from linkproof.fault_matrix.together import Together, groups_of
from linkproof.fault_matrix.together import as_data as together_data
from linkproof.fault_matrix.together import as_markdown as together_markdown
from linkproof.faults.catalogue import all_faults, all_variants
from linkproof.faults.registry import Fault

#: The fix if a table cannot be written.
_OUT = "choose another --out"
#: Default number of groups of each size.
_GROUPS = 20


def list_faults(contracts: tuple[str, ...], *, as_json: bool) -> None:
    """Print every fault and variant. Raises UsageError for an unknown contract."""
    known = contracts_chosen(contracts)
    found = (*all_faults(known), *all_variants(known))
    if as_json:
        print(json.dumps([_row(f) for f in found], ensure_ascii=False, indent=1))
        return
    width = max(len(f.id) for f in found)
    for f in found:
        print(f"{f.id:<{width}}  {'variant' if f.definition.benign else 'fault  '}  {f.definition.text}")
    count = sum(f.definition.benign for f in found)
    print(f"{len(found) - count} faults, {count} variants; start one: linkproof mock --fault ID", file=sys.stderr)


def _row(fault: Fault) -> dict[str, object]:
    return {
        "id": fault.id,
        "kind": "variant" if fault.definition.benign else "fault",
        "requirement": fault.requirement,
        "equivalent": list(fault.definition.equivalent),
        "contract": fault.contract,
        "text": fault.definition.text,
    }


def run_matrix(
    names: tuple[str, ...],
    contracts: tuple[str, ...],
    sample: int,
    seeds: tuple[int, ...],
    processes: int,
    commit: str,
    out: Path,
    *,
    each_family: bool = False,
    all_tests: bool = False,
    quiet: bool,
) -> int:
    """Perform matrix runs and write their tables; return 1 for a missed fault or blamed variant, 3 if a run broke.

    ``all_tests`` has every fault meet every test, and not only those of its requirement until one finds it.

    Raises UsageError for an unknown contract or name.
    """
    known = contracts_chosen(contracts)
    every = (*all_faults(known), *all_variants(known))
    runs = chosen(one_of_each_family(every) if each_family else every, names, sample)
    out.mkdir(parents=True, exist_ok=True)
    count = processes or len(os.sched_getaffinity(0))
    console = Console(stderr=True, quiet=quiet)
    started = time.monotonic()
    with progress_bar(console, len(runs) * len(seeds), "matrix runs") as bar:
        by_seed = {
            seed: outcomes(runs, seed, count, lambda o: bar.advance(o.id), all_tests=all_tests) for seed in seeds
        }
    matrix = Matrix(by_seed, time.monotonic() - started, count, commit, all_tests=all_tests)
    _write(matrix, out)
    if not quiet:
        for name, value in head(matrix):
            print(f"{name:<32} {value}")
        for o in matrix.bad:
            print(f"  {o.id}: {trouble(o)}")
        print(f"written: {out}/matrix.json, matrix.md, matrix.html")
    if any(o.broken for o in matrix.bad):
        return 3
    return 1 if matrix.bad or matrix.differing else 0


def run_together(
    sizes: tuple[int, ...],
    names: tuple[str, ...],
    contracts: tuple[str, ...],
    sample: int,
    seed: int,
    processes: int,
    out: Path,
    *,
    quiet: bool,
) -> int:
    """Combine several faults, write together.json and together.md; return 1 if a figure is below its target, 3 if a run
    broke.

    Raises UsageError for an unknown contract or name.
    """
    known = contracts_chosen(contracts)
    faults = chosen(all_faults(known), names, 0)
    out.mkdir(parents=True, exist_ok=True)
    found = []
    for size in sizes:
        groups = groups_of(faults, known, size, sample or _GROUPS, seed)
        if not groups:
            problem = f"no contract has {size} compatible faults among those chosen"
            raise UsageError(problem, where="--together", fix="choose a smaller number, or more faults")
        with progress_bar(Console(stderr=True, quiet=quiet), len(groups), f"{size} at once") as bar:
            ids = [tuple(f.id for f in group) for group in groups]
            done = group_outcomes(ids, seed, processes, lambda o: bar.advance(o.contract))
        found.append(Together(size, seed, done))
    write_file(out / "together.json", json.dumps(together_data(found), ensure_ascii=False, indent=1) + "\n", _OUT)
    write_file(out / "together.md", together_markdown(found), _OUT)
    if not quiet:
        print(together_markdown(found).strip())
        for one in found:
            for shortfall in one.shortfalls:
                print(f"{one.size} at once: {shortfall}")
        print(f"written: {out}/together.json, together.md")
    if any(o.broken for one in found for o in one.outcomes):
        return 3
    return 1 if any(one.shortfalls for one in found) else 0


def _write(matrix: Matrix, out: Path) -> None:
    requirements = all_requirements()
    write_file(out / "matrix.json", json.dumps(as_data(matrix), ensure_ascii=False, indent=1) + "\n", _OUT)
    write_file(out / "matrix.md", as_markdown(matrix, requirements), _OUT)
    write_file(out / "matrix.html", as_html(matrix, requirements), _OUT)
