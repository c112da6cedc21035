"""What is recorded can be handed on: no secret is in it, every link still leads on, and the verdict is the same."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from linkproof.base.json_values import at
from linkproof.contract.loader import all_contracts, select
from linkproof.judging.judge import Judge
from linkproof.mock.serve import Embedded
from linkproof.model.exchange import Exchange, Headers, Request, Response
from linkproof.recordings import read_recordings
from linkproof.redaction.credentials import _kept_secrets, secrets_of
from linkproof.redaction.pseudonyms import Pseudonyms, ValueKind
from linkproof.redaction.redactor import Redactor
from linkproof.runner.circumstances import circumstances_of
from linkproof.runner.driver import Driver
from linkproof.runner.run_recorder import Recording
from linkproof.runner.scenarios import look_at_everything
from linkproof.runner.session import Session
from linkproof.targets.embedded import embedded_target
from tests.command_line import Ended, linkproof
from tests.planted import NIL, SECRETS, found_in, leaky, slips

ROOT = Path(__file__).parents[2]
RECORDINGS = ROOT.parent / "shared" / "recordings"
DICOM = "azure-healthcareapis-dicom"
POSTGRES = "azure-dbforpostgresql-pec"


@contextmanager
def leaking(contract: str) -> Iterator[str]:
    """A server that lets every secret slip; its address."""
    server = Embedded(select(all_contracts(), (contract,)), token=SECRETS["bearer token"])
    server._server.config.app = leaky(server.app)
    with server:
        yield server.base_url


def target_file(folder: Path, base_url: str) -> Path:
    """A target file for it, secrets and all."""
    path = folder / "target.toml"
    path.write_text(
        f'[target]\nname = "for {SECRETS["mail"]}"\nbase_url = "{base_url}"\nwrites = true\n'
        'checks_credentials = true\n[auth.azure]\ntoken_env = "PLANTED"\n'
        f"[contracts.{DICOM}]\n"
        f'path = {{ subscriptionId = "{SECRETS["subscription"]}", resourceGroupName = "rg1", '
        'workspaceName = "workspace1" }\n'
        f'[contracts.{DICOM}.fixtures]\nany = ["dicom-1", "dicom-2"]\n',
        encoding="utf-8",
    )
    return path


def run(folder: Path, *arguments: str) -> Ended:
    """``linkproof run`` in a folder."""
    return linkproof(folder, "run", *arguments, env={"PLANTED": SECRETS["bearer token"]})


def statuses(data: dict[str, Any]) -> list[tuple[str, str, int, list[str]]]:
    """What a verdict is made of."""
    return [(r["id"], r["status"], r["exercised"], r["findings"]) for r in data["requirements"]]


def test_thirty_secrets_are_in_nothing_that_is_handed_on_and_the_verdict_stays(tmp_path: Path) -> None:
    assert len(SECRETS) == 30
    with leaking(DICOM) as base_url:
        target = target_file(tmp_path, base_url)
        shown = run(tmp_path, "--target", str(target), "--record", "kept/run.yaml", "--out", "out")
    assert shown.returncode == 1, shown.stderr
    files = {p.relative_to(tmp_path): p.read_bytes() for p in tmp_path.rglob("*") if p.is_file() and p != target}
    assert {p.suffix for p in files} >= {".yaml", ".html", ".json", ".xml"}
    for name, data in {**files, Path("stdout"): shown.stdout.encode(), Path("stderr"): shown.stderr.encode()}.items():
        assert found_in(data) == set(), name
    before = json.loads((tmp_path / "out" / "results.json").read_bytes())
    again = run(tmp_path, "--target", "cassette:kept/run.yaml", "--out", "again", "--quiet")
    after = json.loads((tmp_path / "again" / "results.json").read_bytes())
    assert again.returncode == shown.returncode
    assert statuses(after) == statuses(before)
    assert {f["requirement"] for f in before["findings"]} >= {"HDR-6", "SHP-4"}
    assert after["target"]["not_recorded"] == 0
    assert after["requests"] == before["requests"]


def test_the_scanner_finds_all_thirty_where_nothing_is_redacted() -> None:
    exchanges = brought_about(DICOM)
    plain = b"".join(
        part
        for e in exchanges
        for part in (
            e.request.url.encode(),
            str(e.request.headers).encode(),
            str(e.response.headers).encode(),
            e.response.body,
        )
    )
    assert found_in(plain) == set(SECRETS)
    assert found_in(json.dumps(slips()).encode()) < set(SECRETS)


def brought_about(contract: str) -> list[Exchange]:
    """Exchanges with a leaking server: pages, decisions, operations that go on."""
    found: list[Exchange] = []
    chosen = select(all_contracts(), (contract,))
    with leaking(contract) as base_url:
        target = embedded_target(base_url, chosen)
        auth = {name: replace(a, token=SECRETS["bearer token"]) for name, a in target.auth.items()}
        places = {
            k: replace(c, path={**c.path, "subscriptionId": SECRETS["subscription"]})
            for k, c in target.contracts.items()
        }
        session = Session(replace(target, auth=auth, contracts=places), chosen, keep=found.append)
        driver = Driver(session, chosen[0])
        look_at_everything(driver)
        if contract == POSTGRES:
            for decision in ("approve", "reject"):
                name = driver.reserve("pending")
                driver.decide(decision, name)
                driver.get(name)
            driver.delete(name)
            driver.decide_together(
                driver.reserve("pending"),
                [(word, driver.body_for(word, "x", word)) for word in ("approve", "reject")],
            )
        session.close()
    return found


def links(exchanges: Iterable[Exchange]) -> list[tuple[int, str, list[int]]]:
    """Every link of every answer: from which exchange, by what, and the exchanges that followed it."""
    exchanges = list(exchanges)
    by_url: dict[str, list[int]] = {}
    for number, exchange in enumerate(exchanges):
        by_url.setdefault(exchange.request.url, []).append(number)
    found: list[tuple[int, str, list[int]]] = []
    for number, exchange in enumerate(exchanges):
        body = exchange.response.body
        answer = json.loads(body) if body.startswith(b"{") else None
        headers = exchange.response.headers
        urls = {
            "nextLink": at(answer, "/nextLink"),
            **{n: headers.get(n) for n in ("location", "azure-asyncoperation")},
        }
        found += [(number, name, by_url.get(url, [])) for name, url in urls.items() if isinstance(url, str) and url]
    return found


@pytest.mark.parametrize("contract", [DICOM, POSTGRES])
def test_every_link_leads_where_it_led_and_every_check_says_the_same(contract: str, tmp_path: Path) -> None:
    exchanges = brought_about(contract)
    target = embedded_target(exchanges[0].request.url.split("/subscriptions")[0], select(all_contracts(), (contract,)))
    recording = Recording(tmp_path / "c.yaml", target, 1)
    for exchange in exchanges:
        recording.write(exchange)
    recording.close()
    redacted = list(read_recordings([tmp_path / "c.yaml"]))
    before, after = links(exchanges), links(redacted)
    assert before == after
    assert {n for _, n, _ in before} >= ({"nextLink"} if contract == DICOM else {"location", "azure-asyncoperation"})
    followed = [name for _, name, to in after if to]
    assert len(followed) >= len(after) - 4  # the two decisions at the same time were not waited for
    assert [_judged(exchanges)] == [_judged(redacted)]


def _judged(exchanges: Iterable[Exchange]) -> list[tuple[str, str, str]]:
    judge = Judge(all_contracts(), circumstances_of(embedded_target("http://x", ()), ()), any_version=True)
    found: list[tuple[str, str, str]] = []
    for exchange in exchanges:
        call, judgements = judge.feed(replace(exchange, world="w"))
        found += [(call.name if call else "", j.requirement, j.breach.kind if j.breach else "") for j in judgements]
    assert len(found) > 50
    return found


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason="../shared/recordings is absent")
def test_real_answers_are_judged_the_same_after_redaction() -> None:
    exchanges = list(read_recordings([RECORDINGS]))
    redactor = Redactor()
    redacted = [redactor.exchange(e) for e in exchanges]
    assert _judged(redacted) == _judged(exchanges)
    assert links(redacted) == links(exchanges)
    assert not any("azure.com" in repr(e) for e in redacted)


def one(body: str, url: str = "https://api.contoso.com/a", sent: str = "", **headers: str) -> Exchange:
    """An exchange with an answer."""
    return Exchange(
        Request("GET", url, Headers(), sent.encode()),
        Response(200, Headers((k.replace("_", "-"), v) for k, v in headers.items()), body.encode()),
    )


def test_pseudonyms_are_typed_keep_their_shape_and_are_the_same_everywhere() -> None:
    redactor = Redactor()
    guid = SECRETS["subscription"]
    first = redactor.exchange(one(f'{{"id": "/subscriptions/{guid}/x", "by": "a.b@contoso.com"}}'))
    url = first.request.url
    assert url == "https://host-1.example/a"
    body = json.loads(first.response.body)
    assert body == {"id": "/subscriptions/10000000-0000-4000-8000-000000000001/x", "by": "user-1@mail.example"}
    again = redactor.exchange(one("{}", f"https://api.contoso.com/SUBSCRIPTIONS/{guid.upper()}?by=a.b%40contoso.com"))
    assert again.request.url == f"{url[:-1]}SUBSCRIPTIONS/{body['id'][15:51]}?by=user-1%40mail.example"
    project = redactor.exchange(one('{"project_id": "9f1d3c5b7a9e4c2d8b6f0e1a2c3d4e5f"}')).response.body
    assert re.fullmatch(rb'\{"project_id": "4[0-9]{31}"\}', project)


def test_what_a_suite_made_up_stays_so_that_a_replay_makes_it_up_again() -> None:
    redactor = Redactor()
    made_up = '{"by": "made.up@example.org", "id": "0dd5eed0-1111-4222-8333-944445555666"}'
    found = redactor.exchange(one(made_up, sent=made_up))
    assert found.request.body.decode() == made_up
    assert found.response.body.decode() == made_up
    assert NIL in redactor.text(f"/subscriptions/{NIL}/x")


def test_a_credential_is_one_whoever_sent_it() -> None:
    sent = '{"password": "made-up-1", "by": "me"}'
    found = Redactor().exchange(one(sent, url="https://h.example/x?api_key=qwerty-5", sent=sent))
    assert "made-up-1" not in repr(found)
    assert "qwerty-5" not in repr(found)
    assert found.request.body == found.response.body


@pytest.mark.parametrize(
    "text",
    [
        "The Basic tier and the Bearer scheme are described in basic authentication",
        '{"type": "Microsoft.HealthcareApis/workspaces", "status": "Approved", "createdAt": "2026-01-12T08:00:00Z"}',
        "?api-version=2025-01-01&limit=10&sort_key=created_at&code=1",
        '{"etag": "W/\\"17\\"", "description": "Approuvé – 承認 \\u2713"}',
        "HealthcareApis.PrivateEndpointConnections.aVeryLongWordThatIsNoSecretAtAll",
    ],
)
def test_plain_words_stay(text: str) -> None:
    assert Redactor().text(text) == text


def test_the_length_follows_the_body_and_nothing_says_gzip_any_more() -> None:
    found = Redactor().exchange(one('"jane.doe@contoso.com"', content_length="22", content_encoding="gzip"))
    assert dict(found.response.headers) == {"content-length": str(len(found.response.body))}


def test_no_pseudonym_is_found_in_another() -> None:
    names = Pseudonyms()
    given = [names.of(f"{kind} {n}" + "-" * (n % 2), kind) for kind in ValueKind for n in range(1, 120)]
    assert len(set(given)) == len(given)
    assert not [(a, b) for a in given for b in given if a != b and a in b]


@pytest.mark.parametrize(
    "text",
    [
        "x" * 300_000 + " %41",
        "%41" * 100_000,
        '\\"' * 100_000,
        '"' + "\\n" * 100_000,
        "a-" * 100_000 + " %41 \\",
        "a." * 100_000 + "x",
        "eyJ" * 100_000,
        '"' * 100_000 + "\\",
        "a@" * 100_000,
        "=" * 100_000 + "AAAA" * 50_000,
    ],
    ids=lambda text: text[:6],
)
def test_a_long_text_costs_no_more_than_its_length(text: str) -> None:
    assert len(Redactor().text(text)) >= len(text) // 4


def test_only_short_credentials_are_kept_for_the_next_request() -> None:
    _kept_secrets.cache_clear()
    for value in ("Bearer " + "k" * 40, "Bearer " + "k" * 5000):
        for _ in range(2):
            assert secrets_of(Headers([("Authorization", value)])) == {value, value.removeprefix("Bearer ")}
    found = _kept_secrets.cache_info()
    assert (found.hits, found.misses) == (1, 1)
