"""Comparison of hosts in URLs."""

from __future__ import annotations

from urllib.parse import SplitResult

_DEFAULT_PORTS = {"http": 80, "https": 443}


def begin_alike(one: str, other: str) -> bool:
    """Whether two URLs are http(s) with the same spelling of host and port; False is inconclusive."""
    end = other.find("/", len("https://"))
    return end > 0 and other.startswith(("http://", "https://")) and one[: end + 1] == other[: end + 1]


def is_absolute(parts: SplitResult) -> bool:
    """Whether a URL is an absolute http(s) URL."""
    return parts.scheme in _DEFAULT_PORTS and bool(parts.netloc)


def same_host(one: SplitResult, other: SplitResult) -> bool:
    """Whether two URLs have the same host and port; a scheme's default port may be omitted (RFC 3986, 6.2.3)."""
    return one.netloc.casefold() == other.netloc.casefold() or _authority(one) == _authority(other)


def _authority(parts: SplitResult) -> tuple[str, int | None]:
    try:
        port = parts.port
    except ValueError:  # not a number, or out of range
        return parts.netloc.casefold(), None
    return (parts.hostname or "").casefold(), port or _DEFAULT_PORTS.get(parts.scheme)
