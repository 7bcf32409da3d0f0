"""Charts of any metric: over time, and by group with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final

import altair as alt

from landed.charts.spec import DATA, Spec, fill, outline
from landed.metrics import Unit

__all__ = [
    "DASHES",
    "FORMATS",
    "MOST_LINES",
    "PLAIN_COUNT",
    "Bar",
    "Point",
    "bars_chart",
    "lines_chart",
]

MOST_LINES: Final = 6
"""More lines than that nobody can tell apart."""

_HEIGHT: Final = 280
_BAR_STEP: Final = 34
_BAR_HEIGHT: Final = 16
_DOT_SIZE: Final = 34
FORMATS: Final[dict[Unit, str]] = {
    "share": ".1%",
    "usd": "$,.2~f",
    "ms": ",.0f",
    "seconds": ",.1~f",
    "points": ",.1~f",
    "stars": ".2f",
    "days": ",.1~f",
}
PLAIN_COUNT: Final = ",.6~g"
DASHES: Final = [[1, 0], [7, 3], [2, 3], [7, 3, 2, 3], [12, 4], [1, 2]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A value of a group at a time.

    Attributes:
        on: The day on which the hour, day, week or month begins.
        group: What it is split by, in words; empty where it is not split.
        value: None is a gap.
        is_open: The hour, day, week or month is still going on: no line leads to it.
    """

    on: date
    group: str
    value: float | None
    is_open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A value of a group, with its 95 % interval where it has one."""

    group: str
    value: float | None
    ci_low: float | None
    ci_high: float | None


def lines_chart(points: Sequence[Point], groups: Sequence[str], unit: Unit) -> Spec:
    """Draw a metric over time, a line for each group, told apart by colour and dashes.

    Args:
        points: In order of time.
        groups: In the order of their colours, at most `MOST_LINES`; one of empty text: no split.
        unit: Of the values.

    Returns:
        A Vega-Lite specification; its colours are CSS properties.

    Examples:
        >>> one = Point(on=date(2026, 5, 1), group="", value=3.0)
        >>> lines_chart([one], [""], "people")["datasets"]["series"]
        [{'day': '2026-05-01', 'group': '', 'place': 0, 'value': 3.0, 'open': False}]
    """
    places = {group: place for place, group in enumerate(groups)}
    rows = [
        {
            "day": one.on.isoformat(),
            "group": one.group,
            "place": places[one.group],
            "value": one.value,
            "open": one.is_open,
        }
        for one in points
    ]
    is_flat = not any(one.value for one in points)
    number = FORMATS.get(unit, PLAIN_COUNT)
    return fill(_lines_outline(number, is_split=list(groups) != [""], is_flat=is_flat), rows)


@cache
def _lines_outline(number: str, *, is_split: bool, is_flat: bool) -> Spec:
    x = alt.X(
        "day:T",
        scale=alt.Scale(type="utc"),
        axis=alt.Axis(format="%-d %b", labelOverlap=True, labelFlush=True, tickCount=8, title=None),
    )
    y = alt.Y(
        "value:Q",
        axis=alt.Axis(format=number, tickCount=5, minExtent=36, title=None),
        scale=alt.Scale(domain=[0, 1]) if is_flat else alt.Scale(zero=True, nice=True),
    )
    tips = [
        alt.Tooltip("day:T", title="From", format="%-d %b %Y"),
        *([alt.Tooltip("group:N", title="Group")] if is_split else []),
        alt.Tooltip("value:Q", title="Value", format=number),
    ]
    line: alt.Chart = alt.Chart(DATA).mark_line(style="current")
    dots: alt.Chart = alt.Chart(DATA).mark_point(style="current-dot", filled=True, size=_DOT_SIZE)
    line = line.encode(x=x, y=y).transform_filter("!datum.open")
    faint = alt.condition("datum.open", alt.value(0.45), alt.value(1))
    dots = dots.encode(x=x, y=y, tooltip=tips, opacity=faint)
    if is_split:
        # The page writes the legend: a line's place is its colour and its dashes.
        places = list(range(MOST_LINES))
        colour = alt.Color("place:N", scale=alt.Scale(domain=places), legend=None)
        dashes = alt.StrokeDash(
            "place:N", scale=alt.Scale(domain=places, range=DASHES), legend=None
        )
        line, dots = line.encode(color=colour, strokeDash=dashes), dots.encode(color=colour)
    return outline([line, dots], _HEIGHT)


def bars_chart(bars: Sequence[Bar], unit: Unit) -> Spec:
    """Draw a metric by group: bars from zero, the largest group first, with intervals.

    Args:
        bars: In the order in which they stand.
        unit: Of the values.

    Returns:
        A Vega-Lite specification; its colours are CSS properties.
    """
    rows: list[dict[str, Any]] = [
        {"group": one.group, "value": one.value, "low": one.ci_low, "high": one.ci_high}
        for one in bars
    ]
    return fill(_bars_outline(FORMATS.get(unit, PLAIN_COUNT), len(rows)), rows)


@cache
def _bars_outline(number: str, rows: int) -> Spec:
    y = alt.Y("group:N", sort=None, axis=alt.Axis(title=None, labelLimit=220, domain=False))
    axis = alt.Axis(format=number, tickCount=5, title=None, grid=True)
    x = alt.X("value:Q", axis=axis, scale=alt.Scale(zero=True, nice=True))
    tips = [
        alt.Tooltip("group:N", title="Group"),
        alt.Tooltip("value:Q", title="Value", format=number),
        alt.Tooltip("low:Q", title="95 % from", format=number),
        alt.Tooltip("high:Q", title="95 % to", format=number),
    ]
    bars: alt.Chart = alt.Chart(DATA).mark_bar(style="columns", height=_BAR_HEIGHT, cornerRadius=3)
    spans: alt.Chart = alt.Chart(DATA).mark_rule(style="interval")
    ends: alt.Chart = alt.Chart(DATA).mark_tick(style="interval", size=9, thickness=2)
    layers = [
        bars.encode(x=x, y=y, tooltip=tips),
        spans.encode(x=alt.X("low:Q"), x2="high:Q", y=y).transform_filter("isValid(datum.low)"),
        ends.encode(x=alt.X("low:Q"), y=y).transform_filter("isValid(datum.low)"),
        ends.encode(x=alt.X("high:Q"), y=y).transform_filter("isValid(datum.high)"),
    ]
    return outline(layers, _BAR_STEP * max(rows, 1))
