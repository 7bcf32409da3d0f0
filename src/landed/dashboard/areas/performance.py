"""Performance: how the host product runs, held against its targets, while one looks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from landed.dashboard.grids import Column, Grid
from landed.dashboard.panels import Asked, Block, Fact, PagePlan, Panel, Part, make_tile
from landed.dashboard.wording import NOT_NAMED, number
from landed.insights import Alert, Performance, TargetCheck, fetch_performance
from landed.metrics import metric

__all__ = ["build_performance_block", "plan_performance"]

_STATUS: Final = {
    "healthy": "every known target is met",
    "degraded": "a target is missed",
    "unknown": "nothing says",
}
_MET: Final = {True: "met", False: "missed", None: "unknown"}


def plan_performance(asked: Asked) -> PagePlan:
    """Say what the page is made of.

    Args:
        asked: A period.
    """
    services, period = asked.services, asked.period
    return PagePlan(
        title="Performance",
        sub="the host product, as it reports itself",
        parts=(
            Part(
                name="performance",
                title="How the host product runs",
                fetch=lambda: build_performance_block(
                    fetch_performance(
                        asked.store,
                        since=period.since,
                        until=period.seen_until,
                        targets=services.targets,
                    ),
                    services.alerts.firing(),
                ),
            ),
        ),
    )


def build_performance_block(found: Performance, alerts: Sequence[Alert]) -> Block:
    """Write the tiles and panels.

    Args:
        found: How it ran.
        alerts: Targets that are missed for a while now.
    """
    health, requests, costs = found.health, found.requests, found.costs
    return Block(
        tiles=(
            make_tile("health_score", health.score, note=_STATUS.get(health.status, health.status)),
            make_tile("api_requests", requests.requests),
            make_tile("p95_response_ms", requests.p95_response_ms),
            make_tile("error_rate", requests.error_rate),
            make_tile("cost_usd", costs.cost_usd),
            make_tile("cost_per_recommendation_usd", costs.cost_per_recommendation_usd),
        ),
        panels=(
            _targets(found.targets, alerts),
            _errors(found),
            _routes(found),
            _steps(found),
            _machines(found),
        ),
    )


def _targets(found: Sequence[TargetCheck], alerts: Sequence[Alert]) -> Panel:
    return Panel(
        id="performance",
        title="Targets",
        metric="health_score",
        sub="What must not be passed; set by LANDED_TARGET_… and by alerts told",
        facts=tuple(Fact(title="Alert", text=_alert(one)) for one in alerts),
        grid=Grid(
            columns=(
                Column(title="Metric"),
                Column(title="Now"),
                Column(title="Target"),
                Column(title="State"),
                Column(title="Worst"),
            ),
            rows=tuple(_target(one) for one in found),
        ),
        is_open=True,
    )


def _alert(one: Alert) -> str:
    known = metric(one.metric)
    now, target = number(one.value, known.unit), number(one.target, known.unit)
    place = f" ({one.where})" if one.where else ""
    return f"{known.title}{place} is {now}, target {target}, since {one.missed_since:%H:%M} UTC."


def _target(one: TargetCheck) -> tuple[str, ...]:
    known = metric(one.metric)
    return (
        known.title,
        number(one.value, known.unit),
        number(one.target, known.unit),
        _MET[one.met],
        one.where,
    )


def _machines(found: Performance) -> Panel:
    return Panel(
        id="performance.machines",
        title="Machines",
        metric="cpu_percent",
        sub="Mean load over their samples, and what one in twenty passes",
        grid=Grid(
            columns=(
                Column(title="Machine"),
                Column(title="CPU", unit="per_cent", metric="cpu_percent"),
                Column(title="p95", unit="per_cent", metric="cpu_percent_p95", name="cpu_p95"),
                Column(title="Memory", unit="per_cent", metric="memory_percent"),
                Column(title="p95", unit="per_cent", metric="memory_percent_p95", name="mem_p95"),
                Column(title="Disk", unit="per_cent", metric="disk_percent"),
                Column(title="Last sample"),
            ),
            rows=tuple(
                (
                    one.host or NOT_NAMED,
                    one.cpu_percent,
                    one.cpu_percent_p95,
                    one.memory_percent,
                    one.memory_percent_p95,
                    one.disk_percent,
                    one.last_sampled_at,
                )
                for one in found.machines
            ),
        ),
        is_open=True,
        size="wide",
        empty="No machine reports its load: send system_sampled.",
    )


def _routes(found: Performance) -> Panel:
    return Panel(
        id="performance.routes",
        title="Routes",
        metric="p95_response_ms",
        sub=f"The busiest of {found.route_count:,} routes",
        grid=Grid(
            columns=(
                Column(title="Route"),
                Column(title="Requests", unit="events", metric="api_requests"),
                Column(title="Errors", unit="share", metric="error_rate"),
                Column(title="Median", unit="ms", metric="p50_response_ms"),
                Column(title="p95", unit="ms", metric="p95_response_ms"),
                Column(title="p99", unit="ms", metric="p99_response_ms"),
            ),
            rows=tuple(
                (
                    one.endpoint,
                    one.requests,
                    one.error_rate,
                    one.p50_response_ms,
                    one.p95_response_ms,
                    one.p99_response_ms,
                )
                for one in found.routes
            ),
        ),
        is_open=True,
        size="wide",
        empty="No request is reported: add landed_client.ReportRequests to the host.",
    )


def _steps(found: Performance) -> Panel:
    whole = {one.workflow: one.workflow_seconds for one in found.workflows}
    return Panel(
        id="performance.steps",
        title="Workflows",
        metric="workflow_seconds",
        sub="Steps of each workflow and how long they take",
        grid=Grid(
            columns=(
                Column(title="Workflow"),
                Column(title="Step"),
                Column(title="Runs", unit="events"),
                Column(title="Failed", unit="share", metric="step_failure_rate"),
                Column(title="Mean", unit="seconds", metric="step_seconds_mean"),
                Column(title="Median", unit="seconds", metric="step_seconds_median"),
                Column(title="p95", unit="seconds", metric="step_seconds_p95"),
                Column(title="Whole", unit="seconds", metric="workflow_seconds"),
            ),
            rows=tuple(
                (
                    one.workflow,
                    one.step,
                    one.runs,
                    one.step_failure_rate,
                    one.step_seconds_mean,
                    one.step_seconds_median,
                    one.step_seconds_p95,
                    whole.get(one.workflow),
                )
                for one in found.steps
            ),
        ),
        is_open=True,
        size="wide",
        empty="No workflow is reported: send workflow_step_completed.",
    )


def _errors(found: Performance) -> Panel:
    return Panel(
        id="performance.errors",
        title="Errors",
        metric="errors",
        sub="What the host reported, the most frequent kinds first",
        grid=Grid(
            columns=(
                Column(title="Kind"),
                Column(title="Severity"),
                Column(title="Errors", unit="events", metric="errors"),
            ),
            rows=tuple((one.error_type, one.severity, one.errors) for one in found.errors),
        ),
        is_open=True,
        empty="No error was reported in this period.",
    )
