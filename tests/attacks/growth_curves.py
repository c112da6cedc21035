"""How the CPU time of each reader and each output grows with a text of 10 kB to 10 MB."""

from __future__ import annotations

import contextlib
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from linkproof.cli.entry import run
from linkproof.redaction.masking import Masker
from linkproof.redaction.redactor import Redactor
from linkproof.results.bundle import write_bundle
from linkproof.results.serialize import results_to_json
from tests.attacks.measured import quietly
from tests.fuzzing import test_command_line as files
from tests.fuzzing import test_recordings as recordings
from tests.redaction.growth import MOST
from tests.redaction.test_work_is_linear import UNITS
from tests.results_examples import breached

SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
#: Below so many CPU seconds nothing is compared: starting up takes as long.
LITTLE_S = 0.2
#: One of each kind of text that patterns look for.
_KINDS = " ".join(UNITS.values()) + " "

Content = Callable[[str], bytes]


@dataclass(frozen=True)
class Work:
    """Something that is done with a text: a function, or a command that reads a file made of the text."""

    name: str
    call: Callable[[str], object]


@dataclass(frozen=True)
class Curve:
    """CPU seconds of a work for each size."""

    name: str
    seconds: tuple[float, ...]

    @property
    def worst(self) -> float:
        """How many times more ten times the text took, at most; 0 where nothing took long enough to compare."""
        pairs = zip(self.seconds, self.seconds[1:], strict=False)
        return max((after / before for before, after in pairs if after >= LITTLE_S), default=0.0)

    @property
    def is_bad(self) -> bool:
        """Whether some step took more than its share."""
        return self.worst > MOST


def _command(file: str, content: Content, *arguments: str) -> Callable[[str], object]:
    def call(text: str) -> None:
        with tempfile.TemporaryDirectory() as room, contextlib.chdir(room):
            Path(file).write_bytes(content(text))
            quietly(partial(run, arguments))

    return call


def _put(value: Any, text: str) -> Any:
    """A recording with a text in the place of its body."""
    if value == ["a", 1, None]:
        return text
    if isinstance(value, dict):
        return {key: _put(inner, text) for key, inner in value.items()}
    if isinstance(value, list):
        return [_put(inner, text) for inner in value]
    if value == recordings.BODY:
        return json.dumps({"error": {"code": "NotFound", "message": text}})
    return value


def _recorded(recording: Any, before: bytes = b"") -> Content:
    return lambda text: before + json.dumps(_put(recording, text)).encode() + b"\n"


def _line(**changes: Any) -> bytes:
    request = {"method": "GET", "url": recordings.URL, "headers": changes.get("headers", []), "body": ""}
    request["url"] += changes.get("query", "")
    answer = {"status": changes.get("status", 200), "headers": [["Content-Type", "application/json"]]}
    answer["headers"] += changes.get("shown", [])
    return json.dumps({"request": request, "response": {**answer, "body": changes.get("body", "{}")}}).encode() + b"\n"


def _many(text: str) -> bytes:
    return b"".join(
        _line(status=404, body=json.dumps({"error": {"code": "E", "message": text[n : n + 500]}}))
        for n in range(0, len(text), 1000)
    )


def _nested(text: str) -> str:
    for _ in range(3):
        text = json.dumps({"inner": text})
    return text


def _items(text: str) -> str:
    return json.dumps({"value": [{"id": "/x", "name": f"c{n}", "n": n} for n in range(len(text) // 40)]})


def _results(text: str) -> bytes:
    value = json.loads(results_to_json(breached()))
    value["sentence"] += text
    value["findings"][0]["message"] += text
    return json.dumps(value).encode()


def _description(text: str) -> bytes:
    value = json.loads(json.dumps(files.SWAGGER))
    value["definitions"]["Connection"]["description"] = text
    value["definitions"]["Connection"]["properties"]["id"]["description"] = text
    return json.dumps(value).encode()


def _definitions(text: str) -> bytes:
    value = json.loads(json.dumps(files.SWAGGER))
    for n in range(len(text) // 100):
        value["definitions"][f"D{n}"] = {"type": "object", "properties": {"a": {"type": "string"}}}
        value["definitions"]["Connection"]["properties"][f"m{n}"] = {"$ref": f"#/definitions/D{n}"}
    return json.dumps(value).encode()


def _bundle(text: str) -> bytes:
    with tempfile.TemporaryDirectory() as room:
        path = Path(room, "b.zip")
        members = {**files._members(), "recordings/01/a.ndjson": _many(text)}
        write_bundle(path, members, files._FACTS)
        return path.read_bytes()


def _journal(text: str) -> bytes:
    line = b'{"what": "making", "contract": "azure-healthcareapis-dicom", "name": "a%d"}\n'
    return files.JOURNAL + b"".join(line % n for n in range(len(text) // len(line)))


def _page(text: str) -> bytes:
    return files.PAGE.encode() + b"".join(b"| m%d | string | %s |\n" % (n, b"x" * 80) for n in range(len(text) // 100))


def _checks() -> Iterator[Work]:
    check = ("--any-version", "--out", "out")
    for name, file, content in (
        ("VCR, JSON", "c.json", _recorded(recordings.CASSETTE)),
        ("VCR, YAML", "c.yaml", _recorded(recordings.CASSETTE, b"--- ")),
        ("HAR", "c.har", _recorded(recordings.HAR)),
        ("test proxy", "recording.json", _recorded(recordings.PROXY)),
        ("HTTP recorder", "recording.json", _recorded(recordings.HTTP_RECORDER)),
        ("NDJSON", "c.ndjson", _recorded(recordings.EXCHANGE)),
        ("NDJSON, many exchanges", "c.ndjson", _many),
        ("NDJSON, in a request header", "c.ndjson", lambda t: _line(headers=[["X-Trace", " ".join(t.split())]])),
        ("NDJSON, in a response header", "c.ndjson", lambda t: _line(shown=[["X-Debug", " ".join(t.split())]])),
        ("NDJSON, in the query", "c.ndjson", lambda t: _line(query=f"&x={t.replace(' ', '+')}")),
        ("NDJSON, strings within strings", "c.ndjson", lambda t: _line(body=_nested(t))),
        ("NDJSON, unknown members", "c.ndjson", lambda t: _line(body=json.dumps({"unknown": t, "x": [t]}))),
        ("NDJSON, a list of many items", "c.ndjson", lambda t: _line(body=_items(t))),
    ):
        yield Work(f"check: {name}", _command(file, content, "check", file, *check))


def _others() -> Iterator[Work]:
    report = ("report", "results.json", "--out", "out")
    yield Work("report: results.json, all formats", _command("results.json", _results, *report))
    add = ("history", "add", "results.json", "--store", "sqlite:///h.sqlite")
    yield Work("history add: results.json", _command("results.json", _results, *add))
    yield Work(
        "import: a description of that length", _command("s.json", _description, "import", "s.json", "--out", "o")
    )
    yield Work("import: many definitions", _command("s.json", _definitions, "import", "s.json", "--out", "o"))
    yield Work("definitions read: a page", _command("page.txt", _page, "definitions", "read", "page.txt"))
    yield Work("verify: a bundle", _command("b.zip", _bundle, "verify", "b.zip"))
    yield Work("cleanup: a journal", _command("j.jsonl", _journal, "cleanup", "j.jsonl"))
    yield Work("masking: text of all kinds", lambda text: Masker(secrets=["secret-number-1"]).text(text))
    yield Work("masking: strings within strings", lambda text: Masker(secrets=["secret-number-1"]).text(_nested(text)))
    base64 = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo="
    yield Work("masking: base64", lambda text: Masker().text(base64[:32] * (len(text) // 32)))
    yield Work("pseudonyms: text of all kinds", lambda text: Redactor().text(text))
    ids = "00000000-0000-4000-8000-{:012} host-{}.example.com "
    yield Work(
        "pseudonyms: many ids and hosts",
        lambda text: Redactor().text("".join(ids.format(n, n) for n in range(len(text) // 65))),
    )


def curves() -> Iterator[Curve]:
    """Each work's CPU seconds for each size; the smaller sizes are taken twice, because they are soon over."""
    for work in (*_checks(), *_others()):
        work.call(_text(SIZES[0]))  # what is read once is read now
        yield Curve(work.name, tuple(_seconds(work, size) for size in SIZES))


def _text(size: int) -> str:
    return (_KINDS * (size // len(_KINDS) + 1))[:size]


def _seconds(work: Work, size: int) -> float:
    text, best = _text(size), float("inf")
    for _ in range(2 if size < SIZES[-1] else 1):
        start = time.process_time()
        work.call(text)
        best = min(best, time.process_time() - start)
    return best
