"""Typed models for input: whatever is read is decoded into its model, or refused with its place and a fix."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from linkproof.base.json_values import at, join, steps_of
from linkproof.errors import UsageError

T = TypeVar("T")

#: The path that msgspec appends to a message: "... - at `$.findings[0].level`"; "key" stands for a map's own key.
_PATH = re.compile(r" - at `(key in )?\$?(.*)`\Z", re.DOTALL)
#: One step of such a path: a member, an index, or "..." for any.
_STEP = re.compile(r"\.([^.\[]+)|\[(\d+|\.\.\.)\]")
_TYPES = {
    "str": "a string",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "object": "an object",
    "array": "an array",
    "null": "null",
    "date": "a day such as 2027-01-31",
    "datetime": "a moment",
}
_QUOTED = re.compile(r"`([^`]*)`")
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(.*)`", re.DOTALL)
_ENUMERATOR = re.compile(r"Invalid enum value '?(.*?)'?\Z", re.DOTALL)
#: A JSON pointer, or "" for none: the pattern of a field's type.
POINTER = "^(/|$)"
_LONGEST = 300


def decode_json(data: bytes, model: type[T], where: str, fix: str) -> T:
    """Decode JSON into a model. Raises UsageError with the place (JSON pointer) of what does not fit."""
    try:
        return msgspec.json.decode(data, type=model)
    except msgspec.ValidationError as error:
        raise _refused(error, model, where, fix) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"this is not JSON: {error}", where=where, fix=fix) from None
    except RecursionError:
        raise UsageError("this JSON is nested too deep", where=where, fix=fix) from None


def convert(value: Any, model: type[T], where: str, fix: str) -> T:
    """Convert JSON or TOML values into a model. Raises UsageError as ``decode_json`` does."""
    try:
        return msgspec.convert(value, model)
    except msgspec.ValidationError as error:
        raise _refused(error, model, where, fix, value) from None
    except (ValueError, OverflowError, RecursionError):
        raise UsageError("a number is too long, or a value is nested too deep", where=where, fix=fix) from None


def changed_texts(value: T, change: Callable[[str], str]) -> T:
    """Return a model (or JSON value) with ``change`` applied to every text in it; enumerators stay as they are."""
    return _changed(value, change)  # type: ignore[no-any-return]


def _changed(value: Any, change: Callable[[str], str]) -> Any:
    if type(value) is str:
        return change(value)
    if isinstance(value, msgspec.Struct):
        members = {name: _changed(getattr(value, name), change) for name in value.__struct_fields__}
        return type(value)(**members)
    if isinstance(value, list | tuple):
        return type(value)([_changed(item, change) for item in value])
    if isinstance(value, Mapping):
        return {key: _changed(member, change) for key, member in value.items()}
    return value


def _refused(error: msgspec.ValidationError, model: Any, where: str, fix: str, value: Any = None) -> UsageError:
    text = str(error)
    path = _PATH.search(text)
    pointer = _pointer(path[2]) if path else ""
    if path and not path[1]:
        pointer = _named(pointer, value, model, text)
    problem = _in_words(text[: path.start()] if path else text, model, path[2] if path else "")
    return UsageError(problem[:_LONGEST], where=f"{where}: {pointer}" if pointer else where, fix=fix)


def _pointer(path: str) -> str:
    return join(*("*" if index == "..." else name or index for name, index in _STEP.findall(path)))


def _named(pointer: str, value: Any, model: Any, message: str) -> str:
    """Return a pointer with the keys of maps for ``*``, which msgspec does not name: it is searched by halves.

    ``message`` is that of the error, which every half with the wrong member gives.
    """
    steps = list(steps_of(pointer))
    for index in (i for i, step in enumerate(steps) if step == "*"):
        holder = at(value, join(*steps[:index]))
        if not isinstance(holder, dict):
            return pointer
        keys = list(holder)
        while len(keys) > 1:
            half = keys[: len(keys) // 2]
            wrong = _message_of(_with(value, steps[:index], {k: holder[k] for k in half}), model) == message
            keys = half if wrong else keys[len(half) :]
        value = _with(value, steps[:index], {k: holder[k] for k in keys})
        if _message_of(value, model) != message:
            return pointer
        steps[index] = str(keys[0])
    return join(*steps)


def _with(value: Any, steps: Sequence[str], new: Any) -> Any:
    """Return a copy of nested maps with another value at a place."""
    if not steps:
        return new
    if not isinstance(value, dict):
        return value
    return {**value, steps[0]: _with(value[steps[0]], steps[1:], new)}


def _message_of(value: Any, model: Any) -> str:
    try:
        msgspec.convert(value, model)
    except msgspec.ValidationError as error:
        return str(error)
    return ""


def _in_words(problem: str, model: Any, path: str) -> str:
    unknown = _UNKNOWN.match(problem)
    if unknown:
        names = _members_at(model, path)
        near = difflib.get_close_matches(unknown[1], names, n=1)
        hint = f": did you mean {near[0]!r}?" if near else f"; known are: {', '.join(names)}" if names else ""
        return f"unknown member {unknown[1]!r:.80}{hint}"
    missing = _MISSING.match(problem)
    if missing:
        return f"{missing[1]} is missing"
    if POINTER in problem:
        return "this is not a JSON pointer: it begins with /"
    value = _ENUMERATOR.match(problem)
    if value:
        return f"{value[1]!r:.80} is not one of: {', '.join(_values_at(model, path))}"
    words = _QUOTED.sub(lambda m: " or ".join(_TYPES.get(t, m[0]) for t in m[1].split(" | ")), problem)
    return f"{words[:1].lower()}{words[1:]}"


def _values_at(model: Any, path: str) -> list[str]:
    """Return the values that a model allows at a path, if it lists them."""
    node = _node_at(model, path)
    if isinstance(node, msgspec.inspect.EnumType):
        return [str(one.value) for one in node.cls]
    return [str(value) for value in node.values] if isinstance(node, msgspec.inspect.LiteralType) else []


def _node_at(model: Any, path: str) -> Any:
    node = msgspec.inspect.type_info(model)
    for name, _ in _STEP.findall(path):
        node = _step(node, name)
    return _object(node)


def _members_at(model: Any, path: str) -> list[str]:
    """Return the members that a model has at a path; none if that is not one class."""
    node = _node_at(model, path)
    return [f.encode_name for f in node.fields] if isinstance(node, msgspec.inspect.StructType) else []


def _step(node: Any, name: str) -> Any:
    node = _object(node)
    if not name:
        return getattr(node, "item_type", None)
    fields = getattr(node, "fields", ())
    return next((f.type for f in fields if f.encode_name == name), getattr(node, "value_type", None))


def _object(node: Any) -> Any:
    """Return the type behind metadata; of a union, the one that has members or items, or lists its values."""
    while isinstance(node, msgspec.inspect.Metadata):
        node = node.type
    if isinstance(node, msgspec.inspect.UnionType):
        inner = [_object(t) for t in node.types]
        telling = ("fields", "item_type", "values", "cls")
        return next((t for t in inner if any(hasattr(t, name) for name in telling)), inner[0])
    return node
