"""A real `landed serve` on a free port, for tests and benchmarks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from tests.bundles import lend_bundle

WRITE_KEY = "lw_test_key"
ADMIN_KEY = "la_test_key"


@dataclass(frozen=True)
class Server:
    """A running server."""

    url: str
    port: int
    pid: int

    def alive(self) -> bool:
        """Whether it answers at all."""
        try:
            return httpx.get(f"{self.url}/healthz", timeout=2).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False

    def ready(self) -> bool:
        """Whether every part says ok."""
        try:
            return bool(httpx.get(f"{self.url}/readyz", timeout=2).json()["status"] == "ok")
        except (httpx.HTTPError, ValueError):
            return False

    def sql(self, statement: str) -> list[dict[str, Any]]:
        """Rows of a read-only statement."""
        answer = httpx.post(
            f"{self.url}/api/admin/sql",
            json={"sql": statement, "format": "json"},
            headers={"Authorization": f"Bearer {ADMIN_KEY}"},
            timeout=60,
        )
        rows: list[dict[str, Any]] = answer.raise_for_status().json()["data"]
        return rows

    def count(self) -> int:
        """Rows of the events table."""
        return int(self.sql("SELECT count() AS n FROM events")[0]["n"])

    def post(self, path: str, body: object, *, key: str = WRITE_KEY) -> httpx.Response:
        """Send JSON with a key."""
        headers = {"Authorization": f"Bearer {key}"}
        return httpx.post(self.url + path, json=body, headers=headers, timeout=30)

    def wait_for(self, statement: str, *, seconds: float = 15.0) -> list[dict[str, Any]]:
        """Ask until there is a row, and return the rows."""
        end = time.monotonic() + seconds
        while not (rows := self.sql(statement)):
            assert time.monotonic() < end, f"no rows within {seconds} s: {statement}"
            time.sleep(0.05)
        return rows

    def memory(self) -> tuple[int, int]:
        """Resident bytes of the API process and of the engine."""
        process = psutil.Process(self.pid)
        engine = sum(child.memory_info().rss for child in process.children(recursive=True))
        return process.memory_info().rss, engine


@contextmanager
def serving(data: Path, **settings: str) -> Iterator[Server]:
    """Start `landed serve` on the folder, wait until its store is there, and stop it."""
    process = start(data, **settings)
    try:
        yield wait_until_ready(process, data)
    finally:
        process.terminate()
        process.wait(timeout=60)


def start(
    data: Path, stderr: int = subprocess.DEVNULL, /, **settings: str
) -> subprocess.Popen[bytes]:
    """Start `landed serve` on the folder without waiting for it."""
    environment = os.environ | {
        "LANDED_WRITE_KEY": WRITE_KEY,
        "LANDED_ADMIN_KEY": ADMIN_KEY,
        # Tests count events: a sample more would be one too many.
        "LANDED_MONITORING": "false",
        **settings,
    }
    # Some machines forbid byte code, and then every start compiles some 1,500 modules.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    lend_bundle(data)
    command = [sys.executable, "-m", "landed", "serve", "--port", "0", "--data", str(data)]
    return subprocess.Popen(command, env=environment, stderr=stderr)


def wait_until_ready(process: subprocess.Popen[bytes], data: Path, *, store: bool = True) -> Server:
    """Wait until the server takes events and, unless told otherwise, its store is there."""
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        try:
            url = json.loads((data / "server.json").read_text())["url"]
        except (OSError, ValueError):
            time.sleep(0.05)
            continue
        server = Server(url, int(url.rpartition(":")[2]), process.pid)
        if server.ready() if store else server.alive():
            return server
        time.sleep(0.05)
    raise RuntimeError("the server did not come up")
