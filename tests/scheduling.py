"""How the workers of ``make test`` share the tests: whole files, the longest first.

A file stays with one worker, so that its fixtures (runs, browsers, a Dask cluster) are made once. The longest come
first, so that no worker is left with one of them while the others have ended.
"""

from __future__ import annotations

from typing import Any

import pytest

#: Files that take the longest, the longest first. The order of all others does not matter.
LONGEST = (
    "tests/runner/test_concurrency.py",
    "tests/project/test_peers.py",
    "tests/reports/test_page.py",
    "tests/cli/test_a_cloud_of_data.py",
    "tests/runner/test_cleanup.py",
    "tests/runner/test_preflight.py",
    "tests/targets/test_network_faults.py",
    "tests/recordings/test_cassettes.py",
    "tests/runner/test_parents.py",
    "tests/faults/test_faults.py",
    "tests/nightly/test_on_dask.py",
    "tests/fault_matrix/test_other_server.py",
    "tests/targets/test_client_bounds.py",
    "tests/nightly/test_nightly.py",
    "tests/redaction/test_secrets_planted.py",
    "tests/cli/test_cli.py",
    "tests/checks/test_checks.py",
    "tests/judging/test_sharing.py",
    "tests/targets/test_replay.py",
    "tests/redaction/test_work_is_linear.py",
    "tests/openapi_import/test_importing.py",
    "tests/fault_matrix/test_other_matrix.py",
    "tests/redaction/test_every_file.py",
    "tests/checks/test_purity.py",
    "tests/reports/test_allure.py",
    "tests/cli/test_kills.py",
    "tests/mutants/test_mutants.py",
    "tests/history/test_history.py",
    "tests/judging/test_newcomer.py",
    "tests/fuzzing/test_recordings.py",
    "tests/judging/test_repeated_answers.py",
    "tests/runner/test_selection.py",
    "tests/cli/test_gate.py",
    "tests/project/test_packaging.py",
    "tests/judging/test_memory.py",
    "tests/runner/test_parents_of_files.py",
    "tests/redaction/test_redaction.py",
    "tests/results/test_waivers.py",
    "tests/results/test_bundle.py",
    "tests/contract/test_catalogue.py",
    "tests/mock/test_mock.py",
    "tests/fault_matrix/test_together.py",
    "tests/runner/test_live_safety.py",
    "tests/openapi_import/test_bicep.py",
    "tests/definition_pages/test_definitions.py",
    "tests/cli/test_arguments.py",
    "tests/project/test_docs_site.py",
    "tests/fuzzing/test_command_line.py",
    "tests/nightly/test_killed_night.py",
    "tests/reports/test_page_contents.py",
)


def longest_first(items: list[pytest.Item]) -> None:
    """Sort tests so that the longest files come first; xdist gives files to workers in this order."""
    place = {file: number for number, file in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.nodeid.partition("::")[0], len(place)))


def report_less(config: pytest.Config) -> None:
    """Let a worker leave out what ``make test`` does not show: that a test began, was set up and was torn down.

    A message takes a worker and the process that prints half a millisecond, and each test has six. Failed and skipped
    tests are reported whole.
    """
    worker = next((p for p in config.pluginmanager.get_plugins() if type(p).__name__ == "WorkerInteractor"), None)
    if worker is None or config.option.xmlpath or config.option.durations is not None:
        return
    send = worker.sendevent

    def sendevent(name: str, **given: Any) -> None:
        report = given.get("data", {}) if name == "testreport" else {}
        if name == "logstart" or (report.get("outcome") == "passed" and report.get("when") != "call"):
            return
        send(name, **given)

    worker.sendevent = sendevent
