"""Bodies that are not the contract's: ERR-1 and SHP-1 say what they are, not which member they lack."""

from __future__ import annotations

from typing import Any

import pytest

from linkproof.model.exchange import Exchange
from linkproof.model.finding import Breach
from tests.check_cases_named import LIST, PROMISED, asked
from tests.traffic import AKS, HUAWEI, MOCK, ex, judge

PAGE = "<!DOCTYPE html>\n<html><head><title>404 Not\n Found</title></head><body><h1>Sorry</h1></body></html>"
STRICT = "<?xml version='1.0'?>\n<html xmlns='http://www.w3.org/1999/xhtml'><h1>Bad &amp; Gateway</h1></html>"
S3 = '<?xml version="1.0"?><Error><Code>NoSuchKey</Code></Error>'
PLAIN = "upstream connect error"
PROBLEM = '{"title": "Not Found", "status": 404}'
CUT = '{"error": {"code": "X", "mess'


def judged(contract: str, status: int, body: str) -> list[tuple[str, Breach]]:
    """The breaches of an answer to a request for the list."""
    one: Exchange
    if contract in (AKS, HUAWEI):
        one = ex(contract, status=status, raw=body.encode("latin-1"), label=("Content-Type", "text/html"))
    else:
        one = asked(LIST, body, status, label="text/html")
    _, breaches = judge((one,), MOCK if contract in (AKS, HUAWEI) else PROMISED)
    return [(r, b) for r, b in breaches if r in ("ERR-1", "SHP-1")]


@pytest.mark.parametrize(
    ("body", "as_json", "as_xml"),
    [
        (PAGE, "is an HTML page ('404 Not Found'), not JSON", "is an HTML page ('404 Not Found'), not XML"),
        (STRICT, "is an HTML page ('Bad & Gateway'), not JSON", "is an HTML page ('Bad & Gateway'), not XML"),
        ("<html><body>No</body></html>", "is an HTML page, not JSON", "is an HTML page, not XML"),
        (PLAIN, f"is plain text ({PLAIN!r}), not JSON", f"is plain text ({PLAIN!r}), not XML"),
        ("\x1f\x8b\x08\0", "is compressed data without Content-Encoding, not JSON", "is binary data"),
        ("\x01\0\x02", "is binary data, not JSON", "is binary data, not XML"),
        (S3, "is XML (<Error>), not JSON", ""),
        (PROBLEM, "", "is JSON, not XML"),
        (CUT, "is not JSON: unterminated string at character 25", "is text that begins like JSON, not XML"),
        ("<Response><Errors>", "is XML (<Response>), not JSON", "is not XML: no element found: line 1"),
        ("<!DOCTYPE a><a/>", "is XML, not JSON", "is not XML: documents with a DOCTYPE are not read"),
    ],
)
@pytest.mark.parametrize("status", [404, 200])
def test_a_body_in_another_format_is_named(body: str, as_json: str, as_xml: str, status: int) -> None:
    expected: dict[Any, str] = {AKS: as_json, HUAWEI: as_json, "aws": as_xml}
    for contract, says in expected.items():
        if says:
            ((requirement, found),) = judged(contract, status, body)
            assert requirement == ("ERR-1" if status == 404 else "SHP-1")
            assert f"body {says}" in found.message
            assert "\n" not in found.message + found.actual


@pytest.mark.parametrize(
    ("contract", "body", "says"),
    [
        (AKS, PROBLEM, "the error body has no 'error'; it has 'title', 'status'"),
        (AKS, "{}", "the error body has no 'error'; it has no members"),
        (AKS, '{"error": {"message": "no"}}', "/error of the error body has no 'code'; it has 'message'"),
        (HUAWEI, PROBLEM, "the error body has no 'error_code'; it has 'title', 'status'"),
        ("aws", S3, "the error body has no 'Errors'; it has 'Code'; its root is <Error>, not <Response>"),
        (AKS, "[]", "the error body does not fit at its top: [] is not of type 'object'"),
        (AKS, "  ", "404 came without the error body: its body is white space, not JSON"),
        (HUAWEI, "", "404 came without the error body: its body is empty"),
        ("aws", "", "404 came without the error body: its body is empty"),
    ],
)
def test_another_error_body_is_shown_by_its_members(contract: str, body: str, says: str) -> None:
    ((requirement, found),) = judged(contract, 404, body)
    assert (requirement, found.message) == ("ERR-1", says)
    if "has no 'error" in says:
        assert found.expected in ("member 'error'", "member 'error_code'")
