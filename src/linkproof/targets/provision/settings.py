"""Reads the ``[contracts.*.provision]`` tables of a target file, and chooses the vendor's provisioner."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from linkproof.base.toml_tables import check_members, shown
from linkproof.contract.model import Contract
from linkproof.errors import UsageError
from linkproof.targets.client import Client
from linkproof.targets.model import Provision
from linkproof.targets.provision import azure, huawei
from linkproof.targets.provision.protocol import Provisioner

_PROVISION: Mapping[str, tuple[type, ...]] = {
    "count": (int,),
    "subnet": (str,),
    "location": (str,),
    "group_ids": (list,),
    "resource_group": (str,),
    "project_id": (str,),
    "vpc_id": (str,),
}
_MOST_MADE = 50


class _Vendor(NamedTuple):
    make: Callable[[Client, Contract], Provisioner]
    required: tuple[str, ...]
    check: Callable[[Contract, str], None]


_VENDORS: Mapping[str, _Vendor] = {
    "azure": _Vendor(azure.AzureProvisioner, azure.REQUIRED, azure.check_contract),
    "huawei": _Vendor(huawei.HuaweiProvisioner, huawei.REQUIRED, huawei.check_contract),
}


def provisioner_of(client: Client, contract: Contract) -> Provisioner:
    """Return the provisioner of a contract's vendor."""
    return _VENDORS[contract.family].make(client, contract)


def provision_from(contract: Contract, table: Mapping[str, Any] | None, where: str) -> Provision | None:
    """Return how pending connections are created, None if the file does not ask for it. Raises UsageError."""
    if table is None:
        return None
    file, _, name = where.partition(": [")
    check_members(table, _PROVISION, file, name.rstrip("]"))
    vendor = _VENDORS.get(contract.family)
    if vendor is None:
        problem = f"connections of vendor {contract.vendor!r} cannot be created"
        raise UsageError(problem, where=where, fix="remove provision, and name connections under fixtures")
    vendor.check(contract, where)
    required = ("count", *vendor.required)
    for member in required:
        if not table.get(member):
            raise UsageError(f"{member} is missing", where=where, fix=f"give {', '.join(required)}")
    if not 0 < table["count"] <= _MOST_MADE:
        raise UsageError(f"count is {table['count']}", where=where, fix=f"1 to {_MOST_MADE}: each is paid for")
    groups = table.get("group_ids", [])
    if not all(isinstance(g, str) and g for g in groups):
        raise UsageError(f"group_ids is {shown(groups)}", where=where, fix='group_ids = ["vault"]')
    return Provision(**{**table, "group_ids": tuple(groups)})
