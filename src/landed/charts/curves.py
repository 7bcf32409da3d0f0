"""Charts over something other than time: a curve by age or place, and columns by class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import altair as alt

from landed.charts.answers import DASHES, FORMATS, MOST_LINES, PLAIN_COUNT
from landed.charts.spec import DATA, Spec, fill, outline
from landed.metrics import Unit

__all__ = ["CurvePoint", "columns_chart", "curve_chart"]

_HEIGHT: Final = 220
_DOT_SIZE: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """A value of a group at an age or a place, with its 95 % interval where it has one."""

    at: float
    group: str = ""
    value: float | None
    ci_low: float | None = None
    ci_high: float | None = None


def curve_chart(
    points: Sequence[CurvePoint], groups: Sequence[str], unit: Unit, *, at_title: str
) -> Spec:
    """Draw values by age or place, a line for each group, with their intervals as bands.

    Args:
        points: In order.
        groups: In the order of their colours, at most `MOST_LINES`; one of empty text: no split.
        unit: Of the values.
        at_title: What stands below the axis, such as "Days after the first act".

    Returns:
        A Vega-Lite specification; its colours are CSS properties.

    Examples:
        >>> one = CurvePoint(at=1, value=0.3)
        >>> curve_chart([one], [""], "share", at_title="Place")["datasets"]["series"][0]["value"]
        0.3
    """
    places = {group: place for place, group in enumerate(groups)}
    rows: list[dict[str, Any]] = [
        {
            "at": one.at,
            "group": one.group,
            "place": places[one.group],
            "value": one.value,
            "low": one.ci_low,
            "high": one.ci_high,
        }
        for one in points
    ]
    number = FORMATS.get(unit, PLAIN_COUNT)
    return fill(_curve_outline(number, at_title, is_split=list(groups) != [""]), rows)


@cache
def _curve_outline(number: str, at_title: str, *, is_split: bool) -> Spec:
    axis = alt.Axis(
        title=at_title, titleColor="var(--muted)", titleFontWeight="normal", tickMinStep=1
    )
    x = alt.X("at:Q", axis=axis, scale=alt.Scale(zero=False, nice=False))
    y_axis = alt.Axis(format=number, tickCount=5, minExtent=36, title=None)
    y = alt.Y("value:Q", axis=y_axis, scale=alt.Scale(zero=True, nice=True))
    places = list(range(MOST_LINES))
    colour = alt.Color("place:N", scale=alt.Scale(domain=places), legend=None)
    dashes = alt.StrokeDash("place:N", scale=alt.Scale(domain=places, range=DASHES), legend=None)
    tips = [
        alt.Tooltip("at:Q", title=at_title),
        *([alt.Tooltip("group:N", title="Line")] if is_split else []),
        alt.Tooltip("value:Q", title="Value", format=number),
        alt.Tooltip("low:Q", title="95 % from", format=number),
        alt.Tooltip("high:Q", title="95 % to", format=number),
    ]
    band: alt.Chart = alt.Chart(DATA).mark_area(opacity=0.14)
    line: alt.Chart = alt.Chart(DATA).mark_line(strokeWidth=2.25)
    dots: alt.Chart = alt.Chart(DATA).mark_point(filled=True, size=_DOT_SIZE)
    layers = [
        band.encode(x=x, y=alt.Y("low:Q"), y2="high:Q", color=colour).transform_filter(
            "isValid(datum.low)"
        ),
        line.encode(x=x, y=y, color=colour, strokeDash=dashes),
        dots.encode(x=x, y=y, color=colour, tooltip=tips),
    ]
    return outline(layers, _HEIGHT)


def columns_chart(values: Sequence[tuple[str, float]], unit: Unit) -> Spec:
    """Draw columns of classes that stand in an order, such as the bins of a distribution.

    Args:
        values: Name and value of each, in order.
        unit: Of the values.

    Examples:
        >>> columns_chart([("0 to 10", 3.0)], "people")["datasets"]["series"]
        [{'class': '0 to 10', 'value': 3.0}]
    """
    rows: list[dict[str, Any]] = [{"class": name, "value": value} for name, value in values]
    return fill(_columns_outline(FORMATS.get(unit, PLAIN_COUNT)), rows)


@cache
def _columns_outline(number: str) -> Spec:
    x = alt.X("class:N", sort=None, axis=alt.Axis(title=None, labelAngle=0, labelOverlap=True))
    y = alt.Y("value:Q", axis=alt.Axis(format=number, tickCount=5, minExtent=36, title=None))
    tips = [
        alt.Tooltip("class:N", title="Class"),
        alt.Tooltip("value:Q", title="Value", format=number),
    ]
    columns: alt.Chart = alt.Chart(DATA).mark_bar(style="columns", cornerRadiusEnd=3)
    return outline([columns.encode(x=x, y=y, tooltip=tips)], _HEIGHT)
