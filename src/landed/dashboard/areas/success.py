"""Success: what becomes of people, and what recommendations bring them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from landed.charts import Bar, CurvePoint, bars_chart, columns_chart, curve_chart
from landed.dashboard.grids import Column, Grid
from landed.dashboard.panels import Asked, Block, Fact, PagePlan, Panel, Part, make_tile
from landed.dashboard.wording import number
from landed.insights import (
    Careers,
    Churn,
    Estimate,
    GoalRow,
    RecommendationReturn,
    Stories,
    SystemSuccess,
    Waiting,
    fetch_stories,
    fetch_system_success,
)

__all__ = ["build_stories_panel", "build_success", "plan_success"]

_MOST_STORIES: Final = 10
_OUTCOMES: Final = {"interview": "First interview", "offer": "First offer"}
_HORIZONS: Final = (30, 60, 90)


def plan_success(asked: Asked) -> PagePlan:
    """Say what the page is made of.

    Args:
        asked: A period.
    """
    store, period, now = asked.store, asked.period, asked.now
    return PagePlan(
        title="Success",
        parts=(
            Part(
                name="success",
                title="What became of people",
                fetch=lambda: build_success(fetch_system_success(store, period, now)),
            ),
            Part(
                name="stories",
                title="Success stories",
                fetch=lambda: build_stories_panel(fetch_stories(store, period, now, _MOST_STORIES)),
            ),
        ),
    )


def build_success(found: SystemSuccess) -> Block:
    """Write the tiles and panels.

    Args:
        found: What became of everybody.
    """
    income, churn = found.income, found.churn
    interview = next(one for one in found.waiting if one.outcome == "interview").within[30]
    return Block(
        tiles=(
            make_tile("income_improvement_median", income.median.value, note=_ends(income.median)),
            make_tile("first_outcome_rate", interview.value, note="interview within 30 days"),
            make_tile(
                "career_advancement_rate",
                found.careers.advancement_rate.value,
                note=_ends(found.careers.advancement_rate),
            ),
            make_tile("churn_rate", churn.churn_rate.value, note=_ends(churn.churn_rate)),
        ),
        panels=(
            _waiting(found.waiting),
            _goals(found.goals),
            _careers(found.careers),
            _returns(found.recommendations),
            _churn(churn),
        ),
    )


def _ends(one: Estimate) -> str:
    if one.ci_low is None or one.ci_high is None:
        return ""
    return f"{number(one.ci_low, 'share')} to {number(one.ci_high, 'share')}"


def _waiting(found: Sequence[Waiting]) -> Panel:
    groups = tuple(_OUTCOMES[one.outcome] for one in found)
    points = [
        CurvePoint(
            at=days,
            group=_OUTCOMES[one.outcome],
            value=rate.value,
            ci_low=rate.ci_low,
            ci_high=rate.ci_high,
        )
        for one in found
        for days, rate in one.curve.items()
        if rate.value is not None
    ]
    return Panel(
        id="success",
        title="How long it takes",
        metric="first_outcome_rate",
        sub="Chance of the first interview and offer within days of a person's first application; "
        "who still waits counts as waiting",
        spec=curve_chart(points, groups, "share", at_title="Days since the first application")
        if points
        else None,
        legend=groups if points else (),
        grid=Grid(
            columns=(
                Column(title="Outcome"),
                Column(title="People", unit="people"),
                Column(title="So far", unit="people"),
                *(
                    Column(
                        title=f"In {days} d",
                        unit="share",
                        metric="first_outcome_rate",
                        name=f"within_{days}d",
                    )
                    for days in _HORIZONS
                ),
                *(
                    Column(
                        title=f"{quantile.share:.0%} after",
                        unit="days",
                        name=f"days_to_{quantile.share:g}",
                    )
                    for quantile in found[0].quantiles
                ),
            ),
            rows=tuple(
                (
                    _OUTCOMES[one.outcome],
                    one.people,
                    one.reached,
                    *(one.within[days] for days in _HORIZONS),
                    *(quantile.days for quantile in one.quantiles),
                )
                for one in found
            ),
        ),
        is_open=True,
        size="wide",
        empty="Nobody applied for the first time in this period.",
    )


def _goals(found: Sequence[GoalRow]) -> Panel:
    rows = [one for one in found if one.goals]
    return Panel(
        id="success.goals",
        title="Goals",
        metric="goal_achievement_rate",
        sub="Goals that people set in the period, and the chance that they are reached",
        grid=Grid(
            columns=(
                Column(title="Goal"),
                Column(title="Set", unit="events", metric="goals_set"),
                Column(title="Reached", unit="events", metric="goals_achieved"),
                *(
                    Column(
                        title=f"In {days} d",
                        unit="share",
                        metric="goal_achievement_rate",
                        name=f"within_{days}d",
                    )
                    for days in _HORIZONS
                ),
            ),
            rows=tuple(
                (
                    one.goal_type or "All",
                    one.goals,
                    one.reached,
                    *(one.within[days] for days in _HORIZONS),
                )
                for one in rows
            ),
        ),
        is_open=True,
        size="wide",
        empty="Nobody set a goal in this period.",
    )


def _careers(found: Careers) -> Panel:
    bars = [
        Bar(group=one.kind.replace("_", " "), value=one.people, ci_low=None, ci_high=None)
        for one in found.kinds
    ]
    return Panel(
        id="success.careers",
        title="Career steps",
        metric="career_advancements",
        sub="People who reported a step of each kind",
        spec=bars_chart(bars, "people") if bars else None,
        grid=Grid(
            columns=(
                Column(title="Kind"),
                Column(title="Steps", unit="events", metric="career_advancements"),
                Column(title="People", unit="people"),
            ),
            rows=tuple((one.kind, one.steps, one.people) for one in found.kinds),
        ),
        empty="No career step was reported in this period.",
    )


def _churn(found: Churn) -> Panel:
    bands = [(f"{band.low:.0%} to {band.high:.0%}", float(band.people)) for band in found.bands]
    leavers = found.expected_leavers
    tested = found.calibration
    return Panel(
        id="success.churn",
        title="Who is about to leave",
        metric="churn_risk",
        sub=f"The {found.people:,} people of the last {found.days} days, by their risk of no visit "
        f"in the next {found.days}",
        value=number(leavers.value, "people"),
        value_note="expected leavers" if leavers.value is not None else "",
        spec=columns_chart(bands, "people") if bands else None,
        grid=Grid(
            columns=(Column(title="Risk"), Column(title="People", unit="people")),
            rows=tuple(bands),
        ),
        notes=(
            f"The same model of {found.days} days ago, held against what happened since: AUC "
            f"{tested.auc:.2f}, Brier score {tested.brier:.3f} (everybody alike: "
            f"{tested.brier_of_mean:.3f})."
            if tested and tested.auc is not None
            else "",
        ),
        empty="Too few people to fit a model of leaving.",
    )


def _returns(found: RecommendationReturn) -> Panel:
    return Panel(
        id="success.returns",
        title="What recommendations return",
        metric="recommendation_roi",
        sub="Yearly income that people gained through a recommendation, against what it cost",
        value="" if found.roi is None else f"{found.roi:,.1f} times",
        value_note="(value less cost) by cost" if found.roi is not None else "",
        grid=Grid(
            columns=(Column(title="What"), Column(title="US dollars", unit="usd")),
            rows=(
                ("Income through recommendations", found.attributed_usd),
                ("Other income changes, not counted", found.other_usd),
                ("Language models", found.llm_usd),
                ("Other costs", found.infrastructure_usd),
            ),
        ),
        is_open=True,
        notes=(
            f"{found.attributed_changes:,} changes of income lead back to a recommendation.",
            "People report their incomes themselves, and who gained reports more readily.",
        ),
    )


def build_stories_panel(found: Stories) -> Block:
    """List what those reached who allow it to be told.

    Args:
        found: Their stories.
    """
    return Block(
        panels=(
            Panel(
                id="stories",
                title="Success stories",
                sub="Of people who allow it to be told (consent for success_stories), under a "
                "label that changes with the key",
                facts=(Fact(title="Allow it", text=f"{found.consenting_people:,} people"),)
                if found.stories
                else (),
                grid=Grid(
                    columns=(
                        Column(title="Person"),
                        Column(title="Income rose", unit="share"),
                        Column(title="From", unit="usd"),
                        Column(title="To", unit="usd"),
                        Column(title="Steps"),
                        Column(title="Goals", unit="events"),
                    ),
                    rows=tuple(
                        (
                            one.label,
                            one.income_rise,
                            one.income_before_usd,
                            one.income_after_usd,
                            ", ".join(one.advancements).replace("_", " "),
                            one.goals_reached,
                        )
                        for one in found.stories
                    ),
                ),
                is_open=True,
                empty="Nobody has allowed to be told of yet: send consent_changed with the purpose "
                "success_stories.",
            ),
        )
    )
