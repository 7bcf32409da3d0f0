"""How the host product runs: times, failures, load and cost, held against their targets."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

from landed.insights.together import ask_together
from landed.insights.types import Queries

__all__ = [
    "Costs",
    "ErrorKind",
    "HealthPart",
    "HealthScore",
    "MachineLoad",
    "Performance",
    "RouteTimes",
    "StepTimes",
    "TargetCheck",
    "Targets",
    "WorkflowTime",
    "build_performance",
    "check_targets",
    "fetch_performance",
    "score_health",
]

Row = Mapping[str, Any]

_MOST_ROWS: Final = 50
_PARTS: Final = ("routes", "steps", "machines", "errors")
_WEIGHTS: Final = {
    "p95_response_ms": 0.3,
    "error_rate": 0.3,
    "workflow_seconds": 0.2,
    "cpu_percent": 0.1,
    "memory_percent": 0.1,
}
_FULL: Final = 100.0
"""The most that a machine's load can be, in per cent; also the most that a score can be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """What must not be passed.

    Attributes:
        response_ms: By the 95th percentile of API response times.
        processing_seconds: By the mean time of the slowest workflow.
        error_rate: By the share of API requests with status 500 or more, 0 to 1.
        cpu_percent: By the mean processor use of the busiest machine, 0 to 100.
        memory_percent: By the mean memory use of the fullest machine, 0 to 100.
    """

    response_ms: float = 2_000.0
    processing_seconds: float = 8.0
    error_rate: float = 0.05
    cpu_percent: float = 80.0
    memory_percent: float = 85.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteTimes:
    """Requests to one route, or to all.

    Attributes:
        endpoint: Template of the route; empty for all together.
        requests: How many were answered.
        errors: How many of them with status 500 or more.
        error_rate: errors ÷ requests, 0 to 1; None: no requests.
        mean_response_ms: Mean time; None: no request says how long it took.
        p50_response_ms: Median time (t-digest).
        p95_response_ms: What one in twenty takes longer than.
        p99_response_ms: What one in a hundred takes longer than.
    """

    endpoint: str
    requests: int
    errors: int
    error_rate: float | None
    mean_response_ms: float | None
    p50_response_ms: float | None
    p95_response_ms: float | None
    p99_response_ms: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTimes:
    """One step of a workflow.

    Attributes:
        workflow: The whole.
        step: The step of it.
        runs: How often it ended.
        step_failure_rate: Failures ÷ runs that say whether they succeeded; None: none says.
        step_seconds_mean: Mean time; None: no run says how long it took.
        step_seconds_median: Median time (t-digest).
        step_seconds_p95: What one in twenty takes longer than.
    """

    workflow: str
    step: str
    runs: int
    step_failure_rate: float | None
    step_seconds_mean: float | None
    step_seconds_median: float | None
    step_seconds_p95: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowTime:
    """A workflow from its first step to its last.

    Attributes:
        workflow: Its name.
        workflow_seconds: Mean time: the sum of its steps' mean times.
    """

    workflow: str
    workflow_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineLoad:
    """The load of one machine over its samples; None where samples do not say.

    Attributes:
        host: Name of the machine, empty where samples name none.
        samples: How many samples.
        last_sampled_at: Time of the last one.
        cpu_percent: Mean processor use, 0 to 100.
        cpu_percent_p95: 95th percentile of it.
        memory_percent: Mean memory use.
        memory_percent_p95: 95th percentile of it.
        disk_percent: Mean disk use.
    """

    host: str
    samples: int
    last_sampled_at: datetime
    cpu_percent: float | None
    cpu_percent_p95: float | None
    memory_percent: float | None
    memory_percent_p95: float | None
    disk_percent: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorKind:
    """Errors that the host reported, of one kind.

    Attributes:
        error_type: Class of the error.
        severity: info, warning, error or critical; empty where not said.
        errors: How many.
    """

    error_type: str
    severity: str
    errors: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What it cost to run.

    Attributes:
        llm_cost_usd: Calls to language models.
        infrastructure_cost_usd: Bills that became known, each whole on its day.
        cost_usd: Both.
        recommendations_shown: Impressions that the cost is laid on.
        cost_per_recommendation_usd: cost_usd ÷ recommendations_shown; None: none were shown.
    """

    llm_cost_usd: float
    infrastructure_cost_usd: float
    cost_usd: float
    recommendations_shown: int
    cost_per_recommendation_usd: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetCheck:
    """A number held against its target.

    Attributes:
        metric: Name of the metric.
        value: What it is; None where nothing says.
        target: What it must not pass, in the metric's unit.
        met: Whether it does not; None where there is no value.
        where: The workflow or machine that is worst, for numbers that have one.
    """

    metric: str
    value: float | None
    target: float
    met: bool | None
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthPart:
    """One part of the health score.

    Attributes:
        metric: Name of the metric.
        points: 100 while the target is met, less the further it is missed; None: no value.
        weight: Its share in the score, 0 to 1, of the parts that have a value; they add up to 1.
    """

    metric: str
    points: float | None
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthScore:
    """How well it runs, in one number.

    Attributes:
        score: 0 to 100, the weighted mean of the parts; None where no part has a value.
        status: healthy: every known target is met; degraded: one is missed; unknown.
        parts: What it is made of.
    """

    score: float | None
    status: str
    parts: tuple[HealthPart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """How the host product ran in a time.

    Attributes:
        since: First moment.
        until: The moment after the last.
        health: All of it in one number.
        targets: Numbers against their targets.
        requests: All requests together.
        routes: Per route, the busiest first, at most 50.
        route_count: How many routes there are.
        workflows: Whole workflows.
        steps: Their steps.
        machines: Load per machine.
        errors: Reported errors, the most frequent kinds first, at most 50.
        costs: What it cost.
    """

    since: datetime
    until: datetime
    health: HealthScore
    targets: tuple[TargetCheck, ...]
    requests: RouteTimes
    routes: tuple[RouteTimes, ...]
    route_count: int
    workflows: tuple[WorkflowTime, ...]
    steps: tuple[StepTimes, ...]
    machines: tuple[MachineLoad, ...]
    errors: tuple[ErrorKind, ...]
    costs: Costs


def fetch_performance(
    store: Queries, *, since: datetime, until: datetime, targets: Targets
) -> Performance:
    """Ask how the host product ran in [since, until).

    Args:
        store: The store.
        since: First moment, aware.
        until: The moment after the last, aware.
        targets: What the numbers are held against.

    Raises:
        StoreError: The store cannot be reached.
        QueryError: The store refused a query.
    """
    span = {"since": since, "until": until}
    asks: dict[str, Callable[[], Any]] = {
        part: partial(store.query, f"performance_{part}", {**span, "limit": _MOST_ROWS})
        for part in _PARTS
    }
    rows = ask_together(asks | {"costs": partial(store.query, "performance_costs", span)})
    return build_performance(rows, since=since, until=until, targets=targets)


def build_performance(
    rows: Mapping[str, Sequence[Row]], *, since: datetime, until: datetime, targets: Targets
) -> Performance:
    """Put the rows of the queries together.

    Args:
        rows: By the part of the queries' names: routes, steps, machines, errors, costs.
        since: First moment.
        until: The moment after the last.
        targets: What the numbers are held against.
    """
    requests, *routes = map(_route, rows["routes"])
    steps = tuple(map(_step, rows["steps"]))
    workflows = _workflows(steps)
    machines = tuple(map(_machine, rows["machines"]))
    checks = check_targets(targets, requests, workflows, machines)
    return Performance(
        since=since,
        until=until,
        health=score_health(checks),
        targets=checks,
        requests=requests,
        routes=tuple(routes),
        route_count=int(rows["routes"][0]["routes"]),
        workflows=workflows,
        steps=steps,
        machines=machines,
        errors=tuple(ErrorKind(**row) for row in rows["errors"]),
        costs=_costs(rows["costs"][0]),
    )


def _route(row: Row) -> RouteTimes:
    p50, p95, p99 = map(_number, row["times"])
    requests = int(row["requests"])
    return RouteTimes(
        endpoint=row["endpoint"],
        requests=requests,
        errors=int(row["errors"]),
        error_rate=_share(row["errors"], requests),
        mean_response_ms=_number(row["mean_response_ms"]),
        p50_response_ms=p50,
        p95_response_ms=p95,
        p99_response_ms=p99,
    )


def _step(row: Row) -> StepTimes:
    median, p95 = map(_number, row["times"])
    return StepTimes(
        workflow=row["workflow"],
        step=row["step"],
        runs=int(row["runs"]),
        step_failure_rate=_share(row["failures"], row["known"]),
        step_seconds_mean=_number(row["step_seconds_mean"]),
        step_seconds_median=median,
        step_seconds_p95=p95,
    )


def _workflows(steps: Sequence[StepTimes]) -> tuple[WorkflowTime, ...]:
    """The mean of a sum is the sum of the means: steps need not tell which run they are of."""
    sums: dict[str, float] = defaultdict(float)
    for step in steps:
        if step.step_seconds_mean is not None:
            sums[step.workflow] += step.step_seconds_mean
    return tuple(
        WorkflowTime(workflow=name, workflow_seconds=seconds) for name, seconds in sums.items()
    )


def _machine(row: Row) -> MachineLoad:
    numbers = {name: _number(value) for name, value in row.items() if "_percent" in name}
    return MachineLoad(
        host=row["host"],
        samples=int(row["samples"]),
        last_sampled_at=row["last_sampled_at"],
        **numbers,
    )


def _costs(row: Row) -> Costs:
    llm, infrastructure = float(row["llm_cost_usd"]), float(row["infrastructure_cost_usd"])
    shown = int(row["recommendations_shown"])
    return Costs(
        llm_cost_usd=llm,
        infrastructure_cost_usd=infrastructure,
        cost_usd=llm + infrastructure,
        recommendations_shown=shown,
        cost_per_recommendation_usd=_share(llm + infrastructure, shown),
    )


def check_targets(
    targets: Targets,
    requests: RouteTimes,
    workflows: Sequence[WorkflowTime],
    machines: Sequence[MachineLoad],
) -> tuple[TargetCheck, ...]:
    """Hold the numbers against their targets; of several, the worst.

    Args:
        targets: What must not be passed.
        requests: All requests together.
        workflows: Whole workflows.
        machines: The machines' load.
    """
    times = [(one.workflow_seconds, one.workflow) for one in workflows]
    cpu = [(one.cpu_percent, one.host) for one in machines if one.cpu_percent is not None]
    memory = [(one.memory_percent, one.host) for one in machines if one.memory_percent is not None]
    return (
        _check("p95_response_ms", requests.p95_response_ms, targets.response_ms),
        _check("error_rate", requests.error_rate, targets.error_rate),
        _check_worst("workflow_seconds", times, targets.processing_seconds),
        _check_worst("cpu_percent", cpu, targets.cpu_percent),
        _check_worst("memory_percent", memory, targets.memory_percent),
    )


def _check(metric: str, value: float | None, target: float, where: str = "") -> TargetCheck:
    met = None if value is None else value <= target
    return TargetCheck(metric=metric, value=value, target=target, met=met, where=where)


def _check_worst(metric: str, values: Sequence[tuple[float, str]], target: float) -> TargetCheck:
    worst, where = max(values, default=(None, ""))
    return _check(metric, worst, target, where)


def score_health(checks: Sequence[TargetCheck]) -> HealthScore:
    """Make one number of all targets.

    A part has 100 points while its target is met. Beyond it they fall evenly: times and the error
    rate have none at twice the target, loads none at 100 per cent. The parts weigh 30 (response
    time), 30 (errors), 20 (workflows), 10 (processors) and 10 (memory); those without a value are
    left out.

    Args:
        checks: Numbers against their targets.

    Examples:
        >>> met = TargetCheck(metric="error_rate", value=0.01, target=0.05, met=True)
        >>> slow = TargetCheck(metric="p95_response_ms", value=3000.0, target=2000.0, met=False)
        >>> health = score_health([met, slow])
        >>> health.score, health.status
        (75.0, 'degraded')
    """
    points = {check.metric: _points(check) for check in checks}
    known = sum(_WEIGHTS[name] for name, value in points.items() if value is not None)
    parts = tuple(
        HealthPart(
            metric=name,
            points=value,
            weight=0.0 if value is None else _WEIGHTS[name] / known,
        )
        for name, value in points.items()
    )
    score = sum(part.weight * part.points for part in parts if part.points is not None)
    met = {check.met for check in checks}
    status = "degraded" if False in met else "healthy" if True in met else "unknown"
    return HealthScore(score=min(score, _FULL) if known else None, status=status, parts=parts)


def _points(check: TargetCheck) -> float | None:
    if check.value is None:
        return None
    nothing_left = _FULL if check.metric.endswith("_percent") else 2 * check.target
    missed = (check.value - check.target) / (nothing_left - check.target)
    return _FULL * (1 - min(max(missed, 0.0), 1.0))


def _share(above: float, below: float) -> float | None:
    return float(above) / float(below) if below else None


def _number(value: Any) -> float | None:
    """ClickHouse says NaN for a quantile of nothing."""
    return None if value is None or math.isnan(value) else float(value)
