"""How each kind of credential is written into a target file: as names of environment variables, never as a secret."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from linkproof.contract.model import Contract
from linkproof.targets.auth import credential_kinds, has_library

#: Matches an AWS region in a host.
_REGION = re.compile(r"\b[a-z]{2,4}(-[a-z]{2,12}){1,2}-[0-9]{1,2}\b")


@dataclass(frozen=True)
class CredentialKind:
    """A kind of ``[auth.*]``: its members, and the preparation that it needs.

    ``{name}`` in a member is replaced by the parents' path parameter, ``{region}`` by the target's region.
    ``token_env`` is the variable that holds the token, "" if there is none.
    """

    token_env: str = ""
    members: Mapping[str, str] = field(default_factory=dict)
    first: str = ""


CREDENTIALS: Mapping[str, CredentialKind] = {
    "bearer": CredentialKind(
        "AZURE_TOKEN",
        first="export AZURE_TOKEN=$(az account get-access-token --query accessToken -o tsv)",
    ),
    "azure-identity": CredentialKind(first="pip install 'linkproof[azure]' && az login"),
    "x-auth-token": CredentialKind("HUAWEI_TOKEN", first="export HUAWEI_TOKEN=..."),
    "aksk": CredentialKind(
        members={
            "access_key_env": "HUAWEICLOUD_SDK_AK",
            "secret_key_env": "HUAWEICLOUD_SDK_SK",
            "project_id": "{project_id}",
        },
        first="pip install 'linkproof[huawei]'; export HUAWEICLOUD_SDK_AK=... HUAWEICLOUD_SDK_SK=...",
    ),
    "keystone": CredentialKind(
        members={
            "auth_url": "https://iam.myhuaweicloud.com/v3",
            "username_env": "OS_USERNAME",
            "password_env": "OS_PASSWORD",
            "domain": "your-domain",
            "project_id": "{project_id}",
        },
        first="pip install 'linkproof[huawei]'; export OS_USERNAME=... OS_PASSWORD=...",
    ),
    "aws-sigv4": CredentialKind(
        members={"region": "{region}"},
        first="pip install 'linkproof[aws]'; export AWS_PROFILE=..., or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    ),
    "authorization": CredentialKind("AWS_AUTHORIZATION", first="export AWS_AUTHORIZATION='AWS4-HMAC-SHA256 ...'"),
}


def credential_kind(vendor: str, kind: str) -> CredentialKind:
    """Return how a kind of credential is written for a vendor; for a cloud of one's own it is a token of its name."""
    if has_library(vendor):
        return CREDENTIALS[kind]
    name = f"{re.sub(r'[^A-Z0-9]', '_', vendor.upper())}_TOKEN"
    return CredentialKind(name, first=f"export {name}=...")


def kinds_for(contract: Contract) -> list[str]:
    """Return the kinds of credential that a contract's vendor accepts, the simplest first."""
    return list(credential_kinds(contract.vendor))


def region_of(base_url: str) -> str:
    """Return the AWS region that a host names, else the environment's, else the one that AWS's tools use."""
    host = urlsplit(base_url).hostname or ""
    named = _REGION.search(host)
    return named[0] if named else os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"


def unset(names: Sequence[str]) -> list[str]:
    """Return those of these environment variables that are not set."""
    return [n for n in names if n and not os.environ.get(n)]
