"""Performance and the dashboard's first look, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from litestar.testing import TestClient

from landed.api.dashboard_reads import KPIS
from landed.errors import QueryError
from landed.insights import AlertBook, TargetCheck
from landed.metrics import METRICS
from landed.wiring import Services
from tests.api.asking import ADMIN, WRITE, Client, Count, make_app

ROOT = "/api/analytics/"
NOW = {**ADMIN, "Cache-Control": "no-cache"}


@pytest.fixture(scope="module")
def firing() -> AlertBook:
    """A book in which one alert fires."""
    book = AlertBook(after=1, recovery=1)
    check = TargetCheck(metric="error_rate", value=0.25, target=0.05, met=False)
    book.take([check], datetime(2026, 5, 1, 12, tzinfo=UTC))
    return book


@pytest.fixture(scope="module")
def watched(services: Services, firing: AlertBook) -> Iterator[Client]:
    """The application with an alert, and targets of its own."""
    settings = services.settings.model_copy(update={"target_response_ms": 150.0})
    app = make_app(replace(services, alerts=firing, settings=settings))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def traffic(client: Client, count: Count) -> str:
    """Four requests to one route two minutes ago, one of them failed, and somebody on a page."""
    route = "/api/jobs/{job_id}/watched"
    at = (datetime.now(UTC) - timedelta(minutes=2)).isoformat()
    seen = {"userId": "somebody", "event": "page_viewed", "timestamp": at}
    client.post("/v1/track", json=seen, headers=WRITE).raise_for_status()
    before = count("api_request_completed")
    for status, ms in ((200, 100), (200, 100), (404, 100), (500, 500)):
        told = {"endpoint": route, "status_code": status, "response_time": ms, "occurred_at": at}
        client.post(f"{ROOT}performance/track-api", json=told, headers=WRITE).raise_for_status()
    assert count("api_request_completed") == before + 4
    return route


def get(client: Client, path: str, **params: str) -> Any:
    answer = client.get(ROOT + path, headers=NOW, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()["answer"]


def test_the_summary_holds_the_numbers_against_the_targets(watched: Client, traffic: str) -> None:
    found = get(watched, "performance/summary", range="7")
    route = next(one for one in found["routes"] if one["endpoint"] == traffic)
    assert route["requests"] % 4 == 0
    assert route["error_rate"] == 0.25
    assert route["mean_response_ms"] == 200.0
    targets = {one["metric"]: one for one in found["targets"]}
    assert targets["p95_response_ms"]["target"] == 150.0
    assert targets["p95_response_ms"]["met"] is False
    assert found["health"]["status"] == "degraded"
    assert 0 <= found["health"]["score"] < 100
    assert sum(part["weight"] for part in found["health"]["parts"]) == pytest.approx(1)


def test_every_number_of_the_summary_has_a_metric(watched: Client, traffic: str) -> None:
    found = get(watched, "performance/summary")
    assert {one["metric"] for one in found["targets"]} <= METRICS.keys()
    assert traffic in {one["endpoint"] for one in found["routes"]}
    rates = {"error_rate", "mean_response_ms", "p50_response_ms", "p95_response_ms"}
    assert rates <= found["requests"].keys() & METRICS.keys()


def test_real_time_is_of_the_last_minutes_and_hardly_kept(watched: Client, traffic: str) -> None:
    answer = watched.get(f"{ROOT}performance/real-time", headers=ADMIN)
    assert answer.headers["cache-control"] in {f"private, max-age={left}" for left in (0, 1, 2)}
    found = get(watched, "performance/real-time")
    five, fifteen = found["windows"]
    assert (five["minutes"], fifteen["minutes"]) == (5, 15)
    requests = five["performance"]["requests"]["requests"]
    assert requests >= 4
    assert five["requests_per_minute"] == requests / 5
    assert 0 < five["events"] <= fifteen["events"]
    assert 0 < five["active_users"] <= fifteen["active_users"]
    assert traffic in {one["endpoint"] for one in five["performance"]["routes"]}
    (alert,) = found["alerts"]
    assert (alert["metric"], alert["missed_since"]) == ("error_rate", "2026-05-01T12:00:00Z")


def test_the_overview_has_every_key_number_beside_the_period_before(
    watched: Client, traffic: str
) -> None:
    assert traffic
    found = get(watched, "dashboard/overview", range="7")
    assert found["missing"] == []
    kpis = {one["metric"]: one for one in found["kpis"]}
    assert list(kpis) == [name for names in KPIS for name in names]
    assert {one["area"] for one in kpis.values()} == {one.area for one in METRICS.values()}
    requests = kpis["api_requests"]
    assert requests["now"]["value"] >= 4
    assert (requests["before"]["value"], requests["change_rate"]) == (0.0, None)
    assert found["active_users_now"] > 0
    assert found["health"]["status"] == "degraded"
    assert [one["metric"] for one in found["alerts"]] == ["error_rate"]
    asked = watched.get(
        f"{ROOT}query",
        headers=NOW,
        params={"metrics": "api_requests,error_rate", "range": "7", "compare": "previous"},
    ).json()["answer"]["rows"][0]["values"]
    assert asked["api_requests"]["value"] == requests["now"]["value"]
    assert asked["error_rate"]["value"] == kpis["error_rate"]["now"]["value"]


def test_a_change_is_told_against_the_period_before(
    client: Client, count: Count, watched: Client
) -> None:
    last_week = (datetime.now(UTC) - timedelta(days=8)).isoformat()
    told = {"user_id": "u", "advancement_type": "promotion"}
    path = f"{ROOT}success/track-advancement"
    client.post(path, json={**told, "occurred_at": last_week}, headers=WRITE).raise_for_status()
    for _ in range(3):
        client.post(path, json=told, headers=WRITE).raise_for_status()
    count("career_advanced")
    kpis = {one["metric"]: one for one in get(watched, "dashboard/overview", range="7")["kpis"]}
    one = kpis["career_advancements"]
    now, before = one["now"]["value"], one["before"]["value"]
    assert now > before > 0
    assert one["change_rate"] == (now - before) / before


def test_numbers_that_cannot_be_had_are_named(
    watched: Client, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = services.store.query_metrics

    def query(question: Any, relation: str, **more: Any) -> Any:
        if relation == "applications":
            raise QueryError("It took too long; ask for a shorter period.")
        return real(question, relation, **more)

    monkeypatch.setattr(services.store, "query_metrics", query)
    found = get(watched, "dashboard/overview")
    assert found["missing"] == [
        {
            "metrics": ["interview_rate", "offer_rate"],
            "reason": "It took too long; ask for a shorter period.",
        }
    ]
    assert "applications" in {one["metric"] for one in found["kpis"]}
