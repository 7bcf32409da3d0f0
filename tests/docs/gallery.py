"""Every chart once, on made-up numbers: `python -m tests.docs.gallery` writes the page."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from landed.charts import (
    Bar,
    CurvePoint,
    Point,
    Spec,
    ats_chart,
    bars_chart,
    columns_chart,
    curve_chart,
    daily_chart,
    draw_svg,
    events_chart,
    funnel_chart,
    lines_chart,
)
from landed.insights import DayPoint, Estimate, FunnelStep

__all__ = ["GALLERY", "Sample", "write_gallery"]

_WIDTH: Final = 680
_FIRST: Final = date(2026, 10, 1)
_NOTHING: Final = Estimate(value=None)


@dataclass(frozen=True, slots=True)
class Sample:
    """A chart: what it is for, and how it looks."""

    text: str
    draw: Callable[[], Spec]


def _days() -> list[DayPoint]:
    return [
        DayPoint(
            day=_FIRST + timedelta(days=place),
            events=4000 + 900 * (place % 7 < 5) + 40 * place,
            active_users=220 + 60 * (place % 7 < 5) + 3 * place,
            applications=20 + place % 5,
            avg_ats_score=61 + place / 4 + 2 * math.sin(place),
        )
        for place in range(28)
    ]


def _lines() -> Spec:
    groups = ("desktop", "mobile", "tablet")
    points = [
        Point(
            on=_FIRST + timedelta(days=place),
            group=group,
            value=100.0 / (1 + size) + place + 6 * math.sin(place + size),
            is_open=place == 27,
        )
        for size, group in enumerate(groups)
        for place in range(28)
    ]
    return lines_chart(points, groups, "people")


def _bars() -> Spec:
    rates = {"optimal": 0.21, "conservative": 0.29, "stretch": 0.14}
    bars = [
        Bar(group=name, value=rate, ci_low=rate - 0.04, ci_high=rate + 0.05)
        for name, rate in rates.items()
    ]
    return bars_chart(bars, "share")


def _curve() -> Spec:
    points = [
        CurvePoint(at=day, value=0.5 / day**0.4, ci_low=0.42 / day**0.4, ci_high=0.58 / day**0.4)
        for day in range(1, 31)
    ]
    return curve_chart(points, [""], "share", at_title="Days after the first")


def _columns() -> Spec:
    people = (198, 420, 436, 315, 155, 90, 56, 30, 22, 3)
    return columns_chart(
        [(f"{10 * place}-{10 * place + 10}", float(n)) for place, n in enumerate(people)], "people"
    )


def _funnel() -> Spec:
    people = {"Shown a job": 2082, "Clicked": 1205, "Applied": 533, "Interview": 110}
    before = [_NOTHING, *(Estimate(value=rate) for rate in (0.588, 0.441, 0.203))]
    return funnel_chart(
        [
            FunnelStep(
                name=name, people=count, matured_people=count, from_before=rate, from_first=rate
            )
            for (name, count), rate in zip(people.items(), before, strict=True)
        ]
    )


GALLERY: Final = {
    "lines_chart": Sample("A metric over time, split; the last day goes on.", _lines),
    "bars_chart": Sample("A metric by group, with 95 % intervals.", _bars),
    "curve_chart": Sample("A value by age or place, its interval as a band.", _curve),
    "columns_chart": Sample("Classes in an order, such as a distribution.", _columns),
    "funnel_chart": Sample("How many people got how far.", _funnel),
    "daily_chart": Sample(
        "People day by day, beside the period before.",
        lambda: daily_chart(_days(), _days(), unfinished_on=_FIRST + timedelta(days=27)),
    ),
    "events_chart": Sample(
        "Events day by day.",
        lambda: events_chart(_days(), unfinished_on=_FIRST + timedelta(days=27)),
    ),
    "ats_chart": Sample("A score day by day.", lambda: ats_chart(_days())),
}
"""Every chart function of this room by its name."""


def write_gallery(folder: Path) -> Path:
    """Write the page and its pictures.

    Args:
        folder: Of the documentation.

    Returns:
        The page.
    """
    pictures = folder / "images" / "gallery"
    pictures.mkdir(parents=True, exist_ok=True)
    lines = [
        "# The gallery of charts",
        "",
        "Every chart of the pages and the report, on made-up numbers; written by `./run fix`. A",
        "chart is a pure function from a result to a Vega-Lite specification (`landed.charts`);",
        "its colours are CSS properties, so that one specification is right in light and in dark.",
    ]
    for name, sample in GALLERY.items():
        (pictures / f"{name}.svg").write_text(draw_svg(sample.draw(), width=_WIDTH), "utf-8")
        lines += [
            "",
            f"## `{name}`",
            "",
            sample.text,
            "",
            f"![{sample.text}](images/gallery/{name}.svg)",
        ]
    page = folder / "gallery.md"
    page.write_text("\n".join(lines) + "\n", "utf-8")
    return page


if __name__ == "__main__":
    write_gallery(Path(__file__).parents[2] / "docs")
