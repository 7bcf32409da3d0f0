"""The dashboard's first look: is it healthy, who is there, and how do the numbers move."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Final

import msgspec

from landed.api.metric_reads import EstimateCell, PeriodSpan, estimate_cell, period_span
from landed.api.performance_reads import fetch_moment
from landed.api.reads import DASHBOARD, PERIOD, Asked, Read
from landed.errors import QueryError, StoreError
from landed.insights import Alert, Estimate, Period, fetch_answer
from landed.insights.performance import HealthScore, TargetCheck
from landed.metrics import METRICS, UNIT_WORDS, parse_question

__all__ = ["DASHBOARD_READS", "KPIS", "DashboardOverview", "Kpi", "MissingArea"]

_NOW: Final = timedelta(minutes=15)
_WORKERS: Final = 4
# Asked for together are those that are made from the same events: a query reads only these.
KPIS: Final = (
    ("active_users",),
    ("sign_ups",),
    ("sessions", "session_duration_median", "bounce_rate"),
    ("recommendations_shown", "click_through_rate", "application_rate"),
    ("satisfaction",),
    ("applications",),
    ("interview_rate", "offer_rate"),
    ("income_improvement_median",),
    ("career_advancements", "goals_achieved"),
    ("subscriptions_started", "subscriptions_cancelled"),
    ("api_requests", "error_rate", "p95_response_ms"),
    ("cost_usd",),
)
"""The key numbers of all areas, by the questions that ask for them."""


class Kpi(msgspec.Struct, frozen=True):
    """One key number, beside the period before.

    Attributes:
        metric: Its name.
        title: Its label.
        area: Part of the product.
        unit: What one of it is.
        direction: Whether more of it is good news.
        now: In the period.
        before: In the period before of the same length, cut at the same time of the day.
        change_rate: (now - before) ÷ before; None where one of them is not known, or before is 0.
    """

    metric: str
    title: str
    area: str
    unit: str
    direction: str
    now: EstimateCell
    before: EstimateCell
    change_rate: float | None


class MissingArea(msgspec.Struct, frozen=True):
    """Numbers that could not be had this time.

    Attributes:
        metrics: Their names.
        reason: Why, and what helps.
    """

    metrics: tuple[str, ...]
    reason: str


class DashboardOverview(msgspec.Struct, frozen=True):
    """The first look.

    Attributes:
        period: The time of the key numbers.
        previous_period: What they are compared with.
        active_users_now: People who acted in the last 15 minutes, within about 0.5 %.
        health: How well the host product ran in these minutes.
        targets: Its numbers against their targets.
        alerts: Targets that are missed for a while.
        kpis: The key numbers of all areas.
        missing: What could not be had.
    """

    period: PeriodSpan
    previous_period: PeriodSpan
    active_users_now: int
    health: HealthScore
    targets: tuple[TargetCheck, ...]
    alerts: tuple[Alert, ...]
    kpis: tuple[Kpi, ...]
    missing: tuple[MissingArea, ...]


def _look(asked: Asked) -> DashboardOverview:
    period = asked.period()
    moment = fetch_moment(asked, _NOW)
    with ThreadPoolExecutor(_WORKERS, thread_name_prefix="dashboard") as pool:
        found = list(pool.map(_asking(asked, period), KPIS))
    return DashboardOverview(
        period=period_span(period),
        previous_period=period_span(period.previous()),
        active_users_now=moment.active_users,
        health=moment.performance.health,
        targets=moment.performance.targets,
        alerts=asked.services.alerts.firing(),
        kpis=tuple(kpi for one in found if not isinstance(one, MissingArea) for kpi in one),
        missing=tuple(one for one in found if isinstance(one, MissingArea)),
    )


def _asking(
    asked: Asked, period: Period
) -> Callable[[tuple[str, ...]], tuple[Kpi, ...] | MissingArea]:
    """Make the function that asks for a few numbers; one that fails takes no other with it."""

    def ask(names: tuple[str, ...]) -> tuple[Kpi, ...] | MissingArea:
        try:
            now, before = (_fetch(asked, names, one) for one in (period, period.previous()))
        except (StoreError, QueryError) as error:
            return MissingArea(names, error.message)
        return tuple(_kpi(name, now[name], before[name]) for name in names)

    return ask


def _fetch(asked: Asked, names: tuple[str, ...], period: Period) -> dict[str, Estimate]:
    question = parse_question(
        {"metrics": names},
        since=period.since,
        until=period.seen_until,
        as_of=asked.now,
        zone=period.zone,
    )
    (row,) = fetch_answer(asked.store, question).rows
    return dict(row.estimates)


def _kpi(name: str, now: Estimate, before: Estimate) -> Kpi:
    metric = METRICS[name]
    return Kpi(
        metric=name,
        title=metric.title,
        area=metric.area,
        unit=UNIT_WORDS[metric.unit],
        direction=metric.direction,
        now=estimate_cell(now),
        before=estimate_cell(before),
        change_rate=_change(now.value, before.value),
    )


def _change(now: float | None, before: float | None) -> float | None:
    return None if now is None or not before else (now - before) / before


DASHBOARD_READS: Final = (
    Read(
        path="/api/analytics/dashboard/overview",
        summary="Health, people and key numbers at a glance",
        text="Whether it runs well, who is there, which alerts fire, and the key numbers of all "
        "areas beside the period before. Young outcomes make no difference to its rates: they are "
        "estimates with an interval and the matured share.",
        answer=DashboardOverview,
        make=_look,
        parameters=PERIOD,
        keep=DASHBOARD,
    ),
)
"""The reads of the dashboard."""
