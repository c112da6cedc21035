"""The command line: ``linkproof`` and ``python -m linkproof``."""

from __future__ import annotations

import io
import sys


def main() -> None:
    """Run the command line; the process ends with the documented exit code."""
    from linkproof.cli.entry import run

    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a name that is not UTF-8 is printed, not an error
    sys.exit(run())


if __name__ == "__main__":
    main()
