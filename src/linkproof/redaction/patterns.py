"""How what must not be handed on is known: by its shape, by the name before it, by what it is wrapped in."""

from __future__ import annotations

import re

from linkproof.redaction.pseudonyms import Kind

_GUID = r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
_TLD = (
    r"(?:com|net|org|io|dev|app|cloud|example|local|localdomain|internal|intranet|intra|corp|lan|home|private|test"
    r"|azure|windows|microsoft|cn|de|eu|us|uk|fr|ch|at|nl|it|es|pl|se|no|fi|dk|jp|kr|in|sg|br|au|ca|ru|za|hk|biz|info)"
)
#: What is known for what it is by its shape alone. A URL's host comes with user, password and port.
SHAPES = re.compile(
    rf"(?P<id>(?<![0-9A-Za-z])(?:{_GUID}|[0-9a-fA-F]{{32}})(?![0-9A-Za-z]))"
    r"|(?P<mail>(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}(?![A-Za-z0-9]))"
    r"|(?<=://)(?P<host>[^\s/?#\"'<>\\,;|()]+)"
    r"|(?P<address>(?<![0-9A-Za-z.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![0-9A-Za-z.]))"
    rf"|(?P<bare>(?<![0-9A-Za-z.@_%-])(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+{_TLD}(?![0-9A-Za-z_-]|\.[0-9A-Za-z]))"
)
#: What stands before an id tells whose it is.
BEFORE = (
    (Kind.SUBSCRIPTION, re.compile(r"(?i)(?:/subscriptions/|subscription_?(?:id)?[\"'\\]*\s*[:=/]?\s*[\"'\\]*)$")),
    (Kind.TENANT, re.compile(r"(?i)(?:(?:tenant|domain|directory)_?(?:id)?[\"'\\]*\s*[:=/]?\s*[\"'\\]*|/tenants/)$")),
    (Kind.PROJECT, re.compile(r"(?i)project_?(?:id)?[\"'\\]*\s*[:=/]?\s*[\"'\\]*$|/v\d/$")),
    (
        Kind.PRINCIPAL,
        re.compile(r"(?i)(?:principal|object|client|user|app|oid|createdBy|lastModifiedBy)_?(?:id)?[\"'\\]*\W{1,4}$"),
    ),
)
#: JSON members whose value is a credential, or somebody's name, by their own name alone.
MEMBER = re.compile(
    r'(?i)"(?P<name>[\w.-]*(?:password|passwd|pwd|secret|(?:access|refresh|id|security|auth|bearer|session)_?token'
    r"|(?:secret|private|api|access|account|shared|primary|secondary|master|signing|encryption)_?(?:access_?)?key"
    r"|x-auth-token|connection_?string|signature|credential)|accessKeyId|ak|sk"
    r'|createdBy|lastModifiedBy|user_?name|domain_?name)"\s*:\s*"(?P<value>(?:[^"\\]|\\.)+)"'
)
NAMES = frozenset({"createdby", "lastmodifiedby", "username", "user_name", "domainname", "domain_name"})
#: The same in queries and connection strings.
PAIR = re.compile(
    r"(?i)(?<![A-Za-z0-9_$-])(?P<name>sig|signature|password|pwd|secret|client_secret|token|access_token|refresh_token"
    r"|id_token|accountkey|sharedaccesskey|sharedaccesssignature|api[_-]?key|code|key|ak|sk|access|x-sdk-signature"
    r"|x-amz-signature|x-amz-security-token)=(?P<value>[^&;,\s\"'<>\\]+)"
)
SCHEME = re.compile(r"(?i)\b(?:bearer|basic|sharedkey|sharedkeylite)\s+(?P<value>[A-Za-z0-9\-._~+/=:]{8,})")
PEM = re.compile(r"(?P<value>-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]+?-----END [A-Z ]*PRIVATE KEY-----)")
JWT = re.compile(r"(?P<value>\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?)")
# Each begins where nothing of its kind stands before it: otherwise a long word is looked at from every letter on.
ESCAPED = re.compile(r'(?<!\\)"[^"\\]*(?:\\.[^"\\]*)+"')
PERCENT = re.compile(r"(?<![A-Za-z0-9._~+%\-])[A-Za-z0-9._~+\-]*(?:%[0-9A-Fa-f]{2}[A-Za-z0-9._~+\-]*)+")
BASE64 = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{12,}={0,2}(?![A-Za-z0-9+/=_-])")
