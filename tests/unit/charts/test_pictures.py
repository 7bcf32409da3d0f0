"""Charts outside pages: their colours are the sheet's, and nothing is left open."""

from __future__ import annotations

import re
from importlib.resources import files

from landed.charts import Bar, bars_chart, draw_svg
from landed.charts.theme import LIGHT, theme

SHEET = (files("landed.dashboard") / "static" / "page.css").read_text("utf-8")


def test_the_light_colours_are_those_of_the_sheet() -> None:
    for name, colour in LIGHT.items():
        assert f"{name}: light-dark({colour}, " in SHEET
    used = set(re.findall(r"var\((--[a-z0-9-]+)\)", str(theme())))
    assert used <= LIGHT.keys()


def test_a_picture_has_plain_colours_and_escaped_words() -> None:
    bar = Bar(group="<script>alert(1)</script>", value=3.0, ci_low=2.0, ci_high=4.0)
    svg = draw_svg(bars_chart([bar], "people"), width=500)
    assert svg.startswith("<svg")
    assert "var(" not in svg
    assert LIGHT["--chart-1"] in svg
    assert "<script" not in svg
