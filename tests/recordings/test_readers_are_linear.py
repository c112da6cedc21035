"""Every reader of recordings takes time in proportion to the file: to a text, and to the number of parts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from linkproof.recordings import read_recordings
from linkproof.targets.journal import Journal
from tests.attacks import growth_curves as made
from tests.fuzzing import test_recordings as recordings
from tests.redaction.growth import MOST, growth

SMALL, LARGE = 30_000, 300_000
#: A reader makes objects in proportion to the file. Those of the large file are too many for the processor's caches,
#: and cost up to twice as much each; what is quadratic takes a hundred times the work.
MOST_OF_A_READER = 2 * MOST
UNIT = 'a text, "quoted" \\ and {bracketed}: é '
FILES: dict[str, tuple[str, made.Content]] = {
    "VCR, JSON": ("c.json", made._recorded(recordings.CASSETTE)),
    "VCR, YAML": ("c.yaml", made._recorded(recordings.CASSETTE, b"--- ")),
    "HAR": ("c.har", made._recorded(recordings.HAR)),
    "test proxy": ("recording.json", made._recorded(recordings.PROXY)),
    "HTTP recorder": ("recording.json", made._recorded(recordings.HTTP_RECORDER)),
    "NDJSON": ("c.ndjson", made._recorded(recordings.EXCHANGE)),
    "NDJSON, many exchanges": ("c.ndjson", made._many),
    "NDJSON, in the query": ("c.ndjson", lambda text: made._line(query=f"&x={text.replace(' ', '+')}")),
    "NDJSON, many header fields": (
        "c.ndjson",
        lambda text: made._line(headers=[[f"X-{n}", text[n : n + 20]] for n in range(len(text) // 40)]),
    ),
}


def _grows(folder: Path, file: str, content: made.Content, read: Callable[[Path], object]) -> float:
    """Return how many times more a reader takes for ten times the text; the files are written before."""
    paths = {}
    for size in (SMALL, LARGE):
        paths[str(size)] = folder / str(size) / file
        paths[str(size)].parent.mkdir()
        paths[str(size)].write_bytes(content(UNIT * (size // len(UNIT))))
        assert paths[str(size)].stat().st_size > size // 2, "the text is in the file"
    return growth(lambda size: read(paths[size]), str(SMALL), str(LARGE), most=MOST_OF_A_READER, little=0.0005)


@pytest.mark.parametrize("name", FILES)
def test_a_recording_is_read_in_time_in_proportion(tmp_path: Path, name: str) -> None:
    file, content = FILES[name]

    def read(path: Path) -> None:
        assert sum(1 for _ in read_recordings([path])) > 0

    assert _grows(tmp_path, file, content, read) <= MOST_OF_A_READER


def test_a_journal_is_read_in_time_in_proportion(tmp_path: Path) -> None:
    def read(path: Path) -> None:
        assert Journal.read(path).entries

    assert _grows(tmp_path, "j.jsonl", made._journal, read) <= MOST_OF_A_READER


def test_a_reader_that_is_quadratic_would_be_noticed(tmp_path: Path) -> None:
    def read(path: Path) -> None:
        text = path.read_text("utf-8")[:: LARGE // 15_000]
        assert sum(text[:end].count("a") + text[:end].count("é") for end in range(len(text)))

    assert _grows(tmp_path, "x.txt", str.encode, read) > MOST_OF_A_READER
