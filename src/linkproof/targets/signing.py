"""Reads how to sign in: the ``[auth.*]`` tables of a target file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from linkproof.base.toml_tables import check_members, shown
from linkproof.errors import UsageError
from linkproof.targets.model import Auth

#: By kind: the members of its table beside the kind, and which of them it cannot do without.
_AUTH_KINDS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "bearer": (("token", "token_env"), ()),
    "x-auth-token": (("token", "token_env"), ()),
    "azure-identity": (("authority", "scope"), ()),
    "aksk": (("access_key_env", "secret_key_env", "project_id"), ("access_key_env", "secret_key_env", "project_id")),
    "keystone": (
        ("auth_url", "username_env", "password_env", "domain", "project_id"),
        ("auth_url", "username_env", "password_env", "domain", "project_id"),
    ),
}
_KINDS = {
    "azure": ("bearer", "azure-identity"),
    "huawei": ("x-auth-token", "aksk", "keystone"),
    "azure-consumer": ("bearer", "azure-identity"),
    "huawei-consumer": ("x-auth-token", "aksk", "keystone"),
}


def auth_from(raw: Mapping[str, Any], file: str) -> dict[str, Auth]:
    """The ``[auth.*]`` tables. Raises UsageError."""
    found: dict[str, Auth] = {}
    check_members(raw.get("auth", {}), dict.fromkeys(_KINDS, (dict,)), file, "auth")
    for vendor, table in raw.get("auth", {}).items():
        name = f"auth.{vendor}"
        where = f"{file}: [{name}]"
        kind = table.get("kind", _KINDS[vendor][0])
        if kind not in _KINDS[vendor]:
            raise UsageError(f"kind is {shown(kind)}", where=where, fix=f"one of: {', '.join(_KINDS[vendor])}")
        members, needed = _AUTH_KINDS[kind]
        check_members(table, dict.fromkeys(("kind", *members), (str,)), file, name)
        for member in needed:
            if not table.get(member):
                raise UsageError(f"{member} is missing", where=where, fix=f"kind {kind} needs {', '.join(needed)}")
        if "token" in table and "token_env" in table:
            raise UsageError("both token and token_env are given", where=where, fix="keep one of the two")
        if kind in ("bearer", "x-auth-token") and "token" not in table and "token_env" not in table:
            raise UsageError("neither token nor token_env is given", where=where, fix='add token_env = "NAME"')
        for field in ("token", "token_env"):
            if table.get(field) == "":
                raise UsageError(f"{field} is empty", where=where, fix=f"give {field} a value")
        more = {k: v for k, v in table.items() if k not in ("kind", "token", "token_env")}
        found[vendor] = Auth(kind, table.get("token", ""), table.get("token_env", ""), where, more)
    return found
