"""Outcomes that come late, read with those who still wait counted for what they tell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from landed.experiments.analysis.counting import Counts, divide
from landed.experiments.analysis.results import Estimate, LateView
from landed.experiments.analysis.scope import Scope, Tracked
from landed.metrics import Incidence, People
from landed.stats import (
    CumulativeIncidence,
    LifeTable,
    NotEnough,
    cluster_incidence,
    compare_arms,
    estimate_curve,
    estimate_incidence,
    incidence_arm,
    incidence_influence,
    judge_always,
)
from landed.store import Store
from landed.store.experiment_sql import (
    build_followed,
    build_influence,
    build_life_tables,
    build_waiting,
)

__all__ = ["fetch_late"]

_HOURS: Final = 24
_NOTHING: Final = LifeTable(events={}, others={}, censored={})

Pairs = Sequence[Sequence[int]]


@dataclass(frozen=True, slots=True)
class _Late:
    """One variant: when its rows left the risk, and the estimate of it."""

    table: LifeTable
    found: CumulativeIncidence


def fetch_late(
    store: Store, scope: Scope, counts: Counts, tracked: Tracked, *, alpha: float
) -> LateView | None:
    """Estimate a late outcome from all units, the young ones too.

    Args:
        store: Of the log.
        scope: What is analysed.
        counts: Who was exposed.
        tracked: The metric.
        alpha: Of the intervals.

    Returns:
        The view; None of a metric that is not late, or of people in units that are none.

    Raises:
        QueryError: The store refused it: limits or time.
        StoreError: The store is away.
    """
    window, metric = tracked.window, tracked.metric
    if window is None or metric is None:
        return None
    if isinstance(metric.measure, Incidence):
        return _view(_rows_waiting(store, scope, counts, tracked, alpha), window, alpha)
    if isinstance(metric.measure, People) and not scope.exposed.by_unit:
        return _view(_people_waiting(store, scope, tracked, window, alpha), window, alpha)
    return None


def _rows_waiting(
    store: Store, scope: Scope, counts: Counts, tracked: Tracked, alpha: float
) -> dict[str, _Late]:
    """Rows of one person are alike: the error is that of the sums over people."""
    asked = tracked.asked()
    answer = store.answer(*build_life_tables(scope.exposed, asked))
    tables = dict.fromkeys(scope.shares, _NOTHING)
    tables |= {scope.exposed.variants[row["variant"] - 1]: _table(*row["life"]) for row in answer}
    horizon = _hours(tracked.window or timedelta())
    influences = [
        [part.tolist() for part in (found.event, found.other, found.censored)]
        for key in scope.exposed.variants
        for found in [incidence_influence(tables[key], horizon=horizon)]
    ]
    squares: dict[str, float] = defaultdict(float)
    clusters: dict[str, int] = defaultdict(int)
    for one in divide(scope.exposed, counts.parts):
        for row in store.answer(*build_influence(one, asked, influences)):
            key = scope.exposed.variants[row["variant"] - 1]
            squares[key] += row["squares"]
            clusters[key] += row["units"]
    return {
        key: _Late(
            table,
            cluster_incidence(
                estimate_incidence(table, horizon=horizon, level=1 - alpha),
                squares=squares[key],
                clusters=clusters[key],
                level=1 - alpha,
            ),
        )
        for key, table in tables.items()
    }


def _people_waiting(
    store: Store, scope: Scope, tracked: Tracked, window: timedelta, alpha: float
) -> dict[str, _Late]:
    """Who has no such row yet is followed until now; nobody has more than one first row."""
    keys = scope.exposed.variants
    reached = {
        keys[row["variant"] - 1]: row
        for row in store.answer(*build_waiting(scope.exposed, tracked.asked()))
    }
    hours = {
        keys[row["variant"] - 1]: row["hours"]
        for row in store.answer(*build_followed(scope.exposed, window))
    }
    tables = {
        key: _first_table(hours[key], reached.get(key)) if key in hours else _NOTHING
        for key in scope.shares
    }
    return {
        key: _Late(table, estimate_incidence(table, horizon=_hours(window), level=1 - alpha))
        for key, table in tables.items()
    }


def _first_table(hours: Pairs, reached: Mapping[str, Any] | None) -> LifeTable:
    """All people by how long they were followed, less those who have left by the event."""
    waiting = _counts(hours)
    if reached is None:
        return LifeTable(events={}, others={}, censored=waiting)
    for hour, people in _counts(reached["left"]).items():
        waiting[hour] -= people
    censored = {hour: people for hour, people in waiting.items() if people}
    return LifeTable(events=_counts(reached["reached"]), others={}, censored=censored)


def _table(*parts: Pairs) -> LifeTable:
    events, others, censored = map(_counts, parts)
    return LifeTable(events=events, others=others, censored=censored)


def _counts(pairs: Pairs) -> dict[int, int]:
    """What `sumMap` gives: times, and how many."""
    return {int(time): int(rows) for time, rows in zip(*pairs, strict=True)}


def _hours(window: timedelta) -> int:
    return window.days * _HOURS


def _view(late: Mapping[str, _Late], window: timedelta, alpha: float) -> LateView:
    control, *others = late
    arms = {key: incidence_arm(one.found) for key, one in late.items()}
    return LateView(
        window_days=window.days,
        matured_share={key: one.found.matured_rate or 0.0 for key, one in late.items()},
        naive={key: _naive(one.table) for key, one in late.items()},
        incidence={key: _estimate(one.found) for key, one in late.items()},
        differences={key: _difference(arms[control], arms[key], alpha) for key in others},
        curve={key: tuple(_curve(one.table, window.days)) for key, one in late.items()},
    )


def _naive(table: LifeTable) -> float | None:
    return sum(table.events.values()) / table.size if table.size else None


def _estimate(found: CumulativeIncidence) -> Estimate | None:
    if found.value is None or found.ci_low is None or found.ci_high is None:
        return None
    return Estimate(value=found.value, ci_low=found.ci_low, ci_high=found.ci_high)


def _difference(control: Any, variant: Any, alpha: float) -> Estimate | None:
    effect = compare_arms(control, variant)
    if isinstance(effect, NotEnough):
        return None
    found = judge_always(effect, alpha=alpha)
    return Estimate.of(found)


def _curve(table: LifeTable, days: int) -> list[tuple[float, float]]:
    """The share that had it by the end of each day, as long as somebody was followed for it."""
    points = [(0.0, 0.0)]
    curve = estimate_curve(table, [day * _HOURS for day in range(1, days + 1)])
    for day, found in enumerate(curve, start=1):
        if found.value is None:
            break
        points.append((float(day), found.value))
    return points
