"""JSON as it crosses the wire: exact integers, no NaN, bounded depth; and JSON pointers (RFC 6901)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice, pairwise
from typing import Any, Final

import orjson


class _Missing:
    """The value at a pointer that leads nowhere; falsy, and equal only to itself."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "(absent)"


MISSING: Final = _Missing()
NOT_JSON: Final = _Missing()
#: In place of a value that is nested too deep, or has too many values, to be looked at.
TOO_DEEP: Final = _Missing()


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


#: An integer of this many digits may exceed 64 bits, and orjson would return fewer of its digits.
_MANY_DIGITS = b"0" * 19
#: jsonschema-rs refuses values of 255 levels and more.
_DEEPEST = 250
#: A text with more values than this is not read: half a million objects of ten bytes take as much memory as a run.
MOST_VALUES = 400_000
#: Memory of a JSON value beside its text, on average.
_BYTES_OF_A_VALUE = 100
#: Number of characters that are shown of what stands before an error.
_BEFORE = 20
#: A longer text is not read again to explain it, in bytes.
_EXPLAINED = 1 << 20
_STRING_OR_MARK = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[,\[{]', re.DOTALL)
_QUOTE = ord('"')
_DIGITS_ALIKE = bytes.maketrans(b"123456789", b"000000000")
_DECODER = json.JSONDecoder(parse_constant=_no_constant)


def parse(body: bytes) -> Any:
    """Return the value of a JSON text; ``NOT_JSON`` for anything else, ``TOO_DEEP`` if it is nested or has too much.

    orjson reads nearly all bodies. What it refuses, or would not return exactly, takes the slower decoder.
    """
    if len(body) > MOST_VALUES and _has_too_many(body):
        return TOO_DEEP
    try:
        value = _read(body)
    except ValueError:
        return NOT_JSON
    except RecursionError:
        return TOO_DEEP
    return TOO_DEEP if _is_too_deep(body, value) else value


def why_not_json(body: bytes) -> str:
    """Return, as a clause, why a text that begins as JSON is not JSON, with what stands before that place; else ""."""
    if len(body) > _EXPLAINED or not body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        return ""
    try:
        _DECODER.decode(body.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return f": byte {error.start + 1} (0x{body[error.start]:02x}) is not UTF-8"
    except json.JSONDecodeError as error:
        before = error.doc[max(0, error.pos - _BEFORE) : error.pos]
        what = error.msg.removesuffix(" starting at")
        return f": {what[:1].lower()}{what[1:]} at character {error.pos + 1}, after {before!r}"
    except ValueError as error:
        return f": {error}"
    except RecursionError:
        pass
    return ""


def weight_of(body: bytes) -> int:
    """Return about how many bytes of memory a body and its value take."""
    return 2 * len(body) + _BYTES_OF_A_VALUE * _marks(body)


def _has_too_many(body: bytes) -> bool:
    """Whether a JSON text has more values than are looked at; commas within strings separate none."""
    if _marks(body) <= MOST_VALUES:
        return False
    marks = (match for match in _STRING_OR_MARK.finditer(body) if body[match.start()] != _QUOTE)
    return next(islice(marks, MOST_VALUES, None), None) is not None


def _marks(body: bytes) -> int:
    return body.count(b",") + body.count(b"[") + body.count(b"{")


def _read(body: bytes) -> Any:
    if _MANY_DIGITS not in body.translate(_DIGITS_ALIKE):
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError:
            pass
    return _DECODER.decode(body.decode("utf-8-sig"))


def _is_too_deep(body: bytes, value: Any) -> bool:
    """Whether a value is nested deeper than the schema validator allows; few brackets are never too many levels."""
    if len(body) <= 2 * _DEEPEST or body.count(b"{") + body.count(b"[") <= _DEEPEST:
        return False
    level = [value]
    for _ in range(_DEEPEST):
        level = [v for n in level if isinstance(n, dict | list) for v in (n.values() if isinstance(n, dict) else n)]
        if not level:
            return False
    return any(isinstance(node, dict | list) for node in level)


def dump(value: Any) -> str:
    """Return a value as JSON text on one line; ``(absent)`` for a missing one."""
    if isinstance(value, _Missing):
        return repr(value)
    return json.dumps(value, ensure_ascii=False, default=str)


def shorten(value: Any, limit: int = 200) -> str:
    """Return a value as JSON text, cut to ``limit`` characters."""
    text = dump(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"


@lru_cache(maxsize=4096)
def steps_of(pointer: str) -> tuple[str, ...]:
    """Return the keys and indices of a pointer."""
    return tuple(s.replace("~1", "/").replace("~0", "~") if "~" in s else s for s in pointer.split("/")[1:])


def at(value: Any, pointer: str) -> Any:
    """Return the value at ``pointer``, or ``MISSING``."""
    for key in steps_of(pointer):
        if isinstance(value, dict):
            if key not in value:
                return MISSING
            value = value[key]
        elif isinstance(value, list) and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        else:
            return MISSING
    return value


@lru_cache(maxsize=4096)
def _way_to(pointer: str) -> tuple[tuple[tuple[str, bool], ...], str]:
    """Return the steps to a pointer's last one, each with whether an array follows it, and the last one."""
    *steps, last = steps_of(pointer)
    return tuple((step, following.isdigit()) for step, following in pairwise([*steps, last])), last


def as_number(value: Any) -> int | None:
    """Return a whole number that is given as such or, as in a query, as decimal digits; else None."""
    if isinstance(value, int):
        return None if isinstance(value, bool) else value
    is_digits = isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19
    return int(value) if is_digits else None


def place(value: dict[str, Any], pointer: str, leaf: Any) -> None:
    """Set the value at ``pointer`` to ``leaf``, creating objects (or arrays for ``/0``) on the way; "" is no place."""
    if not pointer:
        return
    steps, last = _way_to(pointer)
    here: Any = value
    for step, array_follows in steps:
        if isinstance(here, list):
            index = int(step)
            if index == len(here):
                here.append([] if array_follows else {})
            here = here[index]
        elif step in here:
            here = here[step]
        else:
            here[step] = here = [] if array_follows else {}
    if not isinstance(here, list):
        here[last] = leaf
    elif int(last) == len(here):
        here.append(leaf)
    else:
        here[int(last)] = leaf


def join(*steps: str | int) -> str:
    """Return the pointer made of these steps."""
    return "".join([f"/{str(s).replace('~', '~0').replace('/', '~1')}" for s in steps])


def strings(value: Any, pointer: str = "") -> Iterator[tuple[str, str]]:
    """Yield every string in ``value`` with its pointer."""
    stack: list[tuple[str, Any]] = [(pointer, value)]
    while stack:
        here, node = stack.pop()
        if isinstance(node, str):
            yield here, node
        elif isinstance(node, dict):
            stack.extend([(here + join(k), v) for k, v in node.items()])
        elif isinstance(node, list):
            stack.extend([(f"{here}/{i}", v) for i, v in enumerate(node)])


def texts(value: Any) -> list[str]:
    """Return every string in ``value``, as ``strings`` does: without the pointers, which take most of the time."""
    found: list[str] = []
    stack: list[Any] = [value]
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            found.append(node)
        elif isinstance(node, dict):
            stack.extend(node.values())
        elif isinstance(node, list):
            stack.extend(node)
    return found


def generalise(pointer: str) -> str:
    """Return a pointer with ``*`` for every array index: the same place in each item."""
    return "/".join("*" if s.isdigit() else s for s in pointer.split("/")) if pointer else pointer


def values_at(value: Any, pointer: str) -> Sequence[tuple[str, Any]]:
    """Return every value at a generalised pointer, with its own pointer."""
    if "*" not in pointer:
        found = at(value, pointer)
        return () if found is MISSING else ((pointer, found),)
    here: list[tuple[str, Any]] = [("", value)]
    for key in steps_of(pointer):
        if key != "*":
            step = join(key)
            here = [(place + step, n[key]) for place, n in here if isinstance(n, dict) and key in n]
            continue
        following: list[tuple[str, Any]] = []
        for place, node in here:
            if isinstance(node, list):
                following.extend((f"{place}/{i}", v) for i, v in enumerate(node))
            elif isinstance(node, dict):
                following.extend((place + join(k), v) for k, v in node.items())
        here = following
    return here
