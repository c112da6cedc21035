"""httpx as the client uses it: without cookies and redirects, within deadlines, each URL parsed once."""

from __future__ import annotations

from functools import lru_cache
from urllib.request import getproxies, proxy_bypass

import httpx

from linkproof.base.hosts import is_loopback
from linkproof.errors import TargetError
from linkproof.model.exchange import Request
from linkproof.targets.deadline import keep_deadlines
from linkproof.targets.inflight_limit import MOST_IN_FLIGHT
from linkproof.targets.model import Target

#: Maximum number of URLs that are kept parsed: a run sends most of its URLs several times.
_URLS = 4096


class _NoCookies(httpx.Cookies):
    """Keeps no cookies: requests are built without them, and reading them takes as long as building a request."""

    def extract_cookies(self, response: httpx.Response) -> None:
        """Ignore the cookies of an answer."""


class _Client(httpx.Client):
    _none = _NoCookies()

    @property
    def cookies(self) -> httpx.Cookies:
        """Return the cookies that are sent: none."""
        return self._none

    @cookies.setter
    def cookies(self, cookies: object) -> None:
        raise NotImplementedError


def http_client(target: Target, transport: httpx.BaseTransport | None) -> httpx.Client:
    """Return a client for a target; ``transport`` replaces the network.

    The environment's proxy is not used for this machine: it would ask for a server on the proxy's own.
    """
    host = httpx.URL(target.base_url).host if transport is None else ""
    own = {f"all://[{host}]" if ":" in host else f"all://{host}": None} if is_loopback(host) else {}
    return keep_deadlines(
        _Client(
            timeout=target.timeout_s,
            follow_redirects=False,
            trust_env=transport is None,
            transport=transport,
            mounts=own,
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=MOST_IN_FLIGHT),
        )
    )


def proxy_for(url: httpx.URL) -> str:
    """Return host and port of the environment's proxy for a URL, without its credentials; "" if there is none."""
    proxies = getproxies()
    given = proxies.get(url.scheme) or proxies.get("all") or ""
    if not given or is_loopback(url.host) or proxy_bypass(url.host):
        return ""
    return given.rpartition("@")[2].rpartition("//")[2].strip("/")


def built(request: Request) -> httpx.Request:
    """Return the request as an httpx request. Raises TargetError for an invalid URL."""
    try:
        url = _parsed(request.url)
        sent = httpx.Request(request.method, url, headers=list(request.headers), content=request.body or None)
    except (httpx.InvalidURL, UnicodeEncodeError) as error:
        raise TargetError(f"{request.method} {request.url}: {error}") from None
    if request.method in ("PUT", "POST", "PATCH") and not request.body:
        sent.headers["content-length"] = "0"
    return sent


@lru_cache(_URLS)
def _parsed(url: str) -> httpx.URL:
    return httpx.URL(url)
