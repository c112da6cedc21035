"""``linkproof --version``: the versions of what decides results."""

from __future__ import annotations

import platform

import linkproof

#: What generates requests, validates bodies and sends requests: other versions may give other results.
_PACKAGES = ("schemathesis", "hypothesis", "jsonschema-rs", "jsonschema", "pytest", "httpx")


def versions() -> list[tuple[str, str]]:
    """Name and version: Linkproof, Python, and the packages that results depend on."""
    from importlib.metadata import PackageNotFoundError, version

    found = [("linkproof", linkproof.__version__), ("Python", platform.python_version())]
    for name in _PACKAGES:
        try:
            found.append((name, version(name)))
        except PackageNotFoundError:
            found.append((name, "not installed"))
    return found
