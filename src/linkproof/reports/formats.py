"""The formats in which results can be printed, by name."""

from __future__ import annotations

from collections.abc import Callable

from linkproof.redaction.publish import Published
from linkproof.reports.ctrf import ctrf
from linkproof.reports.html import html_page
from linkproof.reports.junit import junit_xml
from linkproof.reports.markdown import comment
from linkproof.reports.sarif import sarif
from linkproof.results.serialize import published_json

#: Functions from results' JSON to text, by format name.
FORMATS: dict[str, Callable[[Published], bytes]] = {
    "json": published_json,
    "sarif": sarif,
    "ctrf": ctrf,
    "junit": junit_xml,
    "markdown": lambda results: comment(results).encode(),
    "html": lambda results: html_page(results).encode(),
}
