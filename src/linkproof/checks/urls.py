"""Hosts of URLs, as they are compared."""

from __future__ import annotations

from urllib.parse import SplitResult

_DEFAULT_PORTS = {"http": 80, "https": 443}


def is_absolute(parts: SplitResult) -> bool:
    """Whether a URL is an absolute http(s) URL."""
    return parts.scheme in _DEFAULT_PORTS and bool(parts.netloc)


def same_host(one: SplitResult, other: SplitResult) -> bool:
    """Whether two URLs name the same host and port; a scheme's default port may be left out (RFC 3986, 6.2.3)."""
    return one.netloc.casefold() == other.netloc.casefold() or _authority(one) == _authority(other)


def _authority(parts: SplitResult) -> tuple[str, int | None]:
    try:
        port = parts.port
    except ValueError:  # not a number, or out of range
        return parts.netloc.casefold(), None
    return (parts.hostname or "").casefold(), port or _DEFAULT_PORTS.get(parts.scheme)
