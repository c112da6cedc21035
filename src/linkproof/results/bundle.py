"""A claim that can be checked: results, recordings and versions in one archive, with a hash of every file.

The archive is a ZIP file. ``manifest.json`` names every other file with its SHA-256; the archive's comment, its last
bytes, is the SHA-256 of all bytes before it. So no byte can change unseen. Hashes prove that nothing was damaged, not
who made the bundle: that is for a signature beside it.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import linkproof
from linkproof.errors import UsageError

FORMAT = "1"
MANIFEST, CLAIMED, CHECKED, WAIVERS = "manifest.json", "results.json", "checked.json", "waivers.toml"
RECORDINGS = "recordings/"
_FACTS = ("verdict", "options", "versions")
_MARK = b"sha256:"
_SEAL = len(_MARK) + 64
_NAME = re.compile(r"(recordings/\d{2,}/)?(?!\.{1,2}$)[^/\\\x00-\x1f]{1,200}")
_MOST_BYTES = 2 << 30
_ITSELF = "the archive's own structure"
_FIX = "give an archive that linkproof bundle has written"


@dataclass(frozen=True)
class Bundle:
    """What an archive holds: its manifest, and the content of every file by name."""

    manifest: dict[str, Any]
    files: Mapping[str, bytes]

    @property
    def recordings(self) -> list[str]:
        """The names of the recordings, in the order in which they are judged."""
        return [n for n in self.manifest["files"] if n.startswith(RECORDINGS)]


class Changed(Exception):
    """Files of a bundle are not what they were when it was made; ``names`` says which."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)
        super().__init__(", ".join(self.names))


def versions(folders: Mapping[str, Path], contracts: Mapping[str, str]) -> dict[str, Any]:
    """What judged: the program's version, and for schemas and suites a hash over their files."""
    return {
        "linkproof": linkproof.__version__,
        "contracts": dict(contracts),
        **{name: _hash_of_folder(folder) for name, folder in folders.items()},
    }


def write_bundle(path: Path, files: Mapping[str, bytes], facts: Mapping[str, Any]) -> None:
    """Write an archive of ``files``; ``facts`` go into its manifest. The same input makes the same bytes.

    Raises UsageError where the file cannot be written.
    """
    manifest = {"format": FORMAT, **facts, "files": {name: _sha256(content) for name, content in files.items()}}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = b"-" * _SEAL
        for name, content in {MANIFEST: _json(manifest), **files}.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    body = stream.getvalue()[:-_SEAL]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body + _seal(body))
    except OSError as error:
        problem = f"the bundle cannot be written: {error.strerror}"
        raise UsageError(problem, where=f"--out {path}", fix="choose another file") from None


def read_bundle(path: Path) -> Bundle:
    """A bundle whose every byte is as it was made. Raises Changed; UsageError for what is no bundle."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=str(path), fix=_FIX) from None
    if not data.startswith(b"PK") and not data[-_SEAL:].startswith(_MARK):
        raise UsageError("this is no bundle", where=str(path), fix=_FIX)
    sound = data[-_SEAL:] == _seal(data[:-_SEAL])
    try:
        bundle, changed = _unpacked(data)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, KeyError, RuntimeError, OSError):
        raise Changed([_ITSELF]) from None
    if changed or not sound:
        raise Changed(changed or [_ITSELF])
    return bundle


def _unpacked(data: bytes) -> tuple[Bundle, list[str]]:
    """The content, and the names of the files that were changed."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        if sum(i.file_size for i in archive.infolist()) > _MOST_BYTES:
            raise ValueError("too large")
        read = {name: _read(archive, name) for name in names}
    try:
        manifest = json.loads(read.get(MANIFEST) or b"")
        hashes = dict(manifest["files"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return Bundle({"files": {}}, {}), [MANIFEST]
    wrong = [n for n, expected in hashes.items() if (c := read.get(n)) is None or _sha256(c) != expected]
    wrong += [n for n in names if n not in hashes and n != MANIFEST]
    wrong += [n for n in hashes if not _NAME.fullmatch(n) and n not in wrong]
    sound = manifest.get("format") == FORMAT and all(fact in manifest for fact in _FACTS) and _is_told(manifest)
    if not wrong and not (sound and {CLAIMED, CHECKED} <= hashes.keys()):
        wrong = [MANIFEST]
    return Bundle(manifest, {n: c for n, c in read.items() if c is not None}), wrong


def _is_told(manifest: dict[str, Any]) -> bool:
    """Whether a manifest says how the recordings are judged."""
    options = manifest["options"]
    return isinstance(options, dict) and isinstance(options.get("contracts"), list) and "any_version" in options


def _read(archive: zipfile.ZipFile, name: str) -> bytes | None:
    try:
        return archive.read(name)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError):
        return None


def _seal(body: bytes) -> bytes:
    return _MARK + _sha256(body).encode()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"


def _hash_of_folder(folder: Path) -> str:
    found = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix in (".py", ".toml", ".json", ".txt")):
        found.update(f"{path.relative_to(folder).as_posix()}\0{_sha256(path.read_bytes())}\n".encode())
    return found.hexdigest()
