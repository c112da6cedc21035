"""One call of the command line: arguments in, exit code out, whatever happens."""

from __future__ import annotations

import errno
import functools
import io
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import typer

import linkproof
from linkproof.errors import LinkproofError, UsageError
from linkproof.redaction.masking import forget_sent

_ISSUES = "https://github.com/linkproof/linkproof/issues"
#: A shell's exit code for an interrupted process; never 1, which means "breached".
_INTERRUPTED = 130
#: typer contains click, or depends on it, depending on its version.
_InvalidCall: Any = next(c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException")
#: Error numbers for a full disk or quota.
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
#: Error numbers for an unusable path from the caller.
_PATH_ERRORS = (errno.ELOOP, errno.ENAMETOOLONG, errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EISDIR, errno.EROFS)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code.

    An invalid call is exit 2. An error in Linkproof itself is exit 3, with one line and a report file to attach to an
    issue.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    _keep_tables_of_hypothesis_in_the_cache()
    try:
        _refuse_empty(given)
        code = _commands().main(given, prog_name="linkproof", standalone_mode=False)
        if sys.stdout is not None:
            sys.stdout.flush()  # an error here gets the right exit code; at the end of the process it would be 120
        return code if isinstance(code, int) else 0
    except LinkproofError as error:
        return _failed(error, given)
    except _InvalidCall as error:
        return _misused(error, given)
    except (typer.Abort, KeyboardInterrupt):
        print("linkproof: interrupted", file=sys.stderr)
        return _INTERRUPTED
    except BrokenPipeError:  # the reader of the output has ended
        _print_no_more()
        return _INTERRUPTED
    except Exception as error:
        unusable = _callers_error(error)
        return _failed(unusable, given) if unusable is not None else _crashed(error, given)
    finally:
        forget_sent()


@functools.cache
def _commands() -> Any:
    """Return all commands. Built once in a process: it takes as long as a short command does."""
    from linkproof.cli.app import app

    return typer.main.get_command(app)


def _keep_tables_of_hypothesis_in_the_cache() -> None:
    """Set Hypothesis's folder: by default it writes to the current folder, 200 MB in each new one."""
    with suppress(RuntimeError):  # no home folder
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "linkproof" / "hypothesis"
        os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(cache))


def _misused(error: Any, arguments: list[str]) -> int:
    """Print the usage of a command. An argument in the wrong place may be a credential, so it is masked."""
    from linkproof.redaction import MASK, mask_text
    from linkproof.redaction.arguments import is_harmless

    said = io.StringIO()
    error.show(file=said)
    text = said.getvalue()
    for value in sorted({_value(a) for a in arguments} - {""}, key=len)[::-1]:
        if not is_harmless(value):
            text = text.replace(value, MASK)
    print(mask_text(text), end="", file=sys.stderr)
    return 2


def _value(argument: str) -> str:
    """Return the value in an argument: all of it, the part after ``--option=``, or "" for an option alone."""
    return argument.partition("=")[2] if argument.startswith("-") else argument


def _refuse_empty(arguments: list[str]) -> None:
    """Raise UsageError for an empty argument, which usually comes from an unset shell variable."""
    for before, argument in zip(["", *arguments], arguments, strict=False):
        option, equals, value = argument.partition("=")
        if not argument.strip() or (option.startswith("--") and equals and not value.strip()):
            where = option if equals else before if before.startswith("-") else "the command line"
            raise UsageError("an empty value", where=where, fix="give a value, or leave the option out")


def _print_no_more() -> None:
    """Discard all unwritten output: otherwise Python tries again at the end of the process."""
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - stays open until the process ends


def _callers_error(error: Exception) -> UsageError | None:
    """Return the usage error for an operating system error of a path or a full disk; None for any other."""
    if isinstance(error, RuntimeError) and "Symlink loop" in str(error):
        return UsageError(str(error), fix="give a path that leads to a file or folder")
    if not isinstance(error, OSError):
        return None
    if error.errno in _FULL:
        _print_no_more()
        return UsageError(f"the output cannot be written: {error.strerror}", fix="make room, or write elsewhere")
    if error.errno == errno.ENOENT and error.filename is None:
        return UsageError("the current folder does not exist any more", fix="change to a folder that exists")
    if error.errno not in _PATH_ERRORS or error.filename is None:
        return None
    return UsageError(f"{error.strerror}", where=f"{error.filename!s:.100}", fix="give another path, or make it usable")


def _shown(text: str) -> str:
    """Return a message without credentials, and without control characters that a server put into it."""
    from linkproof.redaction import mask_text
    from linkproof.reports.text import plain

    return plain(mask_text(text))


def _failed(error: LinkproofError, arguments: list[str]) -> int:
    if error.exit_code == 2:
        print(f"linkproof: error: {_shown(str(error))}", file=sys.stderr)
        return 2
    first, _, rest = str(error).partition("\n")
    kept = f"; details: {_report(rest, arguments)}" if "Traceback" in rest else f"\n{rest}".rstrip()
    print(f"linkproof: broken: {_shown(first + kept)}", file=sys.stderr)
    return error.exit_code


def _crashed(error: Exception, arguments: list[str]) -> int:
    import traceback

    said = " ".join(_shown(f"{type(error).__name__}: {error}").split())[:200]
    try:
        trace = "".join(traceback.format_exception(error))
    except Exception:  # an error that cannot be converted to text
        trace = type(error).__name__
    where = _report(trace, arguments)
    print(f"linkproof: broken: an error in Linkproof itself ({said}); please attach {where} to an issue at {_ISSUES}",
          file=sys.stderr)  # fmt: skip
    return 3


def _report(text: str, arguments: list[str]) -> str:
    """Write a masked report of an error, without values of variables, and return its path."""
    import platform
    import tempfile

    from linkproof.redaction import MASK, mask_text
    from linkproof.redaction.arguments import is_harmless

    shown = [a.replace(v, MASK) if (v := _value(a)) and not is_harmless(v) else a for a in arguments]
    lines = [
        f"Linkproof {linkproof.__version__}, Python {platform.python_version()}, {platform.platform()}",
        f"command: linkproof {' '.join(shown)}",
        "",
        text,
    ]
    try:
        handle, name = tempfile.mkstemp(prefix="linkproof-error-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as stream:
            stream.write(mask_text("\n".join(lines)))
    except OSError:
        return "(no file could be written)"
    return name
