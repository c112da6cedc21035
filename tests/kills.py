"""Kill commands at random moments, and check the files that remain: ``python -m tests.kills``.

After each kill every file has to be whole or absent, an earlier cassette as it was, the connections of the target as
before once ``cleanup`` (for a night: the night itself) has been run, and a second run has to succeed. Prints one line
for each kill; exits with 1 where anything is not so.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from linkproof.errors import LinkproofError
from linkproof.mock.serve import Embedded
from linkproof.recordings import read_recordings
from tests.cli.test_kills import all_whole
from tests.command_line import command
from tests.nightly.test_killed_night import children_of, is_running
from tests.runner.test_cleanup import AZURE, HEALTH, environment, linkproof, shown, target_file

#: A part of a run that makes, decides and deletes connections.
_SELECT = ("-k", "test_state or test_operations")
_PLAN = '[[run]]\nname = "a"\ntarget = "target.toml"\n[[run]]\nname = "b"\ntarget = "target.toml"\n'
_GONE_S = 90


@dataclass
class Trouble:
    """What was wrong after a kill."""

    said: list[str] = field(default_factory=list)

    def unless(self, good: bool, text: str) -> None:
        """Note ``text`` where something is not good."""
        if not good:
            self.said.append(text)


def _killed(folder: Path, arguments: tuple[str | Path, ...], after: float) -> tuple[int, int]:
    """Run a command, kill it ``after`` seconds; return its exit code and the number of processes it left behind."""
    process = subprocess.Popen(
        command(*arguments), cwd=folder, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        process.wait(timeout=after)
    except subprocess.TimeoutExpired:
        children = children_of(process.pid)
        process.kill()
        process.wait()
        limit = time.monotonic() + _GONE_S
        while (left := [c for c in children if is_running(c)]) and time.monotonic() < limit:
            time.sleep(0.05)
        return process.returncode, len(left)
    return process.returncode, 0


def _cassette(path: Path) -> int:
    """The number of exchanges in a cassette, -1 for one that cannot be read, 0 where there is none."""
    try:
        return sum(1 for _ in read_recordings([path])) if path.exists() else 0
    except LinkproofError:
        return -1


def _files(folder: Path, trouble: Trouble) -> None:
    try:
        all_whole(folder)
    except (AssertionError, ValueError) as error:
        trouble.unless(False, f"a file is not whole: {error}")


def kills_of_a_recorded_run(folder: Path, server: Embedded, times: int, draw: random.Random) -> Iterator[list[str]]:
    """Kill ``run --record``; yield what was wrong after each kill."""
    file = target_file(folder, server.base_url, HEALTH, f"count = 9\n{AZURE}")
    run = ("run", "--target", file, "--record", "c.yaml", "--out", "out", "--quiet", "--allow-unproven", *_SELECT)
    before = shown(server, HEALTH)
    started = time.monotonic()
    first = linkproof(folder, *run)
    whole_s = time.monotonic() - started
    assert first.returncode == 0, first.stderr
    cassette, exchanges = (folder / "c.yaml").read_bytes(), _cassette(folder / "c.yaml")
    for _ in range(times):
        trouble = Trouble()
        after = draw.uniform(0.1, whole_s)
        code, _left = _killed(folder, run, after)
        _files(folder, trouble)
        now = (folder / "c.yaml").read_bytes()
        trouble.unless(now == cassette or _cassette(folder / "c.yaml") == exchanges, "the cassette is another")
        cleaned = linkproof(folder, "cleanup", "out/journal.jsonl") if (folder / "out/journal.jsonl").exists() else None
        trouble.unless(cleaned is None or cleaned.returncode == 0, f"cleanup: {cleaned and cleaned.stderr}")
        trouble.unless(shown(server, HEALTH) == before, "the connections are not as before")
        again = linkproof(folder, *run)
        trouble.unless(again.returncode == 0, f"the second run: {again.returncode} {again.stderr[-300:]}")
        trouble.unless(_cassette(folder / "c.yaml") == exchanges, "the second cassette is another")
        trouble.unless(shown(server, HEALTH) == before, "after the second run the connections are not as before")
        cassette = (folder / "c.yaml").read_bytes()
        yield [f"run --record killed after {after:.1f} s ({code})", *trouble.said]


def kills_of_a_night(folder: Path, server: Embedded, times: int, draw: random.Random) -> Iterator[list[str]]:
    """Kill ``nightly``; yield what was wrong after each kill."""
    target_file(folder, server.base_url, HEALTH, f"count = 9\n{AZURE}")
    (folder / "plan.toml").write_text(_PLAN, encoding="utf-8")
    night = ("nightly", "plan.toml", "--out", "night", "--processes", "1", "--quiet")
    before = shown(server, HEALTH)
    started = time.monotonic()
    first = linkproof(folder, *night)
    whole_s = time.monotonic() - started
    assert first.returncode in (0, 4), first.stderr
    for _ in range(times):
        trouble = Trouble()
        after = draw.uniform(0.1, whole_s)
        code, left = _killed(folder, night, after)
        trouble.unless(left == 0, f"{left} processes go on")
        _files(folder, trouble)
        again = linkproof(folder, *night, "--resume")
        same = again.returncode == first.returncode
        trouble.unless(same, f"the second night: {again.returncode} {again.stdout[-300:]} {again.stderr[-300:]}")
        trouble.unless(shown(server, HEALTH) == before, "the connections are not as before")
        _files(folder, trouble)
        yield [f"nightly killed after {after:.1f} s ({code})", *trouble.said]


#: Commands that write files, and the exit codes with which they end.
_WRITING: dict[str, tuple[tuple[str, ...], tuple[int, ...]]] = {
    "check": (("check", "c.yaml", "--out", "again", "--quiet"), (0, 1, 4)),
    "bundle": (("bundle", "out", "--cassette", "c.yaml", "--out", "made.zip", "--quiet"), (0,)),
    "history": (("history", "add", "out", "--store", "sqlite:///history.sqlite"), (0,)),
    "site": (("site", "--out", "site", "--store", "sqlite:///known.sqlite"), (0,)),
}


def kills_of_a_command(name: str) -> Kills:
    """Return what kills one of the commands that write files, and yields what was wrong after each kill."""

    def kills(folder: Path, server: Embedded, times: int, draw: random.Random) -> Iterator[list[str]]:
        file = target_file(folder, server.base_url, HEALTH, f"count = 9\n{AZURE}")
        recorded = ("--record", "c.yaml", "--out", "out", "--quiet", "--allow-unproven", *_SELECT)
        assert linkproof(folder, "run", "--target", file, *recorded).returncode == 0
        assert linkproof(folder, "history", "add", "out", "--store", "sqlite:///known.sqlite").returncode == 0
        arguments, codes = _WRITING[name]
        started = time.monotonic()
        _killed(folder, arguments, 120)
        whole_s = time.monotonic() - started
        for _ in range(times):
            trouble = Trouble()
            after = draw.uniform(whole_s / 4, whole_s)  # before that nothing but Python has started
            code, _left = _killed(folder, arguments, after)
            _files(folder, trouble)
            again = linkproof(folder, *arguments)
            trouble.unless(again.returncode in codes, f"the second run: {again.returncode} {again.stderr[-300:]}")
            _files(folder, trouble)
            yield [f"{name} killed after {after:.1f} s ({code})", *trouble.said]

    return kills


Kills = Callable[[Path, Embedded, int, random.Random], Iterator[list[str]]]
KINDS: dict[str, Kills] = {
    "run": kills_of_a_recorded_run,
    "nightly": kills_of_a_night,
    **{name: kills_of_a_command(name) for name in _WRITING},
}


def main() -> int:
    """Kill each command so many times; 1 where anything was wrong afterwards."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=[*KINDS], default=None)
    options = parser.parse_args()
    wrong: Counter[str] = Counter()
    for name, kills in KINDS.items():
        if options.only in (None, name):
            with tempfile.TemporaryDirectory() as room, Embedded([HEALTH]) as server:
                for said in kills(Path(room), server, options.times, random.Random(options.seed)):
                    print("; ".join(said) if len(said) > 1 else f"{said[0]}: in order", flush=True)
                    wrong[name] += len(said) > 1
    print(", ".join(f"{name}: {count} of {options.times} kills left something wrong" for name, count in wrong.items()))
    return 1 if sum(wrong.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
