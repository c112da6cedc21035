"""Credentials: the header fields that authenticate a request, by the kind of its ``[auth.*]`` table.

Libraries do what is secret or intricate: azure-identity for Entra ID, keystoneauth1 for IAM and Keystone, Huawei's own
SDK for AK/SK signatures, botocore for AWS's. They are extras: ``linkproof[azure]``, ``linkproof[huawei]``,
``linkproof[aws]``.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

from linkproof.errors import UsageError
from linkproof.model.exchange import TOKEN_HEADERS, WRONG_TOKEN
from linkproof.targets.model import Auth

#: Seconds before its expiry at which a token is renewed.
_EARLY_S = 300.0
#: Timeout of requests to an identity service, in seconds.
_SIGN_IN_S = 30.0
#: Invalid keys, with which a request is signed wrongly on purpose.
_WRONG_KEYS = ("LINKPROOFWRONGKEY000", WRONG_TOKEN)

Fields = list[tuple[str, str]]


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
        if kind in TOKEN_HEADERS:
            return [(TOKEN_HEADERS[kind], secret)]
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
            raise self._no_credential(str(error)) from None
        if found is None:
            raise self._no_credential("no profile, role or environment variable has keys")
        return found

    def _no_credential(self, why: str) -> UsageError:
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
            raise self._no_credential(str(error)) from None
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
