"""The fast path for the usual form gives the same exchanges as reading member by member."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from linkproof.errors import UsageError
from linkproof.model.exchange import Exchange
from linkproof.recordings import har, ndjson, read_recordings

_ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 7, 99, 600, 200.0, "200", "", "ü", "a\nb", [], {}, [1], {"a": 1}, "2020-12-16", 20201216,
    [["a", "b"]], [["a", 1]], [["a"]], {"a": "b"}, {"a": ["b", "c"]}, [{"name": "a", "value": "b"}], [{"name": "a"}],
    [{"name": ":path", "value": "/"}, {"name": "b", "value": "c"}], "http://[::1", "http://a b", "ftp://x", "HTTP://x/",
    "https://例え.jp/", 1e300, "2020-12-16T09:24:04.123Z", "base64", "e30=", "Wed, 16 Dec 2020 09:24:04 GMT", "valid",
)  # fmt: skip
_FIELDS = [{"name": "Content-Type", "value": "application/json"}, {"name": "Date", "value": _ODD[-2]}]
ENTRY: dict[str, Any] = {
    "startedDateTime": "2020-12-16T09:24:04.123Z",
    "time": 120.5,
    "request": {
        "method": "put",
        "url": "https://management.azure.com/a?b=c",
        "headers": [{"name": ":method", "value": "PUT"}, {"name": "Authorization", "value": "Bearer abc"}],
        "bodySize": 2,
        "postData": {"mimeType": "application/json", "text": "{}", "params": []},
    },
    "response": {
        "status": 200,
        "statusText": "OK",
        "headers": _FIELDS,
        "content": {"size": 9, "mimeType": "application/json", "text": '{"a":"ü"}', "encoding": "base64"},
    },
}
LINE: dict[str, Any] = {
    "request": {"method": "put", "url": "https://a/b", "headers": [["Authorization", "***"]], "body": "{}"},
    "response": {"status": 200, "headers": [["Date", _ODD[-2]]], "body": "{}", "body_base64": None, "reason": "OK"},
    "world": "w", "scene": "s", "at": "2020-12-16", "started": 1, "ended": 2.5, "credential": "valid", "other": [1],
}  # fmt: skip


def changed(value: Any, chance: random.Random, rate: float) -> Any:
    """Return a copy of a value with odd members, and without some."""
    if chance.random() < rate:
        return chance.choice(_ODD)
    if isinstance(value, dict):
        return {k: changed(v, chance, rate) for k, v in value.items() if chance.random() > 2 * rate}
    return [changed(v, chance, rate) for v in value] if isinstance(value, list) else value


def outcome(read: Callable[[], Exchange]) -> Any:
    try:
        return read()
    except UsageError as error:
        return str(error)
    except har.Omitted as error:
        return error.reason, error.exchange
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return type(error), str(error)


def test_entries_of_archives() -> None:
    chance = random.Random(1)
    short = 0
    for number in range(3000):
        value = changed(ENTRY, chance, chance.choice((0.0, 0.02, 0.1)))
        if chance.random() < 0.7 and isinstance(value, dict) and isinstance(value.get("response"), dict):
            value["response"]["content"] = {"size": 2, "text": "{}"}
        found = har._regular(value, "x.har", number)
        short += found is not None
        if found is not None:
            assert found == outcome(lambda: har._by_member(value, "x.har", 1, number)), value  # noqa: B023
    assert 300 < short < 2700


def test_lines() -> None:
    chance = random.Random(2)
    short = 0
    for number in range(3000):
        value = changed(LINE, chance, chance.choice((0.0, 0.02, 0.1)))
        if chance.random() < 0.7 and isinstance(value, dict):
            value.pop("credential", None)
        raw = orjson.dumps(value)
        found = ndjson._regular(raw, "x.ndjson", number)
        short += found is not None
        if found is not None:
            assert found == outcome(lambda: ndjson._exchange(orjson.loads(raw), "x.ndjson", number)), value  # noqa: B023
    assert 300 < short < 2700


@pytest.mark.parametrize("raw", [b'{"other": "\xff"}', b'{"other": NaN}', b"[]", b"{", b"1", b"[" * 100_000])
def test_a_line_that_is_not_valid_has_no_usual_form(raw: bytes) -> None:
    assert ndjson._regular(raw, "x", 1) is None
    whole = orjson.dumps(LINE)[:-1] + b"," + raw[1:-1] + b"}"
    assert ndjson._regular(whole, "x", 1) is None


LAYOUTS: dict[str, Callable[[Any], str]] = {
    "one line": lambda v: json.dumps(v),
    "indented": lambda v: json.dumps(v, indent=2),
    "tabs": lambda v: json.dumps(v, indent="\t").replace("\n", "\r\n"),
    "an entry a line": lambda v: (
        '{"log": {"entries": [\n' + ",\n".join(json.dumps(e) for e in v["log"]["entries"]) + "\n]}}"
    ),
    "commas first": lambda v: '{"log": {"entries": [' + "\n,".join(json.dumps(e) for e in v["log"]["entries"]) + "]}}",
    "odd indentation": lambda v: json.dumps(v, indent=1).replace("\n   ", "\n  "),
    "not indented": lambda v: json.dumps(v, indent=0),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_archives_of_any_layout(layout: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = {**ENTRY, "response": {**ENTRY["response"], "content": {"size": 2, "text": "a}\n}, {\n x"}}}
    archive = {"log": {"version": "1.2", "entries": [{**entry, "time": n} for n in range(200)]}}
    file = tmp_path / "x.har"
    file.write_text(LAYOUTS[layout](archive), "utf-8")
    found = list(read_recordings([file]))
    assert [round(e.ended - e.started, 3) for e in found[:5]] == [0.0, 0.001, 0.002, 0.003, 0.004]
    monkeypatch.setattr("linkproof.recordings.json_stream._Text._end_of_object", lambda _: 0)
    assert list(read_recordings([file])) == found
    assert len(found) == 200


@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_is_wrong_is_reported_alike(layout: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [ENTRY, {**ENTRY, "request": {**ENTRY["request"], "url": 3}}]
    file = tmp_path / "x.har"
    for text in (
        LAYOUTS[layout]({"log": {"entries": entries}}),
        LAYOUTS[layout]({"log": {"entries": [ENTRY, ENTRY]}})[:-20],
        LAYOUTS[layout]({"log": {"entries": [ENTRY, {"a": "\ud800"}]}}),
        LAYOUTS[layout]({"log": {"entries": [ENTRY, {"a": float("nan")}]}}),
    ):
        file.write_text(text, "utf-8")
        with monkeypatch.context() as patch:
            short = outcome(lambda: [*read_recordings([file])][-1])
            patch.setattr("linkproof.recordings.json_stream._Text._end_of_object", lambda _: 0)
            assert outcome(lambda: [*read_recordings([file])][-1]) == short
        assert isinstance(short, str)
        assert "line " in short
