"""Run a command of Linkproof in a process of its own; measure its exit code, CPU time and memory."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from linkproof.cli.entry import run

#: A command that takes longer is stuck; so is one that uses so much CPU time.
_LONGEST_S = 120
#: Above this an attack has succeeded.
MOST_MB = 300


@dataclass(frozen=True)
class Ended:
    """How a command ended: exit code (128 and the signal's number for a killed one), costs, and what it printed."""

    code: int
    cpu_s: float
    wall_s: float
    megabytes: float
    said: str

    @property
    def is_bad(self) -> bool:
        """Whether no command may end so: with a traceback, an error of Linkproof's, a signal, or too much memory."""
        broken = "Traceback" in self.said or "an error in Linkproof itself" in self.said
        return broken or self.code not in (0, 1, 2, 3, 4) or self.megabytes > MOST_MB


def forked(folder: Path, arguments: Sequence[str]) -> Ended:
    """Run a command in a fork of this process, which has loaded everything already."""
    with tempfile.TemporaryFile() as printed:
        started = time.monotonic()
        child = os.fork()
        if child == 0:
            code = 70
            try:
                os.dup2(printed.fileno(), 1)
                os.dup2(printed.fileno(), 2)
                resource.setrlimit(resource.RLIMIT_CPU, (_LONGEST_S, _LONGEST_S + 5))
                os.chdir(folder)
                code = run(arguments)
                sys.stdout.flush()
                sys.stderr.flush()
            finally:
                os._exit(code)
        _, status, used = os.wait4(child, 0)
        printed.seek(0)
        return _ended(status, used, started, printed.read().decode("utf-8", "replace"))


#: A small process between: the memory of whoever starts a process counts as that process's own.
_BETWEEN = """
import json, os, resource, subprocess, sys
process = subprocess.Popen(sys.argv[2:])
try:
    process.wait(float(sys.argv[1]))
except subprocess.TimeoutExpired:
    process.kill()
    process.wait()
used = resource.getrusage(resource.RUSAGE_CHILDREN)
os.write(3, json.dumps([process.returncode, used.ru_utime + used.ru_stime, used.ru_maxrss]).encode())
"""


def separate(folder: Path, arguments: Sequence[str]) -> Ended:
    """Run a command as a shell does."""
    started = time.monotonic()
    command = [sys.executable, "-m", "linkproof", *arguments]
    with tempfile.TemporaryFile() as printed, tempfile.NamedTemporaryFile() as costs:
        between = ["sh", "-c", 'exec "$@" 3>"$0"', costs.name]
        between += [sys.executable, "-S", "-c", _BETWEEN, str(_LONGEST_S), *command]
        subprocess.run(between, cwd=folder, stdout=printed, stderr=printed, check=True)
        code, cpu, memory = json.loads(Path(costs.name).read_bytes())
        printed.seek(0)
        said = printed.read().decode("utf-8", "replace")
    return Ended(code if code >= 0 else 128 - code, cpu, time.monotonic() - started, memory / 1024, said)


def _ended(status: int, used: resource.struct_rusage, started: float, said: str) -> Ended:
    code = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - started
    return Ended(code if code >= 0 else 128 - code, used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024, said)


@dataclass
class Row:
    """A row of the table: what was tried, and how the commands ended."""

    name: str
    ended: list[Ended] = field(default_factory=list)

    def codes(self) -> str:
        """Each exit code, and how often."""
        found = sorted({e.code for e in self.ended})
        return ", ".join(f"{code}: {sum(e.code == code for e in self.ended)}" for code in found)

    def cells(self) -> tuple[str, ...]:
        """Name, number, exit codes, most CPU seconds, most megabytes, and how many succeeded as attacks."""
        cpu, memory = max(e.cpu_s for e in self.ended), max(e.megabytes for e in self.ended)
        bad = sum(e.is_bad for e in self.ended)
        return (self.name, str(len(self.ended)), self.codes(), f"{cpu:.1f}", f"{memory:.0f}", str(bad))


def table(rows: Iterable[Row], first: str) -> str:
    """Rows as Markdown."""
    head = (first, "tried", "exit code: times", "CPU s, at most", "MB, at most", "bad")
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(row.cells()) + " |" for row in rows]
    return "\n".join(lines)


def quietly(work: Callable[[], object]) -> None:
    """Do something, and let its output be."""
    with (
        open(os.devnull, "w", encoding="utf-8") as null,
        contextlib.redirect_stdout(null),
        contextlib.redirect_stderr(null),
    ):
        work()
