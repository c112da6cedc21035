"""Reading a cassette of vcrpy, or of Linkproof, without a YAML parser gives what the parser gives."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

import pytest
import yaml

from linkproof.base.resources import folder
from linkproof.errors import UsageError
from linkproof.model.exchange import Credential, Exchange, Headers, Request, Response
from linkproof.recordings import read_recordings, vcr_layout
from linkproof.recordings.byte_source import Source
from linkproof.recordings.files import recorded_facts
from linkproof.recordings.vcr import Interaction
from linkproof.recordings.writer import CassetteWriter
from linkproof.recordings.yaml_stream import one_interaction, yaml_interactions

RECORDINGS = [Path(__file__).parents[3] / "shared" / name for name in ("recordings", "recordings-azure-cli")]
_TEXTS = (
    '{"a": "it\'s", "b": [1, 2]}', "x" * 300 + " " + "y" * 300, "a: b", "a #b", "#a", "a#b", "a:b", "- a", "-1", "--x",
    "null", "~", "", " ", " a ", "a  b", "'", '"', '"a"', "'a'", "a\nb", "a\n\nb", "\ta", "ü", "\u2028", "*/*", "&a",
    "a:", "%a", "@a", "`a", "{}", "[]", "a, b", "? a", "|", ">", "yes", "1.0", "Null", "nosniff", "a 'b' c", "b'{}'",
    "Wed, 16 Dec 2020 09:24:04 GMT", 'say "x": y', "a" * 90 + " # " + "b" * 90, "---", "...", "=", "<<", "x\r\ny",
)  # fmt: skip


def interaction(chance: random.Random) -> dict[str, Any]:
    def text() -> str:
        return chance.choice(_TEXTS)

    def fields() -> dict[str, Any]:
        names = ("Accept", "content-type", "Date", "x-ms-request-id", "null", "Set-Cookie", "a b")
        values = ([text()], [text(), text()], ["application/json"], ["application/json"])
        return {n: chance.choice(values) for n in names[: chance.randrange(1, 8)]}

    usual = chance.random() < 0.5
    headers = {"Accept": [text()], "User-Agent": [text()]}
    body = None if chance.random() < 0.5 else text()
    return {
        "request": {"body": body, "headers": headers, "method": "GET", "uri": "https://a/b?c=d"},
        "response": {
            "body": {"string": text()} if chance.random() < 0.9 else {"base64_string": "e30="},
            "headers": {"Date": ["Wed, 16 Dec 2020 09:24:04 GMT"]} if usual else fields(),
            "status": {"code": chance.choice((200, 404)), "message": chance.choice(("OK", "Not Found", None))},
        },
    }


def own_cassette(path: Path, seed: int, number: int) -> str:
    """A cassette as ``run --record`` writes it, of odd texts and times."""
    chance = random.Random(seed)

    def text() -> str:
        return chance.choice(_TEXTS)

    def fields() -> Headers:
        names = ("Accept", "content-type", "Date", "x-ms-request-id", "Set-Cookie", "Set-Cookie")
        usual = chance.random() < 0.6
        return Headers((n, "application/json" if usual else text()) for n in names[: chance.randrange(usual, 7)])

    facts = {"recorded_by": text(), "target": {"name": text(), "kind": "mock"}, "names": [text()] * chance.randrange(9)}
    writer = CassetteWriter(path, facts)
    for one in range(1, number + 1):
        request = Request("GET", f"https://a/{one}", fields(), text().encode() if chance.random() < 0.2 else b"")
        answer = text().encode() if chance.random() < 0.5 else b'{"a": "it\'s"}'
        response = Response(chance.choice((200, 204, 404, 0)), fields(), answer, chance.choice(("OK", "", text())))
        times = 10.0 + one, 10.00015 + one, chance.choice(list(Credential)), chance.choice(("2026-11-22T09:13:36Z", ""))
        known = chance.choice(("run-1", text())), chance.choice(("test_a[b]", text())), *times
        writer.write(Exchange(request, response, one, *known, chance.choice(("", "some-contract"))))
    writer.close()
    return path.read_text("utf-8")


SEEDS = range(60)


def cassette(seed: int, number: int = 30) -> str:
    chance = random.Random(seed)
    unicode, width = chance.random() < 0.5, chance.choice((80, 80, 1000))
    found = {"interactions": [interaction(chance) for _ in range(number)], "version": 1}
    return yaml.safe_dump(found, allow_unicode=unicode, width=width)


def damaged(text: str, chance: random.Random) -> str:
    """Return a cassette with a line less, twice, at another indentation, or with another end."""
    lines = text.splitlines(keepends=True)
    for _ in range(chance.randrange(1, 4)):
        at = chance.randrange(len(lines))
        kind = chance.randrange(6)
        if kind == 0:
            del lines[at]
        elif kind == 1:
            lines.insert(at, lines[at])
        elif kind == 2:
            lines[at] = " " + lines[at]
        elif kind == 3:
            lines[at] = lines[at].rstrip("\n") + chance.choice((":", " #", " x", "'", '"', " &a", "\t", "\r")) + "\n"
        elif kind == 4:
            lines[at] = chance.choice(("# x\n", "\n", "- x\n", "---\n", "...\n", "version: 2\n", "other: {}\n", "\x00"))
        else:
            lines[at] = lines[at].lstrip(" ")
    if chance.random() < 0.3:
        del lines[chance.randrange(len(lines)) :]
    return "".join(lines)


def outcome(file: Path) -> Any:
    found = []
    try:
        for exchange in read_recordings([file]):
            found.append(repr(exchange))
    except UsageError as error:
        return str(error)
    return found


def assert_alike(file: Path, patch: pytest.MonkeyPatch) -> Any:
    short = outcome(file)
    with patch.context() as one:
        one.setattr(vcr_layout, "BEGINS", b"\0")
        assert outcome(file) == short, file.read_text("utf-8")
    return short


@pytest.mark.parametrize("seed", range(20))
def test_whole_cassettes(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(cassette(seed), "utf-8", newline="")
    assert len(assert_alike(file, monkeypatch)) == 30


@pytest.mark.parametrize("seed", SEEDS)
def test_damaged_cassettes(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(damaged(cassette(seed, 4), random.Random(seed)), "utf-8", newline="")
    assert_alike(file, monkeypatch)


@pytest.mark.parametrize("seed", range(20))
def test_own_cassettes(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "x.yaml"
    own_cassette(file, seed, 30)
    assert len(assert_alike(file, monkeypatch)) == 30
    facts = recorded_facts(file)
    monkeypatch.setattr(vcr_layout, "BEGINS", b"\0")
    assert facts == recorded_facts(file) != {}


def test_a_description_with_lines_that_only_yaml_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "x.yaml"
    text = own_cassette(file, 3, 3).partition("interactions:")[2].replace("method: GET", "method: [GET]")
    for name in ("a", "a\u2028 b", "a\x85  b", "'a\n\n  interactions:\n  - b'"):
        file.write_text(f"version: 1\nlinkproof:\n  name: {name}\ninteractions:{text}", "utf-8", newline="")
        assert "line" in assert_alike(file, monkeypatch)


@pytest.mark.parametrize("seed", SEEDS)
def test_damaged_own_cassettes(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(damaged(own_cassette(tmp_path / "whole.yaml", seed, 4), random.Random(seed)), "utf-8", newline="")
    assert_alike(file, monkeypatch)


def test_shipped_cassettes_need_no_yaml_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    file = folder("cassettes") / "azure-signalr-pec.yaml.gz"
    whole = outcome(file)
    read: list[bytes] = []

    def noted(text: bytes, where: str) -> Any:
        read.append(text)
        return one_interaction(text, where)

    monkeypatch.setattr(vcr_layout, "one_interaction", noted)
    assert outcome(file) == whole
    assert len(read) < len(whole) / 20
    assert all(b"!!binary" in text or not text.isascii() or len(text) > 1 << 20 for text in read), read[:1]


_WORDS = (
    "a: b", "a #b", "a  b", "a:", "a ", "- a", "-", "-1", "--x", "null", "Null", "NULL", "nullx", "~", "a:b", "a#b",
    "/x", "#a", "? a", "1.0", "a 'b'", "[a]", "{a}", "a]", "&a", "*a", "!a", "|", "%a", "@a", "a: ", "a: #", "'a", "a'",
    "'a'b", "'a''b'", "'a' ", "'a' #b", '"a', '"a"', '"a"b', "---", "...", "a b",
)  # fmt: skip


@pytest.mark.parametrize("word", _WORDS)
def test_any_word_without_quotes(word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Written as it stands, where vcrpy would have quoted many of them."""
    chance = random.Random(3)
    usual = interaction(chance)
    usual["request"] |= {"headers": {"Accept": ["HERE-1"]}, "body": "HERE-2", "uri": "https://a/b"}
    usual["response"] |= {"headers": {"Server": ["HERE-3"]}, "body": {"string": "HERE-4"}}
    usual["response"]["status"] = {"code": 200, "message": "HERE-5"}
    text = yaml.safe_dump({"interactions": [usual, interaction(chance)], "version": 1})
    for place in range(1, 6):
        file = tmp_path / f"{place}.yaml"
        file.write_text(text.replace(f"HERE-{place}", word), "utf-8")
        assert_alike(file, monkeypatch)


def test_most_of_vcrpys_output_needs_no_yaml_parser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(5)
    usual = [interaction(chance) for _ in range(50)]
    for one in usual:
        one["request"]["headers"] = {"Accept": ["*/*"], "User-Agent": ["python"]}
        one["response"] |= {
            "headers": {"Content-Type": ["application/json; charset=utf-8"]},
            "body": {"string": '{"a": 1}'},
        }
        one["request"]["body"] = None
        one["response"]["status"]["message"] = "OK"
    file = tmp_path / "x.yaml"
    file.write_text(yaml.safe_dump({"interactions": usual, "version": 1}), "utf-8")
    monkeypatch.setattr(vcr_layout, "one_interaction", lambda *_: pytest.fail("read as YAML"))
    assert len(outcome(file)) == 50


def test_recordings_of_real_services() -> None:
    files = [f for folder in RECORDINGS if folder.is_dir() for f in sorted(folder.rglob("*.yaml"))]
    if not files:
        pytest.skip(f"the recordings of real services are not there: {RECORDINGS[0]}")
    short = 0
    for file in files:
        with file.open("rb") as stream:
            try:
                read = vcr_layout.regular_interactions(Source(stream, str(file)))
                found = [(line, v.as_map() if isinstance(v, Interaction) else v) for line, v in read]
            except vcr_layout.NotRegular:
                continue
        with file.open("rb") as stream:
            assert found == list(yaml_interactions(Source(stream, str(file)))), file
        short += 1
    assert short > len(files) / 2


def test_a_pipe_is_read_as_yaml(tmp_path: Path) -> None:
    text = cassette(1, 2)
    (tmp_path / "x.yaml").write_text(text, "utf-8")
    reader, writer = os.pipe()
    os.write(writer, text.encode())
    os.close(writer)
    found = outcome(Path(f"/dev/fd/{reader}"))
    os.close(reader)
    assert len(found) == 2
