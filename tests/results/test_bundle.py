"""What leaves the machine: a vendor's part of the results, and a bundle that anybody can verify."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterable
from pathlib import Path

import jsonschema
import msgspec
import pytest
import yaml

from linkproof.base.resources import folder
from linkproof.cli.bundling import make_bundle
from linkproof.cli.checking import check_recordings
from linkproof.cli.output import Output
from linkproof.model.exchange import Exchange, Grade
from linkproof.model.finding import Level
from linkproof.model.results import BestEvidence, Broken, Results, Status, Verdict
from linkproof.reports.write import write_copy, write_reports
from linkproof.results.bundle import CHECKED, CLAIMED, MANIFEST, Changed, read_bundle, write_bundle
from linkproof.results.merge import merged
from linkproof.results.vendor_part import only_vendor
from tests.check_cases import APPROVED, got, put
from tests.command_line import linkproof
from tests.results_examples import PEC, SECRETS, VPCEP, breached, finding, nasty, replace, row
from tests.traffic import HUAWEI, connection, connections, state

SCHEMA = json.loads((folder("schemas") / "formats" / "results.schema.json").read_text(encoding="utf-8"))
PENDING = state("Pending")
BAD = state("aproved")
FACTS = {
    "verdict": "conforms",
    "sentence": "",
    "options": {"contracts": [PEC], "any_version": False},
    "versions": {"linkproof": "0", "contracts": {}, "schemas": "", "suites": ""},
}


def cassette(path: Path, exchanges: Iterable[Exchange]) -> Path:
    """A VCR cassette, as vcrpy writes it."""
    interactions = [
        {
            "request": {
                "method": e.request.method,
                "uri": e.request.url,
                "headers": {k: [v] for k, v in e.request.headers},
                "body": e.request.body.decode() or None,
            },
            "response": {
                "status": {"code": e.response.status, "message": ""},
                "headers": {k: [v] for k, v in e.response.headers},
                "body": {"string": e.response.body.decode()},
            },
        }
        for e in exchanges
    ]
    path.write_text(yaml.safe_dump({"interactions": interactions, "version": 1}), encoding="utf-8")
    return path


def bundled(folder: Path, *exchanges: Exchange, waivers: Path | None = None) -> Path:
    """A bundle of a check of some exchanges."""
    path, out = cassette(folder / "traffic.yaml", exchanges), folder / "out"
    check_recordings([path], out, (), any_version=False, allow_unproven=False, output=Output(quiet=True))
    assert make_bundle(out, [path], waivers, folder / "b.zip", any_version=False, quiet=True) == 0
    return folder / "b.zip"


# A vendor's copy


def test_a_vendors_copy_has_nothing_of_the_others(tmp_path: Path) -> None:
    write_reports(nasty(), tmp_path / "all")
    made = linkproof(tmp_path, "report", "all", "--vendor", "azure", "--out", "copy")
    assert made.returncode == 1, made.stderr
    assert {p.name for p in (tmp_path / "copy").iterdir()} == {"report.html", "print.html", "results.json"}
    for path in (tmp_path / "copy").iterdir():
        text = path.read_text(encoding="utf-8")
        assert PEC in text
        assert not re.search("huawei", text, re.IGNORECASE), path.name
        assert not [s for s in SECRETS if s in text], path.name
    data = json.loads((tmp_path / "copy" / "results.json").read_text(encoding="utf-8"))
    jsonschema.validate(data, SCHEMA)
    assert len(data["findings"]) == 4
    assert data["findings"][0]["exchanges"], "with the evidence"
    assert (data["verdict"], data["requests"]) == ("breached", 40)
    assert [(u["count"], u["path"], u["where"]) for u in data["unmatched"]] == [(1, "", [])]
    assert data["broken"][0]["detail"] == "The whole report says what."


def test_a_vendors_verdict_is_its_own() -> None:
    results = breached()
    other = only_vendor(results, "huawei", {"SHP-1"})
    assert [(r.contract, r.requirement) for r in other.requirements] == [(VPCEP, "SHP-1")]
    assert (other.verdict, other.findings) == (Verdict.CONFORMS, [])
    assert "conforms: 1 requirement passed" in other.sentence
    assert only_vendor(results, "huawei", {"STA-1"}).verdict is Verdict.UNPROVEN
    assert results.verdict is Verdict.BREACHED


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ("all", "--vendor", "gcp"),
            "--vendor: no contract in these results is of the vendor 'gcp'\n  fix: one of: azure, huawei",
        ),
        (("nowhere.json",), "nowhere.json: cannot be read: No such file"),
        (("text.json",), "text.json: this is not JSON"),
        (("other.json",), "other.json: schema_version is None"),
    ],
)
def test_bad_results_are_the_callers_mistake(tmp_path: Path, arguments: tuple[str, ...], says: str) -> None:
    write_reports(breached(), tmp_path / "all")
    (tmp_path / "text.json").write_text("{", encoding="utf-8")
    (tmp_path / "other.json").write_text("{}", encoding="utf-8")
    found = linkproof(tmp_path, "report", *arguments, "--out", "copy")
    assert (found.returncode, found.stdout) == (2, "")
    assert says in found.stderr
    assert "Traceback" not in found.stderr


def test_a_copy_takes_the_place_of_an_older_one_and_of_a_report(tmp_path: Path) -> None:
    write_reports(breached(), tmp_path)
    assert [p.name for p in write_copy(breached(), tmp_path)] == ["report.html", "print.html", "results.json"]
    assert not (tmp_path / "junit.xml").exists()
    write_reports(breached(), tmp_path)
    assert not (tmp_path / "print.html").exists()


# Several results as one


def part(status: Status, grade: Grade | None, date: str) -> Results:
    results = breached()
    results.requirements = [replace(row(PEC, "SHP-1", status), evidence=BestEvidence(grade, date) if grade else None)]
    results.findings = []
    return results


Evidence = tuple[Status, Grade | None, str]
LIVE_PASS: Evidence = (Status.PASS, Grade.LIVE, "2026-11-01")
OLD_PASS: Evidence = (Status.PASS, Grade.RECORDING, "2026-11-02")
MOCK_PASS: Evidence = (Status.PASS, Grade.MOCK, "2026-11-19")
MOCK_FAIL: Evidence = (Status.FAIL, Grade.MOCK, "2026-11-02")
NOTHING: Evidence = (Status.NOT_EXERCISED, None, "")
NO_MATTER: Evidence = (Status.NOT_APPLICABLE, None, "")


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        ([MOCK_PASS, LIVE_PASS], LIVE_PASS),
        ([LIVE_PASS, MOCK_FAIL], MOCK_FAIL),
        ([NOTHING, OLD_PASS], OLD_PASS),
        ([NO_MATTER, NOTHING], NOTHING),
    ],
)
def test_each_status_keeps_its_own_evidence(parts: list[Evidence], whole: Evidence) -> None:
    (found,) = merged([part(*p) for p in parts]).requirements
    assert (found.status, found.grade, found.date) == whole
    assert found.exercised == sum(r.exercised for p in parts for r in part(*p).requirements)


def test_what_was_found_twice_is_one_finding() -> None:
    one, other = breached(), breached()
    other.findings = [
        replace(other.findings[0], count=5, first_seen="2026-11-01", last_seen="2026-11-30"),
        finding("HDR-1-new", "HDR-1", level=Level.SHOULD),
    ]
    other.target = replace(other.target, name="the service", kind="live", recorded_at="2026-11-02", not_recorded=3)
    found = merged([one, other])
    assert (found.findings[0].count, len(found.findings), len(found.findings[0].exchanges)) == (205, 5, 3)
    assert (found.findings[0].first_seen, found.findings[0].last_seen) == ("2026-11-01", "2026-11-30")
    assert (found.target.name, found.target.kind, found.requests) == ("the mock and the service", "mock and live", 84)
    assert (found.target.recorded_at, found.target.not_recorded) == ("2026-11-02", 3)
    assert found.lifecycles[0].transitions[0].count == 6
    assert {e.word: e.count for e in found.long_running[0].ended} == {"": 4, "Failed": 2, "Succeeded": 2}
    assert found.contracts[0].exchanges == 80
    assert merged([one]) is one
    one.broken = [Broken("something", "")]
    assert merged([one, other]).verdict is Verdict.BREACHED


# Bundles


def test_a_bundle_comes_to_the_same_verdict_again(tmp_path: Path) -> None:
    path = bundled(tmp_path, got(**PENDING), put(), got(**APPROVED))
    (tmp_path / "traffic.yaml").unlink()
    found = linkproof(tmp_path, "verify", str(path))
    assert found.returncode == 0, found.stdout
    assert "none changed" in found.stdout
    assert "the same verdict" in found.stdout
    manifest = read_bundle(path).manifest
    assert manifest.verdict == "unproven"
    assert manifest.versions.contracts == {PEC: "2025-01-01"}
    assert len(manifest.versions.schemas) == len(manifest.versions.suites) == 64
    assert list(manifest.files) == [CLAIMED, CHECKED, "recordings/01/traffic.yaml"]


def test_a_recorded_run_proves_itself(tmp_path: Path) -> None:
    only = ("--contract", "azure-healthcareapis-dicom", "--record", "run.yaml", "--out", "out", "-q")
    assert linkproof(tmp_path, "run", *only).returncode == 0
    made = linkproof(tmp_path, "bundle", "out", "--cassette", "run.yaml")
    assert made.returncode == 0, made.stderr
    found = linkproof(tmp_path, "verify", "linkproof-bundle.zip")
    assert found.returncode == 0, found.stdout
    assert re.search(r"claimed: CONFORMS .*\nby the recordings alone: CONFORMS .*, the same verdict\n", found.stdout)


def test_breaches_are_found_again_and_waivers_go_along(tmp_path: Path) -> None:
    (tmp_path / "waivers.toml").write_text("# none", encoding="utf-8")
    path = bundled(tmp_path, got(**BAD), connections(connection(HUAWEI)), waivers=tmp_path / "waivers.toml")
    assert read_bundle(path).files["waivers.toml"] == b"# none"
    found = linkproof(tmp_path, "verify", "b.zip")
    assert found.returncode == 0
    assert "by the recordings alone: BREACHED (2 exchanges), the same verdict" in found.stdout
    assert linkproof(tmp_path, "verify", "b.zip", "-q").stdout == ""


def test_every_changed_byte_is_found(tmp_path: Path) -> None:
    write_bundle(
        tmp_path / "b.zip", {CLAIMED: b"{}", CHECKED: b"{}", "recordings/01/a.yaml": b"interactions: []"}, FACTS
    )
    data = (tmp_path / "b.zip").read_bytes()
    changed = tmp_path / "changed.zip"
    for place in range(len(data)):
        changed.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        with pytest.raises(Changed):
            read_bundle(changed)
    for wrong in (data[:-1], data + b"x", data[:100]):
        changed.write_bytes(wrong)
        with pytest.raises(Changed):
            read_bundle(changed)


def test_a_changed_file_is_named(tmp_path: Path) -> None:
    path = bundled(tmp_path, got(**APPROVED))
    with zipfile.ZipFile(path) as archive:
        files = {n: archive.read(n) for n in archive.namelist()}
        places = {i.filename: i.header_offset + 30 + len(i.filename) + i.compress_size // 2 for i in archive.infolist()}
    data = bytearray(path.read_bytes())
    data[places["recordings/01/traffic.yaml"]] ^= 1
    (tmp_path / "c.zip").write_bytes(data)
    found = linkproof(tmp_path, "verify", "c.zip")
    assert (found.returncode, found.stdout) == (1, "c.zip: changed: recordings/01/traffic.yaml\n")

    files["recordings/01/traffic.yaml"] = files["recordings/01/traffic.yaml"].replace(b"Approved", b"Rejected")
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in {**files, "extra": b""}.items():
            archive.writestr(name, content)
    (tmp_path / "c.zip").write_bytes(stream.getvalue())
    found = linkproof(tmp_path, "verify", "c.zip")
    assert found.stdout == "c.zip: changed: recordings/01/traffic.yaml\nc.zip: changed: extra\n"


def test_a_lie_with_fresh_hashes_is_found_by_judging_again(tmp_path: Path) -> None:
    bundle = read_bundle(bundled(tmp_path, got(**BAD)))
    facts = {k: v for k, v in msgspec.to_builtins(bundle.manifest).items() if k in FACTS}
    files = {n: bundle.files[n] for n in bundle.manifest.files}
    for name in (CLAIMED, CHECKED):
        told = json.loads(files[name])
        told |= {"verdict": "conforms", "findings": [], "exit_code": 0}
        told["requirements"] = [r | {"status": "pass", "findings": []} for r in told["requirements"]]
        files[name] = json.dumps(told).encode()
    write_bundle(tmp_path / "lie.zip", files, facts)
    found = linkproof(tmp_path, "verify", "lie.zip")
    assert found.returncode == 1
    assert "cannot be confirmed: they say conforms, the recordings say breached" in found.stdout
    write_bundle(tmp_path / "lie.zip", {n: files[n] for n in (CLAIMED, CHECKED)}, {"verdict": "conforms"})
    assert linkproof(tmp_path, "verify", "lie.zip").stdout == f"lie.zip: changed: {MANIFEST}\n"


def test_the_commands_tell_what_they_did(tmp_path: Path) -> None:
    cassette(tmp_path / "traffic.yaml", [got(**BAD)])
    linkproof(tmp_path, "check", "traffic.yaml", "--out", "out", "-q")
    made = linkproof(tmp_path, "bundle", "out", "--cassette", "traffic.yaml")
    assert (made.returncode, made.stderr) == (0, "")
    assert made.stdout.startswith("linkproof-bundle.zip: 4 files, 1 of them recordings\nclaimed: BREACHED traffic.yaml")
    assert re.search(r"\n(\d+) of \1 judgements are based on the recordings\n", made.stdout)


def test_recordings_of_something_else_are_refused(tmp_path: Path) -> None:
    bundled(tmp_path, got(**BAD))
    cassette(tmp_path / "other.yaml", [got(**APPROVED)])
    found = linkproof(tmp_path, "bundle", "out", "--cassette", "other.yaml", "--out", "c.zip")
    assert found.returncode == 2
    assert "contradict the results: they say breached, the recordings say unproven" in found.stderr
    assert not (tmp_path / "c.zip").exists()


@pytest.mark.parametrize(
    ("place", "change"),
    [
        ("request header Authorization", {"request": ("Authorization", "Bearer abcdef0123456789")}),
        ("response header Set-Cookie", {"response": ("Set-Cookie", "sid=1234567")}),
        ("response header Location", {"response": ("Location", "https://h.example/x?sig=abcdef")}),
    ],
)
def test_no_secret_is_bundled(tmp_path: Path, place: str, change: dict[str, tuple[str, str]]) -> None:
    bundled(tmp_path, got(**APPROVED))
    exchange = got(**APPROVED)
    for side, pair in change.items():
        message = getattr(exchange, side)
        headers = type(message.headers)([*message.headers, pair])
        exchange = replace(exchange, **{side: replace(message, headers=headers)})
    cassette(tmp_path / "traffic.yaml", [exchange])
    found = linkproof(tmp_path, "bundle", "out", "--cassette", "traffic.yaml", "--out", "c.zip")
    assert found.returncode == 2
    assert f"traffic.yaml: a credential is in interaction 1: {place}" in found.stderr
    assert not (tmp_path / "c.zip").exists()


@pytest.mark.parametrize("name", ["../x", "recordings/01/..", "/x", "recordings/x/y/z", "a\\b"])
def test_a_bundle_cannot_name_files_elsewhere(tmp_path: Path, name: str) -> None:
    write_bundle(tmp_path / "b.zip", {CLAIMED: b"{}", CHECKED: b"{}", name: b""}, FACTS)
    with pytest.raises(Changed) as caught:
        read_bundle(tmp_path / "b.zip")
    assert caught.value.names == (name,)


@pytest.mark.parametrize(("content", "says"), [(b"{", "this is not JSON"), (b"{}", "schema_version is None")])
def test_results_in_a_bundle_that_are_none_are_told(tmp_path: Path, content: bytes, says: str) -> None:
    write_bundle(tmp_path / "b.zip", {CLAIMED: content, CHECKED: content}, FACTS)
    found = linkproof(tmp_path, "verify", "b.zip")
    assert found.returncode == 2
    assert says in found.stderr
    assert "Traceback" not in found.stderr


def test_what_is_no_bundle_is_the_callers_mistake(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no archive", encoding="utf-8")
    for name in ("text", "nowhere"):
        found = linkproof(tmp_path, "verify", name)
        assert found.returncode == 2
        assert "fix: give an archive that linkproof bundle has written" in found.stderr
