"""What only a real server shows: its figures against their page, HEAD on its connections."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from tests.serving import Server, serving

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "figures.md"
OPENMETRICS = {"Accept": "application/openmetrics-text; version=1.0.0"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("served"), LANDED_OPEN_DASHBOARD="1") as running:
        yield running


def test_the_page_and_a_server_have_the_same_figures(server: Server) -> None:
    server.post("/api/analytics/events", {"event": "goal_set", "user_id": "u"}).raise_for_status()
    text = httpx.get(f"{server.url}/metrics", headers=OPENMETRICS).text
    served = {
        (sample.name, family.type, *sorted(sample.labels))
        for family in text_string_to_metric_families(text)  # type: ignore[no-untyped-call]  # the library annotates the other one only
        for sample in family.samples
    }
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| (.*?) \| .+ \|$", PAGE.read_text(), re.MULTILINE)
    described = {
        (name, kind, *sorted(re.findall(r"`(\w+)`: ", labels))) for name, kind, labels in rows
    }
    assert described == served


def test_head_leaves_a_connection_in_order(server: Server) -> None:
    """Also after a stream that would not end by itself."""
    got = httpx.get(f"{server.url}/healthz")
    with httpx.Client(base_url=server.url, timeout=10) as client:
        for _ in range(3):
            assert client.head("/overview/live").headers["content-type"] == got_type(server)
            answer = client.head("/healthz")
            assert (answer.status_code, answer.content) == (200, b"")
            assert answer.headers["content-length"] == got.headers["content-length"]


def got_type(server: Server) -> str:
    with httpx.stream("GET", f"{server.url}/overview/live") as live:
        return live.headers["content-type"]
