"""Variants on imported contracts that were blamed once: what a definition calls writable, enumerates or documents."""

from __future__ import annotations

import pytest

from linkproof.contract.catalogue import chosen
from linkproof.fault_matrix.matrix_run import attempt
from linkproof.faults.catalogue import all_variants, find


@pytest.mark.parametrize(
    "name",
    [
        # Its definition has a writable id: refusing it is STA-8's matter, and no breach of ERR-10.
        "STA-8.read-only-400@azure-network-applicationgateways-2021-02-01",
        # Its states know no "Creating".
        "STA-1.goes-on-after-200@azure-app-managedenvironments",
    ],
)
def test_a_variant_is_not_blamed(name: str) -> None:
    contracts = chosen((name.partition("@")[2],))
    outcome = attempt(find(name, contracts), contracts)
    assert outcome.good, outcome.reported


def test_a_variant_needs_what_its_contract_documents() -> None:
    names = ("azure-cache-redis-2020-12-01", "azure-containerregistry-registries-2021-06-01-preview")
    made = {v.id for v in all_variants(chosen(names))}
    assert not {f"STA-1.goes-on-after-200@{names[0]}", f"STA-11.actions-follow@{names[1]}"} & made
    assert f"STA-8.read-only-400@{names[1]}" in made
