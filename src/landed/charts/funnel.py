"""The people funnel: bars from zero, with the conversion in words beside each."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, Final

import altair as alt

from landed.charts.spec import DATA, Spec, fill, outline
from landed.insights import FunnelStep

__all__ = ["STEP_TITLES", "funnel_chart"]

STEP_TITLES: Final = {
    "recommendation_shown": "Shown a job",
    "recommendation_clicked": "Clicked",
    "application_submitted": "Applied",
    "interview": "Interview",
    "offer": "Offer",
}
"""What the people at each step did, in a word."""

_STEP_HEIGHT: Final = 46
_BAR_HEIGHT: Final = 12
_TEXT_UP: Final = -9
_BAR_DOWN: Final = 9


def funnel_chart(steps: Sequence[FunnelStep]) -> Spec:
    """Draw how many people took each step, and what share of the step before that is.

    The words stand above their bar, so that they fit on a phone as well.

    Args:
        steps: In order; a conversion of None is written as not yet known.

    Returns:
        A Vega-Lite specification; its colours are CSS properties.

    Examples:
        >>> from landed.insights import Estimate
        >>> none = Estimate(value=None)
        >>> step = FunnelStep(
        ...     name="Shown", people=9, matured_people=4, from_before=none, from_first=none
        ... )
        >>> funnel_chart([step])["datasets"]["series"][0]["count"]
        '9 people'
    """
    top = max([1, *(step.people for step in steps)])
    rows = [_row(step, top, is_first=index == 0) for index, step in enumerate(steps)]
    return fill(_outline(len(rows)), rows)


@cache
def _outline(steps: int) -> Spec:
    layers = [
        _bar("funnel-track", "top"),
        _bar("funnel-bar", "people"),
        _words("funnel-label", "step", at_end=False),
        _words("funnel-count", "count", at_end=True),
    ]
    return outline(layers, _STEP_HEIGHT * max(steps, 1))


def _row(step: FunnelStep, top: int, *, is_first: bool) -> dict[str, Any]:
    return {
        "step": STEP_TITLES.get(step.name, step.name),
        "people": step.people,
        "top": top,
        "count": f"{step.people:,} people" if is_first else f"{step.people:,} · {_rate(step)}",
    }


def _rate(step: FunnelStep) -> str:
    if step.conversion is None:
        return "rate not yet known"
    return f"{step.conversion:.1%} of the step before"


def _y() -> alt.Y:
    return alt.Y("step:N", sort=None, axis=None)


def _bar(style: str, field: str) -> alt.Chart:
    # The track reaches to `top`, so the shared scale runs from zero to the first step.
    x = alt.X(f"{field}:Q", axis=None, scale=alt.Scale(zero=True, nice=False))
    chart: alt.Chart = alt.Chart(DATA).mark_bar(
        style=style, height=_BAR_HEIGHT, yOffset=_BAR_DOWN, cornerRadius=3
    )
    return chart.encode(x=x, y=_y())


def _words(style: str, field: str, *, at_end: bool) -> alt.Chart:
    chart: alt.Chart = alt.Chart(DATA).mark_text(
        style=style, align="right" if at_end else "left", baseline="middle", dy=_TEXT_UP
    )
    return chart.encode(x=alt.value("width" if at_end else 0), y=_y(), text=f"{field}:N")
