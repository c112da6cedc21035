"""The command line: ``linkproof`` and ``python -m linkproof``."""

from __future__ import annotations

import gc
import io
import sys

#: New objects before unreachable ones are looked for: starting makes 200,000, and all of them stay.
_OBJECTS = 50_000


def main() -> None:
    """Run the command line; the process ends with the documented exit code."""
    gc.set_threshold(_OBJECTS, 10, 10)
    from linkproof.cli.entry import run

    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a name that is not UTF-8 is printed, not an error
    sys.exit(run())


if __name__ == "__main__":
    main()
