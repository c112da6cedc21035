"""The command line: ``linkproof`` and ``python -m linkproof``."""

from __future__ import annotations

import gc
import io
import os
import sys
from typing import Any

#: New objects before unreachable ones are looked for: starting makes 200,000, and all of them stay.
_OBJECTS = 50_000


class _Output(io.FileIO):
    """A standard stream whose reader may end early (``| head``): the rest is discarded, and the exit code stays."""

    def write(self, data: Any, /) -> int:
        """Write bytes, or discard them if nobody reads them any more."""
        try:
            return super().write(data)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.fileno())
            return len(data)


def _outlive_readers() -> None:
    """Let standard output outlive its reader: an error there would end a run, with an exit code that says otherwise."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        old = sys.stdout
        raw = _Output(old.fileno(), "w", closefd=False)
        sys.stdout = io.TextIOWrapper(
            io.BufferedWriter(raw), old.encoding, "backslashreplace", line_buffering=old.line_buffering
        )


def main() -> None:
    """Run the command line; the process ends with the documented exit code."""
    gc.set_threshold(_OBJECTS, 10, 10)
    from linkproof.cli.entry import run

    _outlive_readers()
    code = run()
    gc.freeze()  # the process ends: nothing needs to be looked through any more
    sys.exit(code)


if __name__ == "__main__":
    main()
