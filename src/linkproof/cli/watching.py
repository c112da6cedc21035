"""``linkproof run --watch``: runs again when the target's file changes, or when the target was restarted."""

from __future__ import annotations

import hashlib
import importlib.util
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from linkproof.base.hosts import is_loopback
from linkproof.base.shutdown import pause
from linkproof.errors import LinkproofError, UsageError
from linkproof.targets.file import read_target, requested_contracts

#: Seconds between two observations.
INTERVAL_S = 0.5


@dataclass(frozen=True)
class Seen:
    """An observation of the target: the file's content (hashed), the listening processes, and whether there are any."""

    file: str
    processes: frozenset[tuple[int, float]]
    answers: bool


def watch(target: str, run: Callable[[], int], looks: Iterator[Seen] | None = None) -> int:
    """Run, and run again at each change, until interrupted; return the last exit code. Raises UsageError."""
    if not target or target.startswith("cassette:"):
        fix = "give a target file: --target FILE"
        raise UsageError("there is nothing to watch: no target file", where="--watch", fix=fix)
    code = 0
    try:
        before: Seen | None = None
        for seen in looks if looks is not None else _looks(Path(target)):
            if changed(before, seen):
                before = seen
                code = _run(run)
                print("watching; press Ctrl+C to stop", file=sys.stderr)
            elif not seen.answers:
                before = seen
    except KeyboardInterrupt:
        pass
    return code


def changed(before: Seen | None, now: Seen) -> bool:
    """Whether to run: at first, when file or processes changed, or when the target is back; never while it is away."""
    if not now.answers:
        return False
    return before is None or not before.answers or before != now


def _run(run: Callable[[], int]) -> int:
    try:
        return run()
    except LinkproofError as error:
        # A file with an error, or a target that is gone again: the next change may correct it.
        print(f"linkproof: {error}", file=sys.stderr)
        return error.exit_code


def _looks(path: Path) -> Iterator[Seen]:
    if importlib.util.find_spec("psutil") is None:
        text = "restarts between two observations go unnoticed; `pip install 'linkproof[watch]'` recognises the process"
        print(f"linkproof: {text}", file=sys.stderr)
    while True:
        yield look(path)
        pause(INTERVAL_S)


def look(path: Path) -> Seen:
    """Observe the target's file and the processes at its base_url."""
    content = b""
    with suppress(OSError):
        content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    try:
        url = urlsplit(read_target(path, requested_contracts((), path)).base_url)
    except LinkproofError:
        # A run reports the error; the target counts as there, so that it is run once for each version of the file.
        return Seen(digest, frozenset(), answers=True)
    host, port = url.hostname or "", url.port or (443 if url.scheme == "https" else 80)
    return Seen(digest, listening(host, port), _answers(host, port))


def _answers(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=2).close()
    except OSError:
        return False
    return True


def listening(host: str, port: int) -> frozenset[tuple[int, float]]:
    """Return the processes of this machine that listen on a port, by id and start; empty without psutil or for other
    hosts.
    """
    if not is_loopback(host):
        return frozenset()
    try:
        import psutil
    except ImportError:
        return frozenset()
    found = set()
    for connection in psutil.net_connections(kind="tcp"):
        if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port and connection.pid:
            with suppress(psutil.Error):
                found.add((connection.pid, psutil.Process(connection.pid).create_time()))
    return frozenset(found)
