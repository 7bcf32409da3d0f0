"""Engagement: who comes, how deep they go, and what they use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, cast

from landed.charts import Bar, Point, bars_chart, columns_chart, lines_chart
from landed.dashboard.areas.headline import headline_part
from landed.dashboard.grids import Column, Grid
from landed.dashboard.panels import Asked, Block, PagePlan, Panel, Part, choices
from landed.dashboard.wording import number, span_words
from landed.insights import (
    ActiveDay,
    Adoption,
    Engagement,
    Habit,
    LifeStage,
    fetch_active_days,
    fetch_adoption,
    fetch_engagement,
    fetch_life_stages,
)

__all__ = ["build_active", "build_adoption_panel", "build_score", "build_stages", "plan_engagement"]

_HEADLINE: Final = (
    "sessions",
    "session_duration_median",
    "bounce_rate",
    "pages_per_session",
    "interactions",
)
_GRAINS: Final = {"day": "By day", "week": "By week", "month": "By month"}
_FEW_DAYS: Final = 31
_LINES: Final = ("Day", "7 days", "30 days")
_STAGES: Final = ("New", "Returning", "Resurrected", "Dormant")
_FIRST_USE: Final = (0, 6, 29)
_MOST_BARS: Final = 12


def plan_engagement(asked: Asked) -> PagePlan:
    """Say what the page is made of.

    Args:
        asked: `grain` of the life cycle, and a period.

    Raises:
        InvalidInputError: The grain is unknown.
    """
    usual = "day" if asked.period.days <= _FEW_DAYS else "week"
    grain = cast(Habit, asked.choose("grain", _GRAINS, usual))
    period, store = asked.period, asked.store
    return PagePlan(
        title="Engagement",
        fields=(choices("grain", "Life cycle", _GRAINS, grain),),
        parts=(
            headline_part(asked, _HEADLINE),
            Part(
                name="active",
                title="Active people",
                fetch=lambda: build_active(fetch_active_days(store, period)),
            ),
            Part(
                name="score",
                title="The engagement score",
                fetch=lambda: build_score(fetch_engagement(store, period.seen_until, period.zone)),
            ),
            Part(
                name="stages",
                title="The life cycle",
                fetch=lambda: build_stages(fetch_life_stages(store, period, grain), grain),
            ),
            Part(
                name="features",
                title="Feature adoption",
                fetch=lambda: build_adoption_panel(fetch_adoption(store, period, asked.now)),
            ),
        ),
    )


def build_active(days: Sequence[ActiveDay]) -> Block:
    """Draw the people of each day, and of the 7 and 30 days up to it.

    Args:
        days: In order.
    """
    points = [
        Point(on=day.on, group=group, value=value, is_open=day.is_unfinished)
        for group, pick in zip(_LINES, ("daily", "weekly", "monthly"), strict=True)
        for day in days
        for value in (getattr(day, pick),)
    ]
    whole = [day for day in days if day.monthly and not day.is_unfinished]
    last = whole[-1] if whole else None
    return Block(
        panels=(
            Panel(
                id="active",
                title="Active people",
                metric="active_users",
                sub="Who acted on each day, in the 7 and in the 30 days up to it",
                value=number(last.stickiness, "share") if last else "",
                value_note="stickiness: daily by monthly, last whole day" if last else "",
                spec=lines_chart(points, _LINES, "people") if last else None,
                legend=_LINES if last else (),
                grid=Grid(
                    columns=(
                        Column(title="Day"),
                        Column(title="Day's people", unit="people", metric="daily_active_users"),
                        Column(title="7 days", unit="people", metric="weekly_active_users"),
                        Column(title="30 days", unit="people", metric="monthly_active_users"),
                        Column(title="Stickiness", unit="share", metric="stickiness"),
                    ),
                    rows=tuple(
                        (day.on, day.daily, day.weekly, day.monthly, day.stickiness) for day in days
                    ),
                ),
                size="wide",
            ),
        )
    )


def build_score(one: Engagement) -> Block:
    """Draw the distribution of the score, and what it is made of.

    Args:
        one: The score over everybody.
    """
    bins = [(f"{10 * place}-{10 * place + 10}", float(n)) for place, n in enumerate(one.scores)]
    quartiles = (
        f"half between {one.low_quartile:.0f} and {one.high_quartile:.0f}"
        if one.low_quartile is not None and one.high_quartile is not None
        else ""
    )
    return Block(
        panels=(
            Panel(
                id="score",
                title="Engagement score",
                metric="engagement_score",
                sub=f"{one.people:,} people of the 28 days "
                f"{span_words(one.since.date(), one.until.date())}, by their points",
                value=number(one.mean, "points"),
                value_note=quartiles,
                spec=columns_chart(bins, "people") if one.people else None,
                grid=Grid(
                    columns=(
                        Column(title="Part"),
                        Column(title="Points", unit="points"),
                        Column(title="At most", unit="points"),
                    ),
                    rows=tuple((part.name, part.points, part.weight) for part in one.parts),
                ),
                is_open=True,
            ),
        )
    )


def build_stages(stages: Sequence[LifeStage], grain: Habit) -> Block:
    """Draw who was new, came again, came back or stayed away.

    Args:
        stages: In order.
        grain: What they are cut into.
    """
    points = [
        Point(on=one.starts_on, group=group, value=value, is_open=one.is_unfinished)
        for group in _STAGES
        for one in stages
        for value in (getattr(one, group.lower()),)
    ]
    return Block(
        panels=(
            Panel(
                id="stages",
                title="Life cycle",
                metric="returning_people",
                sub=f"What the people of each {grain} had done before, and who stayed away",
                spec=lines_chart(points, _STAGES, "people") if stages else None,
                legend=_STAGES,
                grid=Grid(
                    columns=(
                        Column(title="From", name=grain),
                        Column(title="Active", unit="people"),
                        Column(title="New", unit="people", metric="new_people"),
                        Column(title="Returning", unit="people", metric="returning_people"),
                        Column(title="Resurrected", unit="people", metric="resurrected_people"),
                        Column(title="Dormant", unit="people", metric="dormant_people"),
                    ),
                    rows=tuple(
                        (
                            one.starts_on,
                            one.active,
                            one.new,
                            one.returning,
                            one.resurrected,
                            one.dormant,
                        )
                        for one in stages
                    ),
                ),
            ),
        )
    )


def build_adoption_panel(found: Adoption) -> Block:
    """Draw which share of the active people uses each feature.

    Args:
        found: The features of the period.
    """
    bars = [
        Bar(
            group=one.feature,
            value=one.adoption.value,
            ci_low=one.adoption.ci_low,
            ci_high=one.adoption.ci_high,
        )
        for one in found.features[:_MOST_BARS]
    ]
    return Block(
        panels=(
            Panel(
                id="features",
                title="Feature adoption",
                metric="feature_adoption_rate",
                sub=f"Share of {found.active_people:,} active people who used each feature, and of "
                f"{found.new_people:,} new people who found it within 1, 7 and 30 days",
                spec=bars_chart(bars, "share") if bars else None,
                grid=Grid(
                    columns=(
                        Column(title="Feature"),
                        Column(title="Adoption", unit="share", metric="feature_adoption_rate"),
                        Column(title="Uses", unit="events", metric="feature_uses"),
                        *(
                            Column(
                                title=f"Found in {day + 1} d",
                                unit="share",
                                metric="feature_first_use_rate",
                                name=f"first_use_{day + 1}d",
                            )
                            for day in _FIRST_USE
                        ),
                    ),
                    rows=tuple(
                        (
                            one.feature,
                            one.adoption,
                            one.uses,
                            *(one.first_use[day] for day in _FIRST_USE),
                        )
                        for one in found.features
                    ),
                ),
                is_open=True,
                size="wide",
            ),
        )
    )
