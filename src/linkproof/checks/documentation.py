"""DOC-1: the samples of a definition page obey the rules of that page. Never part of a target's verdict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from linkproof.base.json_values import NOT_JSON, at, parse
from linkproof.checks.registry import breach
from linkproof.contract.model import Contract
from linkproof.contract.operation import Operation, Role
from linkproof.contract.schema import BodySchema
from linkproof.model.finding import Judgement, Level


def judge_samples(contract: Contract) -> Iterator[tuple[Mapping[str, Any], list[Judgement]]]:
    """Judge each sample of the contract's definition page against the rules of that page."""
    for sample in contract.definition.get("sample", ()):
        yield sample, [*_judge(contract, sample)]


def _judge(contract: Contract, sample: Mapping[str, Any]) -> Iterator[Judgement]:
    place = sample["place"]
    operation = next((o for o in contract.operations if o.id == sample["operation"]), None)
    if operation is None:
        return
    value = parse(sample["text"].encode())
    if value is NOT_JSON:
        message = f"{place}: the sample is not JSON"
        yield _defect("not JSON", "", "JSON", sample["text"][:60], message)
        return
    schema = _schema(operation, sample)
    if schema is not None:
        for problem in schema.problems(value):
            message = f"{place}: {problem.pointer} should be {problem.expected}, but the sample shows {problem.actual}"
            yield _defect(problem.keyword, problem.pointer, problem.expected, problem.actual, message)
    if sample["kind"] == "response" and sample["status"] < 300:
        yield from _links(contract, value, sample["place"])
        yield from _identity(contract, operation, sample, value)


def _schema(operation: Operation, sample: Mapping[str, Any]) -> BodySchema | None:
    if sample["kind"] == "request":
        return operation.request
    return operation.responses.get(sample["status"]) if sample["status"] < 400 else operation.error


def _links(contract: Contract, value: Any, place: str) -> Iterator[Judgement]:
    pointer = contract.list.next_link
    link = at(value, pointer) if pointer else None
    if isinstance(link, str) and urlsplit(link).scheme not in ("http", "https"):
        message = f"{place}: the next link is {link!r}, no absolute URL"
        yield _defect("next link", pointer, "an absolute URL", link, message)


def _identity(contract: Contract, operation: Operation, sample: Mapping[str, Any], value: Any) -> Iterator[Judgement]:
    path, member, place = urlsplit(sample["path"]).path, contract.member, sample["place"]
    if not path or not member.type or not isinstance(value, dict):
        return
    listed = operation.role is Role.LIST
    items = at(value, contract.list.items) if listed else [value]
    for index, item in enumerate(items if isinstance(items, list) else []):
        pointer = f"{contract.list.items}/{index}" if listed else ""
        own = path if not listed else f"{path}/{at(item, member.name)}"
        found, kind = at(item, member.id), at(item, member.type)
        if isinstance(found, str) and found.casefold() != own.casefold():
            message = f"{place}: the id is not the path that the sample's request calls"
            yield _defect("id", pointer + member.id, own, found, message)
        if isinstance(kind, str) and kind.casefold() != contract.resource_type.casefold():
            message = f"{place}: the type is not the one that the page is about"
            yield _defect("type", pointer + member.type, contract.resource_type, kind, message)


def _defect(kind: str, pointer: str, expected: str, actual: str, message: str) -> Judgement:
    return breach("DOC-1", kind, pointer, expected, actual, message, level=Level.SHOULD)
