"""Linkproof in your own tests: a server that conforms, and a judgement of what your client sends and receives.

These names are stable: they change only with a new major version.

- ``MockServer``: serves contracts on 127.0.0.1 in a thread, with or without a fault.
- ``Recorder``: keeps what an ``httpx`` or ``requests`` client sends and receives.
- ``judge``: results for exchanges; ``assert_conforms``: an AssertionError that names every breach.
- ``Exchange``, ``Request``, ``Response``, ``Headers``: to build exchanges from another client's own.

With pytest, the fixtures ``linkproof_mock`` and ``linkproof_recorder`` are there once Linkproof is installed.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from linkproof.model.exchange import Exchange, Headers, Request, Response
    from linkproof.model.results import Results, Status, Verdict
    from linkproof.testing.judging import assert_conforms, judge
    from linkproof.testing.recorder import Recorder
    from linkproof.testing.server import MockServer

__all__ = [
    "Exchange",
    "Headers",
    "MockServer",
    "Recorder",
    "Request",
    "Response",
    "Results",
    "Status",
    "Verdict",
    "assert_conforms",
    "judge",
]

#: The module of each name. It is imported when the name is used: pytest loads this package in every project in whose
#: environment Linkproof is installed.
_MODULES = {
    **dict.fromkeys(("Exchange", "Headers", "Request", "Response"), "linkproof.model.exchange"),
    **dict.fromkeys(("Results", "Status", "Verdict"), "linkproof.model.results"),
    **dict.fromkeys(("assert_conforms", "judge"), "linkproof.testing.judging"),
    "MockServer": "linkproof.testing.server",
    "Recorder": "linkproof.testing.recorder",
}


def __getattr__(name: str) -> Any:
    """Return a name of this package. Raises AttributeError."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
