"""Preflight: the target is the service, accepts the credential, and has what its file promises."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from linkproof.contract.loader import all_contracts
from linkproof.errors import TargetError, UsageError
from linkproof.mock.serve import Embedded
from linkproof.runner.driver import Driver
from linkproof.runner.open_target import Opened
from linkproof.runner.preflight.examine import examine, without_missing
from linkproof.runner.preflight.findings import Mark, Preflight
from linkproof.runner.preflight.probe import MOST_REQUESTS
from linkproof.runner.session import Session
from linkproof.targets.embedded import embedded_target
from linkproof.targets.model import Auth, Target
from tests.command_line import linkproof
from tests.hostile_server import MODES, HostileServer
from tests.runner.test_concurrency import target_file
from tests.targets.test_client_bounds import LONG_S, SLOW

CONTRACTS = {c.id: c for c in all_contracts()}
PEC, HUAWEI = CONTRACTS["azure-healthcareapis-pec"], CONTRACTS["huawei-vpcep-connections"]
AWS = "aws-ec2-vpc-endpoint-connections"


def looked_at(target: Target, *contracts: str, needs: int = 1) -> Preflight:
    chosen = [CONTRACTS[c] for c in contracts or (PEC.id,)]
    states = {c.id: {s: needs for s in target.contracts[c.id].fixtures if s == c.states["pending"]} for c in chosen}
    return examine(Opened(target, lambda: None), chosen, "t.toml", lambda c: states[c.id])


def hostile(name: str, contract: str = PEC.id) -> tuple[Preflight, int]:
    with HostileServer(name) as server:
        timeout_s = 0.25 if name in SLOW else LONG_S  # on a busy machine, what is not slow must not look it
        target = replace(embedded_target(server.base_url, [CONTRACTS[contract]]), timeout_s=timeout_s, reset=None)
        return looked_at(target, contract), server.asked


NOT_THE_SERVICE = {
    *("portal", "portal-plain", "portal-says-json", "portal-empty", "redirect-301", "redirect-302", "redirect-307"),
    *("redirect-308-no-location", "unavailable", "unavailable-json", "unavailable-retry-after", "bad-gateway"),
    *("retry-after-huge", "retry-after-a-fraction", "repeats-the-credential-on-a-page"),
    *("gateway-timeout", "teapot", "method-not-allowed", "accepted-for-ever", "body-with-204", "status-100-final"),
}
REFUSED = {"repeats-the-credential-and-refuses-it", "unauthorized", "unauthorized-html", "forbidden", "proxy-auth"}
NO_PARENT = {
    "no-subscription": "subscriptionId",
    "no-group": "resourceGroupName",
    "no-parent": "workspaceName",
    "nothing-found-html": "base_url",
    "nothing-found-empty": "base_url",
    "no-error-code": "base_url",
    "header-utf-8-cut": "base_url",
    "date-absurd": "base_url",
    "content-type-with-escapes": "base_url",
    "long-word": "workspaceName",
    "large-error": "workspaceName",
    "strings-within-strings": "workspaceName",
    "control-characters": "workspaceName",
    "repeats-the-credential-in-an-error": "workspaceName",
    "objects-of-100000-levels": "base_url",
}


@pytest.mark.parametrize("name", sorted(MODES))
def test_every_mode_has_an_outcome_within_ten_requests(name: str) -> None:
    found, requests = hostile(name)
    assert requests <= MOST_REQUESTS
    assert found.requests <= MOST_REQUESTS + 1  # the one that is over budget is counted, and not sent
    said = str(found.problem)
    if name in NOT_THE_SERVICE:
        assert isinstance(found.problem, TargetError)
        assert "this is not the service" in said
    elif name in REFUSED:
        assert isinstance(found.problem, UsageError)
        assert "the target refuses the credential" in said
        assert "[auth.azure]" in said
    elif name in NO_PARENT:
        assert isinstance(found.problem, UsageError)
        assert NO_PARENT[name] in said.split("most likely")[-1]
    elif found.problem is not None:
        assert isinstance(found.problem, TargetError)
        assert "does not answer" in said


@pytest.mark.parametrize("contract", [HUAWEI.id, AWS])
@pytest.mark.parametrize("name", ["portal", "unavailable", "redirect-302", "unauthorized"])
def test_a_contract_without_get_as_well(name: str, contract: str) -> None:
    found, _ = hostile(name, contract)
    assert found.problem is not None


def test_requests_name_their_operation_and_answers_are_read_in_their_format() -> None:
    contract = CONTRACTS[AWS]
    with Embedded([contract]) as server:
        target = replace(embedded_target(server.base_url, [contract]), reset=None)
        driver = Driver(Session(target, [contract]), contract)
        used = driver.reserve("pending")
        driver.decide("reject", used)
        driver.session.close()
        found = looked_at(target, AWS)
        refused = looked_at(replace(target, auth={"aws": Auth("authorization", "another-token")}), AWS)
    said = "\n".join(map(str, found.items))
    assert "DescribeVpcEndpointConnections: 200" in said
    pending = target.contracts[AWS].fixtures["pendingAcceptance"]
    assert f"1 of {len(pending)} pendingAcceptance connections are no longer" in said
    assert f"{used} is rejected" in said
    assert used not in found.usable[AWS]["pendingAcceptance"]
    assert "the target refuses the credential" in str(refused.problem)


def test_no_credential_is_given() -> None:
    with HostileServer("unauthorized") as server:
        target = replace(embedded_target(server.base_url, [PEC]), auth={}, reset=None)
        assert "asks for a credential" in str(looked_at(target).problem)


@pytest.mark.parametrize("contract", [PEC.id, HUAWEI.id, AWS, "azure-keyvault-pec", "azure-healthcareapis-dicom"])
def test_a_service_in_order_is_ready(contract: str) -> None:
    with Embedded([CONTRACTS[contract]]) as server:
        found = looked_at(embedded_target(server.base_url, [CONTRACTS[contract]]), contract, needs=99)
    assert found.problem is None
    assert found.untried == []
    assert {i.mark for i in found.items} == {Mark.OK}
    assert found.requests <= MOST_REQUESTS
    assert found.exit_code == 0


@pytest.mark.parametrize(
    ("parameter", "value"), [("subscriptionId", "99999999-0000-0000-0000-000000000000"), ("workspaceName", "other")]
)
def test_a_wrong_parent_is_named(parameter: str, value: str) -> None:
    with Embedded([PEC]) as server:
        target = embedded_target(server.base_url, [PEC])
        given = target.contracts[PEC.id]
        wrong = replace(given, path={**given.path, parameter: value})
        found = looked_at(replace(target, contracts={PEC.id: wrong}))
    assert isinstance(found.problem, UsageError)
    assert "the parent does not exist" in str(found.problem)


def test_a_wrong_token_and_a_wrong_reset() -> None:
    with Embedded([PEC]) as server:
        target = embedded_target(server.base_url, [PEC])
        wrong = looked_at(replace(target, auth={"azure": Auth("bearer", "another-token")}))
        assert "the target refuses the credential" in str(wrong.problem)
        wrong = looked_at(replace(target, reset=("POST", "/_control/nothing")))
    assert isinstance(wrong.problem, UsageError)
    assert "[target] reset" in str(wrong.problem)


def test_connections_that_a_former_run_has_used_up_are_left_out() -> None:
    with Embedded([PEC]) as server:
        target = replace(embedded_target(server.base_url, [PEC]), reset=None)
        driver = Driver(Session(target, [PEC]), PEC)
        used = [driver.reserve("pending") for _ in range(3)]
        driver.decide("approve", used[0])
        driver.decide("reject", used[1])
        driver.delete(used[2])
        driver.session.close()
        found = looked_at(target, needs=29)
    pending = target.contracts[PEC.id].fixtures["Pending"]
    assert found.usable[PEC.id]["Pending"] == tuple(n for n in pending if n not in used)
    said = "\n".join(map(str, found.items))
    assert f"2 of {len(pending)} Pending connections are no longer Pending (a former run has used them up)" in said
    assert f"1 of {len(pending)} Pending connections are not there: {used[2]}" in said
    assert ["use 29 Pending connections, and 27 that may be written to are there" in u for u in found.untried] == [True]
    assert found.exit_code == 4
    left = without_missing(Opened(target, lambda: None), found).target.contracts[PEC.id].fixtures
    assert not set(used) & set(left["Pending"])
    assert left["Approved"] == target.contracts[PEC.id].fixtures["Approved"]


def test_a_redirect_names_where_it_leads() -> None:
    found, _ = hostile("redirect-302")
    assert "302 to http" in str(found.problem)
    assert "redirects are not followed" in str(found.problem)


def test_a_credential_that_no_answer_is_about_is_not_said_to_be_accepted() -> None:
    found, _ = hostile("server-error")
    assert "accepts the credential" not in "\n".join(map(str, found.items))


def test_a_run_against_a_portal_blames_nobody(tmp_path: Path) -> None:
    with HostileServer("portal") as server:
        file = target_file(tmp_path, server.base_url, [PEC.id])
        file.write_text(file.read_text("utf-8").replace("reset =", "# reset ="), "utf-8")
        done = linkproof(tmp_path, "run", "--target", str(file), "--out", "out", "--quiet", "-r", "PAG-1")
        assert server.asked <= MOST_REQUESTS
    assert done.returncode == 3, done.stderr
    results = json.loads((tmp_path / "out" / "results.json").read_text("utf-8"))
    assert results["findings"] == []
    assert "this is not the service" in results["sentence"]


def test_a_second_run_without_a_reset_says_so(tmp_path: Path) -> None:
    with Embedded([PEC]) as server:
        file = target_file(tmp_path, server.base_url, [PEC.id])
        file.write_text(file.read_text("utf-8").replace("reset =", "# reset ="), "utf-8")
        lines = [line for line in file.read_text("utf-8").splitlines() if not line.startswith("Pending =")]
        file.write_text(
            "\n".join([*lines, 'Pending = ["pending-01", "pending-02", "pending-03", "pending-04", "pending-05"]', ""]),
            "utf-8",
        )
        select = ("-r", "ENM-3", "-k", "accepted_and_shown")
        first = linkproof(tmp_path, "run", "--target", str(file), "--out", "one", "--quiet", *select)
        second = linkproof(tmp_path, "run", "--target", str(file), "--out", "two", *select)
        alone = linkproof(tmp_path, "run", "--target", str(file), "--preflight", *select)
    assert "used them up" not in first.stderr
    sentence = json.loads((tmp_path / "two" / "results.json").read_text("utf-8"))["sentence"]
    assert "the selected tests use 4 Pending connections, and 1 that may be written to are there" in sentence
    assert "a former run has used them up" in second.stderr
    assert alone.returncode == 4
    assert "ok      azure-healthcareapis-pec: the target accepts the credential" in alone.stdout


def test_a_wrong_token_is_a_usage_error(tmp_path: Path) -> None:
    with Embedded([PEC]) as server:
        file = target_file(tmp_path, server.base_url, [PEC.id])
        file.write_text(file.read_text("utf-8").replace('"test-token"', '"another-token"'), "utf-8")
        done = linkproof(tmp_path, "run", "--target", str(file), "--out", "out")
    assert done.returncode == 2
    assert "the target refuses the credential" in done.stderr
    assert not (tmp_path / "out" / "results.json").exists()
