"""The embedded server as a target: its parents and connections are the contracts' fixtures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from linkproof.contract.model import Contract
from linkproof.mock.fixtures import with_more_parents
from linkproof.targets.auth import credential_kinds
from linkproof.targets.model import Auth, Target, TargetContract

#: The signature of a signed request; the embedded server accepts any.
_SIGNED = (
    "AWS4-HMAC-SHA256 Credential=LINKPROOF/20260101/us-east-1/ec2/aws4_request, SignedHeaders=host, "
    f"Signature={'0' * 64}"
)
#: The credential that the embedded server accepts, by vendor.
_AUTH = {
    "aws": Auth("authorization", _SIGNED),
    "azure": Auth("bearer", "test-token"),
    "huawei": Auth("x-auth-token", "test-token"),
}


def embedded_target(base_url: str, contracts: Iterable[Contract], parents: int = 1) -> Target:
    """Return an embedded server at ``base_url`` as a target. Raises UsageError for unreadable fixtures.

    With several ``parents`` the server must have the fixtures of ``with_more_parents``.
    """
    chosen = tuple(contracts)
    found: dict[str, TargetContract] = {}
    for contract in chosen:
        fixtures = with_more_parents(contract, parents)
        if fixtures.parents:
            each = [TargetContract(contract.id, p.path, p.names) for p in fixtures.parents[:parents]]
            if len(each) > 1:
                each = [replace(one, label=f"parent {number}") for number, one in enumerate(each, 1)]
            found[contract.id] = replace(each[0], parents=tuple(each[1:]))
    return Target(
        name="the embedded server",
        kind="mock",
        base_url=base_url,
        contracts=found,
        auth={c.vendor: _AUTH.get(c.family) or _plain_auth(c) for c in chosen},
        checks_credentials=True,
        writes=True,
        operation_timeout_s=5.0,
        reset=("POST", "/_control/reset"),
    )


def _plain_auth(contract: Contract) -> Auth:
    """Return the credential for a vendor that no library signs for."""
    return Auth(credential_kinds(contract.vendor)[0], "test-token")
