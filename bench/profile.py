"""The rows at the top of a sampled profile: `python -m bench.profile COMMAND ...`, by py-spy, 500 samples a second.

Prints each function's own share of the samples, and its share with what it calls; the twenty largest of each.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path


def profiled(command: list[str]) -> tuple[int, Counter[str], Counter[str]]:
    """Number of samples, own samples and samples with callees by function."""
    with tempfile.TemporaryDirectory() as room:
        out = Path(room) / "stacks"
        spy = [str(Path(sys.executable).parent / "py-spy"), "record", "--rate", "500", "--format", "raw"]
        subprocess.run([*spy, "--function", "--output", str(out), "--", *command], check=False, stdout=sys.stderr)
        own: Counter[str] = Counter()
        whole: Counter[str] = Counter()
        for line in out.read_text().splitlines():
            stack, _, count = line.rpartition(" ")
            frames = stack.split(";")
            own[frames[-1]] += int(count)
            for frame in set(frames):
                whole[frame] += int(count)
    return sum(own.values()), own, whole


def main() -> None:
    """Profile a command and print the two tables."""
    total, own, whole = profiled(sys.argv[1:])
    print(f"{total} samples")
    for title, counts in (("own", own), ("with what it calls", whole)):
        print(f"\n{title}")
        for name, count in counts.most_common(20):
            print(f"{100 * count / total:6.1f} %  {name}")


if __name__ == "__main__":
    main()
