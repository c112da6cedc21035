"""What a run would send, without sending it: the embedded server answers instead of the target.

It has the target's parents and connections, and conforms. A real service may answer differently, and then get other
requests: the plan is that of a run without problems.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlsplit

import httpx

from linkproof.base.clock import VirtualClock
from linkproof.contract.model import Contract
from linkproof.errors import UsageError
from linkproof.mock.app import build_server
from linkproof.mock.direct import Direct
from linkproof.mock.fixtures import Fixtures, fixtures_of
from linkproof.runner.open_target import Opened, Opener, open_target
from linkproof.targets.model import Auth, Target

_TOKEN = "test-token"


class Plan(httpx.BaseTransport):
    """Records every request and passes it to the embedded server."""

    def __init__(self, server: Direct, prefixes: Sequence[str]) -> None:
        self.requests: list[httpx.Request] = []
        self._server = server
        self._prefixes = sorted((p for p in prefixes if p), key=len, reverse=True)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the answer of a conforming service."""
        self.requests.append(request)
        raw = request.url.raw_path.decode("ascii")
        prefix = next((p for p in self._prefixes if raw.startswith(f"{p}/")), "")
        url = request.url.copy_with(raw_path=raw.removeprefix(prefix).encode())
        return self._server.handle_request(
            httpx.Request(request.method, url, headers=request.headers, content=request.read())
        )


def planned(made: list[Plan]) -> Opener:
    """Open a target without sending anything to it; the plan is stored in ``made``."""

    def opened(path: str, contracts: Sequence[Contract]) -> Opened:
        real = open_target(path, contracts)
        real.close()
        target, clock = real.target, VirtualClock()
        # A target may have another api-version than the contract: the embedded server then serves that one.
        chosen = [_at(c, target.contracts[c.id].version) for c in contracts if c.id in target.contracts]
        if not chosen:
            problem = "no selected contract has a parent to send requests to"
            fix = "name a parent and its connections in the target file, or in the contract's fixtures.toml"
            raise UsageError(problem, where=path or "the embedded server", fix=fix)

        def fixtures(contract: Contract) -> Fixtures:
            return fixtures_of(contract, *((p.path, p.fixtures) for p in target.contracts[contract.id].each))

        server = build_server(chosen, token=_TOKEN, clock=clock.now, fixtures=fixtures)
        plan = Plan(Direct(server), [urlsplit(u).path.rstrip("/") for u in _bases(target)])
        made.append(plan)
        headers = {c.vendor: c.authorization_header.lower() for c in chosen}
        kinds = {vendor: "bearer" if header == "authorization" else header for vendor, header in headers.items()}
        tokens = {vendor: Auth(kind, _TOKEN) for vendor, kind in kinds.items()}
        free = replace(target.limits, minutes=None, per_second=None)
        return Opened(replace(target, auth=tokens, limits=free), lambda: None, transport=plan, clock=clock)

    return opened


def _bases(target: Target) -> list[str]:
    return [target.base_url, *(c.base_url for c in target.contracts.values())]


def _at(contract: Contract, version: str) -> Contract:
    return replace(contract, version=version) if version and contract.version_parameter else contract
