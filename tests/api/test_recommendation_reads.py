"""The routes of recommendations, on a small demo market inside the real application."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import clickhouse_connect
import pytest

from landed.demo import MarketConfig
from landed.store.supervisor import EngineProcess
from tests.api.asking import ADMIN, Client, assert_problem, make_client, make_services
from tests.queries.market_log import END, fill

ROOT = "/api/analytics/recommendations"
REPORT = "/api/analytics/dashboard/quality-report"
ROUTES = (
    f"{ROOT}/effectiveness",
    f"{ROOT}/positions",
    f"{ROOT}/quality",
    f"{ROOT}/calibration",
    REPORT,
)
WHOLE = {
    "range": "custom",
    "from": (END - timedelta(days=60)).date().isoformat(),
    "to": (END - timedelta(days=1)).date().isoformat(),
}
BEFORE = {"range": "custom", "from": "2020-01-01", "to": "2020-02-01"}


@pytest.fixture(scope="module")
def shop(engine: EngineProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """An application whose store holds a market of 20,000 events."""
    name = f"api_{uuid.uuid4().hex[:12]}"
    with clickhouse_connect.get_client(dsn=engine.dsn, autogenerate_session_id=False) as server:
        server.command(f"CREATE DATABASE {name} ENGINE = Atomic")
        dsn = urlsplit(engine.dsn)._replace(path=f"/{name}").geturl()
        running = make_services(tmp_path_factory.mktemp("api"), store=dsn)
        running.start()
        running.store_ready.result(30)
        fill(running.store, MarketConfig(seed=3, days=60, events=20_000, end=END))
        with make_client(running) as client:
            yield client
        running.close()
        server.command(f"DROP DATABASE {name}")


def ask(client: Client, path: str, params: dict[str, str]) -> Any:
    answer = client.get(path, headers=ADMIN, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()["answer"]


@pytest.mark.parametrize("path", ROUTES)
def test_a_time_without_recommendations_is_answered(shop: Client, path: str) -> None:
    answer = ask(shop, path, BEFORE)
    assert answer["period"]["from"] == "2020-01-01"
    text = str(answer)
    assert "nan" not in text.lower()
    assert "inf" not in text.lower().replace("information", "")


@pytest.mark.parametrize("path", ROUTES)
def test_every_route_is_for_the_admin_and_names_a_wrong_parameter(shop: Client, path: str) -> None:
    assert_problem(shop.get(path), 401, "unauthorized")
    wrong = shop.get(path, headers=ADMIN, params={"position": "1"})
    assert "position" in assert_problem(wrong, 422, "invalid_input")["message"]


def test_effectiveness_tells_tiers_apart(shop: Client) -> None:
    answer = ask(shop, ROUTES[0], WHOLE)
    assert answer["by"] == "tier"
    names = {group["name"] for group in answer["groups"]}
    assert names == {"conservative", "optimal", "stretch"}
    overall = answer["overall"]
    assert sum(group["shown"] for group in answer["groups"]) == overall["shown"] > 1_000
    corrected, raw = overall["corrected_click_through_rate"], overall["click_through_rate"]
    assert corrected["ci_low"] > raw["value"]
    assert corrected["ci_low"] < corrected["value"] < corrected["ci_high"]
    assert 0 < overall["effective_size"] < overall["shown"]
    assert 0 < overall["interview_rate"]["matured_rate"] <= 1
    assert answer["positions"]["method"] == "contexts"


def test_effectiveness_is_split_by_what_is_asked(shop: Client) -> None:
    answer = ask(shop, ROUTES[0], {**WHOLE, "by": "surface"})
    assert {group["name"] for group in answer["groups"]} == {
        "dashboard",
        "email",
        "recommendations",
    }
    refused = shop.get(ROUTES[0], headers=ADMIN, params={"by": "colour'; --"})
    assert assert_problem(refused, 422, "invalid_input")["path"] == "by"


def test_positions_fall_from_one(shop: Client) -> None:
    answer = ask(shop, ROUTES[1], WHOLE)
    places = answer["places"]
    assert places[0]["examination"]["value"] == 1
    assert places[-1]["examination"]["ci_high"] < 1
    assert [place["first"] for place in places] == sorted(place["first"] for place in places)
    assert answer["positions"]["sampled_rate"] == 1


def test_quality_measures_order_reach_and_the_new(shop: Client) -> None:
    answer = ask(shop, ROUTES[2], WHOLE)
    clicks = answer["order"][0]
    assert [cut["k"] for cut in clicks["cuts"]] == [1, 3, 5, 10]
    hits = [cut["hit_rate"]["value"] for cut in clicks["cuts"]]
    assert hits == sorted(hits)
    assert {one["who"] for one in answer["cold_start"]} == {
        "new_people",
        "known_people",
        "new_jobs",
        "known_jobs",
    }
    assert 0 < answer["catalogue_coverage"] <= 1


def test_calibration_has_a_curve_for_clicks_and_applications(shop: Client) -> None:
    clicks, applications = ask(shop, ROUTES[3], WHOLE)["outcomes"]
    assert (clicks["outcome"], applications["outcome"]) == ("clicks", "applications")
    assert clicks["slope"]["value"] < clicks["raw_slope"]["value"]
    assert all(each["curve_rate"] is not None for each in clicks["bins"])


def test_the_report_puts_it_together(shop: Client) -> None:
    answer = ask(shop, REPORT, WHOLE)
    assert sum(week["shown"] for week in answer["weeks"]) == answer["overall"]["shown"]
    assert {trend["metric"] for trend in answer["trends"]} == {
        "click_through_rate",
        "application_rate",
        "quality_score",
    }
    assert {one["with"] for one in answer["correlations"]} == {
        "click-through rate",
        "application rate",
    }
    assert all(one["p_value"] < 0.05 for one in answer["suggestions"])
