"""Seventy-four kinds of secrets as services write them, and ways to wrap them."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable
from urllib.parse import quote

#: A kind: from 64 random letters and digits to the text that gives a secret away, and the secret in it.
Kind = Callable[[str], tuple[str, str]]


def _around(before: str, after: str = "", *, length: int = 24, prefix: str = "") -> Kind:
    def make(r: str) -> tuple[str, str]:
        secret = prefix + r[:length]
        return f"{before}{secret}{after}", secret

    return make


def _member(name: str, length: int = 18) -> Kind:
    return _around(f'{{"id": "x1", "{name}": "', '", "after": 1}', length=length)


def _packed(name: str, pack: Callable[[bytes], bytes]) -> Kind:
    def make(r: str) -> tuple[str, str]:
        text = json.dumps({name: r[:20], "a": "b"})
        return base64.b64encode(pack(text.encode())).decode(), r[:20]

    return make


def _jwt(r: str) -> tuple[str, str]:
    parts = [
        base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
        for text in ('{"alg":"HS256","typ":"JWT"}', json.dumps({"sub": r[:9]}))
    ]
    return f"token is {'.'.join(parts)}.{r[:43]} now", r[:43]


def _nested(name: str, times: int) -> Kind:
    def make(r: str) -> tuple[str, str]:
        text = json.dumps({name: r[:18]})
        for _ in range(times):
            text = json.dumps({"inner": text})
        return text, r[:18]

    return make


def _basic(r: str) -> tuple[str, str]:
    return f"sent Basic {base64.b64encode(f'svc:{r[:14]}'.encode()).decode()} twice", r[:14]


KINDS: dict[str, Kind] = {
    "AccountKey": _around("DefaultEndpointsProtocol=https;AccountName=a;AccountKey=", "==;EndpointSuffix=e", length=40),
    "password pair": _around("server=s user=u password=", " timeout=3", length=9),
    "Password in a connection string": _around("Server=s;User Id=u;Password=", ";Encrypt=True", length=10),
    "Pwd": _around("Driver=x;Uid=u;Pwd=", ";", length=8),
    "api_key": _around("https://h.example/x?api_key=", "&page=2"),
    "sig": _around("https://h.example/x?sv=2022&sig=", "&se=2026"),
    "adminPassword": _member("adminPassword", 9),
    "administratorLoginPassword": _member("administratorLoginPassword"),
    "ak": _member("ak"),
    "sk": _member("sk"),
    "client_secret in a string": _nested("client_secret", 1),
    "secretKey twice nested": _nested("secretKey", 2),
    "base64 JSON": _packed("password", bytes),
    "gzip in base64": _packed("accessToken", lambda data: gzip.compress(data, mtime=0)),
    "Bearer": _around("Authorization: Bearer ", " was refused", length=30),
    "Basic": _basic,
    "X-Auth-Token": _around("X-Auth-Token: ", "", length=40),
    "SharedAccessKey": _around("Endpoint=sb://n/;SharedAccessKeyName=Root;SharedAccessKey=", "=", length=43),
    "SharedAccessSignature": _around("SharedAccessSignature sr=x&sig=", "&se=17&skn=k", length=43),
    "JWT": _jwt,
    "PEM": _around("-----BEGIN RSA PRIVATE KEY-----\n", "\n-----END RSA PRIVATE KEY-----", length=60),
    "userinfo": _around("https://admin:", "@db.example.org/x", length=12),
    "storage key": lambda r: (f"key1 {(r * 2)[:86]}== primary", (r * 2)[:86]),
    "Entra client secret": lambda r: (f"value {r[:3]}8Q~{r[:34]} made", f"8Q~{r[:34]}"),
    "AWS access key": lambda r: (f"id AKIA{r[:16].upper()} made", f"AKIA{r[:16].upper()}"),
    "GitHub token": _around("remote ", " expired", length=36, prefix="ghp_"),
    "Slack token": _around("hook ", " expired", length=30, prefix="xoxb-"),
    "Google API key": _around("uses ", " today", length=35, prefix="AIza"),
    "Stripe key": _around("uses ", " today", length=24, prefix="sk_live_"),
    "Azure identifiable key": lambda r: (f"is {r[:52]}JQQJ99{r[:26]} now", f"JQQJ99{r[:26]}"),
    "access_token": _around("https://h.example/cb#x?access_token=", "&state=1", length=30),
    "refresh_token": _member("refresh_token"),
    "primaryKey": _member("primaryKey"),
    "connectionString": _member("connectionString"),
    "name and value": _around('{"name": "API_KEY", "value": "', '"}', length=20),
    "value and name": _around('{"value": "', '", "name": "dbPassword"}', length=20),
    "keyName and value": _around('{"keyName": "key1", "value": "', '", "permissions": "FULL"}', length=40),
    "XML": _around("<Profile><Password>", "</Password></Profile>", length=12),
    "YAML": _around("user:\n  client-key-data: ", "\n  name: a", length=40),
    "function key": _around("https://f.example/api/x?code=", "&v=1", length=40),
    "list of passwords": _around('{"passwords": ["other-1", "', '"], "n": 2}', length=14),
    "Python's repr": _around("{'user': 'u', 'password': '", "'}", length=12),
    "parameter of a template": _around('{"adminPassword": {"type": "securestring", "value": "', '"}}', length=14),
    "key1": lambda r: (f'{{"key1": "aB3{r[:29]}", "key2": ""}}', f"aB3{r[:29]}"),
    "value of Primary": lambda r: (f'{{"name": "Primary", "value": "aB3{r[:40]}="}}', f"aB3{r[:40]}"),
    "HTML": _around("<pre>{&quot;password&quot;:&quot;", "&quot;}</pre>", length=14),
    "Go's struct": _around("{User:u Password:", " Port:5}", length=11),
    "Ruby's hash": _around(':password=>"', '", :port=>1', length=13),
    "PHP's array": _around("['user' => 'u', 'password' => '", "']", length=13),
    "option": _around("tool login --user u --password ", " --verbose", length=14, prefix="a1"),
    "option with a mark": _around("tool login --client-secret=", " --verbose", length=16),
    "tuple": _around("headers: [('password', '", "'), ('a', 'b')]", length=14, prefix="a1"),
    "braces": _around("Driver=x;Pwd={a;", "};Uid=u", length=12),
    "element with attributes": _around("<p:Password Type='x'>", "</p:Password>", length=12),
    "CDATA": _around("<Password><![CDATA[", "]]></Password>", length=12),
    "attribute": _around('<add key="DbPassword" value="', '"/>', length=12, prefix="a1"),
    "YAML below": _around("password: |\n  ", "\nuser: u", length=20),
    "PGP": _around("-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n", "\n-----END PGP PRIVATE KEY BLOCK-----", length=60),
    "GitLab token": _around("remote ", " expired", length=20, prefix="glpat-"),
    "Slack's hook": _around("posts to https://hooks.slack.com/services/T1/B2/", " now", length=24),
    "Discord's hook": _around("https://discord.com/api/webhooks/8798113/", "?wait=1", length=60),
    "hash of a password": _around("admin:$apr1$salt1234$", ":19000", length=22),
    "bcrypt": _around("stored $2b$12$", " today", length=53),
    "Telegram token": lambda r: (f"bot 0031716712:AA{r[:33]} made", f"AA{r[:33]}"),
    "Terraform token": lambda r: (f"is {r[:14]}.atlasv1.{r[:60]} now", f"atlasv1.{r[:60]}"),
    "Azure DevOps token": lambda r: (f"is {(r * 2)[:76]}AZDO{r[:4]} now", (r * 2)[:76]),
    "Stripe's test key": _around("uses ", " today", length=24, prefix="sk_test_"),
    "DigitalOcean token": _around("uses ", " today", length=40, prefix="dop_v1_"),
    "Google's client secret": _around("uses ", " today", length=28, prefix="GOCSPX-"),
    "curl -u": _around("curl -sS -u admin:", " https://h.example/x", length=14, prefix="a1"),
    "netrc": _around("machine h.example login me password ", " macdef", length=14, prefix="a1"),
    "DB_PASS": _around("export DB_PASS=", " PORT=1", length=14, prefix="a1"),
    "servicePrincipalKey": _member("servicePrincipalKey"),
    "key of Search": lambda r: (f"is {r[:42]}AzSeA{r[42:47]} now", f"{r[:42]}AzSeA{r[42:47]}"),
}

WRAPPINGS: dict[str, Callable[[str], str]] = {
    "plain": lambda t: t,
    "in a string": lambda t: json.dumps(t),
    "escaped twice": lambda t: json.dumps(json.dumps({"a": t})),
    "base64": lambda t: base64.b64encode(t.encode()).decode(),
    "base64url": lambda t: base64.urlsafe_b64encode(t.encode()).decode().rstrip("="),
    "percent-encoded": lambda t: quote(t, safe=""),
    "percent-encoded in part": lambda t: quote(t, safe="/:=&,{}?@;"),
    "in a sentence": lambda t: f"The request failed ({t}) at last",
    "in JSON": lambda t: json.dumps({"status": "Failed", "unknownMember": {"deep": [t, 1]}}),
}
