"""The default behaviour for a contract: that of its vendor, or one that follows its profile only."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from linkproof.contract.model import Contract
from linkproof.mock.behaviour import Behaviour
from linkproof.mock.vendors.aws import AWS
from linkproof.mock.vendors.azure import AZURE
from linkproof.mock.vendors.huawei import HUAWEI
from linkproof.mock.vendors.plain import plain

#: Returns the behaviour that serves a contract.
Choice = Callable[[Contract], Behaviour]

VENDORS: Mapping[str, Behaviour] = {"aws": AWS, "azure": AZURE, "huawei": HUAWEI}


def conforming(contract: Contract) -> Behaviour:
    """Return the behaviour of the vendor whose protocol the contract uses; a plain one if it has no module."""
    return VENDORS.get(contract.family) or plain(contract)


DEFAULT: Choice = conforming


def only_for(contract_id: str, change: Callable[[Behaviour], Behaviour], choice: Choice = DEFAULT) -> Choice:
    """Return ``choice``, with ``change`` applied to the behaviour of one contract."""

    def chosen(contract: Contract) -> Behaviour:
        found = choice(contract)
        return change(found) if contract.id == contract_id else found

    return chosen
