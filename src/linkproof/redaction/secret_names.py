"""Decide whether a name (of a member, header field, query parameter or connection string key) names a credential."""

from __future__ import annotations

import re
from enum import IntEnum
from functools import lru_cache


class Strength(IntEnum):
    """How sure a name makes us that its value is a credential."""

    #: The name says nothing.
    NONE = 0
    #: The value is one if it cannot be anything else: ``key1``, ``auth``.
    FAINT = 1
    #: The value is one if it looks like one: ``token``, ``sig``, ``ak``.
    WEAK = 2
    #: The value is one whatever it looks like: ``adminPassword``, ``AccountKey``.
    STRONG = 3


#: The words of a name: by separators and by upper case.
_WORD = re.compile(r"[A-Z]++(?![a-z])|[A-Z]?[a-z]++|[A-Z]++")
_STRONG = (
    "password",
    "passwd",
    "pwd",
    "passphrase",
    "passcode",
    "secret",
    "connectionstring",
    "connstr",
    "apikey",
    "accesskey",
    "accountkey",
    "secretkey",
    "privatekey",
    "sharedkey",
    "masterkey",
    "adminkey",
    "querykey",
    "storagekey",
    "subscriptionkey",
    "functionkey",
    "functionskey",
    "authkey",
    "servicekey",
    "principalkey",
    "devicekey",
    "webhookurl",
    "passwort",
    "kennwort",
    "clientkey",
    "clientkeydata",
    "sessionkey",
    "primarykey",
    "secondarykey",
    "signingkey",
    "encryptionkey",
    "symmetrickey",
    "hmackey",
    "licensekey",
    "sharedaccesssignature",
    "accesstoken",
    "refreshtoken",
    "idtoken",
    "securitytoken",
    "authtoken",
    "bearertoken",
    "sessiontoken",
    "subjecttoken",
    "sastoken",
    "apitoken",
    "bottoken",
    "vaulttoken",
    "logintoken",
    "personalaccesstoken",
    "clientassertion",
)
_WEAK = ("signature", "credential", "accesskeyid", "authorization", "cookie", "devicetoken", "csrftoken", "xsrftoken")
_WEAK_ALONE = frozenset({"sig", "ak", "sk", "pass", "pw", "token", "jwt", "sas", "psk", "otp", "access"})
#: A last word that marks a value after another word: ``DB_PASS``, and not ``bypass``.
_WEAK_LAST = frozenset({"pass", "pw", "pat"})
_FAINT_ALONE = frozenset({"key", "auth", "primary", "secondary"})
_STRONG_IN_A_QUERY = ("sig", "signature")
_WEAK_IN_A_QUERY = frozenset({"code", "key"})
#: Words after the noun that leave it one: ``clientSecretValue``, ``passwordBase64``.
_TAILS = ("value", "text", "base64", "encoded", "plain", "new", "old", "current", "previous", "primary", "secondary")
#: What ends like a credential and is none: a table's column, a page's place.
_NONE = ("publickey", "partitionkey", "sortkey", "rowkey", "foreignkey", "nonsecret")


@lru_cache(maxsize=4096)
def strength_of(name: str, *, in_query: bool = False) -> Strength:
    """Return how strongly a name suggests that its value is a credential. ``in_query``: it is a query parameter."""
    if len(name) > 80:
        name = name[-80:]
    words = [word.lower() for word in _WORD.findall(name)]
    joined = "".join(words)
    for tail in _TAILS:
        if len(joined) > len(tail) + 3:
            joined = joined.removesuffix(tail)
    for form in (joined, joined.removesuffix("s")):
        if form.endswith(_NONE):
            return Strength.NONE
        if form.endswith(_STRONG) or (in_query and form.endswith(_STRONG_IN_A_QUERY)):
            return Strength.STRONG
        if form.endswith(_WEAK) or form in _WEAK_ALONE or (in_query and form in _WEAK_IN_A_QUERY):
            return Strength.WEAK
    if len(words) > 1 and words[-1] in _WEAK_LAST:
        return Strength.WEAK
    return Strength.FAINT if joined in _FAINT_ALONE else Strength.NONE
