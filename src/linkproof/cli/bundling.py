"""``linkproof bundle`` and ``linkproof verify``: a claim with what it rests on, and whether it holds."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from linkproof.base.resources import folder
from linkproof.cli.checking import judge_recordings
from linkproof.cli.reading import read_results
from linkproof.errors import UsageError
from linkproof.model.results import Results, Status, Verdict
from linkproof.recordings import read_recordings, recording_files
from linkproof.redaction.masking import leak_of
from linkproof.results.bundle import (
    CHECKED,
    CLAIMED,
    RECORDINGS,
    WAIVERS,
    Bundle,
    Changed,
    read_bundle,
    versions,
    write_bundle,
)
from linkproof.results.serialize import results_from_json, results_to_json

_PROVEN = (Status.PASS, Status.FAIL, Status.WARN)


def make_bundle(
    path: Path, cassettes: list[Path], waivers: Path | None, out: Path, any_version: bool, *, quiet: bool
) -> int:
    """Write a bundle; returns 0. Raises UsageError, also where the recordings belie the results or hold a secret."""
    claimed = read_results(path)
    recordings = recording_files(cassettes)
    _refuse_secrets(recordings)
    options = {"contracts": [c.id for c in claimed.contracts], "any_version": any_version}
    checked = _judged(recordings, options)
    belied = _belied(claimed, checked)
    if belied:
        raise UsageError(
            f"the recordings do not bear the results out: {belied}",
            where=f"--cassette {', '.join(map(str, cassettes))}",
            fix="give the recordings of that very run, all of them",
        )
    files = {CLAIMED: _json(claimed), CHECKED: _json(checked)}
    for number, recording in enumerate(recordings, start=1):
        files[f"{RECORDINGS}{number:02}/{recording.name}"] = recording.read_bytes()
    if waivers is not None:
        files[WAIVERS] = _read(waivers)
    facts = {
        "verdict": claimed.verdict.value,
        "sentence": claimed.sentence,
        "options": options,
        "versions": _versions(claimed),
    }
    write_bundle(out, files, facts)
    if not quiet:
        print(f"{out}: {len(files) + 1} files, {len(recordings)} of them recordings")
        _tell(claimed, checked)
    return 0


def verify_bundle(path: Path, *, quiet: bool) -> int:
    """Check a bundle; returns 0 where it holds, 1 where a byte was changed or the verdict is another."""
    try:
        bundle = read_bundle(path)
    except Changed as changed:
        for name in changed.names:
            print(f"{path}: changed: {name}")
        return 1
    claimed, checked = _results_in(bundle, CLAIMED), _results_in(bundle, CHECKED)
    again = _judged_again(bundle)
    problems = [p for p in (_belied(claimed, again), *_differences(checked, again)) if p]
    if not quiet:
        print(f"{path}: {len(bundle.files)} files, none changed")
        if bundle.manifest["versions"] != _versions(claimed):
            print("note: the bundle was made by another version of Linkproof or of its schemas and suites")
        _tell(claimed, again)
    for problem in problems:
        print(f"{path}: does not hold: {problem}")
    return 1 if problems else 0


def _judged(recordings: list[Path], options: dict[str, Any]) -> Results:
    return judge_recordings(recordings, tuple(options["contracts"]), options["any_version"], allow_unproven=False)


def _judged_again(bundle: Bundle) -> Results:
    """The recordings of a bundle, put where the checks read files, and judged as ``linkproof check`` does."""
    with tempfile.TemporaryDirectory(prefix="linkproof-") as room:
        paths = []
        for name in bundle.recordings:
            path = Path(room) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(bundle.files[name])
            paths.append(path)
        return _judged(paths, bundle.manifest["options"])


def _belied(claimed: Results, checked: Results) -> str:
    """How the recordings speak against the claim, "" where they do not. Only a breach can be seen in part of a run."""
    breached = Verdict.BREACHED
    if (claimed.verdict is breached) != (checked.verdict is breached):
        return f"they say {claimed.verdict}, the recordings say {checked.verdict}: {checked.sentence}"
    claims = {(r.contract, r.requirement): r.status for r in claimed.requirements}
    for row in checked.requirements:
        status = claims.get((row.contract, row.requirement))
        if row.status is Status.FAIL and status is not Status.FAIL:
            return f"{row.requirement} on {row.contract} is {status}, the recordings breach it"
    return ""


def _differences(before: Results, after: Results) -> list[str]:
    """Where judging again came to something else than when the bundle was made."""
    if before.verdict is not after.verdict:
        return [f"judged again it is {after.verdict}, it was {before.verdict}"]
    old = {(r.contract, r.requirement): (r.status, r.exercised) for r in before.requirements}
    new = {(r.contract, r.requirement): (r.status, r.exercised) for r in after.requirements}
    changed = [key for key in {**old, **new} if old.get(key) != new.get(key)]
    ids = {f.id for f in before.findings} ^ {f.id for f in after.findings}
    rows = [f"{requirement} on {contract} is judged otherwise" for contract, requirement in changed]
    return rows + [f"finding {i} is in one of the two only" for i in sorted(ids)]


def _tell(claimed: Results, checked: Results) -> None:
    print(f"claimed: {claimed.verdict.upper()} {claimed.sentence}")
    same = ", the same verdict" if claimed.verdict is checked.verdict else f": {checked.sentence}"
    print(f"by the recordings alone: {checked.verdict.upper()} ({checked.requests} exchanges){same}")
    seen = {(r.contract, r.requirement) for r in checked.requirements if r.status in _PROVEN}
    rows = [r for r in claimed.requirements if r.status in _PROVEN]
    missing = [r for r in rows if (r.contract, r.requirement) not in seen]
    print(f"{len(rows) - len(missing)} of {len(rows)} judgements rest on the recordings")
    for requirement in dict.fromkeys(r.requirement for r in missing):
        contracts = ", ".join(r.contract for r in missing if r.requirement == requirement)
        print(f"on the results alone: {requirement} on {contracts}")


def _refuse_secrets(recordings: list[Path]) -> None:
    for path in recordings:
        for exchange in read_recordings([path]):
            place = leak_of(exchange)
            if place:
                raise UsageError(
                    f"a credential is in interaction {exchange.number}: {place}",
                    where=str(path),
                    fix="mask it as *** in the recording; a bundle is made to be handed on",
                )


def _results_in(bundle: Bundle, name: str) -> Results:
    return results_from_json(bundle.files[name], name)


def _versions(results: Results) -> dict[str, Any]:
    contracts = {c.id: c.version for c in results.contracts}
    return versions({name: folder(name) for name in ("schemas", "suites")}, contracts)


def _json(results: Results) -> bytes:
    return results_to_json(results)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        problem = f"cannot be read: {error.strerror}"
        raise UsageError(problem, where=f"--waivers {path}", fix="give a file that is there") from None
