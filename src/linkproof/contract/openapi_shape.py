"""The shape of an API description, as far as the import reads it; validated when a file is loaded.

Only members that are read have a type here. Everything may be null where real descriptions have null, and unknown
members are allowed.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

from linkproof.base.models import convert

_FIX = "correct the description, or give --paths for the part of it that you mean"
#: Matches a reference: not empty, and without characters that no file name or URL can have.
Reference = Annotated[str, Meta(min_length=1, pattern="^[^\\x00-\\x1f]*$")]
#: The types of JSON Schema, and that of downloads in Swagger 2.0.
Type = Literal["array", "boolean", "integer", "null", "number", "object", "string", "file"]
Limit = Annotated[int, Meta(ge=0, le=2**53)]


class XEnum(Struct):
    """``x-ms-enum``."""

    name: str | None = None
    modelAsString: bool | None = None  # noqa: N815 - the description's own name


class Schema(Struct):
    """A schema."""

    ref: Reference | None = field(name="$ref", default=None)
    type: Type | list[Type] | None = None
    format: str | None = None
    enum: list[Any] | None = None
    pattern: str | None = None
    minLength: Limit | None = None  # noqa: N815
    maxLength: Limit | None = None  # noqa: N815
    minItems: Limit | None = None  # noqa: N815
    maxItems: Limit | None = None  # noqa: N815
    minProperties: Limit | None = None  # noqa: N815
    maxProperties: Limit | None = None  # noqa: N815
    minimum: float | None = None
    maximum: float | None = None
    multipleOf: Annotated[float, Meta(gt=0)] | None = None  # noqa: N815
    exclusiveMinimum: bool | float | None = None  # noqa: N815
    exclusiveMaximum: bool | float | None = None  # noqa: N815
    uniqueItems: bool | None = None  # noqa: N815
    required: list[str] | bool | None = None
    properties: dict[str, Schema | bool] | None = None
    items: Schema | bool | None = None
    additionalProperties: Schema | bool | None = None  # noqa: N815
    allOf: list[Schema] | None = None  # noqa: N815
    anyOf: list[Schema] | None = None  # noqa: N815
    oneOf: list[Schema] | None = None  # noqa: N815
    readOnly: bool | None = None  # noqa: N815
    nullable: bool | None = None
    x_nullable: bool | None = field(name="x-nullable", default=None)
    x_enum: XEnum | None = field(name="x-ms-enum", default=None)
    x_mutability: list[str] | None = field(name="x-ms-mutability", default=None)


class Parameter(Schema):
    """A parameter; in Swagger 2.0 it is its own schema."""

    name: str | None = None
    place: str | None = field(name="in", default=None)
    schema: Schema | None = None


class Media(Struct):
    """A body in one media type."""

    schema: Schema | None = None


class Message(Struct):
    """A request body or a response."""

    ref: Reference | None = field(name="$ref", default=None)
    schema: Schema | None = None
    content: dict[str, Media] | None = None
    required: bool | None = None
    headers: dict[str, Any] | None = None


class Example(Struct):
    """A file, or part of one, with an example request and its responses."""

    ref: Reference | None = field(name="$ref", default=None)
    parameters: dict[str, Any] | None = None
    responses: dict[str, Any] | None = None


class Pageable(Struct):
    """``x-ms-pageable``."""

    nextLinkName: str | None = None  # noqa: N815
    itemName: str | None = None  # noqa: N815


class Operation(Struct):
    """An operation."""

    operationId: str | None = None  # noqa: N815
    parameters: list[Parameter] | None = None
    requestBody: Message | None = None  # noqa: N815
    responses: dict[str, Message] | None = None
    x_examples: dict[str, Any] | None = field(name="x-ms-examples", default=None)
    x_long_running: bool | None = field(name="x-ms-long-running-operation", default=None)
    x_options: dict[str, Any] | None = field(name="x-ms-long-running-operation-options", default=None)
    x_pageable: Pageable | None = field(name="x-ms-pageable", default=None)


class PathItem(Struct):
    """The operations of a path."""

    ref: Reference | None = field(name="$ref", default=None)
    parameters: list[Parameter] | None = None
    get: Operation | None = None
    put: Operation | None = None
    post: Operation | None = None
    patch: Operation | None = None
    delete: Operation | None = None
    head: Operation | None = None
    options: Operation | None = None


class Info(Struct):
    """Title and version."""

    title: Any = None
    version: str | int | float | None = None


class Server(Struct):
    """A server."""

    url: str | None = None


class HostTemplate(Struct):
    """``x-ms-parameterized-host``."""

    hostTemplate: str | None = None  # noqa: N815


class Components(Struct):
    """The components of OpenAPI 3."""

    schemas: dict[str, Schema | bool] | None = None
    parameters: dict[str, Parameter] | None = None
    responses: dict[str, Message] | None = None
    requestBodies: dict[str, Message] | None = None  # noqa: N815


class Description(Struct):
    """An API description: Swagger 2.0 or OpenAPI 3."""

    swagger: str | float | None = None
    openapi: str | float | None = None
    info: Info | None = None
    host: str | None = None
    basePath: str | None = None  # noqa: N815
    servers: list[Server] | None = None
    paths: dict[str, PathItem] | None = None
    x_paths: dict[str, PathItem] | None = field(name="x-ms-paths", default=None)
    x_host: HostTemplate | None = field(name="x-ms-parameterized-host", default=None)
    definitions: dict[str, Schema | bool] | None = None
    parameters: dict[str, Parameter] | None = None
    responses: dict[str, Message] | None = None
    components: Components | None = None


def check_shape(value: Any, model: type[Struct], where: str) -> None:
    """Raise UsageError, naming the place, if a value does not have the shape of ``model``."""
    convert(value, model, where, _FIX)
