"""A claim that can be checked: results, recordings and versions in one archive, with a hash of every file.

The archive is a ZIP file. ``manifest.json`` names every other file with its SHA-256; the archive's comment, its last
bytes, is the SHA-256 of all bytes before it. So no byte can change unseen. Hashes prove that nothing was damaged, not
who made the bundle: that is for ``signature.json``, which signs the manifest.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

import linkproof
from linkproof.base.files import read_file, replace_file
from linkproof.errors import UsageError

FORMAT = "1"
MANIFEST, CLAIMED, CHECKED, WAIVERS = "manifest.json", "results.json", "checked.json", "waivers.toml"
SIGNATURE = "signature.json"
RECORDINGS = "recordings/"
_MARK = b"sha256:"
_SEAL = len(_MARK) + 64
_NAME = re.compile(r"(recordings/\d{2,}/)?(?!\.{1,2}$)[^/\\\x00-\x1f]{1,200}")
#: What an archive may unpack to, and of how many files.
MOST_BYTES = 128 << 20
_MOST_FILES = 5000
_ITSELF = "the archive's own structure"
_FIX = "give an archive that linkproof bundle has written"
_Hash = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class Options(Struct, forbid_unknown_fields=True):
    """How the recordings are judged."""

    contracts: list[str]
    any_version: bool


class Versions(Struct, forbid_unknown_fields=True):
    """What judged: the program's version, the contracts', and hashes over schemas and suites."""

    linkproof: str
    contracts: dict[str, str]
    schemas: str
    suites: str


class Manifest(Struct, forbid_unknown_fields=True):
    """``manifest.json``."""

    format: Literal["1"]
    verdict: str
    sentence: str
    options: Options
    versions: Versions
    files: dict[str, _Hash]


@dataclass(frozen=True)
class Bundle:
    """What an archive holds: its manifest, and the content of every file by name."""

    manifest: Manifest
    files: Mapping[str, bytes]

    @property
    def recordings(self) -> list[str]:
        """The names of the recordings, in the order in which they are judged."""
        return [n for n in self.manifest.files if n.startswith(RECORDINGS)]


class Changed(Exception):
    """Files of a bundle are not what they were when it was made; ``names`` says which."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)
        super().__init__(", ".join(self.names))


def versions(folders: Mapping[str, Path], contracts: Mapping[str, str]) -> dict[str, Any]:
    """Return what judged: the program's version, and for schemas and suites a hash over their files."""
    return {
        "linkproof": linkproof.__version__,
        "contracts": dict(contracts),
        **{name: _hash_of_folder(folder) for name, folder in folders.items()},
    }


def write_bundle(
    path: Path,
    files: Mapping[str, bytes],
    facts: Mapping[str, Any],
    sign: Callable[[bytes], bytes] | None = None,
) -> None:
    """Write an archive of ``files``; ``facts`` go into its manifest, which ``sign`` signs.

    The same input makes the same bytes. Raises UsageError if the file cannot be written.
    """
    size = sum(map(len, files.values()))
    if size > MOST_BYTES:
        raise UsageError(
            f"the files are {size >> 20} MB, and a bundle holds {MOST_BYTES >> 20} MB at most",
            where=f"--out {path}",
            fix="give the recordings of fewer contracts at a time",
        )
    hashes = {name: _sha256(content) for name, content in files.items()}
    manifest = msgspec.json.format(msgspec.json.encode({"format": FORMAT, **facts, "files": hashes}), indent=1) + b"\n"
    members = {MANIFEST: manifest, **({SIGNATURE: sign(manifest)} if sign else {}), **files}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = b"-" * _SEAL
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    body = stream.getvalue()[:-_SEAL]
    try:
        replace_file(path, body + _seal(body))
    except OSError as error:
        problem = f"the bundle cannot be written: {error.strerror}"
        raise UsageError(problem, where=f"--out {path}", fix="choose another file") from None


def read_bundle(path: Path) -> Bundle:
    """Return a bundle whose every byte is as it was made.

    Raises Changed; UsageError for what is not a bundle, or would unpack to more than a bundle may hold.
    """
    data = read_file(path, _FIX, MOST_BYTES)
    if not data.startswith(b"PK") and not data[-_SEAL:].startswith(_MARK):
        raise UsageError("this is not a bundle", where=str(path), fix=_FIX)
    sound = data[-_SEAL:] == _seal(data[:-_SEAL])
    try:
        bundle, changed = _unpacked(data, str(path))
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, KeyError, RuntimeError, OSError):
        raise Changed([_ITSELF]) from None
    if changed or not sound or bundle is None:
        raise Changed(changed or [_ITSELF])
    return bundle


def _unpacked(data: bytes, where: str) -> tuple[Bundle | None, list[str]]:
    """The content, and the names of the files that were changed."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        _refuse_bomb(archive, where)
        names = archive.namelist()
        read = {name: _read(archive, name) for name in names}
    try:
        manifest = msgspec.json.decode(read.get(MANIFEST) or b"", type=Manifest)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None, [MANIFEST]
    hashes = manifest.files
    wrong = [n for n, expected in hashes.items() if (c := read.get(n)) is None or _sha256(c) != expected]
    wrong += [n for n in names if n not in hashes and n not in (MANIFEST, SIGNATURE)]
    wrong += [n for n in hashes if not _NAME.fullmatch(n) and n not in wrong]
    wrong += [n for n, number in Counter(names).items() if number > 1 and n not in wrong]
    if not wrong and not {CLAIMED, CHECKED} <= hashes.keys():
        wrong = [MANIFEST]
    return Bundle(manifest, {n: c for n, c in read.items() if c is not None}), wrong


def _refuse_bomb(archive: zipfile.ZipFile, where: str) -> None:
    """Refuse, before anything is unpacked, what says that it is too large. What lies about its size fails its CRC."""
    members = archive.infolist()
    size = sum(i.file_size for i in members)
    if size > MOST_BYTES or len(members) > _MOST_FILES:
        problem = f"it would unpack to {size >> 20} MB in {len(members)} files, and a bundle holds"
        raise UsageError(f"{problem} {MOST_BYTES >> 20} MB in {_MOST_FILES} at most", where=where, fix=_FIX)


def _read(archive: zipfile.ZipFile, name: str) -> bytes | None:
    try:
        return archive.read(name)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError):
        return None


def _seal(body: bytes) -> bytes:
    return _MARK + _sha256(body).encode()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _hash_of_folder(folder: Path) -> str:
    found = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix in (".py", ".toml", ".json", ".txt")):
        found.update(f"{path.relative_to(folder).as_posix()}\0{_sha256(path.read_bytes())}\n".encode())
    return found.hexdigest()
