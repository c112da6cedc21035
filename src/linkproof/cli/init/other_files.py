"""A nightly plan, and the workflows for GitHub and GitLab."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

import linkproof
from linkproof.cli.init.target_file import quoted


def plan_toml(targets: Sequence[Path], file: Path) -> str:
    """Return a plan with one run for each target file; paths are relative to the plan."""
    lines = ["# Written by `linkproof init --plan`. Run it: linkproof nightly PLAN.toml   (docs/nightly.md)"]
    names: set[str] = set()
    for target in targets:
        name = re.sub(r"[^A-Za-z0-9._-]+", "-", target.stem).strip("-.") or "target"
        number = 2
        while name in names:
            name, number = f"{name.rstrip('0123456789')}{number}", number + 1
        names.add(name)
        path = os.path.relpath(target, file.parent)
        lines += ["", "[[run]]", f"name = {quoted(name)}", f"target = {quoted(path)}", "minutes = 30"]
    return "\n".join(lines) + "\n"


def github_workflow(target: Path, variables: Sequence[str], *, live: bool) -> str:
    """Return a workflow for GitHub Actions: judge, annotate, comment, upload for code scanning, keep the report."""
    env = "".join(f"          {name}: ${{{{ secrets.{name} }}}}\n" for name in variables)
    start = "" if live else _GITHUB_START
    trigger = _GITHUB_NIGHTLY if live else _GITHUB_PUSH
    return _GITHUB.format(
        trigger=trigger,
        start=start,
        version=_release(),
        target=target.as_posix(),
        wait="" if live else " --wait 60",
        env=f"        env:\n{env}" if env else "",
    )


def gitlab_job(target: Path, variables: Sequence[str], *, live: bool) -> str:
    """Return a job for GitLab CI, to be included: judge, show tests in the merge request, keep the report."""
    note = f"  # CI/CD variables (masked) that the job needs: {', '.join(variables)}\n" if variables else ""
    start = "" if live else "    - ./start-your-server &  # replace: starts the server under test\n"
    wait = "" if live else " --wait 60"
    return _GITLAB.format(version=_release(), target=target.as_posix(), note=note, start=start, wait=wait)


def _release() -> str:
    return ".".join(linkproof.__version__.split(".")[:2])


_GITHUB_PUSH = "  push:\n  pull_request:\n"
_GITHUB_NIGHTLY = '  schedule:\n    - cron: "17 2 * * *"\n  workflow_dispatch:\n'
_GITHUB_START = "      - run: ./start-your-server &  # replace: starts the server under test\n"
_GITHUB = """\
# Written by `linkproof init --github`.
name: conformance
on:
{trigger}permissions:
  contents: read
  security-events: write
jobs:
  linkproof:
    runs-on: ubuntu-latest
    timeout-minutes: 60
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.13"
      - run: pip install 'linkproof~={version}.0'
{start}      - name: Judge
        run: linkproof run --target {target} --out reports/linkproof{wait}
{env}      - name: Annotate
        if: always() && hashFiles('reports/linkproof/results.json') != ''
        run: linkproof annotate reports/linkproof
      - name: Code scanning
        if: always() && hashFiles('reports/linkproof/results.sarif') != ''
        uses: github/codeql-action/upload-sarif@v3
        with:
          sarif_file: reports/linkproof/results.sarif
      - name: Keep the reports
        if: always()
        uses: actions/upload-artifact@v4
        with:
          name: linkproof
          path: reports/linkproof
"""
_GITLAB = """\
# Written by `linkproof init --gitlab`. Include it from .gitlab-ci.yml:
#   include: {{ local: .gitlab/linkproof.yml }}
linkproof:
  image: python:3.13-slim
{note}  script:
    - pip install 'linkproof~={version}.0'
{start}    - linkproof run --target {target} --out reports/linkproof{wait}
  artifacts:
    when: always
    paths: [reports/linkproof]
    reports:
      junit: reports/linkproof/junit.xml
"""
