"""Clients that send without pause and remember what was acknowledged."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from tests.serving import WRITE_KEY, Server

__all__ = ["Load", "loading", "send", "wait_until_stored"]

_PAUSE_SECONDS = 0.02
_EVENTS_PER_REQUEST = 25


class Load(threading.Thread):
    """One client. As a client does, it sends a batch again that was not acknowledged."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self._url = url
        self._stopping = threading.Event()
        self.acknowledged: list[str] = []
        self.statuses: set[int] = set()

    def run(self) -> None:
        with httpx.Client(base_url=self._url, timeout=30) as client:
            while not self._stopping.wait(_PAUSE_SECONDS):
                ids = [str(uuid.uuid4()) for _ in range(_EVENTS_PER_REQUEST)]
                while (status := send(client, ids)) != httpx.codes.OK:
                    self.statuses.add(status)
                    time.sleep(_PAUSE_SECONDS)
                self.statuses.add(status)
                self.acknowledged += ids

    def stop(self) -> None:
        """Let it finish the request under way."""
        self._stopping.set()
        self.join(timeout=60)


def send(client: httpx.Client, ids: list[str]) -> int:
    """Send one batch of events with these ids; return the status of the answer."""
    items = [
        {"type": "track", "event": "job_saved", "userId": f"user-{one[:2]}", "messageId": one}
        for one in ids
    ]
    return client.post("/v1/batch", json={"batch": items}, auth=(WRITE_KEY, "")).status_code


@contextmanager
def loading(server: Server, clients: int = 2) -> Iterator[list[Load]]:
    """Keep a server busy."""
    loads = [Load(server.url) for _ in range(clients)]
    for load in loads:
        load.start()
    try:
        yield loads
    finally:
        for load in loads:
            load.stop()


def wait_until_stored(server: Server, acknowledged: list[str], *, seconds: float = 60) -> None:
    """Wait until every id is in the table, and see that none is there twice."""
    end = time.monotonic() + seconds
    while set(acknowledged) - set(stored := _stored(server)):
        assert time.monotonic() < end, "acknowledged events are missing"
        time.sleep(0.1)
    assert len(stored) == len(set(stored))


def _stored(server: Server) -> list[str]:
    try:
        rows = server.sql("SELECT toString(message_id) AS id FROM events")
    except (httpx.HTTPError, ValueError, KeyError):
        return []
    return [row["id"] for row in rows]
