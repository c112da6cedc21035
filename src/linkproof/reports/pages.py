"""Renders pages from templates: every value is escaped, and an unknown name is an error."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from jinja2 import BytecodeCache, Environment, FileSystemBytecodeCache, PackageLoader, StrictUndefined
from jinja2.bccache import Bucket


class _Compiled(BytecodeCache):
    """Cache of compiled templates in the user's cache folder: compiling takes longer than judging a small recording.

    The key is the template's source and the versions of Jinja and Python. If the folder cannot be used, templates are
    compiled each time.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = FileSystemBytecodeCache(str(folder))

    def load_bytecode(self, bucket: Bucket) -> None:
        """Read a compiled template, if it exists."""
        with suppress(OSError):
            if self._folder.stat().st_uid == os.getuid():  # a file that other users can write is not executed
                self._files.load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Store a compiled template, if possible."""
        with suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._files.dump_bytecode(bucket)


def _cache() -> BytecodeCache | None:
    """Return the user's cache folder (XDG Base Directory Specification); None on a system without file owners."""
    if not hasattr(os, "getuid"):
        return None
    folder = os.environ.get("XDG_CACHE_HOME", "")
    try:
        base = Path(folder) if os.path.isabs(folder) else Path.home() / ".cache"
    except RuntimeError:  # the user has no home folder folder
        return None
    return _Compiled(base / "linkproof" / "templates")


def pages_of(package: str, **more: Any) -> Environment:
    """Return the templates of a package (its folder ``templates``)."""
    return Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=_cache(),
        **more,
    )
