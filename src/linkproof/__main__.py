"""The command line: ``linkproof`` and ``python -m linkproof``."""

from __future__ import annotations

import gc
import io
import sys

#: New objects after which unreachable ones are looked for: loading makes many objects, and looking took 30 ms of it.
_MANY = 200_000


def main() -> None:
    """Run the command line; the process ends with the documented exit code."""
    gc.set_threshold(_MANY, 20, 50)
    from linkproof.cli.entry import run

    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a name that is not UTF-8 is printed, not an error
    sys.exit(run())


if __name__ == "__main__":
    main()
