"""The command line: ``linkproof`` and ``python -m linkproof``."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; the process ends with the documented exit code."""
    from linkproof.cli.app import app
    from linkproof.errors import LinkproofError

    try:
        app()
    except LinkproofError as error:
        kind = "error" if error.exit_code == 2 else "broken"
        print(f"linkproof: {kind}: {error}", file=sys.stderr)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
