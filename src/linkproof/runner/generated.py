"""Generated requests and lifecycles, reduced to what Linkproof sends of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

_METHODS = frozenset({"GET", "PUT", "POST", "PATCH", "DELETE"})


@dataclass(frozen=True, slots=True)
class GeneratedCase:
    """A generated request, without the connection and the parents that a target gives it.

    Attributes:
        method: the request's method.
        query: the query as text.
        body: the body as JSON text; "" for none.
        wrong: the path parameter that this case violates; "" for none.
        value: the generated value of that parameter, if it is a text.
    """

    method: str
    query: tuple[tuple[str, str], ...] = ()
    body: str = ""
    wrong: str = ""
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """One step of a lifecycle: decide (with a decision and a text), again, show or delete."""

    kind: str
    decision: str = ""
    text: str = ""


def generated_case(case: Any) -> GeneratedCase | None:
    """Return a Schemathesis case; None if it cannot be expressed as a request of a URL, a query and a JSON body."""
    query, body = _query(case.query or {}), _body(case.body)
    if query is None or body is None or str(case.method) not in _METHODS:
        return None
    wrong = _negated_path_parameter(case)
    value = case.path_parameters.get(wrong) if wrong else None
    return GeneratedCase(str(case.method), query, body, wrong, value if isinstance(value, str) else None)


def _negated_path_parameter(case: Any) -> str:
    data: Any = getattr(getattr(case.meta, "phase", None), "data", None)
    location = getattr(data, "parameter_location", None)
    if location is not None and str(getattr(location, "value", location)) == "path":
        return str(data.parameter)
    return ""


def _query(query: Any) -> tuple[tuple[str, str], ...] | None:
    """Return a query as text; None if a value cannot be expressed in a query string."""
    pairs: list[tuple[str, str]] = []
    for key, value in query.items():
        if isinstance(value, list | dict) or value is None:
            return None
        text = json.dumps(value) if isinstance(value, bool) else str(value)
        if not isinstance(key, str) or not _plain(key) or not _plain(text):
            return None
        pairs.append((key, text))
    return tuple(pairs)


def _plain(text: str) -> bool:
    return text.isprintable() and text.isascii()


def _body(body: Any) -> str | None:
    """Return a body as JSON text; "" for none, None if JSON cannot express it."""
    if not isinstance(body, dict | list | str | int | float | bool) and body is not None:
        return ""  # Schemathesis' marker for: no body
    try:
        return json.dumps(body, allow_nan=False)
    except (ValueError, TypeError):
        return None
