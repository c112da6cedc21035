"""Reads a plan: the targets to run, with options. Every error names the file, the entry and the fix."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from linkproof.base.toml_tables import check_members, read_toml, shown
from linkproof.errors import UsageError

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_OPTIONS: Mapping[str, tuple[type, ...]] = {
    "name": (str,),
    "target": (str,),
    "contracts": (list,),
    "waivers": (str,),
    "require": (str,),
    "seed": (int,),
    "allow_unproven": (bool,),
    "minutes": (int,),
    "concurrency": (int,),
}
_FIX = "see docs/nightly.md"


@dataclass(frozen=True)
class Job:
    """One run: its unique name, the target file, and the options of ``linkproof run``. It ends after ``minutes``."""

    name: str
    target: str
    contracts: tuple[str, ...] = ()
    waivers: str = ""
    require: str = ""
    seed: int | None = None
    allow_unproven: bool = False
    minutes: int = 60
    concurrency: int = 1

    def arguments(self, out: Path) -> list[str]:
        """Return the command line, after ``linkproof``."""
        options = ["run", "--target", self.target, "--out", str(out), "--quiet"]
        for contract in self.contracts:
            options += ["--contract", contract]
        given = {"--waivers": self.waivers, "--require": self.require}
        for option, value in given.items():
            options += [option, value] if value else []
        options += ["--seed", str(self.seed)] if self.seed is not None else []
        options += ["--concurrency", str(self.concurrency)] if self.concurrency > 1 else []
        return [*options, *(["--allow-unproven"] if self.allow_unproven else [])]

    @property
    def key(self) -> str:
        """A digest that changes with the job, its target file and its waivers."""
        digest = hashlib.sha256(json.dumps(asdict(self)).encode())
        for path in (Path(self.target), Path(self.waivers)):
            digest.update(hashlib.sha256(path.read_bytes() if path.is_file() else b"").digest())
        return digest.hexdigest()


def read_plan(path: Path) -> list[Job]:
    """Return the runs of a plan. File names in it are relative to it. Raises UsageError."""
    data = read_toml(path, "give a plan (TOML)")
    rows = data.get("run")
    if set(data) != {"run"} or not isinstance(rows, list) or not rows:
        raise UsageError("a plan is made of [[run]] tables", where=str(path), fix=_FIX)
    jobs = [_job(row, path, number) for number, row in enumerate(rows, 1)]
    names = [j.name.lower() for j in jobs]
    twice = next((n for n in names if names.count(n) > 1), "")
    if twice:
        raise UsageError(f"two runs are called {twice!r}", where=str(path), fix="give each a different name")
    return jobs


def _job(row: Any, path: Path, number: int) -> Job:
    where = f"{path}: [[run]] {number}"
    check_members(row, _OPTIONS, where, "")
    if not all(isinstance(c, str) for c in row.get("contracts", ())):
        raise UsageError(f"contracts is {shown(row['contracts'])}", where=where, fix="contracts is a list of ids")
    if not row.get("target"):
        raise UsageError("target is missing", where=where, fix='target = "subscription-a.toml"')
    name = row.get("name", Path(row["target"]).stem)
    if not _NAME.fullmatch(name):
        raise UsageError(f"name is {name!r:.80}", where=where, fix="letters, digits, dots, dashes: it becomes a folder")
    for option, most in (("minutes", 24 * 60), ("concurrency", 64)):
        if not 0 < row.get(option, 1) <= most:
            raise UsageError(f"{option} is {row[option]}", where=where, fix=f"1 to {most}")
    files = {k: str(path.parent / row[k]) for k in ("target", "waivers") if row.get(k)}
    return Job(**{**row, **files, "name": name, "contracts": tuple(row.get("contracts", ()))})
