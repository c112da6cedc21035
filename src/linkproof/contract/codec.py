"""Bodies in the formats that vendors use, each read into the values that JSON has.

Checks look at values by JSON pointers, so that a form's or an XML document's members are found like those of an object.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl
from xml.etree import ElementTree

from linkproof.base.json_values import MISSING, NOT_JSON, TOO_DEEP, parse
from linkproof.contract.model import Format

#: Levels of an XML document or a form that are read.
_DEEPEST = 100
#: Elements that stand for the items of a list, whatever their number.
_ITEMS = frozenset({"item", "member"})


def decode(body: bytes, how: Format) -> Any:
    """The value of a body: ``MISSING`` without one, ``NOT_JSON`` where it does not have the format.

    A form's ``Filter.1.Name=id`` is ``{"Filter": [{"Name": "id"}]}``. An XML document is the content of its root, with
    its text as strings; elements of one name, and ``item`` and ``member``, are lists.
    """
    if not body or not body.strip():
        return MISSING
    match how:
        case Format.JSON:
            return parse(body)
        case Format.FORM:
            return _form(body)
        case Format.XML:
            return _xml(body)


def _form(body: bytes) -> Any:
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, strict_parsing=True)
    except ValueError:
        return NOT_JSON
    tree: dict[str, Any] = {}
    for name, value in pairs:
        steps = name.split(".")
        if len(steps) > _DEEPEST:
            return TOO_DEEP
        here = tree
        for step in steps[:-1]:
            here = here.setdefault(step, {})
            if not isinstance(here, dict):
                return NOT_JSON
        here[steps[-1]] = value
    return _with_lists(tree)


def _with_lists(value: Any) -> Any:
    """The same with lists where all names are numbers: ``{"1": a, "2": b}`` is ``[a, b]``."""
    if not isinstance(value, dict):
        return value
    if value and all(name.isdecimal() for name in value):
        return [_with_lists(value[name]) for name in sorted(value, key=int)]
    return {name: _with_lists(inner) for name, inner in value.items()}


def _xml(body: bytes) -> Any:
    if b"<!DOCTYPE" in body:
        return NOT_JSON  # entities could make any document of a few bytes
    try:
        root = ElementTree.fromstring(body)
    except (ElementTree.ParseError, ValueError, LookupError):
        return NOT_JSON
    return _element(root, 0)


def _element(element: ElementTree.Element, depth: int) -> Any:
    if depth > _DEEPEST:
        return TOO_DEEP
    inner = [(child.tag.rpartition("}")[2], _element(child, depth + 1)) for child in element]
    if not inner:
        return (element.text or "").strip()
    if any(value is TOO_DEEP for _, value in inner):
        return TOO_DEEP
    names = [name for name, _ in inner]
    if set(names) <= _ITEMS:
        return [value for _, value in inner]
    found: dict[str, Any] = {}
    for name, value in inner:
        if names.count(name) > 1:
            found.setdefault(name, []).append(value)
        else:
            found[name] = value
    return found
