"""JSON as it crosses the wire: exact integers, no NaN, bounded depth; and JSON pointers (RFC 6901)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

import orjson


class _Missing:
    """The value of a pointer that leads nowhere; falsy, and equal to itself only."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "(absent)"


MISSING: Final = _Missing()
NOT_JSON: Final = _Missing()
TOO_DEEP: Final = _Missing()


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


#: So many digits may be an integer beyond 64 bits, which orjson gives with fewer digits than it came with.
_MANY_DIGITS = b"0" * 19
#: jsonschema-rs refuses to look at 255 levels and more.
_DEEPEST = 250
_DIGITS_ALIKE = bytes.maketrans(b"123456789", b"000000000")
_DECODER = json.JSONDecoder(parse_constant=_no_constant)


def parse(body: bytes) -> Any:
    """The value of a JSON text; ``NOT_JSON`` for anything else, ``TOO_DEEP`` for nesting beyond what can be read.

    orjson reads what nearly every body is; what it refuses, or would not give exactly, is read by the slower way.
    """
    try:
        value = _read(body)
    except ValueError:
        return NOT_JSON
    except RecursionError:
        return TOO_DEEP
    return TOO_DEEP if _is_too_deep(body, value) else value


def _read(body: bytes) -> Any:
    if _MANY_DIGITS not in body.translate(_DIGITS_ALIKE):
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError:
            pass
    return _DECODER.decode(body.decode("utf-8-sig"))


def _is_too_deep(body: bytes, value: Any) -> bool:
    """Whether a value is nested deeper than schemas can be asked about; few brackets are never too many levels."""
    if body.count(b"{") + body.count(b"[") <= _DEEPEST:
        return False
    level = [value]
    for _ in range(_DEEPEST):
        level = [v for n in level if isinstance(n, dict | list) for v in (n.values() if isinstance(n, dict) else n)]
        if not level:
            return False
    return any(isinstance(node, dict | list) for node in level)


def dump(value: Any) -> str:
    """The JSON text of a value on one line; ``(absent)`` for a missing one."""
    if isinstance(value, _Missing):
        return repr(value)
    return json.dumps(value, ensure_ascii=False, default=str)


def shorten(value: Any, limit: int = 200) -> str:
    """The JSON text of a value, cut to ``limit`` characters."""
    text = dump(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"


@lru_cache(maxsize=4096)
def steps_of(pointer: str) -> tuple[str, ...]:
    """The keys and indices that a pointer is made of."""
    return tuple(s.replace("~1", "/").replace("~0", "~") if "~" in s else s for s in pointer.split("/")[1:])


def at(value: Any, pointer: str) -> Any:
    """What ``pointer`` leads to in ``value``, or ``MISSING``."""
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


def place(value: dict[str, Any], pointer: str, leaf: Any) -> None:
    """Put ``leaf`` where ``pointer`` leads, making objects (or one-item arrays for ``/0``) on the way."""
    steps = pointer.split("/")[1:]
    here: Any = value
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        new: Any = leaf if following is None else ([] if following.isdigit() else {})
        if isinstance(here, list):
            index = int(step)
            if index == len(here):
                here.append(new)
            elif following is None:
                here[index] = new
            here = here[index]
        else:
            if following is None:
                here[step] = new
            here = here.setdefault(step, new)


def join(*steps: str | int) -> str:
    """A pointer from its steps."""
    return "".join(f"/{str(s).replace('~', '~0').replace('/', '~1')}" for s in steps)


def strings(value: Any, pointer: str = "") -> Iterator[tuple[str, str]]:
    """Every string in ``value`` with its pointer."""
    stack: list[tuple[str, Any]] = [(pointer, value)]
    while stack:
        here, node = stack.pop()
        if isinstance(node, str):
            yield here, node
        elif isinstance(node, dict):
            stack.extend((here + join(k), v) for k, v in node.items())
        elif isinstance(node, list):
            stack.extend((here + join(i), v) for i, v in enumerate(node))


def generalise(pointer: str) -> str:
    """A pointer with every array index as ``*``: the same place in each item."""
    return "/".join("*" if s.isdigit() else s for s in pointer.split("/")) if pointer else pointer
