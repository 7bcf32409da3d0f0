"""A real server, started as a person would start it, for stock clients to talk to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

WRITE_KEY = "lw_clients_test"
ADMIN_KEY = "la_clients_test"
START_SECONDS = 60.0
EVERYTHING = """
SELECT subject_key, message_id, event, source, toString(properties), toString(context) FROM events
"""


@dataclass(frozen=True)
class Server:
    """A running installation.

    Attributes:
        url: Where it listens.
        data: Its data folder.
    """

    url: str
    data: Path

    def query(self, sql: str) -> list[list[str]]:
        """Rows of a statement, without the header."""
        answer = httpx.post(
            f"{self.url}/api/admin/sql",
            json={"sql": sql},
            headers={"Authorization": f"Bearer {ADMIN_KEY}"},
            timeout=30,
        )
        answer.raise_for_status()
        return [line.split("\t") for line in answer.text.splitlines()[1:]]

    def rows_of_person(self, message_id: object) -> list[list[str]]:
        """Event, source, properties and context of all that one message's person did."""
        rows = self.query(EVERYTHING)
        people = {row[0] for row in rows if row[1] == str(message_id)}
        return sorted(row[2:] for row in rows if row[0] in people)

    def wait_for_person(self, message_id: object, count: int) -> list[list[str]]:
        """The same, as soon as there are as many."""
        wait_until(lambda: len(self.rows_of_person(message_id)) >= count, message_id)
        return self.rows_of_person(message_id)


def properties_of(rows: list[list[str]], event: str) -> dict[str, Any]:
    """Properties of the only row with that event, undoing the escapes of TSV."""
    (text,) = (row[2] for row in rows if row[0] == event)
    properties: dict[str, Any] = json.loads(text.replace("\\\\", "\\"))
    return properties


def wait_until(done: Callable[[], bool], shown: object, seconds: float = 15.0) -> None:
    """Return when it is done; fail with what is shown when it takes too long."""
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            pytest.fail(f"not done after {seconds} s: {shown}")
        time.sleep(0.05)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An installation of its own, for the whole session."""
    data = tmp_path_factory.mktemp("installation")
    keys = {"LANDED_WRITE_KEY": WRITE_KEY, "LANDED_ADMIN_KEY": ADMIN_KEY}
    command = [sys.executable, "-m", "landed", "serve", "--port", "0", "--data", str(data)]
    with (data / "log").open("wb") as log:
        process = subprocess.Popen(command, env={**os.environ, **keys}, stdout=log, stderr=log)
        try:
            yield Server(_address(process, data), data)
        finally:
            process.terminate()
            process.wait(timeout=30)


def _address(process: subprocess.Popen[bytes], data: Path) -> str:
    """Where it listens, once its store is ready."""
    note = data / "server.json"

    def ready() -> bool:
        if process.poll() is not None:
            pytest.fail((data / "log").read_text())
        if not note.exists() or not note.read_text():
            return False
        try:
            answer = httpx.get(json.loads(note.read_text())["url"] + "/readyz", timeout=5)
        except httpx.TransportError:
            return False
        return answer.status_code == 200 and answer.json()["status"] == "ok"

    wait_until(ready, data / "log", START_SECONDS)
    url: str = json.loads(note.read_text())["url"]
    return url
