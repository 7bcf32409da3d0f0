"""A real server with the pages on the real engine, and a real Chromium before it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from landed.store import Store, connect
from landed.store.supervisor import EngineProcess, free_port
from tests.dashboard.small_market import market_rows
from tests.queries.event_rows import as_stream
from tests.serving import ADMIN_KEY, Server, serving

TEXT = {
    "purpose": "training",
    "basis": "consent",
    "text": "May we use your CV, without your name and address, to teach models that help others?",
}
TOO_MUCH = {
    "comment": "Write to jane@example.org, or call +1 415 555 0132",
    "recruiter_email": "boss@example.com",
    "rating": 4,
}


@dataclass
class Site:
    """A running server and the store under it."""

    url: str
    store: Store
    process: subprocess.Popen[bytes]


def wait_until_up(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert process.poll() is None, "the server ended"
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5):  # noqa: S310 - our own server
            return
        time.sleep(0.1)
    raise TimeoutError(url)


@contextmanager
def running(store: Store, dsn: str, data: Path) -> Iterator[Site]:
    port = free_port()
    command = [sys.executable, "-m", "tests.dashboard.small_app", dsn, str(data), str(port)]
    process = subprocess.Popen(command, cwd=Path(__file__).parents[2], env=dict(os.environ))
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_up(f"{url}/overview", process)
        yield Site(url, store, process)
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def new_site(engine: EngineProcess, data: Path, *, with_market: bool) -> Iterator[Site]:
    name = f"pages_{uuid.uuid4().hex[:12]}"
    with connect(engine.dsn) as root:
        root.execute(f"CREATE DATABASE {name} ENGINE = Atomic")
        dsn = urlsplit(engine.dsn)._replace(path=f"/{name}").geturl()
        with connect(dsn) as store:
            store.migrate()
            if with_market:
                store.insert("events", as_stream(market_rows(datetime.now(UTC))), token="market")
            with running(store, dsn, data) as site:
                yield site
        root.execute(f"DROP DATABASE {name}")


@pytest.fixture(scope="module")
def site(engine: EngineProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The pages over a small market of 60 days."""
    with new_site(engine, tmp_path_factory.mktemp("site"), with_market=True) as made:
        yield made


@pytest.fixture
def empty_site(engine: EngineProcess, tmp_path: Path) -> Iterator[Site]:
    """The pages over a store without events."""
    with new_site(engine, tmp_path, with_market=False) as made:
        yield made


@pytest.fixture(scope="session")
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The real server over the demo market of 90 days, its pages open to everybody."""
    folder = tmp_path_factory.mktemp("market")
    command = [sys.executable, "-m", "landed", "demo", "--data", str(folder), "--no-serve"]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    with serving(folder, LANDED_OPEN_DASHBOARD="true") as server:
        server.count()  # so that the audit log tells of something
        server.count()
        ask_and_allow(server)
        yield server


def ask_and_allow(server: Server) -> None:
    """What the privacy page tells of: people who said something, and fields to stop sending."""
    with httpx.Client(
        base_url=server.url, headers={"Authorization": f"Bearer {ADMIN_KEY}"}, timeout=60
    ) as client:
        client.post("/api/privacy/purposes", json=TEXT).raise_for_status()
        for place in range(24):
            said = {"training": place % 3 > 0, "messages": place % 2 > 0, "analytics": place != 5}
            body = {"user_id": f"told-{place}", "consents": said, "source": "settings page"}
            client.post("/api/privacy/consents", json=body).raise_for_status()
        for user, path in (("told-1", "restrictions"), ("told-2", "erasures")):
            client.post(f"/api/privacy/{path}", json={"user_id": user}).raise_for_status()
        events = [
            {"event": "feedback_given", "user_id": f"told-{place}", "properties": TOO_MUCH}
            for place in range(40)
        ]
        client.post("/api/analytics/events", json={"events": events}).raise_for_status()
        server.wait_for("SELECT 1 FROM events WHERE event = 'feedback_given'")


@dataclass
class Watched:
    """A page whose complaints and requests are written down."""

    page: Page
    context: BrowserContext
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def listen(self) -> None:
        self.page.on("console", lambda message: self._heard(message.type, message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))

    def _heard(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.complaints.append(f"{kind}: {text}")

    def charts_drawn(self) -> None:
        for chart in self.page.locator("[data-chart]").all():
            name = chart.get_attribute("data-chart")
            if self.page.locator(f'[data-spec="{name}"]').count():
                self.page.locator(f'[data-chart="{name}"][data-drawn] svg').wait_for(timeout=30_000)


Opener = Callable[..., AbstractContextManager[Watched]]


@pytest.fixture
def opened(browser: Browser) -> Opener:
    """Open a page; when it closes, nothing may have complained or gone outside."""

    @contextmanager
    def open_page(
        site: Site | Server,
        path: str,
        *,
        dark: bool = False,
        width: int = 1280,
        scripts: bool = True,
    ) -> Iterator[Watched]:
        context = browser.new_context(
            color_scheme="dark" if dark else "light",
            viewport={"width": width, "height": 900},
            java_script_enabled=scripts,
        )
        watched = Watched(context.new_page(), context)
        watched.listen()
        watched.page.goto(site.url + path)
        yield watched
        context.close()
        assert watched.complaints == []
        assert [url for url in watched.requests if not url.startswith(site.url)] == []

    return open_page
