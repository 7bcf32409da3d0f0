"""What every specification has in common: its data by name, its width, its theme."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import altair as alt

from landed.charts.theme import theme

__all__ = ["DATA", "Spec", "fill", "outline"]

Spec = dict[str, Any]

DATA: Final = alt.NamedData("series")
"""The rows of a chart. They have a name so that a page can change them in place."""


def outline(layers: Sequence[alt.Chart], height: int) -> Spec:
    """Stack layers into one specification that fills the width of its card, without data.

    Altair takes 20 to 50 ms for it, so chart functions keep their outlines and only the
    rows change from page to page.

    Args:
        layers: From the back to the front.
        height: Of the drawing without its axis, in pixels.

    Returns:
        A Vega-Lite specification as plain JSON values.
    """
    chart = alt.layer(*layers, data=DATA).properties(width="container", height=height)
    spec: Spec = chart.to_dict()
    spec["autosize"] = {"type": "fit-x", "contains": "padding"}
    spec["config"] = theme()
    return spec


def fill(spec: Spec, rows: list[dict[str, Any]]) -> Spec:
    """Return an outline with the rows that it draws.

    Args:
        spec: From `outline`; it is not changed.
        rows: The data of all of its layers.
    """
    return {**spec, "datasets": {DATA.name: rows}}
