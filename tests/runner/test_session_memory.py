"""The answers that one test may keep take bounded memory together."""

from __future__ import annotations

from dataclasses import replace

import pytest

from linkproof.contract.loader import all_contracts
from linkproof.model.exchange import Exchange, Headers, Request, Response
from linkproof.runner.session import Session
from linkproof.targets.embedded import embedded_target
from linkproof.targets.transfer import AnswerTooLarge

PEC = next(c for c in all_contracts() if c.id == "azure-healthcareapis-pec")


def answer(body: bytes) -> Exchange:
    return Exchange(Request("GET", "http://127.0.0.1:9/x"), Response(200, Headers(), body))


def session_of(most: int) -> Session:
    return Session(replace(embedded_target("http://127.0.0.1:9", [PEC]), max_answer_bytes=most), [PEC])


def test_the_answers_of_a_test_are_weighed_together() -> None:
    session = session_of(10_000)
    session.enter("one")
    session.weigh(answer(b"x" * 9_000))
    with pytest.raises(AnswerTooLarge, match=r"GET http://127.0.0.1:9/x: the answers of one test .*max_answer_mb"):
        session.weigh(answer(b"x" * 2_000))
    session.enter("two")
    session.weigh(answer(b"x" * 9_000))
    session.close()


def test_a_target_that_answers_too_much_is_not_silent() -> None:
    session = session_of(1_000)
    session.silent = 2
    with pytest.raises(AnswerTooLarge):
        session.weigh(answer(b"[" + b"1," * 1_000 + b"1]"))
    assert session.silent == 0
    session.close()
