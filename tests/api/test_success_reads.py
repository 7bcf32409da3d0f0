"""Success over HTTP: what people report goes in by the front door and comes out as numbers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from landed.privacy import Pseudonymiser
from landed.store import connect
from landed.wiring import Services
from tests.api.asking import ADMIN, WRITE, Client, Count, assert_problem, make_client

SYSTEM = "/api/analytics/success/system-metrics"
PERSON = "/api/analytics/success/metrics/"
CHURN = "/api/analytics/success/churn"
STORIES = "/api/analytics/dashboard/success-stories"
POSTED: list[str] = []


def ask(client: Client, path: str, **params: Any) -> Any:
    answer = client.get(path, headers={**ADMIN, "Cache-Control": "no-cache"}, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()["answer"]


def event(name: str, person: str, days_ago: float, **properties: Any) -> dict[str, Any]:
    at = datetime.now(UTC) - timedelta(days=days_ago)
    return {
        "event": name,
        "user_id": person,
        "occurred_at": at.isoformat(),
        "properties": properties,
    }


@pytest.fixture(scope="module")
def ann() -> str:
    return f"ann {uuid4()}"


@pytest.fixture
def hired(client: Client, count: Count, ann: str) -> str:
    """Ann applied from a recommendation 20 days ago, was hired, and may be told of."""
    if ann in POSTED:
        return ann
    POSTED.append(ann)
    events = [
        event("page_viewed", ann, 30, path="/jobs"),
        event("goal_set", ann, 25, goal_type="income", goal_id="g1"),
        event("application_submitted", ann, 20, job_id="j", application_id="a1"),
        event(
            "application_outcome_recorded",
            ann,
            15,
            application_id="a1",
            outcome_type="interview_scheduled",
        ),
        event("income_changed", ann, 5, previous_usd=50_000, current_usd=60_000),
        event("career_advanced", ann, 5, advancement_type="promotion"),
        event("goal_achieved", ann, 4, goal_type="income", goal_id="g1"),
        event("consent_changed", ann, 3, purpose="success_stories", granted=True),
    ]
    client.post("/api/analytics/events", json={"events": events}, headers=WRITE).raise_for_status()
    assert count("consent_changed")
    return ann


@pytest.mark.usefixtures("hired")
def test_what_became_of_everybody(client: Client) -> None:
    answer = ask(client, SYSTEM, range="28")
    income = answer["income"]
    assert income["changes"] >= 1
    assert income["median"]["value"] is not None
    assert 0 < income["higher_income_rate"]["value"] <= 1
    assert answer["active_people"] >= income["higher_income_people"]
    assert {kind["kind"] for kind in answer["careers"]["kinds"]} >= {"promotion"}
    everything = answer["goals"][0]
    assert (everything["goal_type"], everything["reached"] >= 1) == ("", True)
    assert everything["rate_30_days"]["n"] == everything["goals"]
    assert [one["outcome"] for one in answer["waiting"]] == ["interview", "offer"]
    assert answer["waiting"][0]["reached"] >= 1
    back = answer["recommendation_return"]
    assert back["cost_usd"] == back["llm_cost_usd"] + back["infrastructure_cost_usd"]
    assert back["not_attributed_changes"] >= 1
    assert answer["churn"]["days"] == 30


def test_what_became_of_one_person(client: Client, hired: str) -> None:
    answer = ask(client, PERSON + hired)
    assert [step["after_usd"] for step in answer["incomes"]] == [60_000]
    assert answer["income_improvement"] == pytest.approx(0.2)
    assert [step["kind"] for step in answer["advancements"]] == ["promotion"]
    assert [goal["reached_at"] is not None for goal in answer["goals"]] == [True]
    sent = answer["applications"]
    assert (sent["sent"], sent["interviews"], sent["offers"]) == (1, 1, 0)
    assert sent["days_to_first_interview"] == pytest.approx(5, abs=0.01)
    risk = answer["churn"]
    assert (risk["has_left"], risk["days_since_visit"], risk["visit_days"]) == (False, 20, 2)


def test_a_person_without_events_is_not_found_and_not_named(client: Client) -> None:
    stranger = f"jane.doe+{uuid4()}@example.org"
    answer = client.get(PERSON + stranger, headers=ADMIN)
    assert_problem(answer, 404, "not_found")
    assert "jane" not in answer.text


def test_churn_says_what_it_counts(client: Client, hired: str) -> None:
    assert hired
    answer = ask(client, CHURN, days="21")
    assert answer["definition"] == "Somebody has left who did not come for 21 days."
    assert answer["people"] >= 1
    kept, left = answer["retained_rate"]["value"], answer["churn_rate"]["value"]
    assert (kept is None) == (left is None)
    assert kept is None or kept == pytest.approx(1 - left)


def test_churn_shows_how_its_model_did(client: Client, count: Count) -> None:
    """260 people came 70 days ago, most of them again 40 days ago, some 10 days ago."""
    visits = [(70, 260), (40, 230), (10, 150)]
    crowd = [f"crowd-{uuid4()}" for _ in range(260)]
    events = [
        event("page_viewed", person, days_ago, path="/jobs")
        for days_ago, size in visits
        for person in crowd[:size]
    ]
    client.post("/api/analytics/events", json={"events": events}, headers=WRITE).raise_for_status()
    assert count("page_viewed") >= 640
    answer = ask(client, CHURN)
    assert answer["people"] >= 150
    assert sum(band["people"] for band in answer["bands"]) == answer["people"]
    assert 0 < answer["expected_leavers"]["value"] < answer["people"]
    test = answer["test"]
    assert sum(part["people"] for part in test["bins"]) == answer["churn_rate"]["n"] >= 230
    assert 0 < test["brier"] < 1


def test_stories_are_labelled_and_nothing_else(
    client: Client, hired: str, services: Services
) -> None:
    key = Pseudonymiser(services.keys.pseudonym_secret).subject_key(hired).hex()
    shown = client.get(STORIES, headers=ADMIN, params={"range": "28"})
    answer = shown.json()["answer"]
    assert answer["purpose"] == "success_stories"
    story = next(one for one in answer["stories"] if one["label"] == key[:8])
    assert story["income_improvement"] == pytest.approx(0.2)
    assert (story["advancements"], story["goals_reached"]) == (["promotion"], 1)
    assert key not in shown.text
    assert hired not in shown.text
    assert answer["note"] == ""


def test_an_empty_list_says_why(client: Client, hired: str) -> None:
    assert hired
    past = {"range": "custom", "from": "2020-01-01", "to": "2020-01-31"}
    answer = ask(client, STORIES, **past)
    assert answer["stories"] == []
    assert "in this period" in answer["note"]


def test_without_any_consent_the_list_says_how_to_ask_for_it(
    services: Services, database: str
) -> None:
    with connect(database) as empty:
        empty.migrate()
        with make_client(replace(services, store=empty)) as client:
            answer = ask(client, STORIES)
    assert (answer["consenting_people"], answer["stories"]) == (0, [])
    assert "consent_changed" in answer["note"]


@pytest.mark.parametrize(
    ("path", "params", "field"),
    [
        (CHURN, {"days": "6"}, "days"),
        (CHURN, {"days": "91"}, "days"),
        (CHURN, {"range": "28"}, "range"),
        (STORIES, {"limit": "0"}, "limit"),
        (STORIES, {"limit": "1 OR 1"}, "limit"),
        (SYSTEM, {"range": "5"}, "range"),
        (PERSON + "ann", {"range": "28"}, "range"),
    ],
)
def test_what_is_wrong_is_named(
    client: Client, path: str, params: dict[str, str], field: str
) -> None:
    body = assert_problem(client.get(path, headers=ADMIN, params=params), 422, "invalid_input")
    assert body["path"] == field


@pytest.mark.parametrize("path", [SYSTEM, PERSON + "ann", CHURN, STORIES])
def test_the_admin_key_is_needed(client: Client, path: str) -> None:
    assert client.get(path).status_code == 401
    assert client.get(path, headers=WRITE).status_code == 403
