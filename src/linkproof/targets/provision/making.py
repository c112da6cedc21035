"""Reads how connections are made for a run: the ``[contracts.*.provision]`` tables of a target file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from linkproof.base.toml_tables import check_members, shown
from linkproof.contract.model import Contract
from linkproof.errors import UsageError
from linkproof.targets.model import Provision
from linkproof.targets.provision.provider import must_list

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
#: What a vendor's endpoints cannot be made without.
_NEEDED = {"azure": ("subnet", "location", "group_ids"), "huawei": ("subnet", "vpc_id", "project_id")}


def provision_from(contract: Contract, table: Mapping[str, Any] | None, where: str) -> Provision | None:
    """How pending connections are made, where the file says that they are."""
    if table is None:
        return None
    file, _, name = where.partition(": [")
    check_members(table, _PROVISION, file, name.rstrip("]"))
    must_list(contract, where)
    needed = ("count", *_NEEDED.get(contract.vendor, ()))
    for member in needed:
        if not table.get(member):
            raise UsageError(f"{member} is missing", where=where, fix=f"give {', '.join(needed)}")
    if not 0 < table["count"] <= _MOST_MADE:
        raise UsageError(f"count is {table['count']}", where=where, fix=f"1 to {_MOST_MADE}: each is paid for")
    groups = table.get("group_ids", [])
    if not all(isinstance(g, str) and g for g in groups):
        raise UsageError(f"group_ids is {shown(groups)}", where=where, fix='group_ids = ["vault"]')
    return Provision(**{**table, "group_ids": tuple(groups)})
