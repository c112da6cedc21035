"""``linkproof bundle`` and ``linkproof verify``: results with their recordings in one archive, and its verification."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from linkproof.base.files import read_file
from linkproof.base.resources import folder
from linkproof.base.toml_tables import toml_of
from linkproof.cli.checking import judge_recordings
from linkproof.cli.reading import read_results
from linkproof.contract.loader import all_contracts
from linkproof.contract.requirement_catalogue import all_requirements
from linkproof.errors import UsageError
from linkproof.model.results import Results
from linkproof.recordings import read_recordings, recording_files
from linkproof.redaction.masking import leak_of
from linkproof.results import bundle as archive
from linkproof.results.bundle import (
    CHECKED,
    CLAIMED,
    MANIFEST,
    RECORDINGS,
    SIGNATURE,
    WAIVERS,
    Bundle,
    Changed,
    Options,
)
from linkproof.results.serialize import results_from_json, results_to_json
from linkproof.results.signature import Signer, read_private_key, read_public_key, signature_of, signer_of
from linkproof.results.verification import (
    Coverage,
    against_catalogue,
    against_itself,
    against_recordings,
    coverage,
    differences,
    not_proven,
)
from linkproof.results.waiver_file import known_names
from linkproof.results.waivers import waivers_from


def make_bundle(
    path: Path,
    cassettes: list[Path],
    waivers: Path | None,
    out: Path,
    *,
    any_version: bool,
    quiet: bool,
    sign_key: Path | None = None,
) -> int:
    """Write a bundle; return 0. Raises UsageError, also if the recordings contradict the results or hold a secret."""
    key = read_private_key(sign_key) if sign_key is not None else None
    claimed = read_results(path)
    recordings = recording_files(cassettes)
    _refuse_secrets(recordings)
    options = Options([c.id for c in claimed.contracts], any_version)
    checked = _judged(recordings, options)
    _refuse_contradictions(claimed, checked, cassettes)
    files = {CLAIMED: results_to_json(claimed), CHECKED: results_to_json(checked)}
    for number, recording in enumerate(recordings, start=1):
        files[f"{RECORDINGS}{number:02}/{recording.name}"] = recording.read_bytes()
    if waivers is not None:
        files[WAIVERS] = read_file(waivers, "give an existing file")
    facts = {
        "verdict": claimed.verdict.value,
        "sentence": claimed.sentence,
        "options": {"contracts": options.contracts, "any_version": any_version},
        "versions": _versions(claimed),
    }
    archive.write_bundle(out, files, facts, (lambda manifest: signature_of(manifest, key)) if key else None)
    if not quiet:
        print(f"{out}: {len(files) + 1} files, {len(recordings)} of them recordings")
        found = coverage(claimed, checked)
        _tell(claimed, checked, found, signed=key is not None)
        if found.missing and not any_version:
            _tell_other_version(claimed, found, recordings, options)
    return 0


def _refuse_contradictions(claimed: Results, checked: Results, cassettes: Sequence[Path]) -> None:
    for belied in against_recordings(claimed, checked):
        raise UsageError(
            f"the recordings contradict the results: {belied}",
            where=f"--cassette {', '.join(map(str, cassettes))}",
            fix="give all recordings of that run",
        )


def verify_bundle(path: Path, *, quiet: bool, trust: Sequence[Path] = ()) -> int:
    """Verify a bundle; return 0 if it is valid, 1 if a byte was changed or its content is inconsistent."""
    trusted = [read_public_key(p) for p in trust]
    try:
        bundle = archive.read_bundle(path)
        signer = _signer(bundle, trusted)
    except Changed as changed:
        for name in changed.names:
            print(f"{path}: changed: {name}")
        return 1
    claimed, checked = _results_in(bundle, CLAIMED), _results_in(bundle, CHECKED)
    again = _judged_again(bundle)
    is_same_version = bundle.manifest.versions == _as_versions(claimed)
    problems = [
        *against_itself(claimed, bundle.manifest),
        *(against_catalogue(claimed, all_requirements(), all_contracts()) if is_same_version else ()),
        *_waiver_problems(bundle, claimed),
        *against_recordings(claimed, again),
        *differences(checked, again),
    ]
    if not quiet:
        print(f"{path}: {len(bundle.files)} files, none changed")
        if signer is not None:
            known = "a trusted key" if trusted else "an untrusted key: see --trust"
            print(f"signed by {signer.fingerprint}, {known}")
        if not is_same_version:
            print("note: the bundle was made by another version of Linkproof or of its schemas and suites")
        _tell(claimed, again, coverage(claimed, again), signed=signer is not None)
    for problem in problems:
        print(f"{path}: cannot be confirmed: {problem}")
    return 1 if problems else 0


def _signer(bundle: Bundle, trusted: Sequence[Signer]) -> Signer | None:
    """Return the signer of a bundle, None if it is unsigned. Raises Changed for an invalid or untrusted signature."""
    signature = bundle.files.get(SIGNATURE)
    if signature is None:
        if trusted:
            raise Changed([f"{SIGNATURE}: it is missing, and --trust requires one"])
        return None
    signer = signer_of(bundle.files[MANIFEST], signature)
    if signer is None:
        raise Changed([SIGNATURE])
    if trusted and signer not in trusted:
        raise Changed([f"{SIGNATURE}: signed by {signer.fingerprint}, which --trust does not name"])
    return signer


def _judged(recordings: list[Path], options: Options) -> Results:
    return judge_recordings(recordings, tuple(options.contracts), any_version=options.any_version, allow_unproven=False)


def _judged_again(bundle: Bundle) -> Results:
    """Judge the recordings of a bundle again, from temporary files, as ``linkproof check`` does."""
    with tempfile.TemporaryDirectory(prefix="linkproof-") as room:
        paths = []
        for name in bundle.recordings:
            path = Path(room) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(bundle.files[name])
            paths.append(path)
        if not paths:
            raise UsageError("there is no recording in it", where=MANIFEST, fix="make the bundle again")
        return _judged(paths, bundle.manifest.options)


def _waiver_problems(bundle: Bundle, claimed: Results) -> list[str]:
    """Yield the differences between the waivers in the results and in the bundled waiver file."""
    if WAIVERS not in bundle.files:
        return []
    kept = waivers_from(toml_of(bundle.files[WAIVERS], WAIVERS), WAIVERS, known_names())
    keys = [{(w.requirement, w.contract, w.operations, w.pointer, w.kind, w.value, w.expires) for w in found}
            for found in (kept, claimed.waivers)]  # fmt: skip
    return ["the results have a waiver that is not in waivers.toml"] if keys[1] - keys[0] else []


def _tell(claimed: Results, checked: Results, found: Coverage, *, signed: bool) -> None:
    print(f"claimed: {claimed.verdict.upper()} {claimed.sentence}")
    same = ", the same verdict" if claimed.verdict is checked.verdict else f": {checked.sentence}"
    print(f"by the recordings alone: {checked.verdict.upper()} ({checked.requests} exchanges){same}")
    print(f"{found.shown} of {found.claimed} judgements are based on the recordings")
    print("not proven:")
    for thing in not_proven(claimed, found, signed=signed):
        print(f"  {thing}")


def _tell_other_version(claimed: Results, found: Coverage, recordings: list[Path], options: Options) -> None:
    """Print a note if --any-version would prove more: other api-versions are not judged without it."""
    wider = coverage(claimed, _judged(recordings, Options(options.contracts, any_version=True)))
    if wider.shown > found.shown:
        print(
            f"note: with --any-version it would be {wider.shown} of {wider.claimed}: the recordings have exchanges of"
            " another api-version"
        )


def _refuse_secrets(recordings: list[Path]) -> None:
    for path in recordings:
        for exchange in read_recordings([path]):
            place = leak_of(exchange)
            if place:
                raise UsageError(
                    f"a credential is in interaction {exchange.number}: {place}",
                    where=str(path),
                    fix="mask it as *** in the recording; a bundle is made to be shared",
                )


def _results_in(bundle: Bundle, name: str) -> Results:
    return results_from_json(bundle.files[name], name)


def _versions(results: Results) -> dict[str, Any]:
    contracts = {c.id: c.version for c in results.contracts}
    return archive.versions({name: folder(name) for name in ("schemas", "suites")}, contracts)


def _as_versions(results: Results) -> archive.Versions:
    return archive.Versions(**_versions(results))
