"""The table of docs/targets.md: exit code and number of requests for each target that is not ready."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from linkproof.cli.entry import run
from linkproof.contract.loader import all_contracts
from linkproof.mock.serve import Embedded
from linkproof.runner.preflight.probe import MOST_REQUESTS
from tests.hostile_server import HostileServer
from tests.runner.test_concurrency import target_file

PEC = next(c for c in all_contracts() if c.id == "azure-healthcareapis-pec")
TABLE = Path(__file__).parents[2] / "docs" / "targets.md"
_ROW = re.compile(r"^\| (?P<case>[^|]+) \| (?P<said>[^|]+) \| (?P<exit>\d)(?:, [^|]*)? \| (?P<requests>\d+) \|$", re.M)

Edit = Callable[[str], str]


def instead(pattern: str, value: str) -> Edit:
    return lambda text: re.sub(pattern, value, text, flags=re.M)


NO_RESET = instead(r"^reset =.*$", "")
#: Connections that are decided already are named as pending.
USED_UP = instead(r"^Pending = .*\nApproved = (.*)\nRejected = .*$", r"Pending = \1")
#: How the target file of each row differs from one that is right.
EDITS: dict[str, Edit] = {
    "wrong token": instead('"test-token"', '"another"'),
    "no `[auth]`": instead(r"^\[auth\.azure\]\n(?:[^\[\n].*\n)*", ""),
    "wrong subscription": NO_RESET,
    "wrong parent": instead(r'workspaceName = "[^"]*"', 'workspaceName = "other"'),
    "nothing listens": instead(r"127\.0\.0\.1:\d+", "127.0.0.1:9"),
    "captive portal": NO_RESET,
    "503 for everything": NO_RESET,
    "reset is not there": instead("/_control/reset", "/_control/nothing"),
    "fixtures that do not exist": instead(r'"pending-', '"absent-'),
    "fixtures that a former run used up": lambda text: NO_RESET(USED_UP(text)),
    "everything is ready": lambda text: text,
}
HOSTILE = {
    "captive portal": "portal",
    "503 for everything": "unavailable",
    "wrong subscription": "no-subscription",
}


class Counter:
    """Counts the requests that an application answers."""

    def __init__(self) -> None:
        self.asked = 0

    def around(self, app: ASGIApp) -> ASGIApp:
        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            self.asked += scope["type"] == "http"
            await app(scope, receive, send)

        return counted


def preflight(tmp_path: Path, case: str) -> tuple[int, int]:
    """Exit code of ``run --preflight``, and the number of requests that the server got."""

    def against(base_url: str) -> int:
        file = target_file(tmp_path, base_url, [PEC.id])
        file.write_text(EDITS[case](file.read_text("utf-8")), "utf-8")
        return run(["run", "--target", str(file), "--out", str(tmp_path / "out"), "--preflight"])

    if case in HOSTILE:
        with HostileServer(HOSTILE[case]) as hostile:
            return against(hostile.base_url), hostile.asked
    counter = Counter()
    with Embedded([PEC], around=counter.around) as server:
        return against(server.base_url), counter.asked


def rows() -> dict[str, re.Match[str]]:
    return {m["case"]: m for m in _ROW.finditer(TABLE.read_text("utf-8"))}


def test_the_table_has_every_case() -> None:
    assert set(rows()) == set(EDITS)


@pytest.mark.parametrize("case", sorted(EDITS))
def test_exit_code_and_requests_are_those_of_the_table(
    case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = rows()[case]
    code, asked = preflight(tmp_path, case)
    out = capsys.readouterr()
    said = " ".join((out.out + out.err).split())
    assert (code, asked) == (int(row["exit"]), int(row["requests"]))
    assert asked <= MOST_REQUESTS + 1
    for part in row["said"].split("…"):
        assert part.strip() in said
