"""`python -m tests.other_server --port 8089 [--fault ID ...] [--variant ID ...] [--ten] [--list]`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def main(argv: list[str] | None = None) -> int:
    """Start the server, or list its faults and variants."""
    here = Path(__file__).resolve()
    if str(here.parent) in sys.path:  # started as a file
        sys.path.remove(str(here.parent))
        sys.path.insert(0, str(here.parents[2]))
    from tests.other_server.app import App
    from tests.other_server.catalogue import TEN, listing
    from tests.other_server.registry import QUIRKS
    from tests.other_server.wire import Server

    parser = argparse.ArgumentParser(prog="other_server", description=__doc__)
    parser.add_argument("--port", type=int, default=8089)
    parser.add_argument("--fault", action="extend", nargs="+", default=[], metavar="ID")
    parser.add_argument("--variant", action="extend", nargs="+", default=[], metavar="ID")
    parser.add_argument("--ten", action="store_true", help="ten faults of ten requirements at once")
    parser.add_argument("--list", action="store_true", help="print every fault and variant")
    args = parser.parse_args(argv)
    if args.list:
        print(listing())
        return 0
    chosen: list[str] = [*args.fault, *args.variant, *(TEN if args.ten else ())]
    for kind, given in (("fault", args.fault), ("variant", args.variant)):
        for ident in given:
            if ident not in QUIRKS or QUIRKS[ident].kind != kind:
                parser.error(f"no such {kind}: {ident}")
    server = Server(args.port, App(dict.fromkeys(chosen)))
    print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
