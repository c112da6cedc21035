"""A bundle that was changed and sealed again: ``verify`` prints only what it has computed itself."""

from __future__ import annotations

import contextlib
import io
import json
import re
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from linkproof.cli.entry import run
from linkproof.errors import UsageError
from linkproof.results.bundle import CHECKED, CLAIMED, MANIFEST, MOST_BYTES, SIGNATURE, read_bundle, write_bundle
from linkproof.results.signature import read_public_key
from tests.check_cases import got
from tests.results.test_bundle import BAD, cassette

Change = Callable[[dict[str, Any]], object]


def called(*arguments: str | Path) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run([str(a) for a in arguments])
    return code, out.getvalue(), err.getvalue()


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle of a recording with breaches."""
    place = tmp_path_factory.mktemp("honest")
    cassette(place / "traffic.yaml", [got(**BAD)])
    called("check", place / "traffic.yaml", "--out", place / "out", "-q")
    code, _, err = called("bundle", place / "out", "--cassette", place / "traffic.yaml", "--out", place / "b.zip")
    assert code == 0, err
    return place / "b.zip"


def resealed(honest: Path, path: Path, change: Change, *, also: Change | None = None) -> Path:
    """The bundle with other results (in both files), and with hashes that fit again."""
    bundle = read_bundle(honest)
    files = {n: bundle.files[n] for n in bundle.manifest.files}
    facts = msgspec.to_builtins(bundle.manifest)
    del facts["format"], facts["files"]
    for name in (CLAIMED, CHECKED):
        data = json.loads(files[name])
        change(data)
        files[name] = json.dumps(data).encode()
    if also is not None:
        also(facts)
    write_bundle(path, files, facts)
    return path


def test_an_honest_bundle_holds_and_says_what_it_does_not_prove(honest: Path) -> None:
    code, out, _ = called("verify", honest)
    assert code == 0, out
    assert "the same verdict" in out
    assert "not proven:" in out
    assert "who made the bundle: it is not signed" in out


@pytest.mark.parametrize(
    ("remark", "code"),
    [
        (" Not everything could be tried: azure-containerservice-pec: too few Pending connections.", 0),
        (" It conforms.", 1),
    ],
)
def test_a_run_with_too_few_connections_has_a_sentence_that_holds(
    remark: str, code: int, honest: Path, tmp_path: Path
) -> None:
    """The remark that a run adds, and `bundle` packs, was a contradiction to `verify`."""

    def say(data: dict[str, Any]) -> None:
        data["sentence"] += remark

    found, out, _ = called("verify", resealed(honest, tmp_path / "b.zip", say, also=say))
    assert found == code, out


def _no_requirements(data: dict[str, Any]) -> None:
    data["requirements"] = [r for r in data["requirements"] if r["status"] in ("fail", "warn")]


def _lower_level(data: dict[str, Any]) -> None:
    row = next(r for r in data["requirements"] if r["status"] == "pass")
    row["statement"] = "Anything goes."


def _excuse(data: dict[str, Any]) -> None:
    data["exit_code"] = 4
    finding = data["findings"][0]
    data["waivers"] = [
        {
            **{k: finding[k] for k in ("requirement", "contract", "operations", "kind", "value")},
            "pointer": finding["place"],
            "owner": "o",
            "reason": "r",
            "link": "l",
            "expires": "2020-01-01",
            "standing": "in force",
            "findings": [finding["id"]],
        }
    ]


def _sentence(data: dict[str, Any]) -> None:
    data["sentence"] = "All is well."


def _dropped_finding(data: dict[str, Any]) -> None:
    data["findings"], data["exit_code"] = data["findings"][1:], 4


@pytest.mark.parametrize(
    ("change", "also", "says"),
    [
        (_no_requirements, None, "left out"),
        (_sentence, None, "the sentence does not follow"),
        (_sentence, lambda f: f.update(sentence="All is well."), "the sentence does not follow"),
        (dict.copy, lambda f: f.update(verdict="conforms"), "the manifest gives another verdict"),
        (lambda d: d.update(verdict="unproven", exit_code=4), None, "their requirements say breached"),
        (_lower_level, None, "another level or wording"),
        (_excuse, None, "is expired, not in force"),
        (_dropped_finding, None, "not in the results"),
        (dict.copy, lambda f: f["options"].update(contracts=[]), "other contracts than the manifest"),
    ],
)
def test_what_was_changed_and_sealed_again_does_not_hold(
    change: Change, also: Change | None, says: str, honest: Path, tmp_path: Path
) -> None:
    code, out, err = called("verify", resealed(honest, tmp_path / "b.zip", change, also=also))
    assert code == 1, out + err
    assert says in out


def test_another_exit_code_is_refused_at_the_door(honest: Path, tmp_path: Path) -> None:
    code, _, err = called("verify", resealed(honest, tmp_path / "b.zip", lambda d: d.update(exit_code=0)))
    assert code == 2
    assert "exit_code is 0, but the results say 1" in err


def test_what_would_unpack_to_too_much_is_refused_before(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("recordings/01/a", "w") as stream:
        for _ in range((MOST_BYTES >> 20) + 1):
            stream.write(bytes(1 << 20))
    assert path.stat().st_size < 1 << 20
    with pytest.raises(UsageError, match="would unpack to 129 MB"):
        read_bundle(path)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[Path, Path]]:
    place = tmp_path_factory.mktemp("keys")

    def made(name: str) -> tuple[Path, Path]:
        private, public = place / f"{name}.pem", place / f"{name}.pub"
        if not private.exists():
            from cryptography.hazmat.primitives import serialization as s
            from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

            key = Ed25519PrivateKey.generate()
            private.write_bytes(key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption()))
            public.write_bytes(key.public_key().public_bytes(s.Encoding.PEM, s.PublicFormat.SubjectPublicKeyInfo))
        return private, public

    return made


def test_a_signature_says_who_made_it(honest: Path, tmp_path: Path, keys: Callable[[str], tuple[Path, Path]]) -> None:
    (ours, our_public), (_, their_public) = keys("ours"), keys("theirs")
    place = honest.parent
    bundle = tmp_path / "signed.zip"
    made = called("bundle", place / "out", "--cassette", place / "traffic.yaml", "--out", bundle, "--sign-key", ours)
    assert made[0] == 0, made
    code, out, _ = called("verify", bundle)
    assert (code, f"signed by {read_public_key(our_public).fingerprint}, an untrusted key" in out) == (0, True)
    code, out, _ = called("verify", bundle, "--trust", their_public, "--trust", our_public)
    assert (code, "a trusted key" in out, "not signed" in out) == (0, True, False)
    code, out, _ = called("verify", bundle, "--trust", their_public)
    assert (code, "which --trust does not name" in out) == (1, True)
    code, out, _ = called("verify", honest, "--trust", our_public)
    assert (code, "it is missing, and --trust requires one" in out) == (1, True)

    kept = read_bundle(bundle).files
    forged = tmp_path / "forged.zip"
    facts = msgspec.to_builtins(read_bundle(bundle).manifest) | {"sentence": "All is well."}
    del facts["format"], facts["files"]
    others = {n: c for n, c in kept.items() if n not in (MANIFEST, SIGNATURE)}
    write_bundle(forged, others, facts, lambda _: kept[SIGNATURE])
    assert called("verify", forged)[:2] == (1, f"{forged}: changed: {SIGNATURE}\n")


@pytest.mark.parametrize("content", [b"", b"x", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_a_key_that_is_none_is_a_usage_error(content: bytes, honest: Path, tmp_path: Path) -> None:
    (tmp_path / "k.pem").write_bytes(content)
    for option in (("bundle", honest.parent / "out", "--cassette", honest.parent / "traffic.yaml", "--out",
                    tmp_path / "x.zip", "--sign-key"), ("verify", honest, "--trust")):  # fmt: skip
        code, _, err = called(*option, tmp_path / "k.pem")
        assert (code, "fix: " in err) == (2, True), err


def test_keys_of_openssl_are_read(tmp_path: Path, honest: Path) -> None:
    key, public = tmp_path / "key.pem", tmp_path / "public.pem"
    try:
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", key], check=True, capture_output=True)
        subprocess.run(["openssl", "pkey", "-in", key, "-pubout", "-out", public], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("openssl is not on this machine")
    bundle = tmp_path / "b.zip"
    place = honest.parent
    called("bundle", place / "out", "--cassette", place / "traffic.yaml", "--out", bundle, "--sign-key", key, "-q")
    assert called("verify", bundle, "--trust", public, "-q") == (0, "", "")


def test_exchanges_of_another_version_are_pointed_at(tmp_path: Path) -> None:
    other = got(**BAD)
    cassette(tmp_path / "t.yaml", [other])
    raw = (tmp_path / "t.yaml").read_text(encoding="utf-8")
    (tmp_path / "t.yaml").write_text(re.sub(r"api-version=[0-9-]+", "api-version=2024-01-01", raw), encoding="utf-8")
    assert called("check", tmp_path / "t.yaml", "--any-version", "--out", tmp_path / "out", "-q")[0] in (0, 1, 4)
    made = called("bundle", tmp_path / "out", "--cassette", tmp_path / "t.yaml", "--out", tmp_path / "b.zip")
    if made[0] == 0:
        assert "note: with --any-version it would be" in made[1]
    else:
        assert "--any-version" in made[2]
