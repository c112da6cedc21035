"""Runs of the suites against a sloppy server, in this process."""

from __future__ import annotations

import io
import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import httpx
from rich.console import Console

from linkproof.base.clock import VirtualClock
from linkproof.contract.model import Contract
from linkproof.fault_matrix.matrix_run import run_all_tests
from linkproof.model.results import Results
from linkproof.reports.terminal import print_summary
from linkproof.runner.open_target import Opened
from linkproof.targets.file import read_target

_LINES_OF_A_SCREEN = 30


class Server(Protocol):
    """A server that answers one request at a time."""

    def respond(
        self, method: str, target: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, header fields and body of the answer to a request."""


class Transport(httpx.BaseTransport):
    """Answers an httpx client by a server, without a socket."""

    def __init__(self, server: Server) -> None:
        self.server = server

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        target = request.url.raw_path.decode("ascii")
        if threading.current_thread() is not threading.main_thread():
            time.sleep(0.001)  # two clients that write at the same time are both on their way before either is answered
        status, headers, data = self.server.respond(request.method, target, dict(request.headers), request.read())
        return httpx.Response(status, headers=headers, content=data)


@dataclass(frozen=True)
class Place:
    """Where a sloppy server's connections are, for a target file."""

    name: str
    contract: str
    parent: str
    parent_name: str
    reset: str
    pending: Sequence[str]

    @property
    def target(self) -> str:
        """The target file's text."""
        path: Mapping[str, str] = {
            "subscriptionId": "00000000-0000-0000-0000-000000000000",
            "resourceGroupName": "rg1",
            self.parent: self.parent_name,
        }
        return "\n".join(
            [
                f'[target]\nname = "{self.name}"\nkind = "mock"\nbase_url = "http://{self.name}.invalid"',
                "checks_credentials = true\nwrites = true",
                f'reset = {{ method = "POST", path = "{self.reset}" }}',
                '[auth.azure]\nkind = "bearer"\ntoken = "test-token"',
                f"[contracts.{self.contract}.path]",
                *(f'{key} = "{value}"' for key, value in path.items()),
                f"[contracts.{self.contract}.fixtures]",
                f"Pending = {json.dumps(list(self.pending))}",
                'Approved = ["approved-01"]\nRejected = ["rejected-01"]\n',
            ]
        )


def judged(folder: Path, place: Place, server: Callable[[], Server]) -> Results:
    """The results of every suite on a server."""
    path = folder / "target.toml"
    path.write_text(place.target, "utf-8")

    def opened(_: str, contracts: Sequence[Contract]) -> Opened:
        transport = Transport(server())
        return Opened(read_target(path, contracts), lambda: None, transport=transport, clock=VirtualClock())

    return run_all_tests(opened, place.contract)


def roots(results: Results) -> list[str]:
    """The requirements of the findings that follow from no other."""
    return [f.requirement for f in results.findings if not f.follows]


def first_screen(results: Results) -> str:
    """What a terminal shows without scrolling."""
    printed = io.StringIO()
    print_summary(results, Console(file=printed, width=120))
    return "\n".join(printed.getvalue().splitlines()[:_LINES_OF_A_SCREEN])
