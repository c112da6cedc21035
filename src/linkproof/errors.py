"""The errors other than a breach: an invalid call, an unreachable target, and a defect of Linkproof itself.

A breach is never an exception: it is a finding. Each class has the exit code of the command line.
"""

from __future__ import annotations


class LinkproofError(Exception):
    """Base of the errors that Linkproof raises on purpose; ``exit_code`` is the exit code of the process."""

    exit_code = 3


class UsageError(LinkproofError):
    """An invalid file, option or name; the message says where it is and how to correct it.

    Args:
        problem: what is wrong, in one sentence.
        where: the file (with line or field) or the option.
        fix: how to correct it.
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
    """The target could not be reached, or its answer was incomplete."""


class EngineError(LinkproofError):
    """A defect of Linkproof itself, which is never a breach."""
