"""One vendor's part of results, as a copy to pass on."""

from __future__ import annotations

import re
from collections.abc import Collection

from msgspec.structs import replace

from linkproof.model.finding import Finding
from linkproof.model.results import Broken, Results, UnmatchedGroup
from linkproof.results.merge import judged_anew

_ANYBODYS = "matched no contract, and not shown here: whose they are is not known"
#: The folders of an absolute path, as in "/home/me/recordings/", "C:\\Users\\me\\" or "cassette:/home/me/".
_FOLDERS = re.compile(r"(?:(?<=^cassette:)|^)(?:[A-Za-z]:)?[/\\~](?:[^#]*[/\\])?")


def only_vendor(results: Results, vendor: str, binding: Collection[str]) -> Results:
    """Return one vendor's contracts and their rows, and nothing that names another vendor.

    ``binding`` are the requirements that bind the vendor. Unmatched exchanges may belong to any vendor: they are
    counted and not shown. That something broke is reported without its details.
    """
    ids = {c.id for c in results.contracts if c.vendor == vendor}
    contracts = [c for c in results.contracts if c.id in ids]
    unmatched = sum(u.count for u in results.unmatched)
    hidden = Broken("something broke in the run that this is a part of", "The whole report says what.")
    found = replace(
        results,
        contracts=contracts,
        requirements=[r for r in results.requirements if r.contract in ids and r.requirement in binding],
        findings=[f for f in results.findings if f.contract in ids],
        documentation_defects=[f for f in results.documentation_defects if f.contract in ids],
        unmatched=[UnmatchedGroup(_ANYBODYS, "", "", unmatched, ())] if unmatched else [],
        broken=[hidden] if results.broken else [],
        left_behind=[x for x in results.left_behind if x.contract in ids],
        lifecycles=[x for x in results.lifecycles if x.contract in ids],
        long_running=[x for x in results.long_running if x.contract in ids],
        observed=[x for x in results.observed if x.contract in ids],
        waivers=[w for w in results.waivers if w.contract in ids],
        requests=sum(c.exchanges for c in contracts),
    )
    return judged_anew(_without_folders(found))


def _without_folders(results: Results) -> Results:
    """Return the results with only the file names of paths in labels: folders are the judging machine's."""
    return replace(
        results,
        findings=[_finding(f) for f in results.findings],
        documentation_defects=[_finding(f) for f in results.documentation_defects],
        lifecycles=[
            replace(x, transitions=tuple(replace(t, seen=_name(t.seen)) for t in x.transitions))
            for x in results.lifecycles
        ],
        long_running=[
            replace(x, shown=tuple(replace(t, seen=_name(t.seen)) for t in x.shown)) for x in results.long_running
        ],
        observed=[replace(x, values=tuple(replace(v, seen=_name(v.seen)) for v in x.values)) for x in results.observed],
        target=replace(results.target, name=_name(results.target.name)),
    )


def _finding(finding: Finding) -> Finding:
    return replace(finding, exchanges=[replace(e, label=_name(e.label)) for e in finding.exchanges])


def _name(label: str) -> str:
    """Return a label without the folders of an absolute path."""
    return _FOLDERS.sub("", label)
