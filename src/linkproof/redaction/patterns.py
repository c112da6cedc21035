"""How a credential, and whatever else must not be shared, is recognised: one set of patterns for everything.

Each takes time in proportion to the text: a pattern begins only where nothing of its kind stands before it, its
repetitions are possessive (``++``) or bounded. ``tests/redaction/test_patterns_are_linear.py`` tests all of them.
"""

from __future__ import annotations

import re

from linkproof.redaction.pseudonyms import ValueKind

# What is a credential by its own shape.
PEM = re.compile(r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----(?P<value>[^-]*+(?:-(?!----END)[^-]*+)*+)")
#: Words joined by dots; a JSON Web Token is two or three of them, the first begins with ``eyJ`` (``{"``).
DOTTED = re.compile(r"(?<![A-Za-z0-9_.-])[A-Za-z0-9_-]++(?:\.[A-Za-z0-9_-]*+)++")
#: Credentials whose issuers gave them a form of their own.
FORMATS = re.compile(
    r"(?<![A-Za-z0-9+/_~.-])(?P<value>"
    r"[A-Za-z0-9+/]{86}=="  # storage account, Cosmos DB, Batch: 64 bytes
    r"|[A-Za-z0-9_~.-]{3}\dQ~[A-Za-z0-9_~.-]{31,34}"  # Entra ID client secret
    r"|(?:AKIA|ASIA)[A-Z0-9]{16}"  # AWS access key id
    r"|gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255}"
    r"|xox[abeoprs]-[A-Za-z0-9-]{10,255}"  # Slack
    r"|AIza[A-Za-z0-9_-]{35}"  # Google API key
    r"|[sr]k_live_[A-Za-z0-9]{20,255}"  # Stripe
    r"|[A-Za-z0-9]{52}JQQJ9[9DH][A-Za-z0-9]{24,32}"  # Azure's identifiable keys
    r"|[A-Za-z0-9]{42}AzSe[A-D][A-Za-z0-9]{5}"  # those of Search
    r"|[A-Za-z0-9+/]{33}(?:AIoT|\+ASb|\+AEh|\+ARm|AzCa)[A-P][A-Za-z0-9+/]{5}="  # IoT, Service Bus, Event Hubs, Redis
    r"|[A-Za-z0-9_-]{44}AzFu[A-Za-z0-9_-]{5}[AQgw]=="  # Functions
    r"|glpat-[A-Za-z0-9_-]{20,255}|npm_[A-Za-z0-9]{36}|pypi-AgEI[A-Za-z0-9_-]{50,255}"
    r"|hv[bs]\.[A-Za-z0-9_-]{24,255}|dapi[0-9a-f]{32}"  # Vault, Databricks
    r"|sk-(?:ant|proj|svcacct)-[A-Za-z0-9_-]{20,255}|hf_[A-Za-z0-9]{34}"
    r"|SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{16,64}"
    r"|[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}|[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_-]{60,80}"  # Azure DevOps, Terraform
    r"|(?:GOCSPX-|ya29\.|1//0)[A-Za-z0-9_-]{24,255}"  # Google
    r"|(?:sk|rk|whsec)_(?:test_|live_)?[A-Za-z0-9]{24,255}"  # Stripe
    r"|sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}|xapp-\d-[A-Za-z0-9-]{30,255}|ATATT3[A-Za-z0-9_-]{60,255}"
    r"|(?:do[opr]_v1_|shp(?:at|ca|pa|ss)_|dckr_(?:pat|oat)_|glsa_|lin_api_|nvapi-|NRAK-)[A-Za-z0-9_-]{24,255}"
    r"|AGE-SECRET-KEY-1[A-Z0-9]{50,60}|\d{8,10}:AA[A-Za-z0-9_-]{33}"  # age, Telegram
    r")(?![A-Za-z0-9+/_~-])"
)
#: Addresses that whoever knows them may write to: the end of a web hook's path.
HOOK = re.compile(
    r"(?<=://)(?:hooks\.slack\.com/(?:services|workflows)|(?:canary\.|ptb\.)?discord(?:app)?\.com/api/webhooks"
    r"|[a-z0-9.-]{1,64}+(?<=office\.com)/webhookb2)/(?P<value>[A-Za-z0-9_/@-]{16,512}+)"
)
#: What systems keep of a password: it can be tried out.
HASHED = re.compile(r"\$(?:2[abxy]|1|5|6|7|y|apr1|argon2(?:id?|d))\$(?P<value>[A-Za-z0-9./$=,+]{22,512}+)")
#: ``Authorization``'s schemes, and what follows.
SCHEME = re.compile(
    r"(?i)(?<![A-Za-z0-9])(?:bearer|basic|sharedkey(?:lite)?|sdk-hmac-sha256|negotiate)\s{1,8}+"
    r"(?P<value>[A-Za-z0-9\-._~+/=:]{8,}+)"
)
#: User and password before a URL's host; a URL that was taken for a path has lost a slash.
USERINFO = re.compile(r"(?:(?<=://)|(?<=\w:/)(?=[^/:\s]{1,256}+:))[^/?#\s\"'<>\\]++")

# What is a credential by the name before it.
#: A quoted name before a colon, an arrow or an equals sign, at any depth of escaping (the backslashes are part of the
#: quote).
MEMBER = re.compile(
    r"(?<!\\)(?P<quote>\\{0,31}[\"'])(?P<name>[^\"'\\\r\n]{1,80}+)(?P=quote)\s{0,64}+(?::|=>?)\s{0,64}+"
)
#: A list or tuple of a quoted name and a quoted value.
TWO = re.compile(
    r"[\[(]\s{0,8}+(?P<quote>\\{0,31}[\"'])(?P<name>[^\"'\\\r\n]{1,80}+)(?P=quote)\s{0,8}+,\s{0,8}+"
    r"(?P=quote)(?P<value>[^\"'\\\r\n]++)(?P=quote)\s{0,8}+[\])]"
)
#: A bare name before an equals sign, an arrow or a colon: queries, connection strings, INI, YAML, prose.
PAIR = re.compile(
    r"(?<![A-Za-z0-9_$.\-])(?P<name>[A-Za-z_][A-Za-z0-9_.\-]{0,62}+)(?P<mark>\s{0,3}+:?=>?\s{0,3}+|\s?+:\s{0,8}+)"
)
#: The value of a pair: in quotes or braces; below (YAML); else to the next semicolon (connection strings) or space.
STRONG_VALUE = re.compile(
    r"\\{0,7}[\"'](?P<quoted>[^\"'\\\r\n]++)|(?:\{|%7[Bb])(?P<braced>[^{}%\r\n]{1,256}+)(?:\}|%7[Dd])"
    r"|[|>][+-]?(?:\s|\\{1,7}[nr]){1,32}+(?P<below>[^\s\"'<>\\]++)"
    r"|(?P<bare>[^;&\"'<>\\\r\n=]{1,128}+(?=;)|[^\s;&\"'<>\\]++)"
)
WEAK_VALUE = re.compile(r"\\{0,7}[\"'](?P<quoted>[^\"'\\\r\n]++)|(?P<bare>[^\s;&,\"'<>\\]++)")
#: An XML element with text only.
ELEMENT = re.compile(
    r"<(?P<name>[A-Za-z_][\w:.-]{0,79}+)(?:\s[^<>]{0,256}+)?(?<!/)>"
    r"(?:<!\[CDATA\[(?P<data>[^\]<>]++)\]\]>|(?P<value>[^<>]++))</"
)
#: Attributes of an XML element that name a value.
ATTRIBUTES = re.compile(
    r"(?i)\b(?:key|name)=\\{0,7}[\"'](?P<name>[^\"'<>\\]{1,80}+)\\{0,7}[\"']\s{1,8}+"
    r"value=\\{0,7}[\"'](?P<value>[^\"'<>\\]++)"
)
#: An option of a command line.
OPTION = re.compile(
    r"(?<![\w\-])--?(?P<name>[A-Za-z][A-Za-z0-9_\-]{1,60}+)(?P<mark>=|\s{1,4}+)[\"']?+(?P<value>[^\s\"'<>\\\-][^\s\"'<>\\]*+)"
)
#: User and password of a command line (``curl -u``) or of a netrc file.
LOGIN = re.compile(
    r"(?:(?<![\w\-])(?:-u|--user|--proxy-user)(?:\s{1,4}+|=)[\"']?+[\w.@\-]{1,64}+:"
    r"|(?<!\w)login\s{1,8}+\S{1,64}+\s{1,8}+password\s{1,8}+)(?P<value>[^\s\"'<>\\]++)"
)
#: A part of a form, as ``multipart/form-data``.
PART = re.compile(
    r"(?i)form-data;[^\r\n]{0,64}?\bname=\"(?P<name>[^\"\r\n]{1,80}+)\"[^\r\n]{0,128}+\r?\n"
    r"(?:[^\r\n]{1,128}+\r?\n){0,4}+\r?\n(?P<value>[^\r\n]++)"
)

# What a text may be wrapped in. A long word is looked at from its beginning only.
ESCAPED = re.compile(r'(?<!\\)"[^"\\]*+(?:\\.[^"\\]*+)++"')
PERCENT = re.compile(r"(?<![A-Za-z0-9._~+%\-])[A-Za-z0-9._~+\-]*+(?:%[0-9A-Fa-f]{2}[A-Za-z0-9._~+\-]*+)++")
#: The same with everything that a URL holds: names and marks may be plain, values encoded.
PERCENT_URL = re.compile(r"(?<![^\s\"'<>\\])[^\s\"'<>\\%]*+%[^\s\"'<>\\]*+")
BASE64 = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{12,}+={0,2}+(?![=])")

# Private data other than credentials: pseudonyms replace it in recordings.
_GUID = r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
_TLD = (
    r"(?:com|net|org|io|dev|app|cloud|example|local|localdomain|internal|intranet|intra|corp|lan|home|private|test"
    r"|azure|windows|microsoft|cn|de|eu|us|uk|fr|ch|at|nl|it|es|pl|se|no|fi|dk|jp|kr|in|sg|br|au|ca|ru|za|hk|biz|info)"
)
#: What is known for what it is by its shape alone. A URL's host comes with user, password and port.
SHAPES = re.compile(
    rf"(?P<id>(?<![0-9A-Za-z])(?:{_GUID}|[0-9a-fA-F]{{32}})(?![0-9A-Za-z]))"
    r"|(?<=://)(?P<host>[^\s/?#\"'<>\\,;|()]++)"
    r"|(?P<mail>(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]++@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}(?![A-Za-z0-9]))"
    r"|(?P<address>(?<![0-9A-Za-z.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![0-9A-Za-z.]))"
    rf"|(?P<bare>(?<![0-9A-Za-z.@_%-])(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+{_TLD}(?![0-9A-Za-z_-]|\.[0-9A-Za-z]))"
)
#: What stands before an id says whose it is; searched in a few characters only.
BEFORE = (
    (
        ValueKind.SUBSCRIPTION,
        re.compile(r"(?i)(?:/subscriptions/|subscription_?(?:id)?[\"'\\]{0,8}+\s{0,4}+[:=/]?\s{0,4}+[\"'\\]{0,8}+)$"),
    ),
    (
        ValueKind.TENANT,
        re.compile(
            r"(?i)(?:(?:tenant|domain|directory)_?(?:id)?[\"'\\]{0,8}+\s{0,4}+[:=/]?\s{0,4}+[\"'\\]{0,8}+|/tenants/)$"
        ),
    ),
    (ValueKind.PROJECT, re.compile(r"(?i)project_?(?:id)?[\"'\\]{0,8}+\s{0,4}+[:=/]?\s{0,4}+[\"'\\]{0,8}+$|/v\d/$")),
    (
        ValueKind.PRINCIPAL,
        re.compile(
            r"(?i)(?:principal|object|client|user|app|oid|createdBy|lastModifiedBy)_?(?:id)?[\"'\\]{0,8}+\W{1,4}$"
        ),
    ),
)
#: JSON members with a person's name.
PERSON = re.compile(
    r'(?i)"(?P<name>createdBy|lastModifiedBy|user_?name|domain_?name)"\s{0,64}:\s{0,64}"(?P<value>[^"\\]++)"'
)
