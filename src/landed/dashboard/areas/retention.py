"""Retention: who of those who came first at a time came again later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, cast

from landed.charts import CurvePoint, curve_chart
from landed.dashboard.grids import Cell, Column, Grid
from landed.dashboard.panels import Asked, Block, PagePlan, Panel, Part, choices
from landed.dashboard.wording import number
from landed.insights import (
    CohortRetention,
    Habit,
    RetentionAge,
    RetentionCohort,
    RetentionForm,
    fetch_retention,
)

__all__ = ["build_retention_panels", "plan_retention"]

_GRAINS: Final = {"day": "Days", "week": "Weeks", "month": "Months"}
_FORMS: Final = {"plain": "On that day, in that week or month", "rolling": "Then or any time later"}
_FEW_DAYS: Final = 60
_METRICS: Final[Mapping[RetentionForm, str]] = {
    "n_day": "n_day_retention",
    "bracket": "bracket_retention",
    "rolling": "rolling_retention",
}
_AGES: Final[Mapping[Habit, tuple[int, ...]]] = {
    "day": (1, 2, 3, 4, 5, 6, 7, 10, 14, 21, 30),
    "week": tuple(range(1, 13)),
    "month": tuple(range(1, 13)),
}
_NAMED: Final[Mapping[Habit, tuple[int, ...]]] = {
    "day": (1, 7, 30),
    "week": (1, 4, 12),
    "month": (1, 3, 12),
}
_HOTTEST: Final = 0.6


def plan_retention(asked: Asked) -> PagePlan:
    """Say what the page is made of.

    Args:
        asked: `grain` and `form`, and a period.

    Raises:
        InvalidInputError: A word is unknown.
    """
    usual = "day" if asked.period.days <= _FEW_DAYS else "week"
    grain = cast(Habit, asked.choose("grain", _GRAINS, usual))
    wish = asked.choose("form", _FORMS, "plain")
    plain: RetentionForm = "n_day" if grain == "day" else "bracket"
    form: RetentionForm = "rolling" if wish == "rolling" else plain
    return PagePlan(
        title="Retention",
        sub="people by when they came first",
        fields=(
            choices("grain", "Cohorts and ages in", _GRAINS, grain),
            choices("form", "Came again", _FORMS, wish),
        ),
        parts=(
            Part(
                name="retention",
                title="Retention",
                fetch=lambda: build_retention_panels(
                    fetch_retention(asked.store, asked.period, asked.now, grain, form)
                ),
            ),
        ),
    )


def build_retention_panels(found: CohortRetention) -> Block:
    """Draw the curve of all cohorts together, and the triangle.

    Args:
        found: The cohorts of the period.
    """
    metric = _METRICS[found.form]
    ages = [one for one in found.ages if one.age > 0 and one.rate.value is not None]
    points = [
        CurvePoint(
            at=one.age,
            value=one.rate.value,
            ci_low=one.rate.ci_low,
            ci_high=one.rate.ci_high,
        )
        for one in ages
    ]
    title = f"{found.grain.capitalize()}s after the first"
    shown = [age for age in _AGES[found.grain] if any(len(c.cells) > age for c in found.cohorts)]
    return Block(
        panels=(
            Panel(
                id="retention",
                title="Retention",
                metric=metric,
                sub="All cohorts together, with 95 % intervals; an age counts once it has fully "
                "passed",
                value=_named(found),
                spec=curve_chart(points, [""], "share", at_title=title) if points else None,
                grid=Grid(
                    columns=(
                        Column(title=found.grain.capitalize(), unit="events", name="age"),
                        Column(title="Came again", unit="share", metric=metric),
                    ),
                    rows=tuple((one.age, one.rate) for one in ages),
                ),
                size="wide",
                empty="Nobody came for the first time in this period, or nothing has passed yet.",
            ),
            Panel(
                id="retention.cohorts",
                title="Cohorts",
                sub=f"Each row: who came first in that {found.grain}; each column: how many "
                f"{found.grain}s later. What has not fully passed is left empty",
                grid=Grid(
                    columns=(
                        Column(title="First", name="cohort"),
                        Column(title="People", unit="people"),
                        *(
                            Column(
                                title=f"{found.grain[0].upper()}{age}",
                                unit="share",
                                hottest=_HOTTEST,
                                name=f"{found.grain}_{age}",
                            )
                            for age in shown
                        ),
                    ),
                    rows=tuple(_row(one, shown) for one in found.cohorts),
                ),
                is_open=True,
                size="wide",
            ),
        )
    )


def _row(one: RetentionCohort, ages: list[int]) -> tuple[Cell, ...]:
    rates = [one.cells[age].rate if len(one.cells) > age else None for age in ages]
    return (one.starts_on, one.people, *(_blank(rate) for rate in rates))


def _blank(rate: float | None) -> Cell:
    """What is not known yet is not written: a dash in half of the cells would be noise."""
    return "" if rate is None else rate


def _named(found: CohortRetention) -> str:
    by_age: dict[int, RetentionAge] = {one.age: one for one in found.ages}
    parts = [
        f"{found.grain[0].upper()}{age} {number(by_age[age].rate.value, 'share')}"
        for age in _NAMED[found.grain]
        if age in by_age and by_age[age].rate.value is not None
    ]
    return " · ".join(parts)
