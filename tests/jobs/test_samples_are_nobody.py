"""A real server that samples itself: its samples are events, and nobody."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import httpx

from tests.api.asking import ADMIN
from tests.serving import WRITE_KEY, Server, serving

QUERY = "/api/analytics/query?metrics=active_users,events&range=7"


def get(server: Server, path: str) -> httpx.Response:
    headers = {**ADMIN, "Cache-Control": "no-cache"}
    return httpx.get(server.url + path, headers=headers, timeout=30).raise_for_status()


def measured(server: Server) -> dict[str, Any]:
    (row,) = get(server, QUERY).json()["answer"]["rows"]
    return {name: one["value"] for name, one in row["values"].items()}


def wait_for_the_overview(server: Server) -> dict[str, Any]:
    """The totals, once the page is no longer the one that waits for a first event."""
    end = time.monotonic() + 15
    while "Send your first event" in get(server, "/overview").text:
        assert time.monotonic() < end, "the page does not turn into the overview"
        time.sleep(0.1)
    totals: dict[str, Any] = get(server, "/overview.json?range=7").json()["totals"]
    return totals


def test_samples_leave_the_page_empty_and_one_person_is_one(tmp_path: Path) -> None:
    settings = {
        "LANDED_MONITORING": "true",
        "LANDED_MONITORING_SECONDS": "0.2",
        "LANDED_OPEN_DASHBOARD": "true",
    }
    with serving(tmp_path, **settings) as server:
        server.wait_for("SELECT count() AS samples FROM events HAVING samples >= 3")
        page = get(server, "/overview").text
        assert "Send your first event" in page
        assert WRITE_KEY in page
        before = measured(server)
        assert before["active_users"] == 0
        assert before["events"] >= 3
        act = {"event": "page_viewed", "user_id": "ann", "properties": {"path": "/jobs"}}
        server.post("/api/analytics/events", {"events": [act]}).raise_for_status()
        server.wait_for("SELECT event FROM events WHERE event = 'page_viewed'")
        totals = wait_for_the_overview(server)
        assert totals["active_users"] == 1
        assert totals["events"] > before["events"]
        assert measured(server)["active_users"] == 1
