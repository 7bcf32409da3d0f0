"""The state is away: who is new cannot have a key for their texts; all else goes on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from landed.collect.decode import decode_own
from landed.errors import StateError
from landed.wiring import Services
from tests.api.asking import WRITE, Client, assert_problem, make_client, make_services

NOWHERE = "clickhouse://127.0.0.1:1/landed"


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    made = make_services(tmp_path, store=NOWHERE)
    made.state.migrate()
    made.texts.refresh()
    made.spool.start()
    yield made
    made.spool.close()
    made.state.close()


@pytest.fixture
def client(services: Services) -> Iterator[Client]:
    with make_client(services) as client:
        yield client


def send(client: Client, person: str, **properties: Any) -> httpx.Response:
    event = {"event": "feedback_given", "user_id": person, "properties": properties}
    answer: httpx.Response = client.post(
        "/api/analytics/events", content=json.dumps({"events": [event]}), headers=WRITE
    )
    return answer


def take_away(services: Services) -> None:
    with services.state.writing() as connection:
        connection.execute(text("ALTER TABLE person_keys RENAME TO gone"))


def test_only_texts_of_new_people_have_to_wait(services: Services, client: Client) -> None:
    assert send(client, "ann", suggestions="more").status_code == httpx.codes.OK
    take_away(services)
    refused = send(client, "bob", suggestions="less")
    assert_problem(refused, 503, "state_unavailable")
    assert int(refused.headers["Retry-After"]) > 0
    assert_problem(send(client, "bob", suggestions="less"), 503, "state_unavailable")
    assert send(client, "ann", suggestions="more of it").status_code == httpx.codes.OK
    assert send(client, "bob", overall_satisfaction=4).status_code == httpx.codes.OK
    with services.state.writing() as connection:
        connection.execute(text("ALTER TABLE gone RENAME TO person_keys"))
    services.texts._rests_until = 0.0
    assert send(client, "bob", suggestions="less").status_code == httpx.codes.OK
    counts = services.collector.counts()
    assert counts == {("landed", "accepted"): 4}


def test_nothing_of_a_refused_request_is_kept(services: Services, client: Client) -> None:
    take_away(services)
    events = [
        {"event": "page_viewed", "user_id": "ann"},
        {"event": "feedback_given", "user_id": "ann", "properties": {"suggestions": "more"}},
    ]
    answer = client.post("/api/analytics/events", json={"events": events}, headers=WRITE)
    assert_problem(answer, 503, "state_unavailable")
    assert services.collector.counts() == {}
    services.spool.flush()
    assert services.spool.sealed() == []


def test_whoever_imports_is_told_as_well(services: Services) -> None:
    take_away(services)
    now = services.clock()
    body = b'{"events":[{"event":"x","user_id":"ann","properties":{"suggestions":"more"}}]}'
    decoded = decode_own(body, received_at=now)
    with pytest.raises(StateError, match="does not answer"):
        services.collector.submit(decoded, size=1, source="import", received_at=now)
