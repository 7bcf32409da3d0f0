"""Charts of one value per UTC day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import cache
from typing import Any, Final

import altair as alt

from landed.charts.spec import DATA, Spec, fill, outline
from landed.insights import DayPoint

__all__ = ["ats_chart", "daily_chart", "events_chart"]

_Value = Callable[[DayPoint], float | None]

_HEIGHT: Final = 240
_SMALL_HEIGHT: Final = 190
_MOST_COLUMNS: Final = 120
_FEW_DAYS: Final = 3
_MANY_DAYS: Final = 60
_POINT_SIZE: Final = 18
_SMALL_POINT_SIZE: Final = 5
_DOT_SIZE: Final = 64
_COUNT: Final = ",d"
_SCORE: Final = ".1f"
_FINISHED: Final = "!datum.open"
_STRETCH: Final = "datum.open || datum.joint"


def daily_chart(
    days: Sequence[DayPoint],
    previous: Sequence[DayPoint] | None,
    *,
    unfinished_on: date | None = None,
) -> Spec:
    """Draw active users per day, with the period before dashed behind it.

    Args:
        days: The period, in order.
        previous: The period before, day for day beside `days`; None draws no comparison.
        unfinished_on: The day that is still going on; its stretch is dotted.

    Returns:
        A Vega-Lite specification; its colours are CSS properties.

    Examples:
        >>> from datetime import date
        >>> day = DayPoint(
        ...     day=date(2025, 11, 20), events=9, active_users=3, applications=0, avg_ats_score=None
        ... )
        >>> daily_chart([day], None)["height"]
        240
    """
    rows = _rows(days, previous, unfinished_on, lambda point: point.active_users)
    is_short = len(rows) <= _FEW_DAYS
    return fill(_daily_outline(compared=previous is not None, is_short=is_short), rows)


@cache
def _daily_outline(*, compared: bool, is_short: bool) -> Spec:
    y, y_before = _y(_COUNT), _y(_COUNT, field="before")
    layers = [_area(y)]
    if compared:
        layers.append(_line("previous", y_before))
    layers += _lines("current", y)
    if is_short:
        layers.append(_points("current-dot", y, size=_POINT_SIZE))
    if compared:
        layers.append(_dot("previous-dot", y_before))
    layers += [_dot("current-dot", y), _cursor("Active users", _COUNT, compared=compared)]
    return outline(layers, _HEIGHT)


def events_chart(days: Sequence[DayPoint], *, unfinished_on: date | None = None) -> Spec:
    """Draw events per day as columns from zero; beyond 120 days as an area.

    Args:
        days: The period, in order.
        unfinished_on: The day that is still going on; its column is drawn open.
    """
    rows = _rows(days, None, unfinished_on, lambda point: point.events)
    return fill(_events_outline(as_columns=len(rows) <= _MOST_COLUMNS), rows)


@cache
def _events_outline(*, as_columns: bool) -> Spec:
    y = _y(_COUNT)
    if as_columns:
        layers = [_column("columns", _FINISHED, y), _column("columns-unfinished", "datum.open", y)]
    else:
        layers = [_area(y), *_lines("current", y), _dot("current-dot", y)]
    layers.append(_cursor("Events", _COUNT, compared=False))
    return outline(layers, _SMALL_HEIGHT)


def ats_chart(days: Sequence[DayPoint], *, unfinished_on: date | None = None) -> Spec:
    """Draw the average ATS score per day; days without a scored CV are gaps.

    The axis does not start at zero: scores move by a few points of a hundred.

    Args:
        days: The period, in order.
        unfinished_on: The day that is still going on; its stretch is dotted.
    """
    rows = _rows(days, None, unfinished_on, lambda point: point.avg_ats_score)
    return fill(_ats_outline(is_long=len(rows) > _MANY_DAYS), rows)


@cache
def _ats_outline(*, is_long: bool) -> Spec:
    y = _y(".0f", zero=False)
    layers = [
        *_lines("score", y),
        _points("score-dot", y, size=_SMALL_POINT_SIZE if is_long else _POINT_SIZE),
        _dot("score-dot", y),
    ]
    layers.append(_cursor("Average ATS score", _SCORE, compared=False))
    return outline(layers, _SMALL_HEIGHT)


def _rows(
    days: Sequence[DayPoint],
    previous: Sequence[DayPoint] | None,
    unfinished_on: date | None,
    value: _Value,
) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for index, point in enumerate(days):
        following = days[index + 1].day if index + 1 < len(days) else None
        row: dict[str, Any] = {
            "day": point.day.isoformat(),
            "value": _rounded(value(point)),
            "open": point.day == unfinished_on,
            "joint": following is not None and following == unfinished_on,
        }
        if previous is not None and index < len(previous):
            row["before_day"] = previous[index].day.isoformat()
            row["before"] = _rounded(value(previous[index]))
        rows.append(row)
    return rows


def _rounded(value: float | None) -> float | None:
    return round(value, 2) if isinstance(value, float) else value


def _x(field: str = "day:T") -> alt.X:
    axis = alt.Axis(
        format="%-d %b",
        labelOverlap=True,
        labelFlush=True,
        labelSeparation=14,
        tickCount=8,
        title=None,
    )
    # A date without a time is UTC midnight; the scale says so to readers everywhere.
    return alt.X(field, scale=alt.Scale(type="utc"), axis=axis)


def _y(number: str, *, zero: bool = True, field: str = "value") -> alt.Y:
    axis = alt.Axis(format=number, tickCount=4 if zero else 5, minExtent=36, title=None)
    return alt.Y(f"{field}:Q", axis=axis, scale=alt.Scale(zero=zero, nice=True))


def _area(y: alt.Y) -> alt.Chart:
    chart: alt.Chart = alt.Chart(DATA).mark_area(style="current-area")
    return chart.encode(x=_x(), y=y).transform_filter(_FINISHED)


def _line(style: str, y: alt.Y, *, only: str = "true") -> alt.Chart:
    chart: alt.Chart = alt.Chart(DATA).mark_line(style=style)
    return chart.encode(x=_x(), y=y).transform_filter(only)


def _lines(style: str, y: alt.Y) -> list[alt.Chart]:
    return [
        _line(style, y, only=_FINISHED),
        _line(f"{style}-unfinished", y, only=_STRETCH),
    ]


def _column(style: str, only: str, y: alt.Y) -> alt.Chart:
    chart: alt.Chart = alt.Chart(DATA).mark_bar(
        style=style, cornerRadiusEnd=2, width=alt.RelativeBandSize(band=0.78)
    )
    return chart.encode(x=_x("utcyearmonthdate(day):T"), y=y).transform_filter(only)


def _points(style: str, y: alt.Y, *, size: int) -> alt.Chart:
    # A line through one day, or through a day between two gaps, would be invisible.
    chart: alt.Chart = alt.Chart(DATA).mark_point(style=style, filled=True, size=size, opacity=1)
    return chart.encode(x=_x(), y=y)


def _dot(style: str, y: alt.Y) -> alt.Chart:
    chart: alt.Chart = alt.Chart(DATA).mark_point(style=style, filled=True, size=_DOT_SIZE)
    return chart.encode(x=_x(), y=y, opacity=_shown_on_hover())


def _shown_on_hover() -> Any:
    return alt.condition(alt.Parameter("hover"), alt.value(1), alt.value(0), empty=False)


def _cursor(title: str, number: str, *, compared: bool) -> alt.Chart:
    hover = alt.selection_point(
        name="hover", nearest=True, on="pointerover", clear="pointerout", encodings=["x"]
    )
    chart: alt.Chart = alt.Chart(DATA).mark_rule(style="cursor")
    return chart.encode(
        x=_x(),
        opacity=alt.condition(hover, alt.value(1), alt.value(0), empty=False),
        tooltip=_tooltip(title, number, compared=compared),
    ).add_params(hover)


def _tooltip(title: str, number: str, *, compared: bool) -> list[alt.Tooltip]:
    tooltip = [
        alt.Tooltip("utcyearmonthdate(day):T", title="Day", format="%a %-d %b %Y"),
        alt.Tooltip("value:Q", title=title, format=number),
    ]
    if compared:
        before = "utcyearmonthdate(before_day):T"
        tooltip += [
            alt.Tooltip(before, title="Compared with", format="%a %-d %b %Y"),
            alt.Tooltip("before:Q", title=f"{title} then", format=number),
        ]
    return tooltip
