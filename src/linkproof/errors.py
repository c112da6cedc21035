"""The three things that can go wrong beside a breach: the caller's mistake, the target's absence, and our own fault.

A breach is never an exception: it is a finding. Each class here knows the exit code that the command line answers with.
"""

from __future__ import annotations


class LinkproofError(Exception):
    """Base of what Linkproof raises on purpose; ``exit_code`` is what the process ends with."""

    exit_code = 3


class UsageError(LinkproofError):
    """The caller's mistake: a file, an option or a name. Says where it is and how it is mended.

    Args:
        problem: what is wrong, in one sentence.
        where: the file (with line or field) or the option.
        fix: what to do about it.
    """

    exit_code = 2

    def __init__(self, problem: str, *, where: str = "", fix: str = "") -> None:
        self.problem, self.where, self.fix = problem, where, fix
        super().__init__(problem)

    def __str__(self) -> str:
        lines = [f"{self.where}: {self.problem}" if self.where else self.problem]
        if self.fix:
            lines.append(f"  fix: {self.fix}")
        return "\n".join(lines)


class TargetError(LinkproofError):
    """The target could not be reached, or its answer did not arrive whole."""


class EngineError(LinkproofError):
    """A fault of Linkproof itself: never counted as anybody's breach."""
