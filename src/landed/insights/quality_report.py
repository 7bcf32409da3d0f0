"""The report on recommendations: tiers, weeks, what goes with what, and what to do about it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import NormalDist
from typing import Any, Final

import numpy as np

from landed.insights.effectiveness import Effectiveness, EffectivenessRow, fetch_effectiveness
from landed.insights.estimates import Estimate
from landed.insights.period import Period
from landed.insights.positions import PositionBias
from landed.insights.types import Queries
from landed.stats import mean_interval, rank_correlation

__all__ = [
    "Correlation",
    "QualityReport",
    "QualityWeek",
    "Suggestion",
    "Trend",
    "build_quality_report",
    "fetch_quality_report",
]

Row = Mapping[str, Any]
Rows = Sequence[Row]

_LEAST_SHOWN: Final = 20
_SHOWN_TO_SAMPLE: Final = 500_000
_ALPHA: Final = 0.05
_FAINT: Final = 0.5
_FEWEST_WEEKS: Final = 4
_NORMAL: Final = NormalDist()
_Z: Final = _NORMAL.inv_cdf(0.975)
_PAIRS: Final = (
    ("score", "average score shown", "click_rate", "click-through rate"),
    ("score", "average score shown", "apply_rate", "application rate"),
    ("rating", "rating of recommendations", "click_rate", "click-through rate"),
    ("rating", "rating of recommendations", "apply_rate", "application rate"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityWeek:
    """The recommendations of a week.

    Attributes:
        week_on: Its Monday.
        shown: Impressions.
        score_mean: Mean score of what was shown.
        click_through_rate: Corrected for places where that can be done, else as counted.
        application_rate: The same.
        quality_score: Mean rating of recommendations, 1 to 5.
    """

    week_on: date
    shown: int
    score_mean: float | None
    click_through_rate: Estimate
    application_rate: Estimate
    quality_score: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """The straight line through the weeks, each by how well it is known.

    Attributes:
        metric: Of `QualityWeek`.
        per_week: Change from a week to the next; no value with fewer than four weeks.
        p_value: How likely so steep a line is where nothing changes.
    """

    metric: str
    per_week: Estimate
    p_value: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Correlation:
    """Whether people with more of one have more of the other: Spearman's, over people.

    Attributes:
        of: The one.
        with_: The other.
        correlation: -1 to 1; n is people, at most 20,000 of them.
    """

    of: str
    with_: str
    correlation: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """Something to do, with the numbers that say so.

    Attributes:
        rule: Which rule speaks.
        about: What it speaks of, for example the tier.
        text: What to do and why.
        value: The number that says so.
        reference: The number that it is compared with.
        p_value: After Holm's correction for all rules that were tried; below 0.05.
    """

    rule: str
    about: str
    text: str
    value: float
    reference: float
    p_value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityReport:
    """The report.

    Attributes:
        effectiveness: By tier.
        weeks: In order; the first and the last may be cut by the period.
        trends: Of the weekly numbers.
        correlations: Quality against engagement.
        suggestions: The surest first; empty when nothing is sure.
        rules_tried: How many comparisons were made to find them.
    """

    effectiveness: Effectiveness
    weeks: tuple[QualityWeek, ...]
    trends: tuple[Trend, ...]
    correlations: tuple[Correlation, ...]
    suggestions: tuple[Suggestion, ...]
    rules_tried: int


def fetch_quality_report(store: Queries, period: Period) -> QualityReport:
    """Ask the store for everything in the report.

    Args:
        store: Answers named queries.
        period: The time.
    """
    span = {"since": period.since, "until": period.seen_until}
    by_week = span | {"zone": period.zone}
    effectiveness = fetch_effectiveness(store, period)
    people = {
        "least_shown": _LEAST_SHOWN,
        "one_in": max(1, effectiveness.overall.shown // _SHOWN_TO_SAMPLE),
    }
    return build_quality_report(
        effectiveness,
        weeks=store.query("recommendation_weeks", by_week),
        ratings=store.query("recommendation_week_ratings", by_week),
        correlations=store.query("recommendation_correlations", span | people)[0],
    )


def build_quality_report(
    effectiveness: Effectiveness, *, weeks: Rows, ratings: Rows, correlations: Row
) -> QualityReport:
    """Put the report together.

    Args:
        effectiveness: By tier.
        weeks: Rows of `recommendation_weeks`.
        ratings: Rows of `recommendation_week_ratings`.
        correlations: The row of `recommendation_correlations`.
    """
    rated = {row["week"]: row for row in ratings}
    by_week: dict[date, list[Row]] = {}
    for row in weeks:
        by_week.setdefault(row["week"], []).append(row)
    built = tuple(
        _week(week, by_week.get(week, []), rated.get(week, {}), effectiveness.bias)
        for week in sorted({*by_week, *rated})
    )
    trends = tuple(
        _trend(name, built) for name in ("click_through_rate", "application_rate", "quality_score")
    )
    tried = [*_findings(effectiveness, trends)]
    return QualityReport(
        effectiveness=effectiveness,
        weeks=built,
        trends=trends,
        correlations=tuple(_correlation(correlations, *pair) for pair in _PAIRS),
        suggestions=_surest(tried),
        rules_tried=len(tried),
    )


def _week(week: date, rows: Rows, rating: Row, bias: PositionBias) -> QualityWeek:
    shown = sum(int(row["shown"]) for row in rows)
    scored = sum(int(row["scored"]) for row in rows)
    total = sum(float(row["score_sum"]) for row in rows)
    return QualityWeek(
        week_on=week,
        shown=shown,
        score_mean=total / scored if scored else None,
        click_through_rate=_rate(rows, "clicked", bias),
        application_rate=_rate(rows, "applied", bias),
        quality_score=_rating(rating),
    )


def _rate(rows: Rows, name: str, bias: PositionBias) -> Estimate:
    shown = {int(row["position"]): float(row["shown"]) for row in rows}
    hits = {int(row["position"]): float(row[name]) for row in rows}
    n, total = sum(shown.values()), sum(hits.values())
    found = bias.correct(shown, hits)
    if found is not None:
        return Estimate(value=found.value, n=n, ci_low=found.ci_low, ci_high=found.ci_high)
    if not n:
        return Estimate(value=None, n=0)
    rate = total / n
    width = _Z * math.sqrt(rate / n)  # the rates are small: Poisson's error
    return Estimate(value=rate, n=n, ci_low=max(0.0, rate - width), ci_high=rate + width)


def _rating(row: Row) -> Estimate:
    n = int(row.get("ratings", 0))
    if not n:
        return Estimate(value=None, n=0)
    mean = float(row["rating_sum"]) / n
    spread = math.sqrt(max(0.0, float(row["rating_squares"]) - n * mean**2) / max(1, n - 1))
    low, high = mean_interval(mean, spread, n) or (None, None)
    return Estimate(value=mean, n=n, ci_low=low, ci_high=high)


def _error(estimate: Estimate) -> float:
    """Standard error behind an interval; 0 where there is none."""
    if estimate.ci_low is None or estimate.ci_high is None:
        return 0.0
    return (estimate.ci_high - estimate.ci_low) / (2 * _Z)


def _two_sided(z: float) -> float:
    return 2 * _NORMAL.cdf(-abs(z))


def _trend(name: str, weeks: Sequence[QualityWeek]) -> Trend:
    """Weighted least squares, its error widened where the weeks scatter more than they should."""
    points = [
        (number, estimate.value, _error(estimate))
        for number, week in enumerate(weeks)
        if (estimate := getattr(week, name)).value is not None and _error(estimate) > 0
    ]
    if len(points) < _FEWEST_WEEKS:
        return Trend(metric=name, per_week=Estimate(value=None, n=len(points)), p_value=None)
    at, value, error = (np.array(column, dtype=float) for column in zip(*points, strict=True))
    weight = 1 / error**2
    at_mean, value_mean = np.average(at, weights=weight), np.average(value, weights=weight)
    spread = float(weight @ (at - at_mean) ** 2)
    slope = float(weight @ ((at - at_mean) * (value - value_mean))) / spread
    rest = value - value_mean - slope * (at - at_mean)
    scatter = max(1.0, float(weight @ rest**2) / (len(points) - 2))
    slope_error = math.sqrt(scatter / spread)
    return Trend(
        metric=name,
        per_week=Estimate(
            value=slope,
            n=len(points),
            ci_low=slope - _Z * slope_error,
            ci_high=slope + _Z * slope_error,
        ),
        p_value=_two_sided(slope / slope_error),
    )


def _correlation(row: Row, of: str, of_title: str, with_: str, with_title: str) -> Correlation:
    first, second = np.array(row[of], dtype=float), np.array(row[with_], dtype=float)
    known = ~np.isnan(first)
    found, n = rank_correlation(first[known], second[known]), int(known.sum())
    estimate = (
        Estimate(value=None, n=n)
        if found is None
        else Estimate(value=found.value, n=n, ci_low=found.ci_low, ci_high=found.ci_high)
    )
    return Correlation(of=of_title, with_=with_title, correlation=estimate)


def _findings(effectiveness: Effectiveness, trends: Sequence[Trend]) -> Iterator[Suggestion]:
    """Every comparison that is tried, with its own p-value: most will not be sure."""
    for tier in effectiveness.groups:
        yield from _tier_findings(tier, effectiveness)
    yield from _tail_findings(effectiveness.bias)
    for trend in trends:
        if trend.p_value is not None and trend.per_week.value is not None:
            yield _falling(trend, trend.per_week.value, trend.p_value)


def _tier_findings(tier: EffectivenessRow, whole: Effectiveness) -> Iterator[Suggestion]:
    rate, others = tier.corrected_application_rate, _others(tier, whole.groups)
    if tier.name and rate.value is not None and others is not None:
        rest, error = others
        yield Suggestion(
            rule="tier_below_the_others",
            about=tier.name,
            text=f"Show fewer {tier.name} jobs or choose them better: seen at the first place "
            f"they lead to an application in {rate.value:.1%} of cases, the others in "
            f"{rest:.1%}.",
            value=rate.value,
            reference=rest,
            p_value=_NORMAL.cdf((rate.value - rest) / math.hypot(_error(rate), error)),
        )
    gap = tier.gain_gap_usd
    if tier.name and gap.value is not None and _error(gap):
        yield Suggestion(
            rule="promises_too_much",
            about=tier.name,
            text=f"Promise less with {tier.name} jobs: those hired gained "
            f"${-gap.value:,.0f} a year less than the recommendation named.",
            value=tier.gained_usd.value or 0.0,
            reference=tier.promised_gain_usd.value or 0.0,
            p_value=_NORMAL.cdf(gap.value / _error(gap)),
        )


def _others(
    tier: EffectivenessRow, groups: Sequence[EffectivenessRow]
) -> tuple[float, float] | None:
    """Rate of the other tiers and its error, the largest it can be: that they err together."""
    parts = [
        (group.shown, group.corrected_application_rate.value, group.corrected_application_rate)
        for group in groups
        if group is not tier
    ]
    shown = sum(n for n, rate, _ in parts if rate)
    if not shown:
        return None
    return (
        sum(n * rate for n, rate, _ in parts if rate) / shown,
        sum(n * _error(estimate) for n, rate, estimate in parts if rate) / shown,
    )


def _tail_findings(bias: PositionBias) -> Iterator[Suggestion]:
    if bias.examination is None or len(bias.rows) < 2:  # noqa: PLR2004 - a list has an end
        return
    last, error = bias.rows[-1], float(bias.examination.log_errors[-1])
    rate = float(bias.examination.rates[-1])
    yield Suggestion(
        rule="end_of_list_unseen",
        about=f"place {last.first}",
        text=f"Shorten the list or repeat its best jobs: place {last.first} is looked at "
        f"{rate:.0%} as often as the first.",
        value=rate,
        reference=_FAINT,
        p_value=_NORMAL.cdf(math.log(rate / _FAINT) / error),
    )


def _falling(trend: Trend, per_week: float, two_sided: float) -> Suggestion:
    words = trend.metric.replace("_", " ")
    amount = f"{-per_week:.3f}" if trend.metric == "quality_score" else f"{-per_week:.2%}"
    return Suggestion(
        rule="falling",
        about=trend.metric,
        text=f"Find out what changed: the {words} falls by {amount} a week.",
        value=per_week,
        reference=0.0,
        p_value=two_sided / 2 if per_week < 0 else 1 - two_sided / 2,
    )


def _surest(tried: Sequence[Suggestion]) -> tuple[Suggestion, ...]:
    """Holm's step-down: many rules are tried, and a chance finding is no suggestion."""
    kept: list[Suggestion] = []
    worst = 0.0
    for number, one in enumerate(sorted(tried, key=lambda each: each.p_value)):
        worst = max(worst, min(1.0, one.p_value * (len(tried) - number)))
        if worst >= _ALPHA:
            break
        kept.append(
            Suggestion(
                rule=one.rule,
                about=one.about,
                text=one.text,
                value=one.value,
                reference=one.reference,
                p_value=worst,
            )
        )
    return tuple(kept)
