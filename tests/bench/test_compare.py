"""Figures that got worse by more than a tenth are found, whether higher or lower is better."""

from __future__ import annotations

from typing import Any

import pytest
from bench.compare import spread, worse
from bench.page import renewed


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ({"a_us": 10}, {"a_us": 10.9}, []),
        ({"a_us": 10}, {"a_us": 12}, ["a_us: 10.0 before, 12.0 now (20% worse)"]),
        ({"a_us": 10}, {"a_us": 5, "b_us": 100}, []),
        ({"times": 2.0}, {"times": 1.0}, ["times: 2.0 before, 1.0 now (100% worse)"]),
        ({"times": 1.0}, {"times": 2.0}, []),
        ({"times_libraries": 1}, {"times_libraries": 2}, ["times_libraries: 1.0 before, 2.0 now (100% worse)"]),
        ({"exchanges": 10}, {"exchanges": 100}, []),
        ([{"s": 1}, {"s": 1}], [{"s": 1}, {"s": 3}], ["1 s: 1.0 before, 3.0 now (200% worse)"]),
        ({"a": {"median": 1, "max": 1}}, {"a": {"median": 1, "max": 9}}, []),
        ({"a": 0}, {"a": 3}, []),
        ({"a": "x"}, {"a": True}, []),
    ],
)  # fmt: skip
def test_what_got_worse(before: Any, now: Any, expected: list[str]) -> None:
    assert list(worse(before, now)) == expected


def test_times_faster_of_each_traffic() -> None:
    before = {"plain_times_faster_than_oav": {"mixed": {"har": 20.0}}}
    now = {"plain_times_faster_than_oav": {"mixed": {"har": 10.0}}}
    assert len(list(worse(before, now))) == 1
    assert list(worse(now, before)) == []


def test_the_median_of_an_even_and_an_odd_number() -> None:
    assert spread([3, 1, 2]) == {"median": 2, "min": 1, "max": 3}
    assert spread([4, 1, 2, 3]) == {"median": 2.5, "min": 1, "max": 4}


def test_a_goal_that_is_missed_is_said_to_be() -> None:
    own = {"median": 50.0, "min": 49.0, "max": 60.0}
    figures = {
        "oav_us": {"mixed": {"files": {"median": 1000.0}}},
        "plain_us": {"mixed": {"har": own, "vcr": own}},
        "plain_times_faster_than_oav": {"mixed": {"har": 20.0, "vcr": 31.0}},
    }
    page = renewed(
        "<!-- goals -->\n<!-- end -->", {"recorded": {"figures": figures, "date": "", "commit": "", "machine": ""}}
    )
    assert "HAR, plain modules | 30 times | 20.0 times: 50.0 µs (49.0 to 60.0) to 1000.0 | **missed** |" in page
    assert "VCR, plain modules | 30 times | 31.0 times: 50.0 µs (49.0 to 60.0) to 1000.0 | reached |" in page


def _kept(figures: Any) -> dict[str, Any]:
    return {"figures": figures, "date": "2026-11-22", "commit": "abc", "machine": "m", "load": 0.5}


def test_a_run_beside_a_loop_schemathesis_and_prism() -> None:
    def three(median: float) -> dict[str, float]:
        return {"median": median, "min": median - 1, "max": median + 1}

    run = {
        "requests": 4000,
        "run_s": three(5.0),
        "bare_httpx_s": three(3.0),
        "over": {"median": 0.51, "min": 0.4, "max": 0.9},
        "command_s": {"cpu": three(8.0), "wall": three(9.0)},
    }
    others = {"schemathesis": {"requests": 3999, "seconds": three(60.0)}, "prism": {
        "times": three(0.9), "check_us": three(200.0), "prism_us": three(180.0)}}  # fmt: skip
    data = {name: _kept(figures) for name, figures in {"run": run, **others}.items()}
    page = renewed("<!-- goals -->\n<!-- end -->\n<!-- from -->\n<!-- end -->", data)
    assert "| 30 s | 9.0 (8.0 to 10.0) s, 8.0 (7.0 to 9.0) s of CPU, for 4000 requests | reached |" in page
    assert "| 50 % | 51% (40% to 90%): 5.0 (4.0 to 6.0) s to 3.0 (2.0 to 4.0) | **missed** |" in page
    assert "| 4000 requests in 5.0 s to 3999 in 60.0 (59.0 to 61.0) s | **missed** |" in page
    assert "| `check` beside Prism's proxy, the traffic of a run | 1 times | 0.9 (" in page
    assert "| prism | 2026-11-22 | abc | m | 0.5 |" in page
