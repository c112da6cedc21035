"""Read files whole, and write them so that no reader sees half of one."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from linkproof.errors import UsageError

#: The largest file that is read whole: results, journals and API descriptions are far smaller.
MOST_BYTES = 64 << 20


def read_file(path: Path, fix: str, most: int = MOST_BYTES) -> bytes:
    """Read a regular file. Raises UsageError for whatever cannot be read, and for one larger than ``most`` bytes."""
    try:
        with path.open("rb") as stream:
            status = os.fstat(stream.fileno())
            if not stat.S_ISREG(status.st_mode) and not stat.S_ISFIFO(status.st_mode):
                raise UsageError("this is not a regular file", where=str(path), fix=fix)
            found = stream.read(most + 1)
    except IsADirectoryError:
        raise UsageError("this is a folder, not a file", where=str(path), fix=fix) from None
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror or error}", where=str(path), fix=fix) from None
    except ValueError:  # a name with a NUL byte
        raise UsageError("this is not a file name", where=repr(str(path)), fix=fix) from None
    if len(found) > most:
        raise UsageError(f"this file is larger than {most >> 20} MB", where=str(path), fix=fix)
    return found


def is_folder(path: Path) -> bool:
    """Whether a path is a folder; False also for invalid names (too long, with a NUL byte)."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def require_name(path: Path, where: str, fix: str) -> None:
    """Raise UsageError for an invalid path: too long, with a NUL byte, or with links in a circle."""
    try:
        path.exists()
        path.resolve()
    except (OSError, RuntimeError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "its links lead in a circle, or it has a NUL byte"
        raise UsageError(f"this name cannot be used: {reason}", where=f"{where:.300}", fix=fix) from None


def replace_file(path: Path, content: bytes | str) -> None:
    """Write a temporary file, then rename it: readers see the old content or the new. Raises OSError.

    A device or a pipe (``/dev/stdout``) is written to as it is.
    """
    data = content.encode() if isinstance(content, str) else content
    path.parent.mkdir(parents=True, exist_ok=True)
    # A link is followed, so that what it leads to changes and the link stays.
    target = path.resolve()
    if target.exists() and not target.is_file() and not target.is_dir():
        target.write_bytes(data)
        return
    handle, name = tempfile.mkstemp(prefix=f".{target.name[:100]}.", suffix=".new", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        os.chmod(name, _mode_of(target))
        os.replace(name, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise


def write_file(path: Path, content: bytes | str, fix: str) -> None:
    """Replace a file as ``replace_file`` does. Raises UsageError if that fails."""
    try:
        replace_file(path, content)
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror or error}", where=str(path), fix=fix) from None
    except ValueError:  # a name with a NUL byte
        raise UsageError("this is not a file name", where=repr(str(path)), fix=fix) from None


def _mode_of(path: Path) -> int:
    """Return the permissions of the file to replace, or those of a new file."""
    with suppress(OSError):
        return stat.S_IMODE(path.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
