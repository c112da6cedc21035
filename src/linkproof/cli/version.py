"""``linkproof --version``: the versions on which results depend."""

from __future__ import annotations

import platform
from importlib.util import find_spec

import linkproof

#: Packages that generate, validate and send requests: other versions may give other results.
_PACKAGES = ("schemathesis", "hypothesis", "jsonschema-rs", "jsonschema", "pytest", "httpx")


def is_compiled() -> bool:
    """Whether the modules that judge were compiled by mypyc, as ``make compiled`` does."""
    found = find_spec("linkproof.judging.judge")
    return found is not None and not str(found.origin).endswith(".py")


def versions() -> list[tuple[str, str]]:
    """Return name and version of Linkproof, Python, and the packages on which results depend."""
    from importlib.metadata import PackageNotFoundError, version

    found = [
        ("linkproof", f"{linkproof.__version__}, {'compiled' if is_compiled() else 'plain'} modules"),
        ("Python", platform.python_version()),
    ]
    for name in _PACKAGES:
        try:
            found.append((name, version(name)))
        except PackageNotFoundError:
            found.append((name, "not installed"))
    return found
