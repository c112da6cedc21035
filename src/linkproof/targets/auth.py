"""Authentication: reads the ``[auth.*]`` tables of a target file, and makes the header fields that authenticate a
request.

Libraries do what is secret or intricate: azure-identity for Entra ID, keystoneauth1 for IAM and Keystone, Huawei's own
SDK for AK/SK signatures, botocore for AWS's. They are extras: ``linkproof[azure]``, ``linkproof[huawei]``,
``linkproof[aws]``.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

from linkproof.base.toml_tables import check_members, shown
from linkproof.contract.profile import family_of, known_vendors, read_profile
from linkproof.errors import UsageError
from linkproof.targets.model import Auth

#: Seconds before its expiry at which a token is renewed.
_EARLY_S = 300.0
#: Timeout of requests to an identity service, in seconds.
_SIGN_IN_S = 30.0

#: A wrong token: too long to be valid by chance, and recognisable.
WRONG_TOKEN = "linkproof-wrong-credential"
#: Invalid keys, with which a request is signed wrongly on purpose.
_WRONG_KEYS = ("LINKPROOFWRONGKEY000", WRONG_TOKEN)

Fields = list[tuple[str, str]]
#: By kind: the other members of its table, and the required ones among them.
_AUTH_KINDS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "bearer": (("token", "token_env"), ()),
    "x-auth-token": (("token", "token_env"), ()),
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
_PLAIN_KINDS = {"authorization": ("bearer", "authorization"), "x-auth-token": ("x-auth-token",)}


def credential_kinds(vendor: str) -> tuple[str, ...]:
    """Return the kinds of ``[auth.*]`` that a vendor's targets may have, the default first."""
    family = family_of(vendor)
    if family in _KINDS:
        return _KINDS[family]
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
        if kind in ("bearer", "x-auth-token", "authorization") and "token" not in table and "token_env" not in table:
            raise UsageError("neither token nor token_env is given", where=where, fix='add token_env = "NAME"')
        for field in ("token", "token_env"):
            if table.get(field) == "":
                raise UsageError(f"{field} is empty", where=where, fix=f"give {field} a value")
        more = {k: v for k, v in table.items() if k not in ("kind", "token", "token_env")}
        found[vendor] = Auth(kind, table.get("token", ""), table.get("token_env", ""), where, more)
    return found


class Credentials(Protocol):
    """Makes the header fields that authenticate a request. Raises UsageError if authentication is impossible."""

    def fields(self, method: str, url: str, body: bytes) -> Fields:
        """Return the header fields for one request."""


def credentials_of(auth: Auth, base_url: str, now: Callable[[], float] = time.time) -> Credentials:
    """Return the credentials of an ``[auth.*]`` table; ``base_url`` is the service's. Raises UsageError."""
    if auth.kind == "azure-identity":
        return _Identity(auth, base_url, now)
    if auth.kind == "keystone":
        return _Keystone(auth)
    if auth.kind == "aksk":
        return _Signature(auth)
    if auth.kind == "aws-sigv4":
        return _SigV4(auth)
    return _Token(auth)


def wrong_fields(auth: Auth, method: str, url: str, body: bytes) -> Fields:
    """Return header fields with a wrong credential, for kinds without a token; else none."""
    if auth.kind == "aws-sigv4":
        return _SigV4(auth, keys=_WRONG_KEYS).fields(method, url, body)
    if auth.kind == "authorization":
        return [("Authorization", f"{auth.secret().partition(' ')[0]} {WRONG_TOKEN}")]
    return []


class _Token:
    """A token from the target file."""

    def __init__(self, auth: Auth) -> None:
        self._auth = auth

    def fields(self, method: str, url: str, body: bytes) -> Fields:  # noqa: ARG002 (every request has the same)
        """Return the token."""
        secret, kind = self._auth.secret(), self._auth.kind
        if kind == "x-auth-token":
            return [("X-Auth-Token", secret)]
        return [("Authorization", secret if kind == "authorization" else f"Bearer {secret}")]


class _Identity:
    """Entra ID: what DefaultAzureCredential finds (environment, workload or managed identity, CLI)."""

    def __init__(self, auth: Auth, base_url: str, now: Callable[[], float]) -> None:
        self._auth = auth
        self._now = now
        parts = urlsplit(base_url)
        self._scope = auth.more.get("scope") or f"{parts.scheme}://{parts.netloc}/.default"
        self._token = ""
        self._renew_at = 0.0
        identity = _library("azure.identity", "azure", auth.where)
        more = {"authority": auth.more["authority"]} if auth.more.get("authority") else {}
        self._credential: Any = identity.DefaultAzureCredential(**more)

    def fields(self, method: str, url: str, body: bytes) -> Fields:  # noqa: ARG002 (every request has the same)
        """Return a token that stays valid for some minutes."""
        if self._now() >= self._renew_at:
            errors = _library("azure.core.exceptions", "azure", self._auth.where)
            try:
                found = self._credential.get_token(self._scope)
            except errors.ClientAuthenticationError as error:
                problem = f"no credential for Azure: {str(error).splitlines()[0]}"
                fix = "az login, or give the workload an identity (docs/targets.md)"
                raise UsageError(problem, where=self._auth.where, fix=fix) from None
            self._token = found.token
            # Short-lived tokens are used for half their time at least.
            self._renew_at = found.expires_on - min(_EARLY_S, max(found.expires_on - self._now(), 0.0) / 2)
        return [("Authorization", f"Bearer {self._token}")]


class _Keystone:
    """IAM or Keystone v3, by user name and password; keystoneauth1 renews the token in time."""

    def __init__(self, auth: Auth) -> None:
        self._where = auth.where
        more = auth.more
        v3 = _library("keystoneauth1.identity.v3", "huawei", auth.where)
        session = _library("keystoneauth1.session", "huawei", auth.where)
        self._errors = _library("keystoneauth1.exceptions", "huawei", auth.where)
        self._session: Any = session.Session(
            auth=v3.Password(
                auth_url=more["auth_url"],
                username=_from_environment(more["username_env"], auth.where, "username_env"),
                password=_from_environment(more["password_env"], auth.where, "password_env"),
                user_domain_name=more["domain"],
                project_id=more["project_id"],
            ),
            timeout=_SIGN_IN_S,
        )

    def fields(self, method: str, url: str, body: bytes) -> Fields:  # noqa: ARG002 (every request has the same)
        """Return a token of the project."""
        try:
            return [("X-Auth-Token", str(self._session.get_token()))]
        except self._errors.ClientException as error:
            problem = f"the identity service gives no token: {str(error).splitlines()[0]}"
            raise UsageError(
                problem, where=self._where, fix="check auth_url, domain, project_id and the user"
            ) from None


class _Signature:
    """AK/SK: each request is signed by the vendor's own signer."""

    def __init__(self, auth: Auth) -> None:
        signer = _library("huaweicloudsdkcore.signer.signer", "huawei", auth.where)
        self._request: Any = _library("huaweicloudsdkcore.sdk_request", "huawei", auth.where).SdkRequest
        keys = _Keys(
            _from_environment(auth.more["access_key_env"], auth.where, "access_key_env"),
            _from_environment(auth.more["secret_key_env"], auth.where, "secret_key_env"),
        )
        self._signer: Any = signer.Signer(keys)
        self._project = auth.more["project_id"]

    def fields(self, method: str, url: str, body: bytes) -> Fields:
        """Return the signature of one request, and the fields that it covers."""
        parts = urlsplit(url)
        covered = {"X-Project-Id": self._project} | ({"Content-Type": "application/json"} if body else {})
        request = self._request(
            method=method,
            schema=parts.scheme,
            host=parts.netloc,
            resource_path=parts.path or "/",
            query_params=parse_qsl(parts.query, keep_blank_values=True),
            header_params=covered,
            body=body,
        )
        signed = self._signer.sign(request).header_params
        return [(k, v) for k, v in signed.items() if k.lower() not in ("host", "content-type")]


class _SigV4:
    """Signature Version 4: botocore signs each request, with the keys that it finds (profile, environment ...).

    Args:
        auth: its ``[auth.aws]`` table: region, and optionally service, profile and role_arn.
        keys: an access key and its secret, instead of those that botocore finds.
    """

    def __init__(self, auth: Auth, keys: tuple[str, str] | None = None) -> None:
        self._auth = auth
        signer = _library("botocore.auth", "aws", auth.where)
        self._request: Any = _library("botocore.awsrequest", "aws", auth.where).AWSRequest
        self._sign: Any = signer.SigV4Auth
        credentials = _library("botocore.credentials", "aws", auth.where)
        self._credentials: Any = credentials.Credentials(*keys) if keys else self._found(credentials)

    def _found(self, credentials: Any) -> Any:
        session = _library("botocore.session", "aws", self._auth.where)
        errors = _library("botocore.exceptions", "aws", self._auth.where)
        more = self._auth.more
        try:
            own = session.Session(profile=more.get("profile") or None)
            found = own.get_credentials()
            if found is not None and more.get("role_arn"):
                own.set_config_variable("region", more["region"])
                fetcher = credentials.AssumeRoleCredentialFetcher(own.create_client, found, more["role_arn"])
                return credentials.DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role")
        except errors.BotoCoreError as error:
            raise self._nobody(str(error)) from None
        if found is None:
            raise self._nobody("no profile, role or environment variable has keys")
        return found

    def _nobody(self, why: str) -> UsageError:
        problem = f"no credential for AWS: {why.splitlines()[0]}"
        fix = "aws configure, aws sso login, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (docs/targets.md)"
        return UsageError(problem, where=self._auth.where, fix=fix)

    def fields(self, method: str, url: str, body: bytes) -> Fields:
        """Return the signature of one request, and the fields that it covers."""
        errors = _library("botocore.exceptions", "aws", self._auth.where)
        covered = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        request = self._request(method=method, url=url, data=body, headers=covered)
        more = self._auth.more
        try:
            keys = self._credentials.get_frozen_credentials()
        except (errors.BotoCoreError, errors.ClientError) as error:
            raise self._nobody(str(error)) from None
        self._sign(keys, more.get("service") or "ec2", more["region"]).add_auth(request)
        return [(k, v) for k, v in request.headers.items() if k.lower() not in ("host", "content-type")]


class _Keys:
    """The attributes that the vendor's signer reads."""

    def __init__(self, ak: str, sk: str) -> None:
        self.ak, self.sk = ak, sk


def _library(name: str, extra: str, where: str) -> Any:
    """Return a module of an extra. Raises UsageError if it is not installed."""
    import importlib

    try:
        return importlib.import_module(name)
    except ImportError:
        package = name.split(".", maxsplit=1)[0]
        problem = f"this kind needs {package}, which is not installed"
        raise UsageError(problem, where=where, fix=f"pip install 'linkproof[{extra}]'") from None


def _from_environment(name: str, where: str, member: str) -> str:
    found = os.environ.get(name, "")
    if not found:
        raise UsageError(
            f"the environment variable {name} is not set", where=f"{where} {member}", fix=f"export {name}=..."
        )
    return found
