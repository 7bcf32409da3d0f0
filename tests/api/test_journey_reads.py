"""Funnels, paths and CV processing over HTTP."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.api.asking import ADMIN, WRITE, Client, Count, assert_problem

FUNNEL = "/api/analytics/funnel"
PATHS = "/api/analytics/paths"
PROCESSING = "/api/analytics/behaviour/resume-processing"


def ask(client: Client, path: str, **params: Any) -> Any:
    answer = client.get(path, headers={**ADMIN, "Cache-Control": "no-cache"}, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()["answer"]


@pytest.fixture
def quiz(client: Client, count: Count) -> str:
    """Three people began a quiz yesterday, one of them on a phone; two finished it."""
    name = f"quiz_{uuid.uuid4().hex[:8]}"
    start = datetime.now(UTC) - timedelta(days=1)
    lives = [(f"{name} u{n}", what) for n, whats in enumerate(("be", "be", "b")) for what in whats]
    events = [
        {
            "event": f"{name}_{'began' if what == 'b' else 'ended'}",
            "user_id": person,
            "occurred_at": (start + timedelta(seconds=30 * (what == "e"))).isoformat(),
            "properties": {"colour": "red" if person.endswith("u0") else "blue"},
        }
        for person, what in lives
    ]
    client.post("/api/analytics/events", json={"events": events}, headers=WRITE)
    assert count(f"{name}_began") == 3
    assert count(f"{name}_ended") == 2
    return name


def test_a_funnel_of_own_events_with_a_window_that_has_passed(client: Client, quiz: str) -> None:
    steps = [f"{quiz}_began", f"{quiz}_ended"]
    answer = ask(client, FUNNEL, step=steps, window="60s", by="property.colour", range="7")
    first, second = answer["steps"]
    assert (first["people"], first["matured_people"], first["conversion"]) == (
        3,
        3,
        {"value": None},
    )
    assert (second["people"], second["seconds_median"]) == (2, 30)
    share = second["conversion"]
    assert (share["value"], share["n"]) == (pytest.approx(2 / 3), 3)
    assert 0 < share["ci_low"] < 2 / 3 < share["ci_high"] < 1
    assert [group["value"] for group in answer["groups"]] == ["blue", "red"]
    assert (answer["window_seconds"], answer["order"], answer["by"]) == (
        60,
        "ordered",
        "property.colour",
    )


def test_a_step_takes_filters_and_exclusions(client: Client, quiz: str) -> None:
    red = f"{quiz}_began;property.colour:is:red"
    answer = ask(client, FUNNEL, step=[red, f"{quiz}_ended"], window="60s")
    assert [step["people"] for step in answer["steps"]] == [1, 1]
    assert answer["steps"][0]["name"] == red
    answer = ask(client, FUNNEL, step=[red, f"{quiz}_ended"], exclude=f"{quiz}_ended")
    assert [step["people"] for step in answer["steps"]] == [1, 0]


def test_nobody_matured_is_no_rate(client: Client, quiz: str) -> None:
    steps = ask(client, FUNNEL, step=[f"{quiz}_began", f"{quiz}_ended"], window="90d")["steps"]
    assert [step["matured_people"] for step in steps] == [0, 0]
    assert steps[1]["conversion"] == {"value": None, "n": 0}
    assert steps[1]["seconds_median"] is None


def test_the_way_to_an_offer_is_the_default(client: Client) -> None:
    names = [step["name"] for step in ask(client, FUNNEL)["steps"]]
    assert names[0] == "recommendation_shown"
    assert names[-2:] == ["interview", "offer"]


def test_paths_of_own_events(client: Client, quiz: str) -> None:
    answer = ask(client, PATHS, start=f"{quiz}_began", steps="2")
    assert (answer["people"], answer["direction"]) == (3, "after")
    assert answer["sequences"] == [
        {"labels": [f"{quiz}_began", f"{quiz}_ended"], "people": 2, "ended": False},
        {"labels": [f"{quiz}_began"], "people": 1, "ended": True},
    ]
    assert {link["target"]: link["people"] for link in answer["links"]} == {
        f"{quiz}_ended": 2,
        "(end)": 1,
    }
    assert ask(client, PATHS, end=f"{quiz}_ended")["direction"] == "before"


def test_cv_processing_has_its_four_steps(client: Client) -> None:
    answer = ask(client, PROCESSING, range="365")
    assert [step["name"] for step in answer["steps"]] == ["upload", "parse", "tailor", "download"]
    assert answer["failures"] == []


@pytest.mark.parametrize(
    ("path", "params", "field"),
    [
        (FUNNEL, {"step": "page_viewed"}, "step"),
        (FUNNEL, {"step": ["page_viewed", "x;tier:like:y"]}, "step"),
        (FUNNEL, {"window": "1y"}, "window"),
        (FUNNEL, {"steps": "page_viewed"}, "steps"),
        (PATHS, {"start": "a", "end": "b"}, "start"),
        (PATHS, {"steps": "x"}, "steps"),
        (PROCESSING, {"range": "4"}, "range"),
    ],
)
def test_what_is_wrong_is_named(
    client: Client, path: str, params: dict[str, Any], field: str
) -> None:
    problem = assert_problem(client.get(path, headers=ADMIN, params=params), 422, "invalid_input")
    assert problem["detail"].endswith(f"(at {field})")
