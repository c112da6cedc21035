"""Who may come in, and what every answer carries: credentials, request ids, the content type."""

from __future__ import annotations

import uuid

from linkproof.contract.model import Format
from linkproof.mock.messages import JSON, Answer, Asked
from linkproof.mock.refusal import Mistake, Refusal
from linkproof.mock.setting import Setting


class Gate:
    """The credential stands in the contract's header: a bearer token, or the bare token in a header of its own."""

    def __init__(self, setting: Setting) -> None:
        self.contract = setting.contract
        self.refusals = setting.refusals
        self.token = setting.token
        self.keys = setting.keys
        self._header = setting.contract.authorization_header.lower()

    def admit(self, asked: Asked) -> Refusal | None:
        """The refusal of a request without the right credential."""
        sent = asked.headers.get(self._header, "")
        if not sent:
            return self.refusals.of(Mistake.NO_CREDENTIAL, headers=self.challenge())
        return None if self.right(sent) else self.refusals.of(Mistake.WRONG_CREDENTIAL, headers=self.challenge())

    def right(self, sent: str) -> bool:
        """Whether a credential is the right one."""
        if self._header != "authorization":
            return sent == self.token
        scheme, _, token = sent.partition(" ")
        return scheme.lower() == "bearer" and token.strip() == self.token

    def challenge(self) -> tuple[tuple[str, str], ...]:
        """Header fields of a 401."""
        return ()

    def dress(self, asked: Asked, answer: Answer) -> None:  # noqa: ARG002
        """Put on what every answer carries."""
        if answer.has_body:
            answer.put("Content-Type", self.content_type())
        if self.contract.request_id_header:
            answer.put(self.contract.request_id_header, self.request_id())

    def content_type(self) -> str:
        """The content type of a body."""
        how = self.contract.protocol.response
        return JSON if how is Format.JSON else f"{how.media[0]};charset=UTF-8"

    def request_id(self) -> str:
        """An id that no other answer has."""
        return str(uuid.uuid4())
