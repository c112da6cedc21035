"""Optional packages ("extras") of some commands; a missing one is reported by name."""

from __future__ import annotations

from importlib.util import find_spec

from linkproof.errors import UsageError


def require_extra(module: str, extra: str, what: str) -> None:
    """Raise UsageError, naming the extra, where ``module`` is not installed."""
    if find_spec(module) is None:
        fix = f"pip install 'linkproof[{extra}]'"
        raise UsageError(f"{what} needs the package {module!r}, which is not installed", where=what, fix=fix)
