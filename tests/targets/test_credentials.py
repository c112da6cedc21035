"""Authentication with the vendors' own libraries, against local services."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer

from linkproof.contract.loader import all_contracts
from linkproof.errors import UsageError
from linkproof.mock.fixtures import read_fixtures
from linkproof.mock.serve import Embedded
from linkproof.targets import credentials
from linkproof.targets.credentials import credentials_of
from linkproof.targets.model import Auth
from tests.command_line import linkproof
from tests.hostile_server import HostileServer
from tests.waiting import LIMIT_S

ROOT = Path(__file__).parents[2]
DICOM = next(c for c in all_contracts() if c.id == "azure-healthcareapis-dicom")
AMBIENT = ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_FEDERATED_TOKEN_FILE", "MSI_ENDPOINT")


class Service:
    """A sign-in service that counts what it gives out: an App Service's identity endpoint, and Keystone v3."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, bytes]] = []
        self.lives_s = 3600
        self.status = 200
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                service.asked.append(("GET", self.path, b""))
                number = len(service.asked)
                expires = int(datetime.now(UTC).timestamp()) + service.lives_s
                token = {"access_token": f"token-{number}", "expires_on": str(expires), "token_type": "Bearer"}
                self.say(service.status, {**token, "resource": "x"} if service.status == 200 else {"error": "no"}, {})

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                service.asked.append(("POST", self.path, body))
                expires = datetime.now(UTC) + timedelta(seconds=service.lives_s)
                token = {"expires_at": expires.isoformat().replace("+00:00", "Z"), "issued_at": "2026-01-01T00:00:00Z"}
                headers = {"X-Subject-Token": f"token-{len(service.asked)}"}
                self.say(service.status if service.status != 200 else 201, {"token": token}, headers)

            def say(self, status: int, value: object, headers: dict[str, str]) -> None:
                content = json.dumps(value).encode()
                self.send_response(status)
                for name, text in {**headers, "Content-Type": "application/json"}.items():
                    self.send_header(name, text)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    made = Service()
    for name in AMBIENT:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{made.url}/msi")
    monkeypatch.setenv("IDENTITY_HEADER", "secret-header")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    yield made
    made.close()


class Now:
    """A clock that is set by hand, from now on."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return datetime.now(UTC).timestamp() + self.ahead


def test_azure_identity_is_renewed_before_it_expires(service: Service) -> None:
    now = Now()
    found = credentials_of(Auth("azure-identity"), "https://management.azure.com", now)
    first = found.fields("GET", "https://management.azure.com/x", b"")
    assert first == [("Authorization", "Bearer token-1")]
    assert "resource=https://management.azure.com" in service.asked[0][1]
    now.ahead = 3000
    assert found.fields("GET", "https://management.azure.com/y", b"") == first
    assert len(service.asked) == 1
    now.ahead = 3350
    found.fields("GET", "https://management.azure.com/y", b"")
    # azure-identity has a cache of its own, and answers from it until shortly before the end.
    assert found.fields("GET", "https://management.azure.com/y", b"")[0][1].startswith("Bearer token-")


@pytest.mark.parametrize(("lives_s", "still_s", "renewed_s"), [(3600, 3299, 3301), (200, 99, 101)])
def test_a_token_is_renewed_in_time(
    monkeypatch: pytest.MonkeyPatch, lives_s: float, still_s: float, renewed_s: float
) -> None:
    """A token is renewed five minutes before it expires, a short-lived one at half its lifetime, and not earlier."""
    now, given = Now(), []

    class Library:
        def get_token(self, scope: str) -> SimpleNamespace:
            given.append(scope)
            return SimpleNamespace(token=f"token-{len(given)}", expires_on=now() + lives_s)

    monkeypatch.setattr("azure.identity.DefaultAzureCredential", Library)
    found = credentials_of(Auth("azure-identity"), "https://management.azure.com", now)
    tokens = []
    for ahead in (0, still_s, renewed_s, renewed_s + still_s - 2):
        now.ahead = ahead
        tokens.append(found.fields("GET", "https://management.azure.com/x", b"")[0][1])
    assert tokens == ["Bearer token-1", "Bearer token-1", "Bearer token-2", "Bearer token-2"]
    assert set(given) == {"https://management.azure.com/.default"}


def test_a_scope_may_be_another_one(service: Service) -> None:
    auth = Auth("azure-identity", more={"scope": "https://management.chinacloudapi.cn/.default"})
    credentials_of(auth, "https://gateway.example").fields("GET", "https://gateway.example/x", b"")
    assert "resource=https://management.chinacloudapi.cn" in service.asked[0][1]


def test_nobody_signed_in_is_the_callers_mistake(service: Service) -> None:
    service.status = 400
    found = credentials_of(Auth("azure-identity", where="t.toml: [auth.azure]"), "https://management.azure.com")
    with pytest.raises(UsageError, match="no credential for Azure") as told:
        found.fields("GET", "https://management.azure.com/x", b"")
    assert "az login" in told.value.fix


def keystone(service: Service) -> Auth:
    more = {"auth_url": f"{service.url}/v3", "username_env": "OS_USER", "password_env": "OS_PASSWORD"}
    return Auth("keystone", where="t.toml: [auth.huawei]", more={**more, "domain": "account", "project_id": "p-1"})


def test_keystone_gives_a_token_of_the_project(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OS_USER", "somebody")
    monkeypatch.setenv("OS_PASSWORD", "pass-word")
    found = credentials_of(keystone(service), "https://vpcep.example")
    assert found.fields("GET", "https://vpcep.example/v1", b"") == [("X-Auth-Token", "token-1")]
    sent = json.loads(service.asked[0][2])["auth"]
    assert sent["identity"]["password"]["user"] == {
        "name": "somebody", "password": "pass-word", "domain": {"name": "account"}
    }  # fmt: skip
    assert sent["scope"] == {"project": {"id": "p-1"}}
    found.fields("GET", "https://vpcep.example/v1", b"")
    assert len(service.asked) == 1


def test_keystone_renews_a_token_that_is_about_to_expire(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OS_USER", "somebody")
    monkeypatch.setenv("OS_PASSWORD", "pass-word")
    service.lives_s = 5
    found = credentials_of(keystone(service), "https://vpcep.example")
    tokens = [found.fields("GET", "https://vpcep.example/v1", b"") for _ in range(2)]
    assert tokens == [[("X-Auth-Token", "token-1")], [("X-Auth-Token", "token-2")]]


def test_keystone_that_refuses_is_the_callers_mistake(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OS_USER", "somebody")
    monkeypatch.setenv("OS_PASSWORD", "pass-word")
    service.status = 401
    with pytest.raises(UsageError, match="the identity service gives no token") as told:
        credentials_of(keystone(service), "https://vpcep.example").fields("GET", "https://vpcep.example/v1", b"")
    assert "pass-word" not in str(told.value)


def test_keystone_that_never_answers_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OS_USER", "somebody")
    monkeypatch.setenv("OS_PASSWORD", "pass-word")
    monkeypatch.setattr(credentials, "_SIGN_IN_S", 0.2)
    more = {"username_env": "OS_USER", "password_env": "OS_PASSWORD", "domain": "account", "project_id": "p-1"}
    with HostileServer("silence") as server:
        table = Auth("keystone", where="t.toml: [auth.huawei]", more={**more, "auth_url": f"{server.base_url}/v3"})
        with pytest.raises(UsageError, match="the identity service gives no token"):
            credentials_of(table, "https://vpcep.example").fields("GET", "https://vpcep.example/v1", b"")


@pytest.mark.parametrize("body", [b"", '{"action":"receive","ä":1}'.encode()])
def test_a_signature_is_the_one_that_the_vendor_makes(monkeypatch: pytest.MonkeyPatch, body: bytes) -> None:
    monkeypatch.setenv("HW_AK", "ACCESS")
    monkeypatch.setenv("HW_SK", "secret-key")
    more = {"access_key_env": "HW_AK", "secret_key_env": "HW_SK", "project_id": "p-1"}
    url = "https://vpcep.example/v1/p-1/vpc-endpoint-services/s/connections?limit=10&status=accepted"
    fields = dict(credentials_of(Auth("aksk", more=more), "https://vpcep.example").fields("GET", url, body))
    assert fields["X-Project-Id"] == "p-1"
    assert fields["Authorization"].startswith("SDK-HMAC-SHA256 Access=ACCESS, SignedHeaders=")
    assert "secret-key" not in str(fields)

    class Keys:
        ak, sk = "ACCESS", "secret-key"

    again = SdkRequest(
        method="GET", schema="https", host="vpcep.example", resource_path="/v1/p-1/vpc-endpoint-services/s/connections",
        query_params=[("limit", "10"), ("status", "accepted")], body=body.decode(),
        header_params={"X-Project-Id": "p-1", "X-Sdk-Date": fields["X-Sdk-Date"]}
        | ({"Content-Type": "application/json"} if body else {}),
    )  # fmt: skip
    assert Signer(Keys).sign(again).header_params["Authorization"] == fields["Authorization"]


def test_a_missing_variable_is_told(service: Service) -> None:
    with pytest.raises(UsageError, match="the environment variable OS_USER is not set") as told:
        credentials_of(keystone(service), "https://vpcep.example")
    assert told.value.where == "t.toml: [auth.huawei] username_env"


@pytest.mark.parametrize(
    ("kind", "module", "extra"),
    [
        ("azure-identity", "azure", "azure"),
        ("keystone", "keystoneauth1", "huawei"),
        ("aksk", "huaweicloudsdkcore", "huawei"),
    ],
)
def test_a_missing_extra_is_told(kind: str, module: str, extra: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in sys.modules if n.split(".")[0] == module]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(UsageError, match=f"needs {module}") as told:
        credentials_of(Auth(kind), "https://x.example").fields("GET", "https://x.example", b"")
    assert told.value.fix == f"pip install 'linkproof[{extra}]'"


def test_a_run_signs_in_first_and_says_where_it_cannot(service: Service, tmp_path: Path) -> None:
    parent = ", ".join(f'{k} = "{v}"' for k, v in read_fixtures(DICOM).parents[0].path.items())
    with Embedded([DICOM], token="token-1") as server:
        text = f'[target]\nbase_url = "{server.base_url}"\n[auth.azure]\nkind = "azure-identity"\n'
        (tmp_path / "t.toml").write_text(f"{text}[contracts.{DICOM.id}]\npath = {{ {parent} }}\n", encoding="utf-8")
        command = ("run", "--target", "t.toml", "--out", "out", "--json")
        done = linkproof(tmp_path, *command)
        assert json.loads(done.stdout)["findings"] == []
        assert len(service.asked) == 1
        service.status = 400
        done = linkproof(tmp_path, *command)
    assert done.returncode == 2
    assert "t.toml: [auth.azure]: no credential for Azure" in done.stderr
    assert "Traceback" not in done.stderr


def test_pytest_stops_where_nobody_can_sign_in(tmp_path: Path) -> None:
    text = '[target]\nbase_url = "http://127.0.0.1:9"\n[auth.azure]\ntoken_env = "LINKPROOF_NO_SUCH_TOKEN"\n'
    parent = ", ".join(f'{k} = "x"' for k in DICOM.parent_parameters)
    (tmp_path / "t.toml").write_text(f"{text}[contracts.{DICOM.id}]\npath = {{ {parent} }}\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "suites", "--target", str(tmp_path / "t.toml"), "-q"]
    command += ["-p", "no:hypothesispytest"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LIMIT_S)
    assert done.returncode == 2
    assert done.stdout.count("LINKPROOF_NO_SUCH_TOKEN is not set") == 1
