"""Keywords of schemas in Swagger 2.0 and OpenAPI 3: those that are copied, read, or ignored."""

from __future__ import annotations

#: Keywords that mean the same in JSON Schema.
KEPT = (
    "type", "format", "enum", "pattern", "minLength", "maxLength", "minimum", "maximum", "multipleOf",
    "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties", "const",
)  # fmt: skip
#: Keywords that are read, the kept ones included.
READ = frozenset((
    *KEPT, "$ref", "allOf", "oneOf", "anyOf", "properties", "items", "additionalProperties", "required",
    "readOnly", "writeOnly", "nullable", "x-nullable", "exclusiveMinimum", "exclusiveMaximum",
    "discriminator", "x-ms-discriminator-value", "x-ms-enum", "x-ms-mutability",
))  # fmt: skip
#: Keywords that do not decide which values are valid.
SILENT = frozenset((
    "description", "title", "example", "examples", "default", "externalDocs", "xml", "deprecated",
    "name", "in", "schema", "allowEmptyValue", "style", "explode", "collectionFormat",
    "x-ms-client-flatten", "x-ms-client-name", "x-ms-client-default", "x-ms-client-request-id",
    "x-ms-azure-resource", "x-ms-external", "x-ms-secret", "x-ms-identifiers", "x-ms-text", "x-ms-format",
    "x-ms-parameter-location", "x-ms-parameter-grouping", "x-ms-skip-url-encoding",
    "x-ms-header-collection-prefix", "x-ms-arm-id-details", "x-example", "x-typespec-name",
    "x-typespec-generated", "x-cadl-name", "x-accessibility", "x-internal",
))  # fmt: skip
