"""Checks credentials, and adds what every answer carries: request id and content type."""

from __future__ import annotations

import uuid

from linkproof.contract.protocol import Format
from linkproof.mock.error_responses import ErrorCase, ErrorResponse
from linkproof.mock.messages import JSON, Answer, Asked
from linkproof.mock.setting import Setting


class Authentication:
    """Token authentication: a bearer token, or a bare token in the vendor's header, as the contract says."""

    def __init__(self, setting: Setting) -> None:
        self.contract = setting.contract
        self.errors = setting.errors
        self.token = setting.token
        self.keys = setting.keys
        self._header = setting.contract.authorization_header.lower()

    def admit(self, asked: Asked) -> ErrorResponse | None:
        """Return the error response to a missing or wrong credential; None if the credential is right."""
        sent = asked.headers.get(self._header, "")
        if not sent:
            return self.errors.of(ErrorCase.NO_CREDENTIAL, headers=self.challenge())
        return None if self.right(sent) else self.errors.of(ErrorCase.WRONG_CREDENTIAL, headers=self.challenge())

    def right(self, sent: str) -> bool:
        """Whether a credential is the right one."""
        if self._header != "authorization":
            return sent == self.token
        scheme, _, token = sent.partition(" ")
        return scheme.lower() == "bearer" and token.strip() == self.token

    def challenge(self) -> tuple[tuple[str, str], ...]:
        """Return the header fields of a 401."""
        return ()

    def dress(self, asked: Asked, answer: Answer) -> None:  # noqa: ARG002
        """Add the header fields that every answer carries."""
        if answer.has_body:
            answer.put("Content-Type", self.content_type())
        if self.contract.request_id_header:
            answer.put(self.contract.request_id_header, self.request_id())

    def content_type(self) -> str:
        """Return the content type of a body."""
        how = self.contract.protocol.response
        return JSON if how is Format.JSON else f"{how.media[0]};charset=UTF-8"

    def request_id(self) -> str:
        """Return an id that no other answer has."""
        return str(uuid.uuid4())
