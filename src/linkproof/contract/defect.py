"""The ways in which a request violates its contract."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Defect(StrEnum):
    """A way in which a request violates the contract. A request with one defect shows how that defect is answered."""

    METHOD = "undocumented method"
    NO_CREDENTIAL = "no credential"
    WRONG_CREDENTIAL = "wrong credential"
    NO_VERSION = "no api-version"
    OTHER_VERSION = "another api-version"
    PATH = "path parameter outside its limits"
    QUERY = "query parameter outside its set"
    REPEATED = "query parameter given twice"
    NOT_JSON = "body is not JSON"
    EMPTY = "body is empty"
    NOT_OBJECT = "body is not an object"
    LACKS_MEMBER = "body lacks a required member"
    ENUMERATOR = "undocumented enumerator"
    BODY = "body does not fit its schema"


@dataclass(frozen=True, slots=True)
class FoundDefect:
    """A defect of a request, with its parameter or pointer and its value."""

    defect: Defect
    name: str = ""
    value: Any = None


#: Defects of a body that are answered with 400, whatever its schema.
BODY_DEFECTS = frozenset({Defect.NOT_JSON, Defect.EMPTY, Defect.NOT_OBJECT, Defect.LACKS_MEMBER})
