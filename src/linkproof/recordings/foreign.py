"""What files of other tools are, which hold no exchanges or are not read, and what to do with them instead."""

from __future__ import annotations

import re
from collections.abc import Collection

from linkproof.errors import UsageError

_AS_HAR = "record the traffic as HAR instead, for example through mitmproxy"
_TEST_PROXY = "record with the Azure SDK test proxy, whose files have all of it"
#: By top-level members of a JSON object, all of which are there: what the file is, and the fix.
_BY_KEYS = (
    (("openapi",), "an OpenAPI document, not a recording", "make a contract of it: linkproof import"),
    (("swagger",), "a Swagger document, not a recording", "make a contract of it: linkproof import"),
    (("verdict", "requirements"), "results of Linkproof, not a recording", "read them with linkproof report"),
    (("info", "item"), "a Postman collection: it holds requests and examples, not traffic", _AS_HAR),
    (("__export_format",), "an Insomnia export: it holds requests, not traffic", _AS_HAR),
    (("imposters",), "a Mountebank configuration: it holds stubs, not traffic", _AS_HAR),
    (
        ("mappings",),
        "a file of WireMock's stubs, not traffic",
        "save the journal that GET /__admin/requests answers, and give that file",
    ),
    (
        ("networkCallRecords",),
        "a session record of the Azure SDK for Java, which lacks the requests' bodies",
        _TEST_PROXY,
    ),
    (("recordings", "uniqueTestInfo"), "a recording of the Azure SDK for JavaScript in a browser", _TEST_PROXY),
)
#: By the first bytes of a file.
_BY_HEAD = (
    (rb"PK\x03\x04", "a zip archive", "unpack it, and give the files that were in it"),
    (rb"\xd4\xc3\xb2\xa1|\xa1\xb2[\xc3\x3c][\xd4\x4d]|\x4d\x3c\xb2\xa1|\x0a\x0d\x0d\x0a", "a packet capture", _AS_HAR),
    (rb"\d{1,9}:\d+:", "a flow file of mitmproxy", "convert it: mitmdump -nr FILE --set hardump=FILE.har"),
    (rb"(?:\xef\xbb\xbf)?\s*<", "XML or HTML, not a recording", "export the traffic as HAR"),
    (rb"\s*(?:(?:let|const|var)\s+nock\b|nock\()", "JavaScript with nock's fixtures", _AS_HAR),
)
_HEADS = tuple((re.compile(pattern), what, fix) for pattern, what, fix in _BY_HEAD)
_NOCK = re.compile(rb'\[\s*\{\s*"scope"\s*:')


def refuse_by_head(head: bytes, where: str) -> None:
    """Raise UsageError for a file of another tool that its first bytes show."""
    for pattern, what, fix in _HEADS:
        if pattern.match(head):
            raise UsageError(f"this is {what}", where=where, fix=fix)
    if _NOCK.match(head):
        raise UsageError("these are fixtures of nock", where=where, fix=_AS_HAR)


def refuse_by_keys(keys: Collection[str], where: str) -> None:
    """Raise UsageError for a file of another tool that the members of its top object show."""
    for wanted, what, fix in _BY_KEYS:
        if all(key in keys for key in wanted):
            raise UsageError(f"this is {what}", where=where, fix=fix)
