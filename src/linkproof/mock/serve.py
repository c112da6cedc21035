"""The embedded server on a socket: in a thread of this process, or in the foreground."""

from __future__ import annotations

import errno
import socket
import threading
import time
from collections.abc import Callable, Iterable
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


def _server(app: ASGIApp) -> uvicorn.Server:
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
    return uvicorn.Server(config)


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
        self._server.should_exit = True
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
