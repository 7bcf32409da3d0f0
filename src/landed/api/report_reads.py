"""The report on the quality of recommendations."""

from __future__ import annotations

from datetime import date
from typing import Final

import msgspec

from landed.api.metric_reads import EstimateCell, PeriodSpan, estimate_cell, period_span
from landed.api.reads import DASHBOARD, PERIOD, Asked, Read
from landed.api.recommendation_reads import BiasNote, GroupEffect, bias_note, group_effect
from landed.insights import (
    Correlation,
    QualityReport,
    QualityWeek,
    Suggestion,
    Trend,
    fetch_quality_report,
)

__all__ = ["REPORT_READS"]


class WeekCell(msgspec.Struct, frozen=True):
    """The recommendations of a week.

    Attributes:
        week_on: Its Monday; the first and the last week may be cut by the period.
        shown: Impressions.
        score_mean: Mean score of what was shown, 0 to 10.
        click_through_rate: As if every job stood at the first place, where that is known.
        application_rate: The same.
        quality_score: Mean rating of recommendations, 1 to 5.
    """

    week_on: date
    shown: int
    score_mean: float | None
    click_through_rate: EstimateCell
    application_rate: EstimateCell
    quality_score: EstimateCell


class TrendCell(msgspec.Struct, frozen=True):
    """The straight line through the weeks.

    Attributes:
        metric: Of the weeks.
        per_week: Change from a week to the next; null with fewer than four weeks.
        p_value: Chance of so steep a line where nothing changes.
    """

    metric: str
    per_week: EstimateCell
    p_value: float | None


class CorrelationCell(msgspec.Struct, frozen=True):
    """Whether people with more of one have more of the other.

    Attributes:
        of: The one.
        with_: The other.
        correlation: Spearman's, -1 to 1, over people with 20 impressions or more.
    """

    of: str
    with_: str = msgspec.field(name="with")
    correlation: EstimateCell


class SuggestionCell(msgspec.Struct, frozen=True):
    """Something to do, with the numbers that say so.

    Attributes:
        rule: tier_below_the_others, promises_too_much, end_of_list_unseen or falling.
        about: What it speaks of.
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


class QualityReportAnswer(msgspec.Struct, frozen=True):
    """The quality of recommendations: tiers, weeks, relations, and what to do.

    Attributes:
        period: The time.
        overall: All recommendations.
        tiers: By tier, the most shown first.
        weeks: In order of time.
        trends: Of the weekly numbers.
        correlations: Quality against engagement.
        suggestions: The surest first; empty when nothing is sure.
        rules_tried: Comparisons that were made to find them.
        positions: How rates were corrected for places.
    """

    period: PeriodSpan
    overall: GroupEffect
    tiers: tuple[GroupEffect, ...]
    weeks: tuple[WeekCell, ...]
    trends: tuple[TrendCell, ...]
    correlations: tuple[CorrelationCell, ...]
    suggestions: tuple[SuggestionCell, ...]
    rules_tried: int
    positions: BiasNote


def _answer_report(asked: Asked) -> QualityReportAnswer:
    period = asked.period()
    return _write(period_span(period), fetch_quality_report(asked.store, period))


def _write(period: PeriodSpan, report: QualityReport) -> QualityReportAnswer:
    return QualityReportAnswer(
        period=period,
        overall=group_effect(report.effectiveness.overall),
        tiers=tuple(group_effect(tier) for tier in report.effectiveness.groups),
        weeks=tuple(_week(week) for week in report.weeks),
        trends=tuple(_trend(trend) for trend in report.trends),
        correlations=tuple(_correlation(one) for one in report.correlations),
        suggestions=tuple(_suggestion(one) for one in report.suggestions),
        rules_tried=report.rules_tried,
        positions=bias_note(report.effectiveness.bias),
    )


def _week(week: QualityWeek) -> WeekCell:
    return WeekCell(
        week_on=week.week_on,
        shown=week.shown,
        score_mean=week.score_mean,
        click_through_rate=estimate_cell(week.click_through_rate),
        application_rate=estimate_cell(week.application_rate),
        quality_score=estimate_cell(week.quality_score),
    )


def _trend(trend: Trend) -> TrendCell:
    return TrendCell(trend.metric, estimate_cell(trend.per_week), trend.p_value)


def _correlation(one: Correlation) -> CorrelationCell:
    return CorrelationCell(one.of, one.with_, estimate_cell(one.correlation))


def _suggestion(one: Suggestion) -> SuggestionCell:
    return SuggestionCell(one.rule, one.about, one.text, one.value, one.reference, one.p_value)


REPORT_READS: Final = (
    Read(
        path="/api/analytics/dashboard/quality-report",
        summary="The report on the quality of recommendations",
        text="Tiers, the way of quality from week to week, what goes with engagement, and "
        "suggestions that stand on significant numbers.",
        answer=QualityReportAnswer,
        make=_answer_report,
        parameters=PERIOD,
        keep=DASHBOARD,
    ),
)
"""The reads of the report."""
