"""A Linkproof command that ends with the process that started it: ``python -m linkproof.cli.watched ARGUMENTS``.

The parent holds the other end of this process's standard input and never writes to it. When the parent ends for any
reason, the pipe is closed, and this process ends as after Ctrl-C: it cleans up and writes its reports.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Sequence

from linkproof.cli.entry import run
from linkproof.nightly.performing import GRACE_S

#: Exit code of a process that did not end in time after its parent.
_ORPHANED = 124


def watch_parent(descriptor: int, grace_s: float = GRACE_S) -> None:
    """Request a stop when the pipe that ends in ``descriptor`` is closed; end the process ``grace_s`` later."""

    def watch() -> None:
        while os.read(descriptor, 1024):
            pass
        # The parent read the other pipes as well; writing to them would now fail.
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(grace_s)
        os._exit(_ORPHANED)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


def main(arguments: Sequence[str]) -> int:
    """Run a command as the command line does, watched; return its exit code."""
    # A copy, because nothing else may read from the pipe.
    pipe = os.dup(0)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    watch_parent(pipe)
    return run(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
