"""Opens a target: reads its file, or starts the embedded server, with or without a socket."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx

from linkproof.base.clock import Clock, VirtualClock
from linkproof.contract.model import Contract
from linkproof.mock.app import build_server
from linkproof.mock.defaults import Choice
from linkproof.mock.direct import Direct
from linkproof.mock.serve import Embedded
from linkproof.targets.client import Client
from linkproof.targets.credentials import Credentials
from linkproof.targets.embedded import embedded_target
from linkproof.targets.file import read_target
from linkproof.targets.model import Target
from linkproof.targets.replay_client import SCHEME, Recorded, ReplayClient, read_recorded
from linkproof.targets.transfer import InProcess


@dataclass(frozen=True)
class Opened:
    """A target that can be called.

    Args:
        target: the target file's content.
        close: called when the target is no longer needed.
        recorded: the cassette that answers instead of the target.
        transport: replaces the network.
        clock: replaces real time.
        credentials: those that its clients have obtained.
        began: when the minutes of the budget began, on the clock, shared by all its clients; with None each client has
            minutes of its own.
    """

    target: Target
    close: Callable[[], object]
    recorded: Recorded | None = None
    transport: InProcess | httpx.BaseTransport | None = None
    clock: Clock = field(default_factory=Clock)
    credentials: dict[str, Credentials] = field(default_factory=dict)
    began: float | None = None

    def client(self) -> Client:
        """Return a client of the target, or of its cassette."""
        if self.recorded:
            return ReplayClient(self.recorded)
        return Client(self.target, self.transport, self.clock, self.credentials, self.began)


#: Opens a target by name or file, for some contracts.
Opener = Callable[[str, Sequence[Contract]], Opened]


def open_target(path: str, contracts: Sequence[Contract]) -> Opened:
    """Open the target in a file, a cassette (``cassette:FILE``), or the embedded server for an empty path.

    Raises UsageError.
    """
    if path.startswith(SCHEME):
        recorded = read_recorded(Path(path.removeprefix(SCHEME)), contracts)
        return Opened(recorded.target, lambda: None, recorded)
    if path:
        clock = Clock()
        return Opened(read_target(Path(path), contracts), lambda: None, clock=clock, began=clock.now())
    # Server and client share a virtual clock: the same seed sends the same requests, however busy the machine is.
    # A contract's worker has its own part of the clock.
    clock = VirtualClock()
    embedded = Embedded(contracts, clock=clock.now, clock_of=lambda c: clock.of(c.id).now())
    embedded.__enter__()
    target = replace(embedded_target(embedded.base_url, contracts), ephemeral=True)
    return Opened(target, lambda: embedded.__exit__(None, None, None), clock=clock)


def without_a_socket(behaviour: Choice) -> Opener:
    """Open the embedded server with a behaviour, in this process and without waiting, whatever the name."""

    def opened(_: str, contracts: Sequence[Contract]) -> Opened:
        clock = VirtualClock()
        server = build_server(contracts, behaviour=behaviour, clock=clock.now)
        return Opened(
            embedded_target("http://embedded.invalid", contracts), lambda: None, transport=Direct(server), clock=clock
        )

    return opened
