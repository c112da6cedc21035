"""The embedded server on a socket: in a thread of this process, or in the foreground."""

from __future__ import annotations

import asyncio
import errno
import socket
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from types import TracebackType
from typing import Any, Self, Unpack

import uvicorn
from starlette.types import ASGIApp

from linkproof.base.wording import count
from linkproof.contract.loader import all_contracts
from linkproof.contract.model import Contract
from linkproof.errors import EngineError, UsageError
from linkproof.mock.app import ServerOptions, build_app

_START_S = 10.0
_TICK_S = 0.1


def _listen(host: str, port: int) -> socket.socket:
    """Return a listening socket. Raises UsageError if the port is unavailable."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, asyncio sets TCP_NODELAY: without it an answer may wait 40 ms for an acknowledgement.
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
        made.listen(128)
    except OSError as error:
        made.close()
        reason = "is taken" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
        raise UsageError(f"port {port} of {host} {reason}", where="--port", fix="choose another port") from None
    return made


class _Server(uvicorn.Server):
    """Stops at once. uvicorn's own looks for its end every tenth of a second, and waits for another one."""

    _told: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None

    def stop(self) -> None:
        """Stop; for any thread, and whether or not the server has started."""
        self.should_exit = True
        if self._told is not None:
            loop, event = self._told
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(event.set)

    async def main_loop(self) -> None:
        """Serve until the end; ``on_tick`` expects to be called ten times a second."""
        event = asyncio.Event()
        self._told = asyncio.get_running_loop(), event
        ticks = 0
        while not await self.on_tick(ticks):
            ticks += 1
            with suppress(TimeoutError):
                await asyncio.wait_for(event.wait(), _TICK_S)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close all connections, those in use as soon as they have their answer: uvicorn waits for these."""
        for server in self.servers:
            server.close()
        for listening in sockets or ():
            listening.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await asyncio.sleep(0)  # a connection that is idle ends in the loop's next round
        if self.server_state.connections:
            await super().shutdown(sockets)


def _server(app: ASGIApp) -> _Server:
    config = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        loop="asyncio",
        lifespan="off",
        access_log=False,
        log_config=None,
        log_level="critical",
        server_header=False,
        timeout_keep_alive=60,
        timeout_graceful_shutdown=1,
    )
    return _Server(config)


def _url(listening: socket.socket, host: str) -> str:
    port = listening.getsockname()[1]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class Embedded:
    """The server in a thread, for the duration of a ``with`` block. ``base_url`` is its address.

    Args:
        contracts: the contracts to serve; all by default.
        port: 0 chooses a free port.
        around: wraps the application, for example to add latency or to count requests.
        options: as for ``build_server``.
    """

    def __init__(
        self,
        contracts: Iterable[Contract] | None = None,
        *,
        port: int = 0,
        around: Callable[[ASGIApp], ASGIApp] = lambda app: app,
        **options: Unpack[ServerOptions],
    ) -> None:
        app = build_app(all_contracts() if contracts is None else contracts, **options)
        self.app = app
        self.base_url = ""
        self._port = port
        self._server = _server(around(app))
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        """Start the server, and wait until it answers. Raises UsageError for a port in use."""
        listening = _listen("127.0.0.1", self._port)
        self.base_url = _url(listening, "127.0.0.1")
        run: dict[str, Any] = {"sockets": [listening]}
        self._thread = threading.Thread(target=self._server.run, kwargs=run, name="linkproof-mock", daemon=True)
        self._thread.start()
        limit = time.monotonic() + _START_S
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > limit:
                raise EngineError("the embedded server did not start")
            time.sleep(0.002)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the server, and wait for its thread to end."""
        self._server.stop()
        if self._thread is not None:
            self._thread.join(timeout=5)


def _print_at_once(line: str) -> None:
    """Print a line and flush: a reader of a pipe waits for the address."""
    print(line, flush=True)


def serve(
    host: str,
    port: int,
    contracts: Iterable[Contract] | None = None,
    *,
    report: Callable[[str], None] = _print_at_once,
    **options: Unpack[ServerOptions],
) -> None:
    """Serve until interrupted; call ``report`` with one line when the address is known.

    Raises UsageError for a port in use or an invalid fixtures file.
    """
    chosen = tuple(all_contracts() if contracts is None else contracts)
    app = build_app(chosen, **options)
    listening = _listen(host, port)
    report(f"{_url(listening, host)} serves {count(len(chosen), 'contract')}; press Ctrl+C to stop")
    try:
        _server(app).run(sockets=[listening])
    except KeyboardInterrupt:
        return
    finally:
        listening.close()
