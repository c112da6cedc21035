"""Waiting in tests: for an event, with a limit that only a hang reaches; and a server that waits for its test."""

from __future__ import annotations

import asyncio
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from typing import IO, Any

#: Seconds: a busy machine takes a hundred times as long as an idle one, and must not fail a test.
LIMIT_S = 600.0


def wait_until(happened: Callable[[], bool], process: subprocess.Popen[Any] | None = None) -> None:
    """Wait until something has happened. Fail if the process that has to do it ends without."""
    end = time.monotonic() + LIMIT_S
    while not happened():
        has_ended = process is not None and process.poll() is not None
        assert not has_ended or happened(), "the process has ended"
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.005)


def read_until(text: str, stream: IO[str] | None) -> str:
    """Return what a process prints, up to the line with ``text``. Fail if it prints no such line."""
    assert stream is not None
    said = ""
    while text not in said:
        line = stream.readline()
        assert line, said
        said += line
    return said


class Gate:
    """Holds back requests to a server (``around=gate.around``) until the test calls ``open``.

    What is held goes on as soon as the gate is open, and nothing is held any more.

    Args:
        holds: whether to hold back a request, from its ASGI scope.
    """

    def __init__(self, holds: Callable[[Mapping[str, Any]], bool]) -> None:
        self._holds = holds
        self._held, self._open = threading.Event(), threading.Event()

    def around(self, app: Any) -> Any:
        """Return an ASGI app that calls another one for each request, behind the gate."""

        async def serve(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "http" and not self._open.is_set() and self._holds(scope):
                self._held.set()
                while not self._open.is_set():
                    await asyncio.sleep(0.005)
            await app(scope, receive, send)

        return serve

    def wait(self, process: subprocess.Popen[Any]) -> None:
        """Wait until a request of a process is held."""
        wait_until(self._held.is_set, process)

    def open(self) -> None:
        """Let everything through from now on."""
        self._open.set()
