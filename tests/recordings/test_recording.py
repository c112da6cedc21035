"""Real recordings are read whole; a damaged one is rejected with file, place and fix."""

from __future__ import annotations

import base64
import gzip
import io
from collections import Counter
from pathlib import Path

import pytest

from linkproof.errors import UsageError
from linkproof.model.exchange import Credential
from linkproof.recordings import read_recordings
from linkproof.recordings.byte_source import Source
from linkproof.recordings.yaml_stream import yaml_interactions

RECORDINGS = Path(__file__).parents[3] / "shared" / "recordings"
ONE = """\
- request:
    body: null
    headers: {Accept: ['*/*']}
    method: get
    uri: https://api.example.org/a
  response:
    body: {string: '{"a": "ü"}'}
    headers: {Date: ['Wed, 16 Dec 2020 09:24:04 GMT'], Content-Type: [application/json]}
    status: {code: 200, message: OK}
"""


def written(folder: Path, text: str | bytes, name: str = "cassette.yaml") -> Path:
    """A file with some content."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_an_interaction_becomes_an_exchange(tmp_path: Path) -> None:
    path = written(tmp_path, f"interactions:\n{ONE}version: 1\n")
    (found,) = read_recordings([path])
    assert (found.request.method, found.request.url) == ("GET", "https://api.example.org/a")
    assert found.response.body.decode() == '{"a": "ü"}'
    assert (found.at, found.number, found.credential) == ("2020-12-16T09:24:04Z", 1, Credential.UNKNOWN)


def test_compressed_files_and_bodies_are_read(tmp_path: Path) -> None:
    body = base64.b64encode(gzip.compress(b'{"b": 1}')).decode()
    text = ONE.replace('{string: \'{"a": "ü"}\'}', f"{{string: !!binary {body}}}").replace(
        "Content-Type: [application/json]", "Content-Encoding: [gzip]"
    )
    path = written(tmp_path, gzip.compress(f"interactions:\n{text}version: 1\n".encode()), "cassette.yaml.gz")
    (found,) = read_recordings([path])
    assert found.response.body == b'{"b": 1}'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "the file is empty"),
        (b"\0\1\2\3" * 1000, "binary data"),
        ("just words\n", "not a VCR cassette"),
        ("- interactions\n", "no map at the top"),
        ("interactions: 5\nversion: 1\n", "interactions is not a list"),
        (f"interactions:\n{ONE}", "without version: 1"),
        (f"interactions:\n{ONE}version: 3\n", "version '3'"),
        (f"interactions:\n{ONE[:200]}", "after 0 interactions"),
        (f"interactions:\n{ONE}{ONE[:120]}", "interaction 2"),
        (f"interactions:\n{ONE}version: 1\n".replace("code: 200", "code: ok"), "not an HTTP status"),
        (
            f"interactions:\n{ONE}version: 1\n".replace("uri: https://api.example.org/a", "uri: nowhere"),
            "not an http(s) URL",
        ),
        (f"interactions:\n{ONE}version: 1\n".replace("    method: get\n", ""), "request.method is missing"),
        (f"interactions:\n{ONE}version: 1\n".replace("{Accept: ['*/*']}", "7"), "request.headers is not a map"),
        (f"interactions:\n\t{ONE}version: 1\n", "not valid YAML"),
        (b"interactions:\n- request: \xff\xfe\n", "not valid YAML"),
    ],
)
def test_a_broken_recording_is_told(text: str | bytes, says: str, tmp_path: Path) -> None:
    path = written(tmp_path, text)
    with pytest.raises(UsageError) as told:
        list(read_recordings([path]))
    assert says in str(told.value)
    assert str(path) in str(told.value)
    assert "fix: " in str(told.value)
    assert told.value.exit_code == 2


def test_nested_aliases_cost_nothing(tmp_path: Path) -> None:
    bomb = "".join(f"  b{i}: &b{i} [{', '.join([f'*b{i - 1}'] * 9)}]\n" for i in range(1, 30))
    text = f"interactions:\n- request: {{}}\n  b0: &b0 [x, x]\n{bomb}  response: *b29\nversion: 1\n"
    with pytest.raises(UsageError, match="too large when it is written out"):
        list(read_recordings([written(tmp_path, text)]))


def test_folders_without_recordings_and_missing_files_are_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no recording in this folder"):
        list(read_recordings([tmp_path]))
    with pytest.raises(UsageError, match="there is no such file"):
        list(read_recordings([tmp_path / "absent.yaml"]))


def test_memory_does_not_grow_with_the_file() -> None:
    """An interaction is given out before the next ones are read."""

    class Endless(io.RawIOBase):
        """Yields interactions for ever, and counts what was read."""

        def __init__(self) -> None:
            self.count = 0
            self.rest = b"interactions:\n"

        def readable(self) -> bool:
            return True

        def read1(self, size: int = -1) -> bytes:
            while len(self.rest) < size:
                self.rest += ONE.encode()
            chunk, self.rest = self.rest[:size], self.rest[size:]
            self.count += len(chunk)
            return chunk

    stream = Endless()
    found = yaml_interactions(Source(stream, "endless"))
    for _ in range(1000):
        next(found)
    assert stream.count < 1000 * len(ONE) + 200_000


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason="../shared/recordings is absent")
def test_real_recordings_are_read_whole() -> None:
    counts = Counter(Path(e.world).name.split("-")[0] for e in read_recordings([RECORDINGS]))
    assert sum(counts.values()) == 122
    assert counts["healthcareapis"] == 33
    assert counts["postgresql"] == 22
