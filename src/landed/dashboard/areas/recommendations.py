"""Recommendations: what they lead to, group by group, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from landed.charts import CurvePoint, Point, curve_chart, lines_chart
from landed.dashboard.areas.headline import headline_part
from landed.dashboard.grids import Cell, Column, Grid
from landed.dashboard.panels import Asked, Block, Fact, PagePlan, Panel, Part, choices
from landed.dashboard.wording import NOT_NAMED, number
from landed.insights import (
    SPLITS,
    ColdStart,
    Effectiveness,
    EffectivenessRow,
    PositionBias,
    PositionRow,
    QualityReport,
    RankingQuality,
    fetch_effectiveness,
    fetch_quality_report,
    fetch_ranking_quality,
)

__all__ = ["build_groups", "build_ranking", "build_report", "plan_recommendations"]

_HEADLINE: Final = (
    "recommendations_shown",
    "click_through_rate",
    "application_rate",
    "interview_rate",
    "offer_rate",
    "satisfaction",
)
_CURVES: Final = ("As counted", "As if each stood first")
_WEEKLY: Final = ("Click-through", "Application")
_WHO: Final = {
    "new_people": "New people",
    "known_people": "Known people",
    "new_jobs": "New jobs",
    "known_jobs": "Known jobs",
}
_FROM_CONTEXTS: Final = (
    "Corrected: each impression weighs as if its job had stood at the first place (inverse "
    "propensity; the places' examination is fitted on lists of this period)."
)


def plan_recommendations(asked: Asked) -> PagePlan:
    """Say what the page is made of.

    Args:
        asked: `by`, and a period.

    Raises:
        InvalidInputError: There is no such split.
    """
    splits = {name: f"By {name}" for name in SPLITS}
    split = asked.choose("by", splits, "tier")
    store, period = asked.store, asked.period
    return PagePlan(
        title="Recommendations",
        fields=(choices("by", "Side by side", splits, split),),
        parts=(
            headline_part(asked, _HEADLINE),
            Part(
                name="groups",
                title="What recommendations lead to",
                fetch=lambda: build_groups(fetch_effectiveness(store, period, split=split)),
            ),
            Part(
                name="report",
                title="Quality and suggestions",
                fetch=lambda: build_report(fetch_quality_report(store, period)),
            ),
            Part(
                name="ranking",
                title="The order of the lists",
                fetch=lambda: build_ranking(fetch_ranking_quality(store, period)),
            ),
        ),
    )


def build_groups(found: Effectiveness) -> Block:
    """Put the groups side by side, and draw how places are looked at.

    Args:
        found: The groups.
    """
    rows = [_group(row, row.name or NOT_NAMED) for row in found.groups]
    total = [_group(found.overall, "All")] if len(rows) > 1 else []
    return Block(
        panels=(
            Panel(
                id="groups",
                title="What recommendations lead to",
                sub=f"By {found.split}, with 95 % intervals; late outcomes are estimates that "
                "count who is still waiting",
                grid=Grid(columns=_group_columns(found.split), rows=(*rows, *total)),
                is_open=True,
                size="wide",
                notes=(_FROM_CONTEXTS if found.bias.examination else _unknown(found.bias),),
                empty="No recommendation was shown in this period.",
            ),
            _positions(found.bias),
        )
    )


def _group_columns(split: str) -> tuple[Column, ...]:
    def share(title: str, metric: str) -> Column:
        return Column(title=title, unit="share", metric=metric)

    return (
        Column(title=split.capitalize(), name=split),
        Column(title="Shown", unit="events", metric="recommendations_shown"),
        share("Clicked", "click_through_rate"),
        share("Clicked, corrected", "corrected_click_through_rate"),
        share("Applied", "application_rate"),
        share("Applied, corrected", "corrected_application_rate"),
        share("Saved", "save_rate"),
        share("Interview", "recommendation_interview_rate"),
        share("Offer", "recommendation_offer_rate"),
        share("Offers taken", "recommendation_offer_acceptance_rate"),
        Column(title="Promised", unit="usd", metric="promised_gain_usd"),
        Column(title="Got", unit="usd", metric="gained_usd"),
        Column(title="Quality", unit="stars", metric="quality_score"),
    )


def _group(one: EffectivenessRow, name: str) -> tuple[Cell, ...]:
    return (
        name,
        one.shown,
        one.click_through_rate,
        one.corrected_click_through_rate,
        one.application_rate,
        one.corrected_application_rate,
        one.save_rate,
        one.interview_rate,
        one.offer_rate,
        one.offer_acceptance_rate,
        one.promised_gain_usd,
        one.gained_usd,
        one.quality_score,
    )


def _unknown(bias: PositionBias) -> str:
    return f"No rate is corrected for its place. {bias.reason}"


def _positions(bias: PositionBias) -> Panel:
    rows = [row for row in bias.rows if row.shown]
    points = [
        CurvePoint(at=row.first, group=group, value=value)
        for group, values in zip(_CURVES, (_raw(rows), _corrected(rows)), strict=True)
        for row, value in zip(rows, values, strict=True)
        if value is not None
    ]
    sampled = "" if bias.sampled_rate >= 1 else f"Read from {bias.sampled_rate:.0%} of the lists."
    return Panel(
        id="groups.places",
        title="Clicks by place",
        metric="position_examination",
        sub="Click-through at each place of a list, and with the place taken out",
        spec=curve_chart(points, _CURVES, "share", at_title="Place in the list") if rows else None,
        legend=_CURVES if rows else (),
        grid=Grid(
            columns=(
                Column(title="Place"),
                Column(title="Shown", unit="events"),
                Column(title="Clicked", unit="events"),
                Column(title="Looked at", unit="share", metric="position_examination"),
                Column(title="In random lists", unit="share"),
            ),
            rows=tuple(
                (_place(row), row.shown, row.clicked, row.examination, row.randomised)
                for row in rows
            ),
        ),
        notes=(sampled, "" if bias.examination else _unknown(bias)),
        empty="No recommendation says at which place it stood.",
    )


def _place(row: PositionRow) -> str:
    return str(row.first) if row.first == row.last else f"{row.first} to {row.last}"


def _raw(rows: Sequence[PositionRow]) -> list[float | None]:
    return [row.clicked / row.shown for row in rows]


def _corrected(rows: Sequence[PositionRow]) -> list[float | None]:
    looked = [row.examination.value for row in rows]
    return [
        row.clicked / (row.shown * share) if share else None
        for row, share in zip(rows, looked, strict=True)
    ]


def build_report(found: QualityReport) -> Block:
    """Draw the weeks, and list what to do with the numbers that say so.

    Args:
        found: The report.
    """
    weeks = found.weeks
    points = [
        Point(on=week.week_on, group=group, value=rate.value)
        for group, pick in zip(_WEEKLY, ("click_through_rate", "application_rate"), strict=True)
        for week in weeks
        for rate in (getattr(week, pick),)
    ]
    trends = {one.metric: one for one in found.trends}
    rising = trends["quality_score"]
    return Block(
        panels=(
            Panel(
                id="report",
                title="Suggestions",
                sub=f"{found.rules_tried} comparisons were made; what is listed stays below 5 % "
                "after Holm's correction for all of them",
                facts=tuple(
                    Fact(title=_evidence(one.p_value), text=one.text) for one in found.suggestions
                ),
                empty="Nothing is sure enough to act on.",
            ),
            Panel(
                id="report.weeks",
                title="Quality week by week",
                metric="quality_trend_per_week",
                sub="Click-through and application rate, corrected for places where that can be "
                "done",
                value=_trend(rising.per_week.value),
                value_note="stars a week" if rising.per_week.value is not None else "",
                spec=lines_chart(points, _WEEKLY, "share") if weeks else None,
                legend=_WEEKLY if weeks else (),
                grid=Grid(
                    columns=(
                        Column(title="Week of", name="week"),
                        Column(title="Shown", unit="events"),
                        Column(title="Score", unit="points", metric="avg_recommendation_score"),
                        Column(title="Clicked", unit="share", metric="click_through_rate"),
                        Column(title="Applied", unit="share", metric="application_rate"),
                        Column(title="Quality", unit="stars", metric="quality_score"),
                    ),
                    rows=tuple(
                        (
                            week.week_on,
                            week.shown,
                            week.score_mean,
                            week.click_through_rate,
                            week.application_rate,
                            week.quality_score,
                        )
                        for week in weeks
                    ),
                ),
            ),
            Panel(
                id="report.correlations",
                title="Quality and engagement",
                metric="engagement_correlation",
                sub="Whether people with more of one have more of the other (Spearman's, over "
                "people)",
                grid=Grid(
                    columns=(
                        Column(title="Of people"),
                        Column(title="with"),
                        Column(title="Correlation", unit="correlation"),
                    ),
                    rows=tuple((one.of, one.with_, one.correlation) for one in found.correlations),
                ),
                is_open=True,
            ),
        )
    )


def _evidence(p_value: float) -> str:
    return "p < 0.001" if p_value < 0.001 else f"p = {p_value:.3f}"  # noqa: PLR2004 - as papers do


def _trend(per_week: float | None) -> str:
    return "" if per_week is None else f"{per_week:+.3f}"


def build_ranking(found: RankingQuality) -> Block:
    """Show how good the order of the lists is, and how the new fare.

    Args:
        found: Order, reach and cold start.
    """
    reach = found.reach
    sampled = "" if found.sampled_rate >= 1 else f", from {found.sampled_rate:.0%} of the lists"
    return Block(
        panels=(
            Panel(
                id="ranking",
                title="Order of the lists",
                metric="ndcg",
                sub=f"Whether what was wanted stood high: {found.lists:,} lists{sampled}",
                grid=Grid(
                    columns=(
                        Column(title="Wanted"),
                        Column(title="First places", unit="events"),
                        Column(title="NDCG", unit="share", metric="ndcg"),
                        Column(title="Hit rate", unit="share", metric="hit_rate"),
                    ),
                    rows=tuple(
                        (one.wanted, cut, one.ndcg[cut], one.hit_rate[cut])
                        for one in found.order
                        for cut in one.ndcg
                    ),
                ),
                is_open=True,
                facts=tuple(
                    Fact(
                        title=f"MRR, {one.wanted}",
                        text=number(one.mean_reciprocal_rank.value, "share"),
                    )
                    for one in found.order
                ),
            ),
            Panel(
                id="ranking.reach",
                title="Reach, variety and the new",
                metric="catalogue_coverage",
                sub="How impressions fall on jobs, and how new people and new jobs fare",
                facts=(
                    Fact(
                        title="Coverage",
                        text=f"{number(reach.catalogue_coverage, 'share')}: {reach.jobs_shown:,} "
                        f"of {reach.jobs_known:,} known jobs were shown",
                    ),
                    Fact(
                        title="Popularity",
                        text=f"the most shown tenth has {number(reach.top_decile_share, 'share')} "
                        f"of the impressions (Gini {number(reach.impression_gini, 'stars')})",
                    ),
                    Fact(
                        title="Variety",
                        text="two jobs of a list differ in tier "
                        f"{number(found.tier_diversity.value, 'share')}, in industry "
                        f"{number(found.industry_diversity.value, 'share')} of the time",
                    ),
                ),
                grid=Grid(
                    columns=(
                        Column(title="Who"),
                        Column(title="Shown", unit="events"),
                        Column(
                            title="Clicked", unit="share", metric="cold_start_click_through_rate"
                        ),
                        Column(title="Applied", unit="share", metric="cold_start_application_rate"),
                    ),
                    rows=tuple(_cold(one) for one in found.cold_start),
                ),
                is_open=True,
            ),
        )
    )


def _cold(one: ColdStart) -> tuple[Cell, ...]:
    return (_WHO[one.who], one.shown, one.click_through_rate, one.application_rate)
