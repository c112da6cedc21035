"""The tables of docs/performance.md, from the figures: what stands between the marks is written anew."""

from __future__ import annotations

import re
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

    if "recorded" in f:
        r = f["recorded"]
        for kind in [k for k in ("plain", "compiled") if f"{k}_us" in r]:
            us, times = r[f"{kind}_us"], r.get(f"{kind}_times_faster_than_oav")
            if times:
                seen = (
                    f"{times['ndjson']} times: {us['ndjson']} µs to {r['oav_us']} (HAR: {times['har']}, {us['har']} µs)"
                )
                row(f"`check`, CPU for an exchange beside oav, {kind} modules", "30 times", seen, times["ndjson"] >= 30)
            bottom = r[f"{kind}_times_libraries"]
            seen = f"{bottom} times its {r['libraries_us']} µs"
            row(f"the same, beside orjson and jsonschema-rs alone, {kind}", "15 times", seen, bottom <= 15)
    if "memory" in f:
        most = max(r["resident_mb"] for r in f["memory"])
        row("memory for 1 GB of recordings", "300 MB", f"{most} MB at most", most < 300)
    if "routing" in f:
        for key, what in (("by_contracts_us", "contracts loaded"), ("after_exchanges_us", "exchanges before it")):
            us = f["routing"][key]
            seen = ", ".join(f"{int(n):,}: {v} µs" for n, v in us.items())
            row(f"an exchange, by {what}", "flat", seen, max(us.values()) < 1.2 * min(us.values()))
    if "run" in f:
        r = f["run"]
        row("`run` on five contracts", "30 s", f"{r['run_s']} s for {r['requests']} requests", r["run_s"] < 30)
        row("beyond a bare httpx loop", "25 %", f"{r['over']:.0%} ({r['bare_httpx_s']} s)", r["over"] <= 0.25)
        if "schemathesis" in f:
            s = f["schemathesis"]
            seen = f"{r['requests']} requests in {r['run_s']} s to {s['requests']} in {s['seconds']} s"
            fewer = r["requests"] < s["requests"] and r["run_s"] < s["seconds"]
            row("beside `schemathesis run` on the same five", "fewer requests, less time", seen, fewer)
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
    if "startup" in f:
        s = f["startup"]
        row("`linkproof --help`", "0.25 s", f"{s['help_s']} s", s["help_s"] < 0.25)
        row("`linkproof check` of a small file", "0.8 s", f"{s['check_small_s']} s", s["check_small_s"] < 0.8)
    return rows


def _memory(data: dict[str, Any]) -> list[str]:
    rows = ["| format | size | exchanges | resident | time |", "|---|---|---|---|---|"]
    for r in data.get("memory", {"figures": []})["figures"]:
        rows.append(
            f"| {r['format']} | {r['gigabytes']} GB | {r['exchanges']:,} | {r['resident_mb']} MB | {r['seconds']} s |"
        )
    return rows


def _from(data: dict[str, Any]) -> list[str]:
    rows = ["| measure | date | commit | machine |", "|---|---|---|---|"]
    rows += [f"| {n} | {d['date']} | {d['commit']} | {d['machine']} |" for n, d in data.items()]
    return rows
