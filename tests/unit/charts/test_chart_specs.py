"""Specifications as reviewed snapshots, one small JSON file each."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import altair as alt
import pytest

from landed.charts import (
    STYLES,
    Spec,
    ats_chart,
    daily_chart,
    events_chart,
    funnel_chart,
    theme,
)
from landed.insights import DayPoint, FunnelStep, share

SNAPSHOTS = Path(__file__).parent / "specs"


def days(count: int, first: date = date(2026, 11, 1)) -> list[DayPoint]:
    return [
        DayPoint(
            day=first + timedelta(days=index),
            events=100 * (index + 1),
            active_users=10 + index,
            applications=index,
            avg_ats_score=None if index == 1 else 60 + index / 3,
        )
        for index in range(count)
    ]


def a_step(name: str, people: int, matured: int, *, before: int) -> FunnelStep:
    part = share(matured, before)
    return FunnelStep(
        name=name, people=people, matured_people=matured, from_before=part, from_first=part
    )


def steps() -> list[FunnelStep]:
    return [
        a_step("recommendation_shown", 1400, 1000, before=0),
        a_step("recommendation_clicked", 500, 400, before=1000),
        a_step("interview", 3, 0, before=0),
    ]


CHARTS: dict[str, Spec] = {
    "daily": daily_chart(days(3), days(3, date(2026, 10, 1)), unfinished_on=date(2026, 11, 3)),
    "daily_alone": daily_chart(days(4), None),
    "events": events_chart(days(3), unfinished_on=date(2026, 11, 3)),
    "events_year": events_chart(days(121)),
    "ats_year": ats_chart(days(61)),
    "ats": ats_chart(days(3), unfinished_on=date(2026, 11, 3)),
    "funnel": funnel_chart(steps()),
}


@pytest.mark.parametrize("name", CHARTS)
def test_the_specification_is_the_reviewed_one(name: str) -> None:
    spec = {key: value for key, value in CHARTS[name].items() if key != "config"}
    if name.endswith("_year"):
        del spec["datasets"]
    text = json.dumps(spec, indent=1, ensure_ascii=False) + "\n"
    assert text == (SNAPSHOTS / f"{name}.json").read_text()


@pytest.mark.parametrize("name", CHARTS)
def test_vega_lite_accepts_it(name: str) -> None:
    alt.LayerChart.from_dict(dict(CHARTS[name]))


def strings(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for key, one in value.items():
                if key not in {"datasets", "$schema"}:
                    yield from strings(one)
        case list():
            for one in value:
                yield from strings(one)


NAMED = re.compile(
    r"\b(black|white|gr[ae]y|red|green|blue|orange|purple|navy|teal|steelblue|silver)\b"
)


@pytest.mark.parametrize("name", CHARTS)
def test_no_chart_names_a_colour(name: str) -> None:
    spec = {key: value for key, value in CHARTS[name].items() if key != "config"}
    for text in strings(spec):
        assert not re.search(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(|var\(", text), text
        assert not NAMED.search(text), text


def colours(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for key, one in value.items():
            if key.lower().endswith("color") or key in {"stroke", "fill"}:
                yield one
            yield from colours(one)


def test_the_theme_names_properties_only() -> None:
    found = [one for one in colours(theme()) if one is not None]
    assert len(found) > 15
    assert all(str(one).startswith("var(--") for one in found)


def test_the_page_gives_every_property_of_the_theme_a_value() -> None:
    sheet = Path("src/landed/dashboard/static/page.css").read_text()
    wanted = set(re.findall(r"var\((--[a-z0-9-]+)\)", json.dumps(theme())))
    assert wanted <= set(re.findall(r"^\s+(--[a-z0-9-]+):", sheet, re.MULTILINE))


@pytest.mark.parametrize("name", CHARTS)
def test_every_mark_has_a_style_of_the_theme(name: str) -> None:
    for layer in CHARTS[name]["layer"]:
        assert layer["mark"]["style"] in STYLES


def test_counts_start_at_zero() -> None:
    for name in ("daily", "events", "events_year"):
        for layer in CHARTS[name]["layer"]:
            if "y" in layer["encoding"]:
                assert layer["encoding"]["y"]["scale"]["zero"] is True


def test_the_unfinished_day_is_marked_and_joined_to_the_one_before() -> None:
    rows = CHARTS["daily"]["datasets"]["series"]
    assert [(row["open"], row["joint"]) for row in rows] == [
        (False, False),
        (False, True),
        (True, False),
    ]


def test_a_shorter_period_before_leaves_the_rest_open() -> None:
    rows = daily_chart(days(3), days(2))["datasets"]["series"]
    assert ["before" in row for row in rows] == [True, True, False]


def test_the_funnel_says_what_is_not_yet_known() -> None:
    counts = [row["count"] for row in CHARTS["funnel"]["datasets"]["series"]]
    assert counts == ["1,400 people", "500 · 40.0% of the step before", "3 · rate not yet known"]


def test_an_outline_is_not_changed_by_its_data() -> None:
    first = events_chart(days(2))
    second = events_chart(days(3))
    assert len(first["datasets"]["series"]) == 2
    assert {**first, "datasets": 0} == {**second, "datasets": 0}


def test_an_empty_funnel_is_still_a_chart() -> None:
    assert funnel_chart([])["datasets"]["series"] == []
