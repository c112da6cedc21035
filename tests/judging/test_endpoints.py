"""A first attempt at VPC Endpoint with its usual oversights: each is on the first screen until it is fixed."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pytest

from linkproof.model.results import Results
from tests.sloppy.endpoints import ACCEPTED, BUGS, PENDING, PROJECT, REJECTED, SERVICE, Mock
from tests.sloppy.run import Place, first_screen, judged, roots


class Service(Place):
    """Where the connections of the service are."""

    @property
    def target(self) -> str:
        return "\n".join(
            [
                '[target]\nname = "endpoints"\nkind = "mock"\nbase_url = "http://endpoints.invalid"',
                "checks_credentials = true\nwrites = true",
                'reset = { method = "POST", path = "/_reset" }',
                '[auth.huawei]\nkind = "x-auth-token"\ntoken = "test-token"',
                f"[contracts.{self.contract}.path]",
                f'project_id = "{PROJECT}"\nvpc_endpoint_service_id = "{SERVICE}"',
                f"[contracts.{self.contract}.fixtures]",
                f"pendingAcceptance = {PENDING}\naccepted = {ACCEPTED}\nrejected = {REJECTED}\n",
            ]
        )


#: A malformed id is one that does not exist: "decides nothing" accepts it, too.
ALSO = {"ERR-5"}
PLACE = Service("endpoints", "huawei-vpcep-connections", "", "", "/_reset", PENDING)


def judged_with(tmp_path: Path, bugs: Collection[str]) -> Results:
    return judged(tmp_path, PLACE, lambda: Mock(bugs))


def test_every_bug_is_on_the_first_screen(tmp_path: Path) -> None:
    results = judged_with(tmp_path, BUGS)
    screen = first_screen(results)
    for bug, requirement in BUGS.items():
        assert f"{requirement}:" in screen, bug
        assert requirement in roots(results), bug
    assert len(roots(results)) <= 10, roots(results)
    assert set(roots(results)) <= {*BUGS.values(), *ALSO}


@pytest.mark.parametrize("fixed", [3, 5, 6])
def test_fixed_one_by_one_each_verdict_names_the_rest(tmp_path: Path, fixed: int) -> None:
    left = dict(list(BUGS.items())[fixed:])
    results = judged_with(tmp_path, left)
    assert set(left.values()) <= set(roots(results)) <= {*left.values(), *ALSO}
    assert results.verdict == ("breached" if left else "conforms"), results.sentence
