"""Results over time: differences between two runs, the database, and its pages."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from linkproof.errors import UsageError
from linkproof.history.site import file_name, site_files
from linkproof.history.store import Store
from linkproof.history.trend import trend
from linkproof.model.exchange import Exchange
from linkproof.model.observed_values import Observed, ObservedValue
from linkproof.model.results import Results, Status
from linkproof.redaction.publish import published
from linkproof.reports.sarif import sarif
from linkproof.results.diff import compare
from linkproof.results.serialize import results_to_dict
from tests.command_line import linkproof
from tests.ports import free_port
from tests.recordings.test_formats import as_ndjson
from tests.results_examples import NASTY, PEC, breached, replace
from tests.traffic import AKS, connection, ex
from tests.waiting import LIMIT_S

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
POSTGRES = sorted(Path("/usr/lib/postgresql").glob("*/bin")) if Path("/usr/lib/postgresql").is_dir() else []


def got(word: str) -> Exchange:
    return ex(AKS, own="one", answer=connection(AKS, "one", properties__provisioningState=word))


def checked(folder: Path, name: str, *exchanges: Exchange) -> Path:
    """The reports of a check of these exchanges."""
    recording = folder / "seen.ndjson"
    recording.write_text(as_ndjson(list(exchanges)), encoding="utf-8")
    done = linkproof(folder, "check", recording, "--out", name, "--quiet")
    assert done.returncode in (1, 4), done.stderr
    return folder / name


def words(*values: str, documented: bool = True) -> list[Observed]:
    seen = tuple(ObservedValue(v, documented, 1, "2026-11-01", "2026-11-02", "a #1") for v in values)
    return [Observed(PEC, "/properties/provisioningState", ("Succeeded", "Failed"), seen)]


# what changed


def test_findings_are_new_still_there_or_fixed() -> None:
    before, after = breached(), breached()
    gone, stays = before.findings[0], before.findings[1]
    after.findings = [stays, replace(gone, id="SHP-1-zzz")]
    before.findings = [gone, stays]
    changes = compare(before, after)
    assert [f.id for f in changes.new] == ["SHP-1-zzz"]
    assert [f.id for f in changes.still] == [stays.id]
    assert [f.id for f in changes.fixed] == [gone.id]
    assert (changes.is_worse, changes.proves_less) == (True, False)
    assert not compare(after, after).is_worse


@pytest.mark.parametrize("status", [Status.NOT_EXERCISED, Status.NOT_APPLICABLE, Status.PASS])
def test_what_was_not_looked_at_is_not_fixed(status: Status) -> None:
    before, after = breached(), breached()
    before.findings = before.findings[:1]
    after.findings = []
    after.requirements = [
        replace(r, status=status, why="in part: no writes") if r.requirement == "SHP-1" else r
        for r in after.requirements
    ]
    changes = compare(before, after)
    assert changes.fixed == ()
    assert [f.id for f in changes.unknown] == ["SHP-1-aaa"]
    assert sorted({r.requirement for r in changes.lost}) == ([] if status is Status.PASS else ["SHP-1"])
    assert (changes.is_worse, changes.proves_less) == (False, True)


@pytest.mark.parametrize(("documented", "worse"), [(True, False), (False, True)])
def test_a_new_word_is_told_and_counts_where_it_is_undocumented(documented: bool, worse: bool) -> None:
    before, after = breached(), breached()
    before.observed, after.observed = words("Succeeded"), words("Failed", documented=documented)
    changes = compare(before, after)
    assert [w.value for w in changes.new_words] == ["Failed"]
    assert [w.value for w in changes.gone_words] == ["Succeeded"]
    assert changes.is_worse is worse
    before.observed = []
    assert compare(before, after).new_words == ()


def test_diff_of_two_runs_with_one_new_finding(tmp_path: Path) -> None:
    checked(tmp_path, "monday", got("Succeeded"), got("Perhaps"))
    checked(tmp_path, "tuesday", got("Succeeded"), got("Perhaps"), got("Never"))
    done = linkproof(tmp_path, "diff", "monday", "tuesday")
    assert done.returncode == 1
    new = [line for line in done.stdout.splitlines() if line.startswith("new: ENM-1-")]
    assert len(new) == 1
    assert "'Never' is undocumented" in new[0]
    assert "findings: 1 new, 0 fixed, 1 still there, 0 no longer exercised" in done.stdout
    assert "new value: 'Never' at /properties/provisioningState of azure-containerservice-pec" in done.stdout
    back = linkproof(tmp_path, "diff", "tuesday", "monday", "--json")
    told = json.loads(back.stdout)
    assert back.returncode == 0
    assert [f["message"] for f in told["fixed"]] == ["'Never' is undocumented"]
    assert [w["value"] for w in told["gone_words"]] == ["Never"]


def test_less_proof_is_told_and_fails_where_that_is_asked_for(tmp_path: Path) -> None:
    checked(
        tmp_path,
        "more",
        got("Succeeded"),
        ex(AKS, own="no", status=404, answer={"error": {"code": "a", "message": "b"}}),
    )
    checked(tmp_path, "less", got("Succeeded"))
    assert linkproof(tmp_path, "diff", "more", "less").returncode == 0
    strict = linkproof(tmp_path, "diff", "more", "less", "--strict")
    assert strict.returncode == 1
    assert (
        "no longer exercised: ERR-1 MUST on azure-containerservice-pec: no request or recording tested it"
        in strict.stdout
    )


# the store


def run(number: int, target: str = "the mock", **changes: Any) -> Results:
    results: Results = replace(breached(), started_at=f"2026-11-{number:02}T03:00:00+00:00", **changes)
    results.target = replace(results.target, name=target)
    return results


@pytest.fixture(scope="module")
def postgresql() -> Iterator[str]:
    """The URL of a real server on 127.0.0.1, and of nobody else's."""
    if not POSTGRES:
        pytest.skip("PostgreSQL is not on this machine: its history was not tried")
    folder = Path(subprocess.run(["mktemp", "-d"], capture_output=True, text=True, check=True).stdout.strip())
    as_user: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
        as_user = ["runuser", "-u", "postgres", "--"]
    port = free_port()
    data, tools = folder / "data", POSTGRES[-1]

    def quietly(*command: str | Path) -> None:
        output = subprocess.DEVNULL
        subprocess.run([*as_user, *command], stdout=output, stderr=output, check=True, cwd=folder, timeout=LIMIT_S)

    quietly(tools / "initdb", "-D", data, "-A", "trust", "-U", "linkproof")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -k {folder} -c fsync=off"
    quietly(tools / "pg_ctl", "-D", data, "-w", "-o", options, "start")
    yield f"postgresql://linkproof@127.0.0.1:{port}/postgres"
    quietly(tools / "pg_ctl", "-D", data, "-m", "immediate", "stop")
    shutil.rmtree(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/new/history.sqlite"
    return str(request.getfixturevalue("postgresql"))


def test_a_store_keeps_runs_once_and_knows_first_and_last(url: str) -> None:
    name = f"target of {url.partition(':')[0]} {NASTY!r}"
    first, second = run(1, name), run(2, name, findings=[], observed=words("Succeeded"))
    for finding in first.findings:
        finding.first_seen = finding.last_seen = ""
    third = run(3, name, observed=words("Succeeded", "Failed"))
    with Store(url) as store:
        numbers = [store.add(d) for d in (first, second, third)]
        assert [new for _, new in numbers] == [True, True, True]
        assert store.add(second) == (numbers[1][0], False)
        assert results_to_dict(store.results(numbers[2][0])) == results_to_dict(third)
        found = trend(store, name)
    assert [r.started_at[8:10] for r in found.runs] == ["01", "02", "03"]
    kept = next(f for f in found.findings if f.name == "SHP-1-aaa")
    assert (kept.first, kept.runs, kept.now) == ("2026-11-01T03:00:00+00:00", 2, True)
    seen = {w.value: (w.first, w.last, w.runs, w.now) for w in found.words}
    assert seen == {"Succeeded": ("2026-11-01", "2026-11-02", 2, True), "Failed": ("2026-11-01", "2026-11-02", 1, True)}
    assert found.contracts()[PEC] == ["fail", "fail", "fail"]
    assert not any(line.changes for line in found.lines)


def test_replays_of_one_target_are_one_target_whatever_the_age_of_the_recording(tmp_path: Path) -> None:
    """Its name has the age of the recording, which is another one every day: each day was a new target, and for code
    scanning a new category, in which every alert was new."""
    ages = ("recorded 2026-11-20, today", "recorded 2026-11-20, 1 day ago", "recorded 2026-11-22, today")
    replays = [run(number, f"the mock ({age})") for number, age in enumerate(ages, 1)]
    for replay in replays:
        replay.target = replace(replay.target, recorded_at="2026-11-20T03:00:00+00:00")
    with Store(f"sqlite:///{tmp_path}/h.sqlite") as store:
        for replay in [*replays, run(4), run(5, "the mock (recorded by hand)")]:
            store.add(replay)
        assert len(trend(store, "the mock (recorded)").runs) == 3
    assert run(5, "the mock (recorded by hand)").target.lasting_name == "the mock (recorded by hand)"
    categories = {json.loads(sarif(published(r)))["runs"][0]["automationDetails"]["id"] for r in replays}
    assert categories == {"linkproof/the mock (recorded)/"}


def _add_some(url: str, start: int) -> list[int]:
    with Store(url) as store:
        return [store.add(run(n + 1, f"target {start}"))[0] for n in range(5)]


def test_writers_at_the_same_time_lose_nothing(url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        numbers = list(pool.map(_add_some, [url] * 4, range(4)))
    with Store(url) as store:
        assert {r.id for r in store.runs()} >= {n for some in numbers for n in some}
        assert [len(store.runs(f"target {n}")) for n in range(4)] == [5, 5, 5, 5]


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("nonsense", "this is not a database URL"),
        ("nosuchdatabase://x", "this is not a database URL"),
        ("sqlite:////dev/null/x.sqlite", "the folder cannot be made"),
        ("postgresql://u:hunter22@127.0.0.1:1/x", "the history cannot be used"),
    ],
)
def test_a_store_that_cannot_be_used_is_named_without_its_password(url: str, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        Store(url)
    assert told in str(caught.value)
    assert "--store" in str(caught.value)
    assert "hunter22" not in str(caught.value)


def test_a_file_that_is_no_store_and_a_store_of_another_version(tmp_path: Path) -> None:
    (tmp_path / "text.sqlite").write_text("x" * 5000, encoding="utf-8")
    with pytest.raises(UsageError, match="the history cannot be used: file is not a database"):
        Store(f"sqlite:///{tmp_path}/text.sqlite")
    path = tmp_path / "old.sqlite"
    with Store(f"sqlite:///{path}"):
        pass
    connection = sqlite3.connect(path)
    connection.execute("update about set version = 99")
    connection.commit()
    connection.close()
    with pytest.raises(UsageError, match="this history is of version 99"):
        Store(f"sqlite:///{path}")


def test_the_commands(tmp_path: Path) -> None:
    checked(tmp_path, "monday", got("Succeeded"))
    checked(tmp_path, "tuesday", got("Perhaps"))
    url = f"sqlite:///{tmp_path}/h.sqlite"
    added = linkproof(tmp_path, "history", "add", "monday", "tuesday", env={"LINKPROOF_HISTORY": url})
    assert added.stdout.splitlines() == ["added: run 1, seen.ndjson (monday)", "added: run 2, seen.ndjson (tuesday)"]
    again = linkproof(tmp_path, "history", "add", "monday", "--store", url)
    assert again.stdout == "already there: run 1, seen.ndjson (monday)\n"
    listed = json.loads(linkproof(tmp_path, "history", "list", "--store", url, "--json").stdout)
    assert [(r["id"], r["verdict"]) for r in listed] == [(2, "breached"), (1, "unproven")]
    shown = linkproof(tmp_path, "history", "show", "--store", url).stdout
    assert "seen.ndjson: breached on" in shown
    assert ".F  azure-containerservice-pec ENM-1 MUST" in shown
    assert "/properties/provisioningState Perhaps: first " in shown
    assert "Succeeded: first " in shown
    assert linkproof(tmp_path, "diff", "run:1", "run:2", "--store", url).returncode == 1
    for arguments, told in (
        (("diff", "run:1", "run:7", "--store", url), "the history has no run 7"),
        (("history", "show", "nobody", "--store", url), "no target called 'nobody'"),
        (("history", "add", "nowhere", "--store", url), "nowhere"),
        (("site", "--store", f"sqlite:///{tmp_path}/empty.sqlite"), "the history is empty"),
        (("site", "--store", url, "--out", "monday"), "not a site"),
    ):
        done = linkproof(tmp_path, *arguments)
        assert (done.returncode, "Traceback" in done.stderr) == (2, False)
        assert told in done.stderr


# the pages


def hostile() -> list[Results]:
    return [
        run(1, "</title><script>top.ran=1</script>", findings=[]),
        run(2, "</title><script>top.ran=1</script>", observed=words("</script><img src=x onerror=top.ran=2>")),
        run(3, "prod"),
    ]


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    url = f"sqlite:///{tmp_path}/h.sqlite"
    with Store(url) as store:
        for data in hostile():
            store.add(data)
    out = tmp_path / "site"
    done = linkproof(tmp_path, "site", "--store", url, "--out", out)
    assert done.stdout == f"2 targets: {out}/index.html\n"
    return out


def test_every_target_has_a_row_a_page_and_a_badge(pages: Path) -> None:
    names = {file_name("prod"), file_name("</title><script>top.ran=1</script>")}
    assert (
        names == {p.stem for p in (pages / "targets").glob("*.html")} == {p.stem for p in (pages / "badges").iterdir()}
    )
    assert "prod: breached" in (pages / "badges" / "prod.svg").read_text(encoding="utf-8")
    (pages / "targets" / "gone.html").write_text("old", encoding="utf-8")
    linkproof(pages.parent, "site", "--store", f"sqlite:///{pages.parent}/h.sqlite", "--out", pages)
    assert not (pages / "targets" / "gone.html").exists()


def test_two_targets_never_share_a_file() -> None:
    assert len({file_name(n) for n in ("a b", "a-b", "A b", "ä b", "", "-")}) == 6


def test_sparkline_has_one_bar_for_each_run(tmp_path: Path) -> None:
    with Store(f"sqlite:///{tmp_path}/h.sqlite") as store:
        for day in range(1, 6):
            store.add(run(day, "prod"))
        index = site_files([trend(store, "prod")])["index.html"]
    assert index.count("<rect ") == 5
    assert "The last 5 runs: 0 conform, 5 breached" in index


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is absent")
@pytest.mark.parametrize(("scheme", "width"), [("light", 1200), ("dark", 400)])
def test_pages_in_the_browser(browser: Any, pages: Path, scheme: str, width: int) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 800}, bypass_csp=True)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.url))
    for path in [pages / "index.html", *sorted((pages / "targets").glob("*.html"))]:
        page.goto(path.as_uri())
        page.add_script_tag(path=str(AXE))
        found = page.evaluate("tags => axe.run({runOnly: tags, resultTypes: ['violations']})", RULES)
        assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found["violations"]] == []
        assert page.evaluate("top.ran") is None
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()
    assert [u for u in asked if not u.startswith(pages.as_uri())] == []
