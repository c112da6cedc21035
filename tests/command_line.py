"""The command line for tests: in this process, which is what most tests need, or as a process.

A process costs a second of start and imports, and a run in it builds anew what a second run in one process shares.
Where a test is about output, files and exit codes, ``linkproof`` shows the same. A process is needed for signals and
kills, for limits of a process, for what an import costs or must not load, and to show once that the entry works.
"""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from unittest.mock import patch

from linkproof.base.resources import CONTRACTS
from linkproof.cli.entry import run
from linkproof.contract.catalogue import imported
from linkproof.contract.loader import all_contracts
from linkproof.runner import open_target
from tests.unwired import UnwiredMock
from tests.waiting import LIMIT_S


def linkproof(folder: Path, *arguments: str | Path, env: Mapping[str, str] | None = None, wired: bool = False) -> Ended:
    """Run the command line in ``folder`` and in this process; ``env`` is added to the environment.

    A run without a target file calls the embedded server directly, which takes half as long and comes to the same
    (``tests/faults``), unless it is ``wired``: then it calls the server on a socket, as users do.

    Returns what a process would have: exit code, standard output and error. Both are captured at ``sys``: what is
    written to a file descriptor, as on a signal, is only seen by ``process``.
    """
    given = [*map(str, arguments)]
    out, error = _stream(), _stream()
    server: contextlib.AbstractContextManager[Any] = (
        contextlib.nullcontext() if wired else patch.object(open_target, "Embedded", UnwiredMock)
    )
    place = _place(folder, env or {}, given)
    with place, server, contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
        try:
            code = run(given)
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
    return subprocess.CompletedProcess(["linkproof", *given], code, _text(out), _text(error))


def process(folder: Path, *arguments: str | Path, env: Mapping[str, str] | None = None) -> Ended:
    """Run the command line in ``folder`` as a process of its own. Needed seldom: see above."""
    environment = {**os.environ, **(env or {})}
    return subprocess.run(
        command(*arguments), cwd=folder, env=environment, capture_output=True, text=True, timeout=LIMIT_S, check=False
    )


def command(*arguments: str | Path) -> list[str]:
    """Return the command line of a process, for tests that start one and do not wait for it."""
    return [sys.executable, "-m", "linkproof", *map(str, arguments)]


#: What a call has come to.
Ended = subprocess.CompletedProcess[str]


def _stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="backslashreplace", write_through=True)


def _text(stream: io.TextIOWrapper) -> str:
    assert isinstance(stream.buffer, io.BytesIO)
    return stream.buffer.getvalue().decode("utf-8")


@contextlib.contextmanager
def _place(folder: Path, env: Mapping[str, str], arguments: list[str]) -> Iterator[None]:
    """Within it, work is done in ``folder``; environment, standard input and contracts are restored afterwards."""
    environment, stdin = dict(os.environ), sys.stdin
    # Contracts are read once in a process; another folder of them makes them others, before and after.
    others = "--contracts" in arguments or CONTRACTS in env
    if others:
        _forget_contracts()
    os.environ.update(env)
    sys.stdin = io.StringIO()
    try:
        with contextlib.chdir(folder):
            yield
    finally:
        sys.stdin = stdin
        os.environ.clear()
        os.environ.update(environment)
        if others:
            _forget_contracts()


def _forget_contracts() -> None:
    all_contracts.cache_clear()
    imported.cache_clear()
