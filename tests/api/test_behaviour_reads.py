"""How people come back, over HTTP: shapes, refusals, and one person's day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.api.asking import ADMIN, WRITE, Client, Count, assert_problem

BEHAVIOUR = "/api/analytics/behaviour"
PERSON = "/api/analytics/user-behavior/metrics"


def ask(client: Client, path: str, **params: Any) -> Any:
    answer = client.get(path, headers={**ADMIN, "Cache-Control": "no-cache"}, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()["answer"]


@pytest.fixture
def person(client: Client, count: Count, name: str) -> str:
    """Somebody who came yesterday and the day before: an event of a name of their own each."""
    today = datetime.now(UTC).replace(hour=0, minute=0)
    person = f"person of {name}"
    events: list[dict[str, Any]] = [
        {"event": kind, "user_id": person, "occurred_at": moment.isoformat(), "properties": more}
        for moment in (today - timedelta(hours=30), today - timedelta(hours=4))
        for kind, more in (
            (name, {}),
            ("feature_used", {"feature": name}),
            ("page_viewed", {"path": "/jobs"}),
        )
    ]
    client.post("/api/analytics/events", json={"events": events}, headers=WRITE)
    assert count(name) == 2
    return person


@pytest.mark.usefixtures("person")
def test_active_people_of_a_week(client: Client) -> None:
    days = ask(client, f"{BEHAVIOUR}/active-users", range="7")["days"]
    assert len(days) == 7
    assert days[-1]["is_unfinished"]
    assert days[-2]["daily_active_users"] >= 1
    for day in days:
        daily, weekly = day["daily_active_users"], day["weekly_active_users"]
        assert daily <= weekly <= day["monthly_active_users"]
        assert (day["stickiness"] is None) == (day["monthly_active_users"] == 0)


@pytest.mark.usefixtures("person")
def test_a_life_cycle_adds_up(client: Client) -> None:
    answer = ask(client, f"{BEHAVIOUR}/lifecycle", range="7")
    assert answer["grain"] == "day"
    before = None
    for stage in answer["stages"]:
        parts = (stage[f"{part}_people"] for part in ("new", "returning", "resurrected"))
        assert stage["active_people"] == sum(parts)
        if before is not None and not stage["is_unfinished"]:
            assert stage["dormant_people"] == before - stage["returning_people"]
        before = stage["active_people"]
    assert answer["stages"][-1]["dormant_people"] is None


@pytest.mark.usefixtures("person")
@pytest.mark.parametrize(
    ("params", "form"),
    [
        ({}, "n_day"),
        ({"grain": "week"}, "bracket"),
        ({"grain": "day", "form": "rolling"}, "rolling"),
    ],
)
def test_a_triangle_of_cohorts(client: Client, params: dict[str, str], form: str) -> None:
    answer = ask(client, f"{BEHAVIOUR}/retention", range="28", **params)
    assert answer["form"] == form
    assert answer["ages"][0]["rate"]["value"] in {None, 1.0}
    assert answer["cohorts"]
    for cohort in answer["cohorts"]:
        assert cohort["cells"][0]["people"] == cohort["people"] > 0
        assert cohort["cells"][-1]["rate"] is None
        assert all(0 <= (cell["rate"] or 0) <= 1 for cell in cohort["cells"])


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"grain": "week", "form": "n_day"}, "n_day goes with days"),
        ({"grain": "day", "form": "bracket"}, "bracket with weeks and months"),
        ({"form": "forever"}, "must be one of n_day, bracket, rolling"),
        ({"grain": "hour"}, "must be one of day, week, month"),
    ],
)
def test_forms_and_grains_that_do_not_go_together(
    client: Client, params: dict[str, str], words: str
) -> None:
    answer = client.get(f"{BEHAVIOUR}/retention", headers=ADMIN, params=params)
    assert words in assert_problem(answer, 422, "invalid_input")["message"]


def test_a_feature_and_its_first_uses(client: Client, person: str) -> None:
    answer = ask(client, f"{BEHAVIOUR}/features", range="7")
    name = person.removeprefix("person of ")
    mine = next(one for one in answer["features"] if one["feature"] == name)
    assert (mine["uses"], mine["people"]) == (2, 1)
    assert mine["adoption_rate"]["n"] == answer["active_people"] >= 1
    assert [point["day"] for point in mine["first_use"]] == list(range(31))
    assert mine["first_use"][30]["rate"]["value"] is None


@pytest.mark.usefixtures("person")
def test_scores_of_everybody(client: Client) -> None:
    answer = ask(client, f"{BEHAVIOUR}/engagement")
    assert sum(answer["scores"]) == answer["people"] >= 1
    assert 0 < answer["mean"] <= 100
    assert sum(part["points"] for part in answer["parts"]) == pytest.approx(answer["mean"])
    assert sum(part["weight"] for part in answer["parts"]) == 100


def test_what_one_person_did(client: Client, person: str) -> None:
    answer = ask(client, f"{PERSON}/{person}", range="7")
    assert (answer["events"], answer["pages"], answer["sessions"]) == (6, 2, 0)
    assert [feature["uses"] for feature in answer["features"]] == [2]
    assert answer["engagement_score"] > 0
    parts = {part["name"]: part["value"] for part in answer["engagement_parts"]}
    assert parts["frequency"] == pytest.approx(2 / 4 / 3)


def test_an_unknown_person_is_not_found_and_not_repeated(client: Client) -> None:
    answer = client.get(f"{PERSON}/nobody-9731", headers=ADMIN)
    assert "9731" not in str(assert_problem(answer, 404, "not_found"))
