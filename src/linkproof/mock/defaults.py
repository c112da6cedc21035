"""The default behaviour for a contract: that of its vendor."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from linkproof.contract.model import Contract
from linkproof.errors import UsageError
from linkproof.mock.behaviour import Behaviour
from linkproof.mock.vendors.aws import AWS
from linkproof.mock.vendors.azure import AZURE
from linkproof.mock.vendors.huawei import HUAWEI

#: Returns the behaviour that serves a contract.
Choice = Callable[[Contract], Behaviour]

VENDORS: Mapping[str, Behaviour] = {"aws": AWS, "azure": AZURE, "huawei": HUAWEI}


def conforming(contract: Contract) -> Behaviour:
    """Return the behaviour of the vendor whose protocol the contract uses. Raises UsageError for an unknown vendor."""
    found = VENDORS.get(contract.family)
    if found is None:
        known = ", ".join(sorted(VENDORS))
        raise UsageError(
            f"the embedded server does not know the vendor {contract.vendor!r}",
            where=contract.folder,
            fix=f"known vendors: {known}",
        )
    return found


DEFAULT: Choice = conforming


def only_for(contract_id: str, change: Callable[[Behaviour], Behaviour], choice: Choice = DEFAULT) -> Choice:
    """Return ``choice``, with ``change`` applied to the behaviour of one contract."""

    def chosen(contract: Contract) -> Behaviour:
        found = choice(contract)
        return change(found) if contract.id == contract_id else found

    return chosen
