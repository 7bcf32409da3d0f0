"""Charts: pure functions from a result to a Vega-Lite specification.

A chart function names a style of `landed.charts.theme`, never a colour; styles name CSS
properties, so one specification is right in light and in dark. Browsers draw the
specifications with the Vega bundle that `VegaBundle` keeps under the data directory.
"""

from __future__ import annotations

from landed.charts.answers import MOST_LINES, Bar, Point, bars_chart, lines_chart
from landed.charts.bundle import VegaBundle, bundle_name
from landed.charts.curves import CurvePoint, columns_chart, curve_chart
from landed.charts.daily import ats_chart, daily_chart, events_chart
from landed.charts.funnel import STEP_TITLES, funnel_chart
from landed.charts.pictures import draw_svg
from landed.charts.spec import Spec
from landed.charts.theme import STYLES, theme

__all__ = [
    "MOST_LINES",
    "STEP_TITLES",
    "STYLES",
    "Bar",
    "CurvePoint",
    "Point",
    "Spec",
    "VegaBundle",
    "ats_chart",
    "bars_chart",
    "bundle_name",
    "columns_chart",
    "curve_chart",
    "daily_chart",
    "draw_svg",
    "events_chart",
    "funnel_chart",
    "lines_chart",
    "theme",
]
