"""The stock Segment library for Python, unmodified: only its host is set."""

from __future__ import annotations

import importlib
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tests.clients.conftest import properties_of, wait_for_person, wait_until
from tests.serving import WRITE_KEY, Server

Client: Any = importlib.import_module("segment.analytics.client").Client

QUARANTINE = "SELECT path, reason FROM quarantine"


@pytest.fixture(params=[False, True], ids=["plain", "gzip"])
def client(request: pytest.FixtureRequest, server: Server) -> Iterator[Any]:
    errors: list[Any] = []
    made = Client(
        WRITE_KEY,
        host=server.url,
        gzip=request.param,
        on_error=lambda error, _: errors.append(error),
    )
    yield made
    made.shutdown()
    assert errors == []


def test_every_call_arrives_and_each_message_once(server: Server, client: Any) -> None:
    user, other, message = (uuid.uuid4().hex for _ in range(3))
    client.identify(user, {"plan": "pro", "email": "zoe@example.org"})
    for _ in range(3):
        client.track(
            user,
            "Recommendation Clicked",
            {"job_id": "j9", "position": 2},
            timestamp=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
            message_id=message,
        )
    client.page(user, "Docs", "Home", {"url": "https://jobs.example/offers/7?q=zoe"})
    client.group(user, "acme", {"employee_count": 12})
    client.alias(other, user)
    client.screen(user, "Jobs", "List", {})
    client.flush()
    rows = wait_for_person(server, uuid.UUID(message), 6)
    assert [row[0] for row in rows] == [
        "group_joined",
        "page_viewed",
        "person_aliased",
        "person_identified",
        "recommendation_clicked",
        "screen_viewed",
    ]
    assert {row[1] for row in rows} == {"segment"}
    stored = str(rows)
    assert properties_of(rows, "page_viewed")["path"] == "/offers/7"
    assert properties_of(rows, "recommendation_clicked")["position"] == 2
    for raw in (user, other, "zoe", "acme"):
        assert raw not in stored


def test_a_bad_event_goes_to_the_quarantine_and_harms_no_other(server: Server, client: Any) -> None:
    user, message = uuid.uuid4().hex, uuid.uuid4()
    client.track(user, "Recommendation Clicked", {"job_id": "j1", "position": "far down"})
    client.track(user, "Scores Compared", {"score": float("nan")})
    client.track(user, "Recommendation Clicked", {"job_id": "j2"}, message_id=str(message))
    before = len(server.sql(QUARANTINE))
    client.flush()
    wait_for_person(server, message, 1)
    wait_until(lambda: len(server.sql(QUARANTINE)) >= before + 2, "quarantine")
    assert "$.properties.position" in {row["path"] for row in server.sql(QUARANTINE)}


def test_a_wrong_key_is_refused_in_words(server: Server) -> None:
    errors: list[Any] = []
    client = Client(
        "lw_wrong", host=server.url, on_error=lambda error, _: errors.append(error), max_retries=0
    )
    client.track("u1", "Job Viewed")
    client.flush()
    client.shutdown()
    assert "unauthorized" in str(errors[0])


def test_too_large_a_batch_is_refused_with_the_limit(server: Server) -> None:
    answer = httpx.post(
        f"{server.url}/v1/batch", content=b" " * 600_000, auth=(WRITE_KEY, ""), timeout=10
    )
    assert answer.status_code == 413
    assert "512000" in answer.json()["message"]
