"""The files of an API description, and the targets of references. Nothing outside the given folder is read."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin

import yaml
from msgspec import Struct

from linkproof.base.files import read_file
from linkproof.base.json_values import MISSING, at, steps_of
from linkproof.contract.openapi_shape import Description, check_shape
from linkproof.errors import UsageError
from linkproof.openapi_import.common_types import common_file, is_common_file

#: Maximum size of an API description, in bytes.
_LARGEST = 12 << 20
#: Maximum number of values of a YAML file with its aliases written out.
_MOST_NODES = 1_000_000
_WITHIN_ITSELF = -1


@dataclass(frozen=True)
class Place:
    """A place in a file: the file's path or URL, and a JSON pointer."""

    file: str
    pointer: str

    @property
    def name(self) -> str:
        """The pointer's last step."""
        return steps_of(self.pointer)[-1]


@dataclass
class Documents:
    """Reads each file once.

    Args:
        root: the folder within which references may lead.
        fetch: reads a URL, if that is allowed; None makes a URL an error.
    """

    root: Path
    fetch: Callable[[str], bytes] | None = None
    #: Files that are absent, for which Azure's common types as the project knows them stand in.
    absent: set[str] = field(default_factory=set)
    _read: dict[str, Any] = field(default_factory=dict)
    _checked: set[tuple[Place, type[Struct]]] = field(default_factory=set)

    def load(self, file: str) -> Any:
        """Return a file's content. Raises UsageError, naming the file."""
        if file not in self._read:
            self._read[file] = self._parsed(file)
        return self._read[file]

    def preload(self, file: str, content: dict[str, Any]) -> None:
        """Use content from memory for a file: a description that was made from something else."""
        self._read[file] = content

    def resolve(self, reference: str, base: Place, shape: type[Struct] | None = None) -> tuple[Any, Place]:
        """Return the target of a ``$ref`` at ``base``, and its place.

        Raises UsageError if it leads nowhere, or its target does not have the ``shape``.
        """
        target, fragment = _split(reference, base)
        file = self._file(target, base) if target else base.file
        pointer = unquote(fragment)
        try:
            value = at(self.load(file), pointer)
        except UsageError as error:
            if file == base.file:
                raise
            fix = f"{error.fix}: {base.pointer} in {base.file} refers to it"
            raise UsageError(error.problem, where=error.where, fix=fix) from None
        if value is MISSING:
            raise UsageError(
                f"the reference {reference!r} leads nowhere: {file} has no {pointer}",
                where=f"{base.file}: {base.pointer}",
                fix="correct the reference, or give the folder with the right version of that file",
            )
        place = Place(file, pointer)
        if shape is not None and (place, shape) not in self._checked:
            self._checked.add((place, shape))
            check_shape(value, shape, f"{file}: {pointer}")
        return value, place

    def follow(self, value: Any, base: Place, shape: type[Struct] | None = None) -> tuple[Any, Place]:
        """Return ``value``, or the end of its chain of references. Raises UsageError for a circle."""
        seen: set[Place] = set()
        while isinstance(value, dict) and isinstance(value.get("$ref"), str):
            value, base = self.resolve(value["$ref"], base, shape)
            if base in seen:
                raise UsageError("references run in a circle", where=f"{base.file}: {base.pointer}", fix="break it")
            seen.add(base)
        return value, base

    def _file(self, target: str, base: Place) -> str:
        if base.file.startswith(("http://", "https://")) or target.startswith(("http://", "https://")):
            url = urljoin(base.file, target)
            if self.fetch is None:
                fix = "give --fetch to read it from there, or a copy of the file and references that lead to it"
                raise UsageError(
                    f"{url} is needed, and nothing is fetched", where=f"{base.file}: {base.pointer}", fix=fix
                )
            return url
        try:
            path = (Path(base.file).parent / unquote(target)).resolve()
        except (OSError, ValueError, RuntimeError):
            raise _no_reference(target, base) from None
        is_outside = not path.is_relative_to(self.root.resolve())
        if is_common_file(path.as_posix()) and (is_outside or not path.is_file()):
            if str(path) not in self._read:
                self.absent.add(str(path))
                self.preload(str(path), common_file(path.as_posix()))
            return str(path)
        if is_outside:
            raise UsageError(
                f"the reference {target!r} leads out of {self.root}, to {path}",
                where=f"{base.file}: {base.pointer}",
                fix="give --root with a folder that holds both files",
            )
        return str(path)

    def _parsed(self, file: str) -> Any:
        try:
            if file.startswith(("http://", "https://")):
                assert self.fetch is not None
                text = self.fetch(file)
            else:
                text = read_file(Path(file), "give the file, or a folder that holds it", _LARGEST)
        except OSError as error:
            fix = "give the file, or a folder that holds it"
            raise UsageError(f"cannot be read: {error.strerror or error}", where=file, fix=fix) from None
        try:
            found = json.loads(text.decode("utf-8-sig"))
        except (ValueError, RecursionError) as no_json:
            found = self._yaml(text, file, no_json)
        if not isinstance(found, dict):
            raise UsageError(
                "this is not an API description: not an object", where=file, fix="give Swagger 2.0 or OpenAPI 3"
            )
        if "swagger" in found or "openapi" in found:
            check_shape(found, Description, file)
        return found

    def _yaml(self, text: bytes, file: str, no_json: Exception) -> Any:
        problem = f"this is not JSON: {no_json}"
        if file.endswith((".yaml", ".yml")):
            try:
                # Aliases can expand a small file without limit.
                if any(isinstance(t, yaml.AliasToken) for t in yaml.scan(text, Loader=yaml.CSafeLoader)):
                    _expanded(yaml.compose(text, Loader=yaml.CSafeLoader), file, {})
                return json.loads(json.dumps(yaml.load(text, Loader=yaml.CSafeLoader), default=str))
            except (yaml.YAMLError, ValueError, RecursionError) as error:
                problem = f"this is not YAML: {' '.join(str(error).split())}"
        raise UsageError(problem, where=file, fix="give Swagger 2.0 or OpenAPI 3, as JSON or YAML") from None


def _expanded(node: Any, file: str, known: dict[int, int]) -> int:
    """Return the number of nodes that a node has with its aliases written out.

    Raises UsageError if they are too many, or if an alias stands within its own anchor.
    """
    if isinstance(node, yaml.ScalarNode):
        return 1
    size = known.get(id(node))
    if size is None:
        known[id(node)] = _WITHIN_ITSELF
        below = [n for pair in node.value for n in pair] if isinstance(node, yaml.MappingNode) else node.value
        size = known[id(node)] = 1 + sum(_expanded(n, file, known) for n in below)
    place = f"{file}: line {node.start_mark.line + 1}"
    if size == _WITHIN_ITSELF:
        raise UsageError("an alias stands within its own anchor", where=place, fix="write it out, or use a $ref")
    if size > _MOST_NODES:
        problem = f"written out, the aliases of this YAML are more than {_MOST_NODES:,} values"
        raise UsageError(problem, where=place, fix="use $ref instead of aliases")
    return size


def _split(reference: str, base: Place) -> tuple[str, str]:
    """Return a reference's file or URL, and its fragment."""
    try:
        target, fragment = urldefrag(reference)
        urljoin(base.file, target)
    except ValueError:
        raise _no_reference(reference, base) from None
    return target, fragment


def _no_reference(reference: str, base: Place) -> UsageError:
    where = f"{base.file}: {base.pointer}"
    return UsageError(f"{reference!r:.100} is not a reference", where=where, fix="correct the reference")
