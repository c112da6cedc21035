"""All faults and variants of the server."""

from __future__ import annotations

from importlib import import_module

from tests.other_server.registry import QUIRKS

MODULES = (
    "faults_shape",
    "faults_enum",
    "faults_page",
    "faults_huawei",
    "faults_error",
    "faults_refuse",
    "faults_path",
    "faults_state",
    "faults_twice",
    "faults_keep",
    "faults_endpoint",
    "faults_lro",
    "faults_head",
    "variants",
    "variants_huawei",
    "variants_wire",
)
for _name in MODULES:
    import_module(f"tests.other_server.{_name}")

# Ten faults of ten requirements, which do not touch one another.
TEN = (
    "c4-marker-double",
    "c5-identity-case",
    "c3-last-empty-link",
    "c4-total-rest",
    "c1-leak-dotnet",
    "c2-no-version-200",
    "c2-no-text",
    "c1-delete-again-400",
    "c3-retry-date",
    "c5-same-id",
)


def listing() -> str:
    """One line for each fault and variant: kind, id, requirements, contract, sentence, separated by tabs."""
    lines = ["\t".join((q.kind, q.id, q.names, q.contract, q.text)) for q in QUIRKS.values()]
    names = " ".join(QUIRKS[i].names.split()[0] for i in TEN)
    return "\n".join([*lines, "\t".join(("preset", "--ten", names, "*", " ".join(TEN)))])
