"""A service whose requests name their operation shares its address with others: what they answer is no finding."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from linkproof.contract.loader import all_contracts, select
from linkproof.mock.serve import Embedded
from tests.command_line import linkproof
from tests.runner.test_concurrency import target_file

AWS = "aws-ec2-vpc-endpoint-connections"


def beside_another_service(app: Any) -> Any:
    """Answer a GET that names no operation as a server of several services does: nothing is there."""

    async def serve(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["method"] == "GET" and b"Action=" not in scope["query_string"]:
            await send({"type": "http.response.start", "status": 404, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            return
        await app(scope, receive, send)

    return serve


def test_what_another_service_answers_is_no_finding(tmp_path: Path) -> None:
    with Embedded(select(all_contracts(), (AWS,)), around=beside_another_service) as server:
        file = target_file(tmp_path, server.base_url, [AWS])
        done = linkproof(
            tmp_path, "run", "--target", str(file), "--out", "out", "-k", "does_not_fail", "--allow-unproven"
        )
    results = json.loads((tmp_path / "out" / "results.json").read_text("utf-8"))
    assert "conforms" in results["sentence"]
    assert "not shown" not in results["sentence"], "a finding about a requirement that was not selected"
    assert done.returncode == 0, done.stdout
