"""The ``[auth.*]`` tables of a target file: the kinds of authentication, and the members of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from linkproof.base.toml_tables import check_members, shown
from linkproof.contract.profile import family_of, known_vendors, read_profile
from linkproof.errors import UsageError
from linkproof.model.exchange import TOKEN_HEADERS
from linkproof.targets.model import Auth

#: By kind: the other members of its table, and the required ones among them.
_AUTH_KINDS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "bearer": (("token", "token_env"), ()),
    **dict.fromkeys(TOKEN_HEADERS, (("token", "token_env"), ())),
    "authorization": (("token", "token_env"), ()),
    "aws-sigv4": (("region", "service", "profile", "role_arn"), ("region",)),
    "azure-identity": (("authority", "scope"), ()),
    "aksk": (("access_key_env", "secret_key_env", "project_id"), ("access_key_env", "secret_key_env", "project_id")),
    "keystone": (
        ("auth_url", "username_env", "password_env", "domain", "project_id"),
        ("auth_url", "username_env", "password_env", "domain", "project_id"),
    ),
}
#: Kinds by vendor; a vendor that extends another one's profile authenticates as that one does.
_KINDS = {
    "aws": ("aws-sigv4", "authorization"),
    "azure": ("bearer", "azure-identity"),
    "huawei": ("x-auth-token", "aksk", "keystone"),
}
#: Kinds of a vendor that no library signs for, by the header field of its profile.
_PLAIN_KINDS = {"authorization": ("bearer", "authorization"), **{kind: (kind,) for kind in TOKEN_HEADERS}}


def has_library(vendor: str) -> bool:
    """Whether a library signs requests for a vendor; any other one takes a token."""
    return family_of(vendor) in _KINDS


def credential_kinds(vendor: str) -> tuple[str, ...]:
    """Return the kinds of ``[auth.*]`` that a vendor's targets may have, the default first."""
    if has_library(vendor):
        return _KINDS[family_of(vendor)]
    return _PLAIN_KINDS[str(read_profile(vendor, "schemas/vendors")["authorization_header"]).lower()]


def auth_from(raw: Mapping[str, Any], file: str) -> dict[str, Auth]:
    """Read the ``[auth.*]`` tables. Raises UsageError."""
    found: dict[str, Auth] = {}
    known = known_vendors()
    check_members(
        raw.get("auth", {}), dict.fromkeys([*known, *(f"{v}-consumer" for v in known)], (dict,)), file, "auth"
    )
    for vendor, table in raw.get("auth", {}).items():
        name = f"auth.{vendor}"
        where = f"{file}: [{name}]"
        kinds = credential_kinds(vendor.removesuffix("-consumer"))
        kind = table.get("kind", kinds[0])
        if kind not in kinds:
            raise UsageError(f"kind is {shown(kind)}", where=where, fix=f"one of: {', '.join(kinds)}")
        members, needed = _AUTH_KINDS[kind]
        check_members(table, dict.fromkeys(("kind", *members), (str,)), file, name)
        for member in needed:
            if not table.get(member):
                raise UsageError(f"{member} is missing", where=where, fix=f"kind {kind} needs {', '.join(needed)}")
        if "token" in table and "token_env" in table:
            raise UsageError("both token and token_env are given", where=where, fix="keep one of the two")
        if "token_env" in members and "token" not in table and "token_env" not in table:
            raise UsageError("neither token nor token_env is given", where=where, fix='add token_env = "NAME"')
        for field in ("token", "token_env"):
            if table.get(field) == "":
                raise UsageError(f"{field} is empty", where=where, fix=f"give {field} a value")
        more = {k: v for k, v in table.items() if k not in ("kind", "token", "token_env")}
        found[vendor] = Auth(kind, table.get("token", ""), table.get("token_env", ""), where, more)
    return found
