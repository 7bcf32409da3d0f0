"""An experiment over time: the cumulative effect, and outcomes that come late."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Final

from landed.dashboard.experiments.marks import Lines, Point, draw_lines
from landed.dashboard.experiments.views import LateCard, TrendView, VariantLine
from landed.dashboard.experiments.words import (
    difference_words,
    pick_unit,
    span_of,
    tick_words,
    value_words,
)
from landed.dashboard.grids import Cell, Column, Grid, show_grid
from landed.dashboard.types import TableView
from landed.dashboard.wording import NO_VALUE, day_words
from landed.experiments.analysis.results import Estimate, LateView, Look, MetricResult, Result
from landed.metrics import Unit

__all__ = ["build_late", "build_trend"]

_DAY: Final = 86_400.0
_WILD: Final = 3.0
"""The first looks have intervals many times wider than the last; they are cut at this many times
the usual one."""


def build_trend(result: Result, names: Mapping[str, str]) -> TrendView | None:
    """Draw the primary metric's difference as it stood day by day.

    Args:
        result: What is known.
        names: What people call the variants.

    Returns:
        None where there is no primary metric or no look.
    """
    if not result.metrics or not result.looks:
        return None
    primary = result.metrics[0]
    unit = pick_unit(primary)
    points = {name: _looks(result, key) for key, name in _others(result, names).items()}
    ends = [max(abs(low), abs(high)) for found in points.values() for _, _, low, high in found]
    lines = draw_lines(
        points,
        across=_day_at(result.since),
        up=lambda value: tick_words(value, unit),
        places=_places(result, names),
        limit=_WILD * median(ends) if ends else 1.0,
    )
    return TrendView(
        metric=primary.title,
        lines=lines,
        trend=result.trend,
        table=_looks_table(result, names, unit),
    )


def _others(result: Result, names: Mapping[str, str]) -> dict[str, str]:
    keys = [key for look in result.looks for key in look.effects]
    return {key: names.get(key, key) for key in dict.fromkeys(keys)}


def _places(result: Result, names: Mapping[str, str]) -> dict[str, int]:
    """Colours by variant, the same wherever it is drawn; the control has the first."""
    keys = [one.variant for one in result.metrics[0].readings] if result.metrics else []
    return {names.get(key, key): place for place, key in enumerate(keys, 1)}


def _looks(result: Result, key: str) -> list[Point]:
    found: list[Point] = []
    for look in result.looks:
        one = look.effects.get(key)
        if one is not None:
            days = (look.at - result.since).total_seconds() / _DAY
            found.append((days, one.value, one.ci_low, one.ci_high))
    return found


def _day_at(since: datetime) -> Callable[[float], str]:
    def words(days: float) -> str:
        return day_words((since + timedelta(days=days)).astimezone(UTC).date(), year=False)

    return words


def _looks_table(result: Result, names: Mapping[str, str], unit: Unit) -> TableView:
    others = _others(result, names)
    columns = (
        Column(title="Until"),
        Column(title="Units", unit="people"),
        *(Column(title=name, name=key) for key, name in others.items()),
    )
    rows = tuple(_look_cells(look, others, unit) for look in reversed(result.looks))
    return show_grid(Grid(columns=columns, rows=rows))


def _look_cells(look: Look, others: Mapping[str, str], unit: Unit) -> tuple[Cell, ...]:
    return (look.at, look.units, *(_effect(look.effects.get(key), unit) for key in others))


def _effect(one: Estimate | None, unit: Unit) -> str:
    if one is None:
        return "not enough data"
    return f"{difference_words(one.value, unit)} ({span_of(one, unit)})"


def build_late(result: Result, names: Mapping[str, str]) -> tuple[LateCard, ...]:
    """Draw the outcomes that come late.

    Args:
        result: What is known.
        names: What people call the variants.
    """
    places = _places(result, names)
    return tuple(
        _late_card(one, one.late, names, places) for one in result.metrics if one.late is not None
    )


def _late_card(
    one: MetricResult, late: LateView, names: Mapping[str, str], places: Mapping[str, int]
) -> LateCard:
    points: dict[str, list[Point]] = {
        names.get(key, key): [(day, share, share, share) for day, share in found]
        for key, found in late.curve.items()
    }
    lines: Lines | None = draw_lines(
        points,
        across=lambda day: f"day {day:.0f}",
        up=lambda share: f"{share:.3g}" if not share else f"{share * 100:.3g}%",
        places=places,
        limit=1.0,
    )
    return LateCard(
        metric=one.metric,
        title=one.title,
        window=late.window_days,
        lines=lines,
        legend=tuple(
            VariantLine(name=name, place=places.get(name, 1)) for name in points if points[name]
        ),
        warning=_warning(late),
        table=_late_table(late, names),
    )


def _warning(late: LateView) -> str:
    youngest = min(late.matured_share.values(), default=1.0)
    if youngest >= 1.0:
        return ""
    return (
        f"Only {youngest:.0%} of the units have been followed for all {late.window_days} days. "
        "The share so far counts the others as if nothing could come any more; the estimate takes "
        "each unit for as long as it was followed."
    )


def _late_table(late: LateView, names: Mapping[str, str]) -> TableView:
    columns = (
        Column(title="Variant"),
        Column(title="Followed", name="followed", unit="share"),
        Column(title=f"Estimate, {late.window_days} days", is_long=True),
        Column(title="Difference", is_long=True),
        Column(title="So far", unit="share"),
    )
    rows = tuple(
        (
            names.get(key, key),
            share,
            _estimate(late.incidence.get(key)),
            _late_difference(late, key),
            late.naive.get(key),
        )
        for key, share in late.matured_share.items()
    )
    return show_grid(Grid(columns=columns, rows=rows))


def _estimate(one: Estimate | None) -> str:
    if one is None:
        return NO_VALUE
    low, high = value_words(one.ci_low, "share"), value_words(one.ci_high, "share")
    return f"{value_words(one.value, 'share')} ({low} to {high})"


def _late_difference(late: LateView, key: str) -> str:
    if key not in late.differences:
        return NO_VALUE
    return _effect(late.differences[key], "share")
