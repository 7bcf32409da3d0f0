"""The queries of performance: hand-counted events, and a demo market computed with Polars."""

from __future__ import annotations

import json
import math
from typing import Any

import polars as pl
import pytest

from landed.insights import Performance, Targets, fetch_performance
from landed.store import Store
from tests.queries.event_rows import Row, an_event, as_stream, at
from tests.queries.market_log import END, MarketLog

TARGETS = Targets(response_ms=150.0, processing_seconds=2.0)


def ask(store: Store, rows: list[Row]) -> Performance:
    store.insert("events", as_stream(rows), token="rows")
    return fetch_performance(store, since=at(1), until=at(4), targets=TARGETS)


def a_request(endpoint: str, status: int, ms: float | None, day: int = 2) -> Row:
    return an_event(
        "api_request_completed",
        "web",
        at(day),
        endpoint=endpoint,
        status=status,
        duration_ms=ms,
    )


def test_requests_by_route_and_all_together(store: Store) -> None:
    found = ask(
        store,
        [
            a_request("/jobs", 200, 100),
            a_request("/jobs", 500, 300),
            a_request("/jobs", 404, None),  # the client's fault, and of unknown time
            a_request("/login", 200, 50),
            a_request("/login", 503, 50, day=4),  # outside
        ],
    )
    assert (found.route_count, [route.endpoint for route in found.routes]) == (
        2,
        ["/jobs", "/login"],
    )
    jobs, login = found.routes
    assert (jobs.requests, jobs.errors, jobs.error_rate) == (3, 1, 1 / 3)
    assert (jobs.mean_response_ms, login.p95_response_ms) == (200.0, 50.0)
    everything = found.requests
    assert (everything.requests, everything.errors, everything.error_rate) == (4, 1, 0.25)
    assert everything.mean_response_ms == 150.0
    assert everything.p99_response_ms == pytest.approx(300, abs=1)
    assert [check.met for check in found.targets[:2]] == [False, False]


def test_steps_machines_errors_and_costs(store: Store) -> None:
    def step(name: str, seconds: float, *, success: bool | None = None) -> Row:
        return an_event(
            "workflow_step_completed",
            "web",
            at(2),
            workflow="tailor",
            step=name,
            duration_seconds=seconds,
            success=success,
        )

    def sample(host: str, day: int, cpu: float) -> Row:
        return an_event("system_sampled", "web", at(day), host=host, cpu_percent=cpu)

    found = ask(
        store,
        [
            step("parse", 1.0, success=True),
            step("parse", 2.0, success=False),
            step("match", 0.75),
            sample("web", 1, 20),
            sample("web", 2, 40),
            sample("db", 3, 90),
            an_event("error_occurred", "web", at(1), error_type="Timeout", severity="error"),
            an_event("error_occurred", "web", at(2), error_type="Timeout", severity="error"),
            an_event("error_occurred", "web", at(2), error_type="Parse"),
            an_event("llm_call_completed", "ann", at(2), model="m", cost_usd=0.5),
            an_event("llm_call_completed", "ann", at(2), model="m"),
            an_event("infrastructure_cost_recorded", "web", at(3), cost_usd=1.5),
            an_event("infrastructure_cost_recorded", "web", at(4), cost_usd=99),
            *[an_event("recommendation_shown", "ann", at(2), job_id="j") for _ in range(8)],
        ],
    )
    match, parse = found.steps
    assert (match.runs, match.step_failure_rate, match.step_seconds_mean) == (1, None, 0.75)
    assert (parse.runs, parse.step_failure_rate, parse.step_seconds_mean) == (2, 0.5, 1.5)
    (workflow,) = found.workflows
    assert (workflow.workflow, workflow.workflow_seconds) == ("tailor", 2.25)
    db, web = found.machines
    assert (db.host, db.cpu_percent, db.memory_percent, db.memory_percent_p95) == (
        "db",
        90.0,
        None,
        None,
    )
    assert (web.samples, web.cpu_percent, web.last_sampled_at) == (2, 30.0, at(2))
    assert [(one.error_type, one.severity, one.errors) for one in found.errors] == [
        ("Timeout", "error", 2),
        ("Parse", "", 1),
    ]
    costs = found.costs
    assert (costs.llm_cost_usd, costs.infrastructure_cost_usd) == (0.5, 1.5)
    assert (costs.cost_usd, costs.cost_per_recommendation_usd) == (2.0, 0.25)
    assert [check.met for check in found.targets] == [None, None, False, False, None]


def test_an_empty_log_has_an_answer(store: Store) -> None:
    found = ask(store, [])
    assert (found.requests.requests, found.routes, found.health.status) == (0, (), "unknown")


def raw(market: MarketLog, event: str) -> pl.DataFrame:
    """Properties of one kind of event of the whole market."""
    rows = market.raw.filter((pl.col("event") == event) & (pl.col("at") < END))
    return pl.DataFrame([json.loads(text) for text in rows["properties"]])


def total(values: pl.Series) -> float:
    return math.fsum(values.to_list())


def market_performance(market: MarketLog, **targets: float) -> Performance:
    since = market.raw["at"].min()
    return fetch_performance(
        market.store,
        since=since,  # type: ignore[arg-type]  # polars says any value
        until=END,
        targets=Targets(**targets),
    )


def nearly(found: float | None, level: float, values: list[Any]) -> bool:
    """Whether a quantile lies within one and a half per cent of the ranks."""
    ranked = sorted(values)
    low = ranked[max(0, math.floor((level - 0.015) * (len(ranked) - 1)) - 1)]
    high = ranked[min(len(ranked) - 1, math.ceil((level + 0.015) * (len(ranked) - 1)) + 1)]
    return found is not None and low - 1e-4 <= found <= high + 1e-4


def test_requests_of_the_market(market: MarketLog) -> None:
    requests = raw(market, "api_request_completed")
    found = market_performance(market)
    assert found.requests.requests == len(requests)
    assert found.requests.errors == len(requests.filter(pl.col("status") >= 500))
    assert found.requests.mean_response_ms == pytest.approx(requests["duration_ms"].mean())
    assert found.route_count == requests["endpoint"].n_unique()
    assert sum(route.requests for route in found.routes) == len(requests)
    for route in found.routes:
        own = requests.filter(pl.col("endpoint") == route.endpoint)
        assert (route.requests, route.errors) == (
            len(own),
            len(own.filter(pl.col("status") >= 500)),
        )
        assert nearly(route.p50_response_ms, 0.5, own["duration_ms"].to_list())
        assert nearly(route.p95_response_ms, 0.95, own["duration_ms"].to_list())
        assert nearly(route.p99_response_ms, 0.99, own["duration_ms"].to_list())


def test_workflow_seconds_of_the_market(market: MarketLog) -> None:
    """Runs can be told apart in the demo market, whose steps come in threes of one person."""
    steps = raw(market, "workflow_step_completed")
    found = market_performance(market)
    (workflow,) = found.workflows
    runs = len(steps) / steps["step"].n_unique()
    assert workflow.workflow_seconds == pytest.approx(total(steps["duration_seconds"]) / runs)
    failures = len(steps.filter(~pl.col("success")))
    assert sum((one.step_failure_rate or 0) * one.runs for one in found.steps) == pytest.approx(
        failures
    )


def test_machines_and_costs_of_the_market(market: MarketLog) -> None:
    samples = raw(market, "system_sampled")
    found = market_performance(market)
    assert sum(one.samples for one in found.machines) == len(samples)
    for machine in found.machines:
        own = samples.filter(pl.col("host") == machine.host)
        assert machine.cpu_percent == pytest.approx(own["cpu_percent"].mean())
        assert machine.memory_percent == pytest.approx(own["memory_percent"].mean())
        assert nearly(machine.cpu_percent_p95, 0.95, own["cpu_percent"].to_list())
    llm = total(raw(market, "llm_call_completed")["cost_usd"])
    bills = total(raw(market, "infrastructure_cost_recorded")["cost_usd"])
    shown = len(raw(market, "recommendation_shown"))
    assert found.costs.llm_cost_usd == pytest.approx(llm)
    assert found.costs.cost_per_recommendation_usd == pytest.approx((llm + bills) / shown)


def test_health_score_of_the_market(market: MarketLog) -> None:
    """By hand: the processor's target lies half-way between the mean and 100."""
    samples = raw(market, "system_sampled")
    busiest = max(
        float(own["cpu_percent"].mean())  # type: ignore[arg-type]  # polars says any value
        for own in samples.partition_by("host")
    )
    target = busiest - (100 - busiest)
    found = market_performance(market, cpu_percent=target)
    assert found.health.status == "degraded"
    assert found.health.score == pytest.approx(100 - 0.1 * 50)
    assert market_performance(market).health.score == pytest.approx(100)
