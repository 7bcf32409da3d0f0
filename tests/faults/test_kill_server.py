"""Kill -9 during load, twenty rounds: every acknowledged message id is there exactly once."""

from __future__ import annotations

import threading
import time
import uuid
from pathlib import Path

import httpx

from tests.serving import WRITE_KEY, Server, serving, start, wait_until_ready

ROUNDS = 20
SENDERS = 4
EVENTS_PER_REQUEST = 20


class Sender(threading.Thread):
    """Sends batches until told to stop; remembers what was acknowledged and what was not.

    As a client does, it sends a batch again that was not acknowledged, with the same ids.
    """

    def __init__(self, url: str, again: list[list[str]]) -> None:
        super().__init__(daemon=True)
        self.url = url
        self.again = again
        self.stopping = threading.Event()
        self.busy = threading.Event()
        self.acknowledged: list[str] = []

    def run(self) -> None:
        with httpx.Client(timeout=10) as client:
            while not self.stopping.is_set():
                fresh = [str(uuid.uuid4()) for _ in range(EVENTS_PER_REQUEST)]
                ids = self.again.pop() if self.again else fresh
                if not self._send(client, ids):
                    self.again.append(ids)
                    return
                self.acknowledged += ids
                self.busy.set()

    def _send(self, client: httpx.Client, ids: list[str]) -> bool:
        batch = [
            {"type": "track", "event": "job_saved", "userId": f"user-{one[:2]}", "messageId": one}
            for one in ids
        ]
        try:
            answer = client.post(
                f"{self.url}/v1/batch", json={"batch": batch}, auth=(WRITE_KEY, "")
            )
        except httpx.HTTPError:
            return False
        return answer.status_code == httpx.codes.OK


def test_twenty_kills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    acknowledged: list[str] = []
    unsure: list[list[str]] = []
    for number in range(ROUNDS):
        process = start(tmp_path)
        server = wait_until_ready(process, tmp_path, store=number % 2 == 0)
        senders = [Sender(server.url, unsure) for _ in range(SENDERS)]
        for sender in senders:
            sender.start()
        for sender in senders:
            assert sender.busy.wait(timeout=30)
        time.sleep(0.05 * (number % 7))
        process.kill()
        process.wait()
        for sender in senders:
            sender.stopping.set()
            sender.join(timeout=30)
            acknowledged += sender.acknowledged
    assert len(acknowledged) >= ROUNDS * SENDERS * EVENTS_PER_REQUEST
    with serving(tmp_path) as server:
        end = time.monotonic() + 60
        while (stored := _stored(server)) and set(acknowledged) - set(stored):
            assert time.monotonic() < end, "acknowledged events are missing"
            time.sleep(0.2)
    assert len(stored) == len(set(stored))


def _stored(server: Server) -> list[str]:
    return [row["id"] for row in server.sql("SELECT toString(message_id) AS id FROM events")]
