"""Samples are found with the request lines before them, whatever these hold."""

from __future__ import annotations

import pytest

from linkproof.definition_pages.facts import SampleFact
from linkproof.definition_pages.read import facts_of
from linkproof.definition_pages.samples import samples_in


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("https://h.example/things/a?api-version=1", "/things/a?api-version=1"),
        ("https://{endpoint}/things/a", "/things/a"),
        ("/things/a", "/things/a"),
        ("https://[h.example/things/a", ""),
        ("https://[::g]/things/a", ""),
    ],
)
def test_a_sample_has_the_path_of_the_request_line_before_it(address: str, path: str) -> None:
    lines = [f"PUT {address}", "{", '"a": 1', "}", "{", "}"]
    assert samples_in(lines) == (
        SampleFact("request", 0, path, '{\n"a": 1\n}'),
        SampleFact("response", 0, path, "{\n}"),
    )


def test_a_page_whose_only_table_has_a_damaged_rule_has_no_parameters() -> None:
    assert facts_of("# A\n\na | b\n---|---| x\n").parameters == ()
