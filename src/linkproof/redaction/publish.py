"""What leaves the process: results without credentials, in which bodies are cut. Reports accept nothing else."""

from __future__ import annotations

import re

from msgspec.structs import replace

from linkproof.base.models import changed_texts
from linkproof.model.evidence import Evidence
from linkproof.model.exchange import Exchange, Headers, Request, Response
from linkproof.model.finding import Finding
from linkproof.model.results import Results
from linkproof.redaction.masking import Masker, masker_of

_MOST_EXCHANGES = 3
_MOST_BYTES = 16_384
_CUT_NOTE = re.compile(r"\n\[cut here: [0-9]+ bytes in all\]\Z")


class Published(Results, kw_only=True, forbid_unknown_fields=True):
    """Results of which every text is masked. Only ``published`` makes them, so that no report can forget to mask."""


def published(results: Results) -> Published:
    """Return the results without credentials, and with long bodies cut. Doing it twice changes nothing more."""
    findings = [*results.findings, *results.documentation_defects]
    masker = masker_of(_exchange(e) for f in findings for e in f.exchanges)
    shown = replace(
        results,
        findings=[_with_hidden_headers(f, masker) for f in results.findings],
        documentation_defects=[_with_hidden_headers(f, masker) for f in results.documentation_defects],
    )
    masked = changed_texts(shown, masker.text)
    masked.findings = [_cut(f) for f in masked.findings]
    masked.documentation_defects = [_cut(f) for f in masked.documentation_defects]
    return Published(**{name: getattr(masked, name) for name in Results.__struct_fields__})


def _exchange(evidence: Evidence) -> Exchange:
    request, response = evidence.request, evidence.response
    return Exchange(
        Request(request.method, request.url, Headers(request.headers)),
        Response(response.status, Headers(response.headers)),
    )


def _with_hidden_headers(finding: Finding, masker: Masker) -> Finding:
    """Hide the header fields that are credentials by their name. The texts of all others are masked afterwards."""

    def hidden(pairs: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        return tuple((name, value) for name, value in masker.headers(Headers(pairs)))

    exchanges = [
        replace(
            e,
            request=replace(e.request, headers=hidden(e.request.headers)),
            response=replace(e.response, headers=hidden(e.response.headers)),
        )
        for e in finding.exchanges[: max(_MOST_EXCHANGES, finding.together)]
    ]
    return replace(finding, exchanges=exchanges, follows=finding.follows or None)


def _cut(finding: Finding) -> Finding:
    exchanges = [
        replace(
            e,
            request=replace(e.request, body=_shortened(e.request.body)),
            response=replace(e.response, body=_shortened(e.response.body)),
        )
        for e in finding.exchanges
    ]
    return replace(finding, exchanges=exchanges)


def _shortened(text: str) -> str:
    """Cut a long body. It was masked before: half a credential would not be recognized."""
    size = len(encoded := text.encode())
    note = _CUT_NOTE.search(text)
    if size - len(note[0] if note else "") <= _MOST_BYTES:
        return text
    return f"{encoded[:_MOST_BYTES].decode('utf-8', 'ignore')}\n[cut here: {size} bytes in all]"
