"""The embedded server on a socket starts, and stops at once, whatever its clients do."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.types import ASGIApp

from linkproof.mock import serve
from linkproof.mock.serve import Embedded


def test_it_stops_without_waiting_for_its_next_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "_TICK_S", 3600.0)
    monkeypatch.setattr(uvicorn.Server, "shutdown", None)  # waits for a tenth of a second
    with Embedded() as embedded, httpx.Client() as client:
        assert client.get(f"{embedded.base_url}/none").status_code == 404
        embedded.__exit__(None, None, None)  # the client's connection is still open
        assert embedded._thread is not None
        assert not embedded._thread.is_alive()
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{embedded.base_url}/none")


def test_it_stops_though_it_has_not_served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "_TICK_S", 3600.0)
    with Embedded() as embedded:
        pass
    assert embedded._thread is not None
    assert not embedded._thread.is_alive()


def test_a_request_on_its_way_is_answered() -> None:
    arrived, told = threading.Event(), threading.Event()

    def slow(app: ASGIApp) -> ASGIApp:
        async def answer(scope: Any, receive: Any, send: Any) -> None:
            arrived.set()
            while not told.is_set():
                await asyncio.sleep(0.001)
            await app(scope, receive, send)

        return answer

    statuses: list[int] = []
    with Embedded(around=slow) as embedded:
        url = f"{embedded.base_url}/none"
        asking = threading.Thread(target=lambda: statuses.append(httpx.get(url).status_code))
        asking.start()
        assert arrived.wait(600)
        shutdown = embedded._server.shutdown

        async def noted(sockets: Any = None) -> None:
            asyncio.get_running_loop().call_soon(told.set)  # only once it is about to stop
            await shutdown(sockets)

        embedded._server.shutdown = noted  # type: ignore[method-assign]
    asking.join(600)
    assert statuses == [404]
