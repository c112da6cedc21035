"""Reading a cassette in vcrpy's layout without a YAML parser gives what the parser gives."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

import pytest
import yaml

from linkproof.errors import UsageError
from linkproof.recordings import read_recordings, vcr_layout
from linkproof.recordings.byte_source import Source
from linkproof.recordings.vcr import Interaction
from linkproof.recordings.yaml_stream import yaml_interactions

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
