"""A running server whose writes the disk refuses: 503, not ready; and back by itself."""

from __future__ import annotations

import resource
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.faults.loading import send, wait_until_stored
from tests.serving import WRITE_KEY, Server, serving


@contextmanager
def no_room(server: Server) -> Iterator[None]:
    """Let no file of the server grow; its engine is another process and goes on."""
    before = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, before)


def wait_for_readiness(server: Server, status: int) -> httpx.Response:
    end = time.monotonic() + 15
    while (answer := httpx.get(f"{server.url}/readyz", timeout=10)).status_code != status:
        assert time.monotonic() < end, f"readyz did not become {status}"
        time.sleep(0.05)
    return answer


def some_ids() -> list[str]:
    return [str(uuid.uuid4()) for _ in range(20)]


def test_a_full_disk_is_told_and_survived(tmp_path: Path) -> None:
    taken: list[str] = []
    with (
        serving(tmp_path, LANDED_SEGMENT_MAX_SECONDS="2") as server,
        httpx.Client(base_url=server.url, timeout=30) as client,
    ):
        for _ in range(2):  # the second time a segment is open already
            taken += (ids := some_ids())
            assert send(client, ids) == httpx.codes.OK
            with no_room(server):
                refused = some_ids()
                assert send(client, refused) == httpx.codes.SERVICE_UNAVAILABLE
                answer = wait_for_readiness(server, httpx.codes.SERVICE_UNAVAILABLE)
                assert answer.json()["status"] == "not_ready"
            # Nobody sends to a server that is not ready: it must find out by itself.
            wait_for_readiness(server, httpx.codes.OK)
            assert send(client, refused) == httpx.codes.OK
            taken += refused
        wait_until_stored(server, taken)
        assert server.count() == len(taken)


def test_the_refusal_says_when_to_come_again_and_what_to_do(tmp_path: Path) -> None:
    with serving(tmp_path) as server, no_room(server):
        answer = server.post("/v1/track", {"event": "job_saved", "userId": "u1"}, key=WRITE_KEY)
    assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.json()["code"] == "spool_full"
    assert "LANDED_DATA" in answer.json()["message"]
