"""The stock PostHog library for Python, unmodified: only its host is set."""

from __future__ import annotations

import importlib
import uuid
from typing import Any

import httpx
import pytest

from tests.clients.conftest import properties_of, wait_for_person
from tests.serving import WRITE_KEY, Server

Posthog: Any = importlib.import_module("posthog").Posthog


@pytest.mark.parametrize(
    "options",
    [{}, {"gzip": True}, {"capture_mode": "v1"}, {"capture_mode": "v1", "gzip": True}],
    ids=["batch", "batch-gzip", "v1", "v1-gzip"],
)
def test_every_call_arrives(server: Server, options: dict[str, Any]) -> None:
    user, anonymous = uuid.uuid4().hex, uuid.uuid4().hex
    message = uuid.uuid4()
    errors: list[Any] = []
    client = Posthog(
        WRITE_KEY, host=server.url, on_error=lambda error, _: errors.append(error), **options
    )
    for _ in range(2):
        client.capture(
            "recommendation_shown",
            distinct_id=user,
            properties={"job_id": "j9", "position": 1, "$ip": "203.0.113.9"},
            uuid=str(message),
        )
    client.set(distinct_id=user, properties={"plan": "pro", "name": "Zoe"})
    client.group_identify("company", "acme-corp", {"employee_count": 3}, distinct_id=user)
    client.alias(anonymous, user)
    client.capture(
        "$feature_flag_called",
        distinct_id=user,
        properties={"$feature_flag": "ranking", "$feature_flag_response": "test"},
    )
    client.flush()
    client.shutdown()
    assert errors == []
    rows = wait_for_person(server, message, 5)
    assert [row[0] for row in rows] == [
        "experiment_exposed",
        "group_joined",
        "person_aliased",
        "person_identified",
        "recommendation_shown",
    ]
    assert {row[1] for row in rows} == {"posthog"}
    assert properties_of(rows, "experiment_exposed")["variant"] == "test"
    assert properties_of(rows, "recommendation_shown")["position"] == 1
    stored = str(rows)
    for raw in (user, anonymous, "203.0.113.9", "Zoe", "acme-corp"):
        assert raw not in stored


def test_the_older_routes_take_forms_and_queries(server: Server) -> None:
    ids = [uuid.uuid4() for _ in range(2)]
    texts = [
        f'{{"api_key": "{WRITE_KEY}", "event": "e", "distinct_id": "u", "uuid": "{each}"}}'
        for each in ids
    ]
    posted = httpx.post(f"{server.url}/e/", data={"data": texts[0]}, timeout=10)
    got = httpx.get(f"{server.url}/capture", params={"data": texts[1]}, timeout=10)
    assert (posted.status_code, posted.json()) == (200, {"status": 1})
    assert (got.status_code, got.json()) == (200, {"status": 1})
    for each in ids:
        wait_for_person(server, each, 1)
