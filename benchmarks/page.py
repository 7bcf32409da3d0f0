"""How soon the pages are there, over the demo market: first paint, charts, bytes, requests."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from landed.dashboard.navigation import NAVIGATION
from tests.serving import Server, serving

ROUNDS = 5
PAINTS = """() => Object.fromEntries(
  [...performance.getEntriesByType('paint')].map((one) => [one.name, one.startTime]))"""
BYTES = """() => ['navigation', 'resource'].flatMap((kind) => performance.getEntriesByType(kind))
  .filter((one) => !one.name.includes('/live')).reduce(
    (sum, one) => ({ bytes: sum.bytes + one.transferSize, requests: sum.requests + 1 }),
    { bytes: 0, requests: 0 })"""


def run() -> dict[str, Any]:
    """Open every page as somebody who comes for the first time, and the overview once more."""
    paths = [link.path for group in NAVIGATION for link in group.links]
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        command = [sys.executable, "-m", "landed", "demo", "--data", str(folder), "--no-serve"]
        subprocess.run(command, check=True, capture_output=True)
        chromium = os.environ.get("LANDED_CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        with serving(folder, LANDED_OPEN_DASHBOARD="true") as server:
            _visit(browser, server, "/overview")  # the chart library is made by the first
            figures = {path: _median(browser, server, path) for path in paths}
        browser.close()
    return figures


def _median(browser: Browser, server: Server, path: str) -> dict[str, float]:
    rounds = [_visit(browser, server, path) for _ in range(ROUNDS)]
    return {name: round(median(one[name] for one in rounds), 1) for name in rounds[0]}


def _visit(browser: Browser, server: Server, path: str) -> dict[str, float]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(f"{server.url}{path}?range=28")
    for chart in page.locator("[data-spec]").all():
        name = chart.get_attribute("data-spec")
        page.locator(f'[data-chart="{name}"][data-drawn]').wait_for()
    drawn = page.evaluate("() => performance.now()")
    paints, size = page.evaluate(PAINTS), page.evaluate(BYTES)
    context.close()
    return {
        "first_paint_ms": paints["first-contentful-paint"],
        "charts_drawn_ms": drawn,
        "kilobytes": size["bytes"] / 1000,
        "requests": size["requests"],
    }
