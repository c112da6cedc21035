"""Strategies that damage a good file: its bytes, its lines, or the values of its JSON tree."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from hypothesis import strategies as st

#: Text that stands for a JSON token that ``json.dumps`` cannot write.
_TOKENS = {
    "@digits@": "9" * 5000,
    "@some-digits@": "9" * 400,
    "@minus-digits@": "-" + "9" * 5000,
    "@deep-list@": "[" * 3000 + "]" * 3000,
    "@deep-map@": '{"a":' * 3000 + "1" + "}" * 3000,
    "@infinity@": "1e999",
    "@NaN@": "NaN",
    "@surrogate@": '"\\ud800"',
    "@nul@": '"\\u0000"',
    "@long@": json.dumps("x" * 100_000),
    "@utf8@": '"\N{REPLACEMENT CHARACTER}"',
}
#: Values that belong nowhere in particular: each type, each edge.
HOSTILE: tuple[Any, ...] = (
    *_TOKENS,
    *(None, True, False, 0, -1, 1, 2**63, 2**64, 1.5, -0.0, 1e308),
    *("", " ", "a", "\x7f", "..", "../../x", "/", "#", "http://[", "https://x:99999999/", "2026-13-45T99:99:99Z"),
    *("([", "%zz"),
    *([], {}, [[]], [None], [1, 2], [{}], {"": ""}, {"a": None}, {"$ref": "#"}, {"value": 1}),
)
_REMOVED = object()
#: Above this a value may be nested too deep for some stacks.
_MOST_BRACKETS = 2500
_NOISE: tuple[bytes, ...] = (
    *(b"\0", b"\xff", b"\xed\xa0\x80", b"\xc3", b"\xef\xbb\xbf", b"\r", b"\n", b"\t"),
    *(b'"', b"{", b"}", b"[", b"]", b"'", b":", b",", b"-", b"&a ", b"*a", b"!!python/name:os.system "),
    *(b"1e999", b"9" * 5000, b"{" * 3000),
)


@st.composite
def damaged(draw: st.DrawFn, seeds: Sequence[bytes]) -> bytes:
    """A good file (one of ``seeds``) with one to four damages; sometimes with none."""
    data = draw(st.sampled_from(list(seeds)))
    ways: list[Callable[[st.DrawFn, bytes], bytes]] = [_bytes, _lines]
    if _as_json(data) is not None:
        ways += [_tree, _tree, _tree]
    for _ in range(draw(st.integers(0, 4))):
        data = draw(st.sampled_from(ways))(draw, data)
    return data


def each_member_damaged(data: bytes) -> Iterator[bytes]:
    """A good JSON file (or lines of JSON), each node in turn removed and replaced by each hostile value."""
    value = _as_json(data)
    for number in range(len(list(_places(value)))):
        for hostile in (*HOSTILE, _REMOVED):
            changed = copy.deepcopy(value)
            parent, key = list(_places(changed))[number]
            if hostile is _REMOVED:
                del parent[key]
            else:
                parent[key] = hostile
            yield _written(changed, data)


def damaged_value(draw: st.DrawFn, value: Any) -> Any:
    """A JSON value with one node replaced, removed, renamed, wrapped or doubled."""
    places = list(_places(value))
    if not places:
        return copy.deepcopy(draw(st.sampled_from(HOSTILE)))
    parent, key = places[draw(st.integers(0, len(places) - 1))]
    what = draw(st.sampled_from(("replace", "replace", "replace", "remove", "rename", "wrap", "map", "double")))
    if what == "remove":
        del parent[key]
    elif what == "rename" and isinstance(parent, dict):
        parent[draw(st.sampled_from(("", "@surrogate@", str(key).upper(), f"{key}s", "$ref")))] = parent.pop(key)
    elif what == "wrap":
        parent[key] = [parent[key]]
    elif what == "map":
        parent[key] = {"string": parent[key], "name": copy.deepcopy(parent[key])}
    elif what == "double" and isinstance(parent, list):
        parent.insert(key, copy.deepcopy(parent[key]))
    else:
        parent[key] = copy.deepcopy(draw(st.sampled_from(HOSTILE)))  # a later damage may change it
    return value


def _tree(draw: st.DrawFn, data: bytes) -> bytes:
    value = _as_json(data)
    if value is None:
        return data
    for _ in range(draw(st.integers(1, 2))):
        value = damaged_value(draw, value)
    return _written(value, data)


def _written(value: Any, like: bytes) -> bytes:
    """A value as a file of the same format as ``like``."""
    lines = value if isinstance(value, list) and _is_lines(like) else None
    text = "\n".join(map(json.dumps, lines)) + "\n" if lines is not None else json.dumps(value)
    for token, written in _TOKENS.items():
        text = text.replace(json.dumps(token), written)
    return (b"--- " if like.startswith(b"--- ") else b"") + text.encode()


def _bytes(draw: st.DrawFn, data: bytes) -> bytes:
    at = draw(st.integers(0, len(data)))
    length = draw(st.sampled_from((0, 1, 2, 7, 40, 4000)))
    what = draw(st.sampled_from(("insert", "overwrite", "cut", "remove", "repeat", "flip")))
    noise: bytes = draw(st.sampled_from(_NOISE))
    if what == "insert":
        return data[:at] + noise + data[at:]
    if what == "overwrite":
        return data[:at] + noise + data[at + len(noise) :]
    if what == "cut":
        return data[:at]
    if what == "remove":
        return data[:at] + data[at + length :]
    if what == "repeat":
        return data[:at] + data[at : at + length] * 3 + data[at + length :]
    return data[:at] + bytes([data[at] ^ (1 << draw(st.integers(0, 7)))]) + data[at + 1 :] if at < len(data) else data


def _lines(draw: st.DrawFn, data: bytes) -> bytes:
    lines = data.splitlines(keepends=True)
    if not lines:
        return data
    at = draw(st.integers(0, len(lines) - 1))
    what = draw(st.sampled_from(("remove", "double", "swap", "value", "indent")))
    line = lines[at]
    if what == "remove":
        del lines[at]
    elif what == "double":
        lines.insert(at, line)
    elif what == "swap":
        other = draw(st.integers(0, len(lines) - 1))
        lines[at], lines[other] = lines[other], line
    elif what == "indent":
        lines[at] = b"  " + line
    else:
        mark = b": " if b": " in line else b" = "
        key, found, _ = line.partition(mark)
        noise = draw(st.sampled_from(HOSTILE))
        value = _TOKENS.get(noise, "") if isinstance(noise, str) else ""
        lines[at] = key + (found or mark) + (value or json.dumps(noise)).encode() + b"\n"
    return b"".join(lines)


def _as_json(data: bytes) -> Any:
    if data.count(b"[") + data.count(b"{") > _MOST_BRACKETS:
        return None  # whether it can be read depends on the depth of the stack: a replay would draw something else
    try:
        text = data.removeprefix(b"--- ").decode()
        if _is_lines(data):
            return [json.loads(line) for line in text.splitlines() if line.strip()]
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _is_lines(data: bytes) -> bool:
    """Whether a file is one JSON value on each line."""
    lines = [line for line in data.splitlines() if line.strip()]
    return len(lines) > 1 and all(line.startswith(b"{") and line.rstrip().endswith(b"}") for line in lines)


def _places(value: Any) -> Any:
    keys: Any = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from _places(value[key])
