"""The routes that tell one thing each, and who may tell without a key."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema_rs import Draft202012Validator

from landed.collect.decode import CALLS
from tests.api.asking import WRITE, WRITE_KEY, Client, Count, assert_problem
from tests.serving import Server, serving

ROOT = "/api/analytics/"
TRACK = ROOT + "recommendations/track"
RECOMMENDATION = {"user_id": "user_123", "job_id": "job_456", "tier": "optimal"}

# As the quick start has it, word for word but for the comments.
QUICK_START = """
import requests

response = requests.post('http://localhost:5000/api/analytics/user-behavior/track-interaction', json={
    'session_id': 'session_123',
    'user_id': 'user_123',
    'interaction_type': 'recommendation_click',
    'page_url': '/recommendations',
    'element_id': 'recommendation_card_1'
})

response = requests.post('http://localhost:5000/api/analytics/recommendations/track', json={
    'session_id': 'session_123',
    'user_id': 'user_123',
    'job_id': 'job_456',
    'tier': 'optimal',
    'recommendation_score': 8.5
})
"""  # noqa: E501 - as it was written


@pytest.mark.parametrize("path", CALLS)
def test_each_call_is_durable_and_in_the_store(client: Client, count: Count, path: str) -> None:
    call = CALLS[path]
    before = count(call.event)
    answer = client.post(ROOT + path, json=call.example, headers=WRITE)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["success"], told["status"], told["event"]) == (True, "accepted", call.event)
    assert not call.makes or told[call.makes]
    assert count(call.event) == before + 1


def test_a_bad_call_names_its_field_and_nothing_is_kept(client: Client, count: Count) -> None:
    before = count("recommendation_shown", "quarantine")
    answer = client.post(TRACK, json={**RECOMMENDATION, "recommendation_score": 85}, headers=WRITE)
    problem = assert_problem(answer, 400, "invalid_event")
    assert problem["path"] == "$.recommendation_score"
    assert count("recommendation_shown", "quarantine") == before


def test_what_cannot_be_scrubbed_is_refused_too(client: Client) -> None:
    deep: Any = "x"
    for _ in range(40):
        deep = [deep]
    answer = client.post(TRACK, json={**RECOMMENDATION, "note": deep}, headers=WRITE)
    assert_problem(answer, 400, "invalid_event")


def test_without_consent_nothing_is_kept(client: Client, count: Count) -> None:
    before = count("recommendation_shown")
    answer = client.post(TRACK, json=RECOMMENDATION, headers={**WRITE, "Sec-GPC": "1"})
    assert answer.json()["status"] == "withheld"
    assert count("recommendation_shown") == before


def test_the_key_may_stand_in_the_body(client: Client) -> None:
    answer = client.post(TRACK, json={**RECOMMENDATION, "write_key": WRITE_KEY})
    assert answer.status_code == 200


def test_without_a_key_nothing_is_taken(client: Client) -> None:
    assert_problem(client.post(TRACK, json=RECOMMENDATION), 401, "unauthorized")


@pytest.fixture(scope="module")
def open_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("open"), LANDED_OPEN_WRITES="true") as running:
        yield running


def test_the_quick_start_runs_as_written(open_server: Server, tmp_path: Path) -> None:
    script = tmp_path / "quick_start.py"
    here = f"localhost:{open_server.port}"
    script.write_text(
        QUICK_START.replace("localhost:5000", here)
        + "assert (response.status_code, response.json()['success']) == (200, True)\n"
    )
    subprocess.run([sys.executable, str(script)], check=True, timeout=60)
    open_server.wait_for("SELECT 1 FROM events HAVING count() = 2")
    rows = open_server.sql(
        "SELECT event, source, properties.score AS score, toString(properties.page_path) AS path, "
        "uniqExact(session_id) OVER () = 1 AND uniqExact(subject_key) OVER () = 1 AS one_visit "
        "FROM events ORDER BY event"
    )
    assert [tuple(row.values()) for row in rows] == [
        ("interaction_recorded", "landed", None, "/recommendations", 1),
        ("recommendation_shown", "landed", 8.5, "", 1),
    ]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"X-Forwarded-For": "192.0.2.7"},
        {"Forwarded": "for=192.0.2.7"},
        {"Authorization": "Bearer lw_wrong"},
        {"X-API-Key": "lw_wrong"},
    ],
)
def test_open_writes_are_for_programs_on_this_machine_only(
    open_server: Server, headers: dict[str, str]
) -> None:
    answer = httpx.post(open_server.url + TRACK, json=RECOMMENDATION, headers=headers)
    assert_problem(answer, 401, "unauthorized")


def test_open_writes_open_nothing_else(open_server: Server) -> None:
    event = {"event": "goal_set", "user_id": "u", "properties": {"goal_type": "income"}}
    assert_problem(
        httpx.post(f"{open_server.url}/api/analytics/events", json=event), 401, "unauthorized"
    )
    assert_problem(httpx.get(f"{open_server.url}/api/analytics/metrics"), 401, "unauthorized")
    wrong = json.dumps({**RECOMMENDATION, "write_key": "lw_wrong"})
    assert_problem(httpx.post(open_server.url + TRACK, content=wrong), 401, "unauthorized")


@pytest.mark.parametrize("path", CALLS)
def test_the_document_shows_how_to_call(client: Client, path: str) -> None:
    document = client.get("/openapi.json").json()
    operation = document["paths"][ROOT + path]["post"]
    name = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    schema = {"$ref": name, "components": document["components"]}
    form = Draft202012Validator(schema)
    example = CALLS[path].example
    assert form.is_valid(example)
    assert not form.is_valid({"mood": "good"})
    for field in set(example) - {"element_id", "page_url", "session_id", "user_id"}:
        assert field in document["components"]["schemas"][name.rpartition("/")[2]]["properties"]
