"""``linkproof mock``: the embedded server in the foreground."""

from __future__ import annotations

from linkproof.base.extras import require_extra
from linkproof.contract.catalogue import chosen
from linkproof.errors import UsageError
from linkproof.faults.catalogue import behaving, find
from linkproof.mock.defaults import DEFAULT
from linkproof.mock.serve import serve


def serve_mock(
    port: int,
    contracts: tuple[str, ...],
    token: str,
    fault: str = "",
    host: str = "127.0.0.1",
    keys: tuple[str, ...] = (),
) -> None:
    """Serve until interrupted.

    ``keys`` are ACCESS:SECRET pairs. Raises UsageError for an unknown contract or fault, or a port that is taken.
    """
    served = chosen(contracts)
    secrets = _secrets(keys)
    behaviour = behaving(find(fault, served)) if fault else DEFAULT
    serve(host, port, served, token=token, keys=secrets, behaviour=behaviour)


def _secrets(keys: tuple[str, ...]) -> dict[str, str]:
    """Return secret keys by access key. Raises UsageError, without the secret in its message."""
    found: dict[str, str] = {}
    for number, key in enumerate(keys, 1):
        access, _, secret = key.partition(":")
        if not access or not secret:
            problem = f"key {number} is not an access key and a secret key"
            raise UsageError(problem, where="--key", fix="write --key ACCESS:SECRET")
        found[access] = secret
    if found:
        require_extra("huaweicloudsdkcore", "huawei", "--key")
    return found
