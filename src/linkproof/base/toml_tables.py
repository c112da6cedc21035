"""Tables of TOML files: known members of the right type; every error names its place and a fix."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

from linkproof.base.files import read_file
from linkproof.base.models import convert
from linkproof.errors import UsageError

T = TypeVar("T")

#: TOML is written by hand; its parser is slow.
_MOST_BYTES = 5 << 20
#: A dotted key with too many parts for ``tomllib``, whose time grows with the square of their number.
_LONG_KEY = re.compile(r"""(?<![\w\-"'.])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){100}""")
_WORDS = {str: "a string", bool: "true or false", int: "a number", float: "a number", dict: "a table", list: "a list"}


def check_members(table: Mapping[str, Any], kinds: Mapping[str, tuple[type, ...]], file: str, name: str) -> None:
    """Refuse unknown members (with the nearest known one) and members of the wrong type."""
    where = f"{file}: [{name}]" if name else file
    if not isinstance(table, Mapping):
        raise UsageError(f"expected a table, got {shown(table)}", where=where, fix=f"members are: {', '.join(kinds)}")
    for key, value in table.items():
        if key not in kinds:
            near = difflib.get_close_matches(key, kinds, n=1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            raise UsageError(f"unknown member {key!r}", where=where, fix=f"{hint}known are: {', '.join(kinds)}")
        wanted = kinds[key]
        if not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted):
            # A credential is not shown, even where it is mistyped.
            found = "not a string" if key == "token" else shown(value)
            raise UsageError(f"{key} is {found}", where=where, fix=f"{key} is {_WORDS[wanted[0]]}")


def shown(value: Any) -> str:
    """Return a value for a message, cut to one line."""
    try:
        return f"{value!r:.80}"
    except ValueError:  # Python writes no number of thousands of digits
        return "a number that is too long"


def table_of(raw: Mapping[str, Any], name: str, file: str) -> dict[str, Any]:
    """Return a required table. Raises UsageError."""
    found = raw.get(name)
    if not isinstance(found, dict):
        raise UsageError(f"the table [{name}] is missing", where=file, fix=f"add [{name}]")
    return found


def dataclass_of(kind: type[T], values: Mapping[str, Any], where: str, fix: str) -> T:
    """Return a dataclass from a TOML table. Raises UsageError for members that are unknown, missing, or do not fit."""
    known = {f.name for f in fields(kind)}  # type: ignore[arg-type]
    unknown = sorted(set(values) - known)
    if unknown:
        raise UsageError(
            f"unknown member {unknown[0]!r}", where=where, fix=f"known members: {', '.join(sorted(known))}"
        )
    return convert(dict(values), kind, where, fix)


def read_toml(path: Path, fix: str, model: type[Any] | None = None) -> dict[str, Any]:
    """Return the tables of a file, which have the shape of ``model``.

    Raises UsageError: ``fix`` is for a file that cannot be read, or does not fit.
    """
    found = toml_of(read_file(path, fix, _MOST_BYTES), str(path))
    if model is not None:
        convert(found, model, str(path), fix)
    return found


def toml_of(data: bytes, where: str) -> dict[str, Any]:
    """Return the tables of a TOML text. Raises UsageError."""
    try:
        text = data.decode("utf-8-sig")
        if _LONG_KEY.search(text):
            raise UsageError("a key has more than 100 parts", where=where, fix="write tables instead")
        return tomllib.loads(text)
    except UnicodeDecodeError:
        raise UsageError("this file is not UTF-8 text", where=where, fix="save it as UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"not valid TOML: {error!s:.200}", where=where, fix="correct the line that is named") from None
