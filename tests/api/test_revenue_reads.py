"""Revenue over HTTP: subscriptions go in by the front door and come out as revenue."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.api.asking import ADMIN, WRITE, Client, Count, assert_problem

SUMMARY = "/api/analytics/revenue/summary"
SERIES = "/api/analytics/revenue/series"
CURRENCY = "XTS"  # the code for tests: the book of no other test
POSTED: list[tuple[str, str]] = []


def ask(client: Client, path: str, **params: Any) -> Any:
    answer = client.get(path, headers={**ADMIN, "Cache-Control": "no-cache"}, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()["answer"]


@pytest.fixture(scope="module")
def people() -> tuple[str, str]:
    return f"ann-{uuid4()}", f"bob-{uuid4()}"


@pytest.fixture
def paying(client: Client, count: Count, people: tuple[str, str]) -> None:
    """Ann pays 20 a month since 40 days; bob 240 a year for ten days, then no more."""
    if people in POSTED:
        return
    POSTED.append(people)
    ann, bob = people
    events = [
        _event("subscription_started", ann, 40, amount=20.0),
        _event("subscription_started", bob, 12, amount=240.0, interval="year", plan="enterprise"),
        _event("subscription_cancelled", bob, 2, reason="found_job"),
    ]
    client.post("/api/analytics/events", json={"events": events}, headers=WRITE).raise_for_status()
    assert count("subscription_cancelled")


def _event(event: str, person: str, days_ago: int, **properties: Any) -> dict[str, Any]:
    return {
        "event": event,
        "user_id": person,
        "occurred_at": (datetime.now(UTC) - timedelta(days=days_ago)).isoformat(),
        "properties": {"plan": "premium", "currency": CURRENCY} | properties,
    }


@pytest.mark.usefixtures("paying")
def test_the_summary_names_the_currency_and_what_moved_it(client: Client) -> None:
    answer = ask(client, SUMMARY, range="28")
    assert answer["main_currency"]
    found = next(one for one in answer["currencies"] if one["currency"] == CURRENCY)
    assert (found["mrr"], found["arr"], found["subscribers"]) == (20.0, 240.0, 1)
    assert (found["mrr_before"], found["mrr_month_ago"], found["growth_rate"]) == (20.0, 20.0, 0.0)
    moves = found["movements"]
    assert (moves["new"], moves["churned"], moves["discovered"]) == (20.0, -20.0, 0.0)
    assert found["plans"] == [{"plan": "premium", "subscribers": 1, "mrr": 20.0}]
    assert found["reasons"] == [{"reason": "found_job", "subscriptions": 1, "mrr": 20.0}]
    assert found["month"]["customer_churn_rate"]["value"] == 0.0
    assert found["month"]["net_revenue_retention"]["value"] == 1.0
    assert found["year"]["subscribers"] == 0
    assert [step["next_step"] for step in answer["conversion"]] == [
        "free",
        "premium",
        "enterprise",
        "paid",
    ]
    assert answer["within_days"] == 30


@pytest.mark.usefixtures("paying")
def test_the_series_adds_up(client: Client) -> None:
    answer = ask(client, SERIES, range="28", currency=CURRENCY.lower(), zone="Asia/Tokyo")
    assert (answer["currency"], answer["grain"]) == (CURRENCY, "day")
    assert CURRENCY in answer["currencies"]
    assert len(answer["points"]) == 28
    mrr = answer["mrr_before"]
    for point in answer["points"]:
        mrr += sum(point["movements"].values())
        assert point["mrr"] == mrr
        assert point["arr"] == 12 * mrr
    assert (mrr, max(point["subscribers"] for point in answer["points"])) == (20.0, 2)
    assert len(ask(client, SERIES, range="90", grain="month")["points"]) in {3, 4}


@pytest.mark.parametrize(
    ("path", "params", "field"),
    [
        (SERIES, {"grain": "hour"}, "grain"),
        (SERIES, {"currency": "US"}, "currency"),
        (SERIES, {"currency": "'; --"}, "currency"),
        (SUMMARY, {"within_days": "0"}, "within_days"),
        (SUMMARY, {"within_days": "366"}, "within_days"),
        (SUMMARY, {"range": "12"}, "range"),
        (SUMMARY, {"from": "x", "range": "custom"}, "from"),
        (SUMMARY, {"plan": "premium"}, "plan"),
    ],
)
def test_what_is_wrong_is_named(
    client: Client, path: str, params: dict[str, str], field: str
) -> None:
    body = assert_problem(client.get(path, headers=ADMIN, params=params), 422, "invalid_input")
    assert body["path"] == field


@pytest.mark.parametrize("path", [SUMMARY, SERIES])
def test_the_admin_key_is_needed(client: Client, path: str) -> None:
    assert client.get(path).status_code == 401
    assert client.get(path, headers=WRITE).status_code == 403
