"""What many tests share: one running engine, and a fresh database on it for each test."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import clickhouse_connect
import httpx
import pytest
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright

from landed.store.supervisor import EngineProcess

# A run that decides over landing must give the same answer twice; developers' runs explore. How
# long an example takes says how busy the machine is: what hangs ends by the timeout of its test.
settings.register_profile("landed", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("landed")


ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class Ask(Protocol):
    """Sends a statement over HTTP; the named arguments become parameters of the URL."""

    def __call__(self, sql: str | bytes, **parameters: str | int) -> httpx.Response: ...


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineProcess]:
    """An embedded engine of its own, for the whole session."""
    folder: Path = tmp_path_factory.mktemp("engine")
    process = EngineProcess(folder, memory_bytes=2 << 30, threads=4)
    process.start()
    yield process
    process.stop()


@pytest.fixture
def database(engine: EngineProcess) -> Iterator[str]:
    """The DSN of a new, empty database, dropped after the test."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    server = urlsplit(engine.dsn)
    with clickhouse_connect.get_client(dsn=engine.dsn, autogenerate_session_id=False) as client:
        client.command(f"CREATE DATABASE {name} ENGINE = Atomic")
        yield server._replace(path=f"/{name}").geturl()
        client.command(f"DROP DATABASE IF EXISTS {name}")


@pytest.fixture
def http(database: str) -> Iterator[httpx.Client]:
    """A plain HTTP client, logged in, in the fresh database."""
    server = urlsplit(database)
    with httpx.Client(
        base_url=f"http://127.0.0.1:{server.port}",
        auth=("default", server.password or ""),
        params={"database": server.path.removeprefix("/")},
        timeout=60,
    ) as client:
        yield client


@pytest.fixture
def ask(http: httpx.Client) -> Ask:
    """Send a statement to the fresh database."""

    def send(sql: str | bytes, **parameters: str | int) -> httpx.Response:
        return http.post("/", params={**http.params, **parameters}, content=sql)

    return send


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # `./run test` finds a browser on a machine that has none by this name.
        found = os.environ.get("LANDED_CHROMIUM") or shutil.which("chromium")
        made = playwright.chromium.launch(executable_path=found, args=list(ARGUMENTS))
        yield made
        made.close()
