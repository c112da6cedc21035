"""Judging and masking take time in proportion to a body: ten times the text, at most 15 times the work."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable

import pytest

from linkproof.checks.leaks import find_leak
from linkproof.contract.loader import all_contracts, select
from linkproof.contract.requirement_catalogue import all_requirements
from linkproof.judging.judge import Judge
from linkproof.judging.verdict import RunFacts, conclude
from linkproof.model.exchange import Circumstances, Exchange, Grade, Headers, Request, Response
from linkproof.model.results import TargetInfo
from linkproof.redaction.curl import split_body
from linkproof.redaction.masking import Masker
from linkproof.redaction.redactor import Redactor
from linkproof.results.serialize import results_to_json
from tests.redaction.growth import MOST, growth

POSTGRES = "azure-dbforpostgresql-pec"
URL = (
    "https://management.azure.com/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/g/providers/"
    "Microsoft.DBforPostgreSQL/servers/s/privateEndpointConnections/c?api-version=2018-06-01"
)
UNITS = {
    "letters": "a",
    "base64": "QUJD",
    "base64 of JSON": "eyJhIjoiYiJ9",
    "token headers": "eyJ",
    "dots": "a.",
    "percent": "%41",
    "escapes": '\\"',
    "quotes": '"',
    "members": '{"password":"x","a":"b"},',
    "values": '"name":"a","value":"b",',
    "open members": '"password":',
    "deep members": '\\\\\\"password\\\\\\":',
    "pairs": "password=",
    "weak pairs": "token=a ",
    "stack frames": "at a(",
    "elements": "</a>",
    "urls": "://a",
    "mails": "a@",
    "hosts": "a-a.com.",
    "schemes": "Bearer ",
    "keys": "-----BEGIN PRIVATE KEY-----",
    "spaces": " ",
}
SMALL, LARGE = 5_000, 50_000


def _masker() -> Callable[[str], object]:
    return Masker(secrets=[f"secret-number-{n}" for n in range(50)]).text


def _redactor() -> Callable[[str], object]:
    redactor = Redactor()
    for number in range(2000):
        redactor.credential(f"secret-number-{number}")
    return redactor.text


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS.keys())
@pytest.mark.parametrize("make", [_masker, _redactor, lambda: lambda text: find_leak(text, "")], ids=["m", "r", "leak"])
def test_a_text_is_looked_through_in_time_in_proportion(make: Callable[[], Callable[[str], object]], unit: str) -> None:
    assert growth(make(), unit * (SMALL // len(unit)), unit * (LARGE // len(unit))) <= MOST


@pytest.mark.parametrize("unit", ["a", "at a(", '"password":"x",', "QUJD"])
def test_an_answer_is_judged_in_time_in_proportion(unit: str) -> None:
    contracts = select(all_contracts(), (POSTGRES,))
    requirements = all_requirements()
    facts = RunFacts(TargetInfo("x", "recording", ""), "2026-01-12T08:00:00Z", 1.0, 1)

    def work(text: str) -> None:
        body = json.dumps({"error": {"code": 5, "message": text}, "status": text}).encode()
        headers = Headers([("Content-Type", "application/json")])
        judge = Judge(contracts, Circumstances(grade=Grade.RECORDING))
        judge.feed(Exchange(Request("GET", URL), Response(404, headers, body)))
        results = conclude(judge, contracts, requirements, facts)
        assert results.findings
        assert len(results_to_json(results)) < 300_000

    assert growth(work, unit * (SMALL * 4 // len(unit)), unit * (LARGE * 4 // len(unit))) <= MOST


@pytest.mark.parametrize("unit", ["a", "%41", " ", "'", '"', "\\", "'\"'"])
def test_a_command_line_is_split_in_time_in_proportion(unit: str) -> None:
    def split(text: str) -> None:
        for part in (text, shlex.quote(text)):
            split_body(f"curl -sS {part} --data-binary {shlex.quote(text)}")

    assert growth(split, unit * 20_000, unit * 200_000) <= MOST


def test_very_many_credentials_cost_no_more_than_their_number() -> None:
    def learn(text: str) -> None:
        redactor = Redactor()
        for word in text.split():
            redactor.credential(word)
            redactor.text(f"token is {word}")

    few, many = (" ".join(f"token-{n:06}-abcdef" for n in range(count)) for count in (300, 3000))
    assert growth(learn, few, many) <= MOST
