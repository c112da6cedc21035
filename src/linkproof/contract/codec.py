"""Bodies in vendors' formats, decoded to JSON values and encoded from them.

Checks use JSON pointers, so that members of a form or an XML document are found like those of an object. Text alone
cannot distinguish a list of one, a number, or an object without members: the schema does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode
from xml.etree import ElementTree

import orjson

from linkproof.base.json_values import MISSING, MOST_VALUES, NOT_JSON, TOO_DEEP, parse
from linkproof.contract.protocol import Format
from linkproof.contract.schema import BodySchema
from linkproof.contract.schema_walk import Schema, resolved

#: Maximum number of levels of an XML document or a form.
_DEEPEST = 100
#: A longer number is a name, and no place in a list.
_MOST_DIGITS = 9
#: Names of elements that are items of a list, whatever their number.
_ITEMS = frozenset({"item", "member"})
_INTEGER = re.compile(r"-?[0-9]{1,30}")
_BOOLEANS = {"true": True, "false": False}
#: Matches characters that XML 1.0 does not allow.
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def decode(body: bytes, how: Format, schema: BodySchema | None = None) -> Any:
    """Return the value of a body: ``MISSING`` without one, ``NOT_JSON`` if it does not have the format.

    A form's ``Filter.1.Name=id`` is ``{"Filter": [{"Name": "id"}]}``. An XML document is the content of its root;
    repeated elements, and ``item`` and ``member``, are lists. Text is converted to the type in ``schema`` where
    possible: ``7`` to a number, an empty element to an empty list.
    """
    if not body or not body.strip():
        return MISSING
    match how:
        case Format.JSON:
            return parse(body)
        case Format.FORM:
            found = _form(body)
        case Format.XML:
            found = _xml(body)
    return _typed(found, *schema.parts) if schema is not None else found


def encode(value: Any, how: Format, root: str = "", namespace: str = "", schema: BodySchema | None = None) -> bytes:
    """Return the body with a value: the inverse of ``decode``. ``root``, ``namespace`` and ``schema`` apply to XML.

    A form cannot express null, nor an object without members: they are omitted.
    """
    match how:
        case Format.JSON:
            return _json(value)
        case Format.FORM:
            return urlencode(list(_pairs(value, "")), errors="replace").encode()
        case Format.XML:
            element = ElementTree.Element(root or "Response", {"xmlns": namespace} if namespace else {})
            _fill(element, value, *(schema.parts if schema is not None else ({}, {})))
            text: bytes = ElementTree.tostring(element, "UTF-8", xml_declaration=True)
            return text


def _json(value: Any) -> bytes:
    """Return JSON text. orjson takes a tenth of the time, and refuses large integers and halves of surrogate pairs."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def member_of(body: bytes, how: Format, name: str) -> Any:
    """Return one top-level member of a body, ``MISSING`` without it; of a form even if the rest is invalid."""
    if how is Format.FORM:
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
        return next((value for key, value in pairs if key == name), MISSING)
    found = decode(body, how)
    return found.get(name, MISSING) if isinstance(found, dict) else MISSING


# the meaning of text


def _typed(value: Any, schema: Schema, document: Schema) -> Any:
    schema = resolved(schema, document)
    match schema.get("type"):
        case "array":
            return _list(value, schema.get("items", {}), document)
        case "object" if isinstance(value, dict):
            members = schema.get("properties", {})
            return {k: _typed(v, members[k], document) if k in members else v for k, v in value.items()}
        case "object" if isinstance(value, str) and not value.strip():
            return {}
        case "integer" if isinstance(value, str) and _INTEGER.fullmatch(value):
            return int(value)
        case "boolean" if isinstance(value, str):
            return _BOOLEANS.get(value, value)
    return value


def _list(value: Any, items: Schema, document: Schema) -> Any:
    """Return a list if the text is one: nothing at all, or elements with the name of its items."""
    if isinstance(value, str) and not value.strip():
        return []
    name = resolved(items, document).get("xml", {}).get("name", "")
    if isinstance(value, dict) and list(value) == [name]:
        inner = value[name]
        value = inner if isinstance(inner, list) else [inner]
    return [_typed(item, items, document) for item in value] if isinstance(value, list) else value


# forms


def _form(body: bytes) -> Any:
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, strict_parsing=True, max_num_fields=MOST_VALUES)
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
    """Replace objects whose names are all numbers by lists: ``{"1": a, "2": b}`` by ``[a, b]``."""
    if not isinstance(value, dict):
        return value
    if value and all(name.isdecimal() and len(name) <= _MOST_DIGITS for name in value):
        return [_with_lists(value[name]) for name in sorted(value, key=int)]
    return {name: _with_lists(inner) for name, inner in value.items()}


def _pairs(value: Any, name: str) -> Iterator[tuple[str, str]]:
    """Return the names and values of a form with this value, in order."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _pairs(inner, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list):
        for number, inner in enumerate(value, 1):
            yield from _pairs(inner, f"{name}.{number}" if name else str(number))
    elif value is not None and name:
        yield name, _text(value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


# XML


def _xml(body: bytes) -> Any:
    if b"<!DOCTYPE" in body:
        return NOT_JSON  # entities could expand a few bytes to a document of any size
    if body.count(b"<") > 2 * MOST_VALUES:
        return TOO_DEEP
    try:
        root = ElementTree.fromstring(body)
    except (ElementTree.ParseError, ValueError, LookupError):
        return NOT_JSON
    if root.tag.rpartition("}")[2].lower() == "html":
        return NOT_JSON  # a page may be well-formed XML: it is still no answer of the service
    return _element(root, 0)


def _element(element: ElementTree.Element, depth: int) -> Any:
    if depth > _DEEPEST:
        return TOO_DEEP
    inner = [(child.tag.rpartition("}")[2], _element(child, depth + 1)) for child in element]
    if not inner:
        text = element.text or ""
        return text if text.strip() else ""
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


def _fill(element: ElementTree.Element, value: Any, schema: Schema, document: Schema) -> None:
    """Set the value of an element; null is an element without content."""
    schema = resolved(schema, document)
    if isinstance(value, Mapping):
        members = schema.get("properties", {})
        for key, inner in value.items():
            _fill(ElementTree.SubElement(element, str(key)), inner, members.get(key, {}), document)
    elif isinstance(value, list):
        items = schema.get("items", {})
        name = resolved(items, document).get("xml", {}).get("name", "item")
        for inner in value:
            _fill(ElementTree.SubElement(element, name), inner, items, document)
    elif value is not None:
        element.text = _NOT_IN_XML.sub("\ufffd", _text(value))
