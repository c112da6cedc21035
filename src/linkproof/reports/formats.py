"""Formats that results are printed in, by name."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from linkproof.reports.ctrf import ctrf
from linkproof.reports.html import html_page
from linkproof.reports.junit import junit_xml
from linkproof.reports.markdown import comment
from linkproof.reports.sarif import sarif


def results_json(data: dict[str, Any]) -> bytes:
    """The results themselves."""
    return json.dumps(data, ensure_ascii=False, indent=1).encode() + b"\n"


#: Format name to what makes it from the results' JSON.
FORMATS: dict[str, Callable[[dict[str, Any]], bytes]] = {
    "json": results_json,
    "sarif": sarif,
    "ctrf": ctrf,
    "junit": junit_xml,
    "markdown": lambda data: comment(data).encode(),
    "html": lambda data: html_page(data).encode(),
}
