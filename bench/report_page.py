"""How long the report page takes with many findings: `python -m bench.report_page [NUMBER ...]`, from the checkout.

Prints for each number: seconds to write the page, its size, and in headless Chromium the milliseconds until it can be
worked with, until a text filter has been applied and painted, and until a finding is open.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from tests.results_examples import many

from linkproof.redaction.publish import published
from linkproof.reports.html import html_page

TIMED = """async act => {
  const start = performance.now();
  const field = document.querySelector('[name=q]');
  if (act === 'filter') {
    field.value = 'Suceeded7';
    field.dispatchEvent(new Event('input', { bubbles: true }));
  } else document.querySelector('.finding:not([hidden]) > summary').click();
  await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
  return performance.now() - start;
}"""


def measure(browser: Browser, folder: Path, number: int) -> str:
    """One line of figures."""
    shown = published(many(number))
    start = time.perf_counter()
    text = html_page(shown)
    written = time.perf_counter() - start
    path = folder / f"{number}.html"
    path.write_text(text, encoding="utf-8")
    page = browser.new_page()
    page.goto(path.as_uri())
    ready = page.evaluate("performance.getEntriesByName('ready')[0].startTime")
    figures = [page.evaluate(TIMED, act) for act in ("filter", "open")]
    page.close()
    size = path.stat().st_size / 1e6
    return f"{number:>8} {written:>8.2f} {size:>8.2f} {ready:>9.0f} {figures[0]:>10.0f} {figures[1]:>9.0f}"


def main() -> None:
    """Measure the numbers that are given, or 10, 300, 1000 and 5000."""
    numbers = [int(n) for n in sys.argv[1:]] or [10, 300, 1000, 5000]
    print("findings  write s  size MB  ready ms  filter ms   open ms")
    with tempfile.TemporaryDirectory() as room, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for number in numbers:
            print(measure(browser, Path(room), number), flush=True)
        browser.close()


if __name__ == "__main__":
    main()
