"""Performance: rows of the queries to a result, targets, and the health score."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landed.insights import Performance, TargetCheck, Targets, build_performance
from landed.insights.performance import score_health

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
NAN = math.nan
METRICS = ("p95_response_ms", "error_rate", "workflow_seconds", "cpu_percent", "memory_percent")


def a_route(endpoint: str = "", **fields: Any) -> dict[str, Any]:
    return {
        "endpoint": endpoint,
        "routes": 1,
        "requests": 10,
        "errors": 0,
        "known": 10,
        "mean_response_ms": 100.0,
        "times": (90.0, 400.0, 900.0),
    } | fields


def a_step(step: str, mean: float | None, workflow: str = "tailoring") -> dict[str, Any]:
    return {
        "workflow": workflow,
        "step": step,
        "runs": 4,
        "known": 4,
        "failures": 1,
        "timed": 4,
        "step_seconds_mean": mean,
        "times": (mean, mean),
    }


def a_machine(host: str, cpu: float | None, memory: float | None = 50.0) -> dict[str, Any]:
    return {
        "host": host,
        "samples": 5,
        "last_sampled_at": NOON,
        "cpu_percent": cpu,
        "memory_percent": memory,
        "disk_percent": None,
        "cpu_percent_p95": cpu,
        "memory_percent_p95": memory,
    }


def build(**rows: Any) -> Performance:
    nothing = a_route(requests=0, routes=0, known=0, mean_response_ms=None, times=(NAN,) * 3)
    costs = {"llm_cost_usd": 0.0, "infrastructure_cost_usd": 0.0, "recommendations_shown": 0}
    empty = {"routes": [nothing], "steps": [], "machines": [], "errors": [], "costs": [costs]}
    return build_performance(empty | rows, since=NOON, until=NOON, targets=Targets())


def test_of_nothing_nothing_is_known() -> None:
    found = build()
    assert (found.requests.requests, found.requests.error_rate) == (0, None)
    assert found.requests.p95_response_ms is None
    assert found.costs.cost_per_recommendation_usd is None
    assert {check.met for check in found.targets} == {None}
    assert (found.health.score, found.health.status) == (None, "unknown")
    assert (found.routes, found.route_count) == ((), 0)


def test_a_workflow_takes_as_long_as_its_steps_together_and_the_slowest_counts() -> None:
    steps = [a_step("parse", 2.0), a_step("match", 3.5), a_step("ask", 9.0, "chat")]
    found = build(steps=[*steps, a_step("wait", None)])
    assert {one.workflow: one.workflow_seconds for one in found.workflows} == {
        "tailoring": 5.5,
        "chat": 9.0,
    }
    check = found.targets[2]
    assert (check.metric, check.value, check.met, check.where) == (
        "workflow_seconds",
        9.0,
        False,
        "chat",
    )
    assert found.steps[0].step_failure_rate == 0.25


def test_the_busiest_machine_is_held_against_the_targets() -> None:
    machines = [a_machine("web", 40.0), a_machine("worker", 91.0), a_machine("new", None, None)]
    found = build(machines=machines)
    cpu, memory = found.targets[3:]
    assert (cpu.value, cpu.where, cpu.met) == (91.0, "worker", False)
    assert (memory.value, memory.met) == (50.0, True)
    assert found.health.status == "degraded"


def test_all_requests_stand_before_the_routes() -> None:
    rows = [a_route(routes=2, requests=30, errors=3), a_route("/a", requests=20), a_route("/b")]
    found = build(routes=rows)
    assert (found.requests.error_rate, found.route_count) == (0.1, 2)
    assert [route.endpoint for route in found.routes] == ["/a", "/b"]
    assert found.health.status == "degraded"
    # The error rate is at twice its target: no points; the response time has all of its own.
    assert found.health.score == pytest.approx(50.0)


def test_costs_are_laid_on_the_recommendations() -> None:
    costs = {"llm_cost_usd": 3.0, "infrastructure_cost_usd": 7.0, "recommendations_shown": 400}
    assert build(costs=[costs]).costs.cost_per_recommendation_usd == 0.025


def checks(values: list[float | None]) -> list[TargetCheck]:
    targets = (2_000.0, 0.05, 8.0, 80.0, 85.0)
    return [
        TargetCheck(
            metric=name, value=value, target=target, met=None if value is None else value <= target
        )
        for name, value, target in zip(METRICS, values, targets, strict=True)
    ]


AMOUNT = st.none() | st.floats(0, 1e6)


@given(st.tuples(AMOUNT, AMOUNT, AMOUNT, st.none() | st.floats(0, 100), st.none()))
def test_the_score_is_of_a_hundred_and_its_parts_add_up(values: tuple[float | None, ...]) -> None:
    health = score_health(checks(list(values)))
    known = [part for part in health.parts if part.points is not None]
    assert (health.score is None) == (not known)
    if health.score is not None:
        assert 0 <= health.score <= 100
        assert sum(part.weight for part in known) == pytest.approx(1)
        assert health.score == pytest.approx(sum(p.weight * (p.points or 0) for p in known))
        assert health.status == "degraded" or health.score == pytest.approx(100)


@given(st.floats(0, 1e5), st.floats(0, 1e5))
def test_slower_is_never_healthier(one: float, other: float) -> None:
    low, high = sorted((one, other))
    rest: list[float | None] = [0.01, 3.0, 40.0, 40.0]
    better, worse = (score_health(checks([value, *rest])).score for value in (low, high))
    assert better is not None
    assert worse is not None
    assert better >= worse


@pytest.mark.parametrize(
    ("metric", "value", "target", "points"),
    [
        ("p95_response_ms", 2_000.0, 2_000.0, 100.0),
        ("p95_response_ms", 3_000.0, 2_000.0, 50.0),
        ("p95_response_ms", 9_000.0, 2_000.0, 0.0),
        ("cpu_percent", 90.0, 80.0, 50.0),
        ("cpu_percent", 100.0, 80.0, 0.0),
    ],
)
def test_points_fall_evenly_beyond_the_target(
    metric: str, value: float, target: float, points: float
) -> None:
    check = TargetCheck(metric=metric, value=value, target=target, met=value <= target)
    (part,) = score_health([check]).parts
    assert part.points == pytest.approx(points)
    assert part.weight == 1.0
