"""Confirms problems that ``jsonschema-rs`` finds by the reference implementation of JSON Schema, ``jsonschema``.

A body that only one of the two rejects is not a breach: one of them is wrong, which is an engine error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from linkproof.base.json_values import at, generalise, join, shorten
from linkproof.errors import EngineError

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

#: Maximum length of a message of the reference implementation, in characters.
_LONGEST = 300


class Reference:
    """The reference implementation, for one schema document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        import jsonschema  # takes a tenth of a second, and most runs have nothing to confirm

        self._document = document
        self._validator = jsonschema.Draft202012Validator(
            document, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
        )
        #: Places and keywords at which both agreed on a whole body: each is confirmed once.
        self._agreed: set[tuple[str, str]] = set()

    def confirm(self, body: Any, pointer: str, keyword: str, schema_path: Sequence[str | int]) -> str:
        """Return the reference implementation's message for a problem. Raises EngineError if it finds none.

        Args:
            body: the whole body.
            pointer: the place of the problem in the body.
            keyword: the violated schema keyword.
            schema_path: the steps to the keyword in the schema document.
        """
        value = at(body, pointer)
        error = next(self._errors(value, schema_path), None)
        if error is None:
            raise _disagreement(pointer, keyword, value)
        self.confirm_place(body, pointer, keyword)
        return _worded(error, value)

    def confirm_place(self, body: Any, pointer: str, keyword: str) -> None:
        """Raise EngineError if the reference implementation finds no violation of a keyword at a place."""
        key = (generalise(pointer), keyword)
        if key in self._agreed:
            return
        if not any(
            error.validator in (keyword, None) and join(*error.absolute_path) == pointer
            for error in self._validator.iter_errors(body)
        ):
            raise _disagreement(pointer, keyword, at(body, pointer))
        self._agreed.add(key)

    def _errors(self, value: Any, schema_path: Sequence[str | int]) -> Iterator[ValidationError]:
        """Return the violations of one keyword by one value."""
        schema = at(self._document, join(*schema_path[:-1]))
        if schema is False:
            return self._validator.evolve(schema=False).iter_errors(value)
        keyword = str(schema_path[-1])
        if not isinstance(schema, dict) or keyword not in schema:
            return iter(())
        evaluate = self._validator.VALIDATORS[keyword]
        found: Iterator[ValidationError] = evaluate(self._validator, schema[keyword], value, schema) or iter(())
        return found


def _disagreement(pointer: str, keyword: str, value: Any) -> EngineError:
    where = pointer or "the body"
    return EngineError(f"jsonschema-rs: {where} violates {keyword}; jsonschema: it does not; value: {shorten(value)}")


def _worded(error: ValidationError, value: Any) -> str:
    """Return the message of an error, with the value as JSON, truncated."""
    message, written = error.message, repr(value)
    if message.startswith(written):
        message = shorten(value) + message[len(written) :]
    return message if len(message) <= _LONGEST else message[: _LONGEST - 1] + "…"
