"""The output of a finished command. Only the formats that are written are loaded: loading all takes 80 ms of CPU."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from linkproof.errors import UsageError
from linkproof.model.results import Results
from linkproof.redaction.publish import published


@dataclass(frozen=True)
class Output:
    """What is printed to standard output (the summary, one of ``FORMATS``, or nothing), and the reports' title."""

    quiet: bool = False
    format: str = ""
    title: str = ""


#: The summary for people.
SUMMARY = Output()


def output_from(*, quiet: bool, as_json: bool, format_: str = "", title: str = "") -> Output:
    """Return the output that a command line selects. Raises UsageError."""
    if format_:
        from linkproof.reports.formats import FORMATS

        if format_ not in FORMATS:
            raise UsageError(f"unknown format {format_!r}", where="--format", fix=f"one of: {', '.join(FORMATS)}")
    if as_json and format_ not in ("", "json"):
        raise UsageError(f"--json and --format {format_} exclude each other", where="--format", fix="leave one out")
    return Output(quiet, format_ or ("json" if as_json else ""), title)


def finish(results: Results, out: Path | None, output: Output) -> int:
    """Write the reports, print the summary or the selected format, and return the exit code."""
    results.title = output.title or results.title
    if out is not None:
        from linkproof.reports.request_bodies import moved_to_files
        from linkproof.reports.write import write_reports

        write_reports(results, out)
        results, _ = moved_to_files(published(results), f"{out}/")
    if step_summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        _append_summary(results, step_summary)
    if output.format:
        from linkproof.reports.formats import FORMATS

        sys.stdout.write(FORMATS[output.format](published(results)).decode())
    elif not output.quiet:
        from rich.console import Console

        from linkproof.reports.terminal import print_summary

        console = Console()
        print_summary(results, console)
        if out is not None:
            from linkproof.reports.write import written_names

            console.print(f"reports: {out}/ ({', '.join(written_names())})", soft_wrap=True)
    return results.exit_code


def _append_summary(results: Results, file: str) -> None:
    """Append the summary of a GitHub job to a file. Raises UsageError."""
    from linkproof.reports.markdown import summary_markdown

    try:
        with Path(file).open("a", encoding="utf-8") as stream:
            stream.write(summary_markdown(results))
    except OSError as error:
        problem, fix = f"{file:.100} cannot be written: {error.strerror}", "unset it, or name a file"
        raise UsageError(problem, where="GITHUB_STEP_SUMMARY", fix=fix) from None
