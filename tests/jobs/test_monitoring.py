"""The monitoring in a real server: samples in the store, alerts at a webhook, no flapping."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.asking import ADMIN
from tests.serving import Server, serving


class Webhook(ThreadingHTTPServer):
    """Takes what apprise posts; refuses as often as it is told first."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Taker)
        self.got: list[dict[str, Any]] = []
        self.refusals = 1

    @property
    def address(self) -> str:
        return f"json://127.0.0.1:{self.server_address[1]}/alerts"

    def wait_for(self, words: str, *, seconds: float = 30.0) -> dict[str, Any]:
        """The message whose title holds the words."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for message in list(self.got):
                if words in message["title"]:
                    return message
            time.sleep(0.05)
        raise AssertionError(f"no message with {words!r}; got {self.got}")


class Taker(BaseHTTPRequestHandler):
    """One request."""

    server: Webhook

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        refused = self.server.refusals > 0
        self.server.refusals -= 1
        if not refused:
            self.server.got.append(json.loads(body))
        self.send_response(503 if refused else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def webhook() -> Iterator[Webhook]:
    with Webhook() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join(10)


@pytest.fixture(scope="module")
def server(webhook: Webhook, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    settings = {
        "LANDED_MONITORING": "true",
        "PERFORMANCE_MONITORING_INTERVAL": "0.2",
        "LANDED_MONITORING_HOST": "web-1",
        "ALERT_URLS": webhook.address,
        "LANDED_ALERT_AFTER_CHECKS": "2",
        "LANDED_ALERT_RECOVERY_CHECKS": "2",
    }
    with serving(tmp_path_factory.mktemp("monitored"), **settings) as running:
        yield running


def send_requests(server: Server, status: int, count: int) -> None:
    one = {
        "event": "api_request_completed",
        "user_id": "web",
        "properties": {"endpoint": "/jobs", "status": status, "duration_ms": 20},
    }
    server.post("/api/analytics/events", {"events": [one] * count}).raise_for_status()


def firing(server: Server) -> list[str]:
    answer = httpx.get(
        f"{server.url}/api/analytics/performance/real-time",
        headers={**ADMIN, "Cache-Control": "no-cache"},
        timeout=30,
    )
    return [one["metric"] for one in answer.raise_for_status().json()["answer"]["alerts"]]


def told(webhook: Webhook) -> list[str]:
    """Titles that speak of errors: the machine of the tests may be busy and have other alerts."""
    return [one["title"] for one in webhook.got if "error rate" in one["title"]]


def test_the_machine_is_sampled_through_the_collector(server: Server) -> None:
    (row,) = server.wait_for(
        "SELECT count() AS samples, any(source) AS source, any(toString(properties.host)) AS host, "
        "max(toFloat64OrNull(toString(properties.cpu_percent))) AS cpu, "
        "max(toFloat64OrNull(toString(properties.memory_percent))) AS memory, "
        "max(toFloat64OrNull(toString(properties.disk_percent))) AS disk, "
        "dateDiff('second', min(occurred_at), max(occurred_at)) AS seconds "
        "FROM events WHERE event = 'system_sampled' HAVING samples >= 5"
    )
    assert (row["source"], row["host"]) == ("landed", "web-1")
    assert 0 <= row["cpu"] <= 100
    assert 0 < row["memory"] <= 100
    assert 0 < row["disk"] <= 100
    assert int(row["samples"]) >= 5


def test_a_missed_target_is_told_once_and_so_is_its_end(server: Server, webhook: Webhook) -> None:
    send_requests(server, 500, 10)
    message = webhook.wait_for("API error rate misses its target")
    assert "error_rate is 100 % over the last 5 minutes" in message["message"]
    assert "the target is at most 5 %" in message["message"]
    assert f"{datetime.now(UTC):%Y-%m-%d}" in message["message"]
    assert f"{server.url}/api/analytics/performance/real-time" in message["message"]
    assert "web-1" not in message["message"]
    assert "error_rate" in firing(server)
    time.sleep(1.5)  # several checks later
    assert len(told(webhook)) == 1
    send_requests(server, 200, 1_000)
    webhook.wait_for("API error rate meets its target again")
    assert "error_rate" not in firing(server)
    assert len(told(webhook)) == 2


def test_a_bad_address_stops_the_start(tmp_path: Path) -> None:
    with (
        pytest.raises(RuntimeError, match="did not come up"),
        serving(tmp_path, LANDED_ALERT_URLS="nonsense://x"),
    ):
        pass
