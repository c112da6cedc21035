"""A server that repeats the credential puts it into no message and no file, also before anything is judged."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from linkproof.redaction import MASK, mask_text
from linkproof.redaction.masking import forget_sent, note_sent
from tests.attacks.servers import CONTRACT
from tests.command_line import linkproof
from tests.hostile_server import HostileServer
from tests.runner.test_concurrency import target_file

#: It looks like nothing that is masked for its shape.
TOKEN = "qqTokenQq77zz"
MODES = (
    "repeats-the-credential-in-an-error",
    "repeats-the-credential-on-a-page",
    "repeats-the-credential-and-refuses-it",
    "repeats-the-credential-in-the-status-line",
)


@pytest.mark.parametrize(
    "call", [("--preflight",), ("--out", "out", "-v", "-k", "test_shape")], ids=["preflight", "run"]
)
@pytest.mark.parametrize("mode", MODES)
def test_no_message_and_no_file_has_it(mode: str, call: tuple[str, ...], tmp_path: Path) -> None:
    with HostileServer(mode) as server:
        file = target_file(tmp_path, server.base_url, [CONTRACT])
        lines = file.read_text("utf-8").replace("test-token", TOKEN).splitlines()
        file.write_text("\n".join(line for line in lines if not line.startswith("reset")), "utf-8")
        done = linkproof(tmp_path, "run", "--target", file, *call)
        assert server.asked
    assert done.returncode in (2, 3), done.stderr
    said = done.stdout + done.stderr
    assert TOKEN not in said
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", said), said
    for path in tmp_path.rglob("*"):
        assert path == file or path.is_dir() or TOKEN.encode() not in path.read_bytes(), path


def test_what_was_sent_is_masked_until_the_next_command() -> None:
    forget_sent()
    try:
        assert mask_text(f"see {TOKEN}") == f"see {TOKEN}"
        note_sent([("Authorization", f"Bearer {TOKEN}")])
        assert mask_text(f"see {TOKEN}", ["other-secret"]) == mask_text(f"see {TOKEN}") == f"see {MASK}"
        for number in range(100):
            note_sent([("Authorization", f"Bearer signature-{number:03}")])
        assert mask_text("signature-099") == MASK
    finally:
        forget_sent()
    assert mask_text(f"see {TOKEN}") == f"see {TOKEN}"
