"""The metrics over HTTP: what there is, and any of it over any time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from landed.metrics import METRICS
from tests.api.asking import ADMIN, WRITE, Client, Count, assert_problem

QUERY = "/api/analytics/query"


def ask(client: Client, **params: Any) -> Any:
    answer = client.get(QUERY, headers={**ADMIN, "Cache-Control": "no-cache"}, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()["answer"]


@pytest.fixture
def quiz(client: Client, count: Count, name: str) -> str:
    """Three events of a name of their own, yesterday: two of red, one of blue."""
    yesterday = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    events = [
        {
            "event": name,
            "user_id": f"u{number}",
            "occurred_at": yesterday,
            "properties": {"colour": colour, "seconds": number},
        }
        for number, colour in enumerate(("red", "red", "blue"))
    ]
    client.post("/api/analytics/events", json={"events": events}, headers=WRITE)
    assert count(name) == 3
    return name


def test_every_metric_is_listed_with_its_definition(client: Client) -> None:
    listed = client.get("/api/analytics/metrics", headers=ADMIN).json()["answer"]["metrics"]
    assert [card["name"] for card in listed] == list(METRICS)
    card = next(card for card in listed if card["name"] == "click_through_rate")
    assert card["question"].endswith("?")
    assert "tier" in card["dimensions"]
    assert "property.NAME" in card["dimensions"]


def test_a_count_of_a_custom_event_split_by_its_property(client: Client, quiz: str) -> None:
    answer = ask(client, metrics="events", filter=f"event:is:{quiz}", by="property.colour")
    found = {row["by"]["property.colour"]: row["values"]["events"] for row in answer["rows"]}
    assert found == {"red": {"value": 2.0}, "blue": {"value": 1.0}}


def test_several_filters_must_all_hold(client: Client, quiz: str) -> None:
    filters = [f"event:is:{quiz}", "property.colour:is:red|blue", "property.seconds:gte:1"]
    assert ask(client, metrics="events", filter=filters)["rows"][0]["values"]["events"] == {
        "value": 2.0
    }


def test_a_series_has_every_day_of_the_zone_and_the_period_before(
    client: Client, quiz: str
) -> None:
    asked = {"metrics": "events", "filter": f"event:is:{quiz}", "range": "7", "grain": "day"}
    answer = ask(client, **asked, zone="Asia/Tokyo", compare="previous")
    assert len(answer["rows"]) == 7
    assert all(row["at"].endswith("T00:00:00+09:00") for row in answer["rows"])
    assert sum(row["values"]["events"]["value"] for row in answer["rows"]) == 3
    assert sum(row["values"]["events"]["value"] for row in answer["previous_rows"]) == 0
    assert answer["previous_period"]["to"] < answer["period"]["from"]


def test_metrics_of_several_relations_stand_in_one_row(client: Client) -> None:
    (row,) = ask(client, metrics="applications,interview_rate,sessions")["rows"]
    assert set(row["values"]) == {"applications", "interview_rate", "sessions"}


@pytest.mark.parametrize(
    ("params", "path", "words"),
    [
        ({"metrics": "hires"}, "metrics", "not known"),
        ({"metrics": "funnel_people"}, "metrics", "/api/analytics/funnel"),
        ({"metrics": "events", "by": "shoe_size"}, "by", "property.NAME"),
        ({"metrics": "sessions", "by": "property.colour"}, "by", "no dimension of sessions"),
        ({"metrics": "events", "by": "tier,plan,event,source"}, "by", "at most 3"),
        ({"metrics": "events", "filter": "tier:like:x"}, "filter", "is_not"),
        ({"metrics": "events", "filter": "status:gt:many"}, "filter", "no number"),
        ({"metrics": "events", "grain": "second"}, "grain", "hour, day"),
        ({"metrics": "events", "users": "nice"}, "users", "power"),
        ({"metrics": "events", "limit": "0"}, "limit", "10000"),
        ({"metrics": "events", "compare": "next"}, "compare", "previous"),
        ({"metrics": "events", "zone": "Mars/Olympus"}, "zone", "Europe/Berlin"),
        (
            {"metrics": "events", "range": "custom", "from": "2026-02-02", "to": "2026-02-01"},
            "from",
            "after",
        ),
        (
            {"metrics": "events", "range": "custom", "from": "2001-01-01", "to": "2026-01-01"},
            "from",
            "at most",
        ),
    ],
)
def test_what_is_wrong_is_named_with_the_remedy(
    client: Client, params: dict[str, str], path: str, words: str
) -> None:
    problem = assert_problem(client.get(QUERY, headers=ADMIN, params=params), 422, "invalid_input")
    assert problem["path"] == path
    assert words in problem["message"]


@pytest.mark.parametrize(
    "hostile",
    ["') OR 1=1 --", "`; DROP TABLE events", "{p0:String}", "$ids", "\u2028", "a\\'b", "%27"],
)
def test_hostile_names_are_values_and_nothing_else(client: Client, hostile: str) -> None:
    answer = ask(client, metrics="events", filter=f"property.{hostile}:is:{hostile}")
    assert answer["rows"][0]["values"]["events"]["value"] == 0
    assert ask(client, metrics="events", by=f"property.{hostile}")["rows"] is not None
    assert ask(client, metrics="events", by=f"variant.{hostile}")["rows"] is not None
