"""Makes docs/report.png, the picture in README.md: `make picture`.

The report is that of a real run, against the tests' other server with ten faults switched on.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright
from tests.other_server.fixtures import ENDPOINTS

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "report.png"
AZURE = 'subscriptionId = "00000000-0000-0000-0000-000000000000", resourceGroupName = "rg1", '
PARENTS = {
    "azure-containerservice-pec": AZURE + 'resourceName = "clustername1"',
    "azure-dbforpostgresql-pec": AZURE + 'serverName = "test-svr"',
    "azure-healthcareapis-dicom": AZURE + 'workspaceName = "workspace1"',
    "azure-healthcareapis-pec": AZURE + 'workspaceName = "workspace1"',
    "huawei-vpcep-connections": 'project_id = "6e9dfd51d1124e8d8498dce894923a0d", '
    'vpc_endpoint_service_id = "4189d3c2-8882-4871-a3c2-d380272eed88"',
}
TARGET = """\
[target]
name = "A service with ten faults"
kind = "mock"
base_url = "{base_url}"
checks_credentials = true
writes = true
operation_timeout_s = 20.0
reset = {{ method = "POST", path = "/_control/reset" }}
[auth.azure]
kind = "bearer"
token = "test-token"
[auth.huawei]
kind = "x-auth-token"
token = "test-token"
"""
CONTRACT = """
[contracts.{name}]
path = {{ {parent} }}
[contracts.{name}.fixtures]
{fixtures}
"""
CONNECTIONS = f"""\
Pending = {[f"pending-{n:02}" for n in range(1, 31)]}
Approved = ["approved-01", "approved-02"]
Rejected = ["rejected-01"]"""


@contextmanager
def faulty_server() -> Iterator[str]:
    """The other server on a free port; yields its address."""
    command = [sys.executable, "-m", "tests.other_server", "--port", "0", "--ten"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().split()[-1]
        finally:
            process.kill()


def target_file(base_url: str) -> str:
    """The target file for all contracts, with the other server's fixtures."""
    fixtures = {
        "azure-healthcareapis-dicom": f"any = {[f'dicom-{n}' for n in range(1, 6)]}",
        "huawei-vpcep-connections": "\n".join(
            f"{state} = {[name for name, own in ENDPOINTS if own == state]}"
            for state in dict.fromkeys(dict(ENDPOINTS).values())
        ),
    }
    parts = [
        CONTRACT.format(name=name, parent=parent, fixtures=fixtures.get(name, CONNECTIONS))
        for name, parent in PARENTS.items()
    ]
    return TARGET.format(base_url=base_url) + "".join(parts)


def photograph(page_file: Path) -> None:
    """The first screen of a report, with its first finding open."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1240, "height": 1180}, color_scheme="light")
        page.goto(page_file.as_uri())
        page.locator("#findings ~ .list .finding > summary").first.click()
        page.mouse.move(0, 0)
        page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
        page.screenshot(path=str(PICTURE))
        browser.close()


def main() -> None:
    """Run, photograph, and say how large it is."""
    with tempfile.TemporaryDirectory() as room, faulty_server() as base_url:
        target = Path(room) / "target.toml"
        target.write_text(target_file(base_url), encoding="utf-8")
        command = [sys.executable, "-m", "linkproof", "run", "-q", "--target", str(target), "--out", f"{room}/out"]
        done = subprocess.run(command, check=False)
        if done.returncode != 1:
            raise SystemExit(f"ten faults should be found, and the run ended with {done.returncode}")
        photograph(Path(room) / "out" / "report.html")
    print(f"{PICTURE}: {PICTURE.stat().st_size} bytes")


if __name__ == "__main__":
    main()
