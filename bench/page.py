"""The tables of docs/performance.md, from the figures: what stands between the marks is written anew."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any


def renewed(text: str, data: dict[str, Any]) -> str:
    """The page with its tables made of the figures that there are."""
    for name, made in (("goals", _goals), ("memory", _memory), ("from", _from)):
        mark = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        rows = "\n".join(made(data))
        text = mark.sub(lambda m, rows=rows: f"{m.group(1)}{rows}\n{m.group(2)}", text)  # type: ignore[misc]
    return text


def _goals(data: dict[str, Any]) -> list[str]:
    f = {name: found["figures"] for name, found in data.items()}
    rows = ["| what | goal | seen | |", "|---|---|---|---|"]

    def row(what: str, goal: str, seen: str, reached: bool) -> None:
        rows.append(f"| {what} | {goal} | {seen} | {'reached' if reached else '**missed**'} |")

    for found in _beside_oav(f.get("recorded", {})):
        row(*found)
    for key, what in (("memory", "1 GB of recordings"), ("memory_mixed", "44,000 mixed exchanges of 2,000 servers")):
        if key in f:
            most = max(r["resident_mb"] for r in f[key])
            row(f"memory for {what}", "300 MB", f"{most} MB at most", most < 300)
    if "routing" in f:
        for key, what in (("by_contracts_us", "contracts loaded"), ("after_exchanges_us", "exchanges before it")):
            us = f["routing"][key]
            seen = ", ".join(f"{int(n):,}: {v} µs" for n, v in us.items())
            row(f"an exchange, by {what}", "flat", seen, max(us.values()) < 1.2 * min(us.values()))
    for found in _run(f):
        row(*found)
    if "waiting" in f:
        w = f["waiting"]
        seen = f"{w['share']:.1%}: {w['wall_s']} s of {w['sum_of_latencies_s']} ({w['requests']} requests)"
        row("`--concurrency 16` behind 150 ms, of the sum of latencies", "20 %", seen, w["share"] <= 0.2)
    if "scaling" in f:
        goals = (("suites", "pytest-xdist `-n 2`", 1.7), ("check", "`check --processes 2`", 1.8), ("dask", "Dask", 1.6))
        for name, what, goal in goals:
            s = f["scaling"][name]
            row(
                f"{what}, two for one",
                f"{goal} times",
                f"{s['times']} ({s['one_s']} to {s['two_s']} s)",
                s["times"] >= goal,
            )
    for key, what, most in (("help_s", "--help", 0.15), ("check_small_s", "check` of a small file", 0.4)):
        if "startup" in f:
            wall, cpu = f["startup"][key]["wall"], f["startup"][key]["cpu"]
            seen = f"{wall['median']} s ({wall['min']} to {wall['max']}), {cpu['median']} s of CPU"
            row(f"`linkproof {what}" + ("`" if "`" not in what else ""), f"{most} s", seen, cpu["median"] <= most)
    return rows


def _run(f: dict[str, Any]) -> Iterator[tuple[str, str, str, bool]]:
    """Rows of a run: what, goal, seen, whether it is reached."""
    if "run" in f:
        r = f["run"]
        command, own = r["command_s"], r["run_s"]["median"]
        seen = f"{_spread(command['wall'])} s, {_spread(command['cpu'])} s of CPU, for {r['requests']} requests"
        yield (
            "`linkproof run` on five contracts, with start-up and reports",
            "30 s",
            seen,
            command["wall"]["median"] < 30,
        )
        over = {name: f"{value:.0%}" for name, value in r["over"].items()}
        seen = f"{_spread(over)}: {_spread(r['run_s'])} s to {_spread(r['bare_httpx_s'])}"
        yield "beyond a bare httpx loop", "50 %", seen, r["over"]["median"] <= 0.5
        if "schemathesis" in f:
            s = f["schemathesis"]
            seen = f"{r['requests']} requests in {own} s to {s['requests']} in {_spread(s['seconds'])} s"
            fewer = r["requests"] < s["requests"] and own < s["seconds"]["median"]
            yield "beside `schemathesis run` on the same five", "fewer requests, less time", seen, fewer
    if f.get("prism"):
        p = f["prism"]
        seen = f"{_spread(p['times'])} times: {_spread(p['check_us'])} µs to {_spread(p['prism_us'])}"
        yield "`check` beside Prism's proxy, the traffic of a run", "1 times", seen, p["times"]["median"] >= 1


def _spread(found: dict[str, Any]) -> str:
    return f"{found['median']} ({found['min']} to {found['max']})"


def _beside_oav(r: dict[str, Any]) -> Iterator[tuple[str, str, str, bool]]:
    """Rows: what, goal, seen, whether it is reached."""
    traffic = {"small": "a small Get", "mixed": "mixed traffic"}
    for wheel, goal in (("plain", 30), ("compiled", 60)):
        for kind, forms in r.get(f"{wheel}_times_faster_than_oav", {}).items():
            peer = r["oav_us"][kind]["files"]["median"]
            for form, times in forms.items():
                own = r[f"{wheel}_us"][kind][form]
                seen = f"{times} times: {own['median']} µs ({own['min']} to {own['max']}) to {peer}"
                what = f"`check` beside oav, {traffic[kind]}, {form.upper()}, {wheel} modules"
                yield what, f"{goal} times", seen, times >= goal


def _memory(data: dict[str, Any]) -> list[str]:
    rows = ["| format | size | exchanges | resident | time |", "|---|---|---|---|---|"]
    for r in [row for key in ("memory", "memory_mixed") for row in data.get(key, {"figures": []})["figures"]]:
        rows.append(
            f"| {r['format']} | {r['gigabytes']} GB | {r['exchanges']:,} | {r['resident_mb']} MB | {r['seconds']} s |"
        )
    return rows


def _from(data: dict[str, Any]) -> list[str]:
    rows = ["| measure | date | commit | machine | load |", "|---|---|---|---|---|"]
    rows += [f"| {n} | {d['date']} | {d['commit']} | {d['machine']} | {d.get('load', '')} |" for n, d in data.items()]
    return rows
