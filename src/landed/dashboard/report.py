"""The report: what the pages say in a few minutes' reading, as one HTML file or e-mail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup

from landed.dashboard.areas.engagement import build_active
from landed.dashboard.areas.funnels import plan_funnels
from landed.dashboard.areas.headline import headline_part
from landed.dashboard.areas.recommendations import build_groups, build_report
from landed.dashboard.areas.success import build_success
from landed.dashboard.grids import Grid, show_grid
from landed.dashboard.panels import Asked, Block, Panel, Part
from landed.dashboard.rendering import render_html
from landed.dashboard.types import TableView, Tile
from landed.dashboard.wording import span_words
from landed.errors import LandedError
from landed.insights import (
    fetch_active_days,
    fetch_effectiveness,
    fetch_quality_report,
    fetch_system_success,
)

__all__ = ["Report", "ReportPanel", "fetch_report", "write_report"]

_HEADLINE: Final = (
    "active_users",
    "recommendations_shown",
    "click_through_rate",
    "applications",
    "interview_rate",
    "cost_usd",
)
_CHOSEN: Final = ("active", "funnel", "groups", "report", "report.weeks", "success")
_MOST_ROWS: Final = 12
_MOST_COLUMNS: Final = 9

Draw = Callable[[dict[str, Any]], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPanel:
    """One section.

    Attributes:
        title: What it shows.
        sub: In one sentence.
        value: Its one number in words; may be empty.
        value_note: What that is.
        spec: The chart; None without one.
        legend: Its lines in the order of their colours.
        table: Its numbers in words; None where the chart says it all, or there are none.
        facts: Title and text of what is listed.
        notes: What a reader must know.
        empty: What is said where there is nothing.
    """

    title: str
    sub: str
    value: str
    value_note: str
    spec: dict[str, Any] | None
    legend: tuple[str, ...]
    table: TableView | None
    facts: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    empty: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The report, before its charts are drawn.

    Attributes:
        period_words: The days in words.
        made_words: When it was made.
        tiles: Headline numbers with their changes.
        panels: The sections.
        missing: What could not be had, each with its reason.
    """

    period_words: str
    made_words: str
    tiles: tuple[Tile, ...]
    panels: tuple[ReportPanel, ...]
    missing: tuple[str, ...]


def fetch_report(asked: Asked) -> Report:
    """Fetch what the report says; what cannot be had is named.

    Args:
        asked: A period.
    """
    tiles: list[Tile] = []
    panels: list[Panel] = []
    missing: list[str] = []
    for part in _parts(asked):
        try:
            block = part.fetch()
        except LandedError as error:
            missing.append(f"{part.title}: {error.message}")
            continue
        tiles += block.tiles
        panels += [panel for panel in block.panels if panel.id in _CHOSEN]
    period = asked.period
    return Report(
        period_words=span_words(period.first_on, period.last_on),
        made_words=f"{asked.now:%-d %b %Y %H:%M} UTC",
        tiles=tuple(tiles[: len(_HEADLINE)]),
        panels=tuple(_section(panel) for panel in panels),
        missing=tuple(missing),
    )


def _parts(asked: Asked) -> tuple[Part, ...]:
    store, period, now = asked.store, asked.period, asked.now

    def part(name: str, title: str, fetch: Callable[[], Block]) -> Part:
        return Part(name=name, title=title, fetch=fetch)

    return (
        headline_part(asked, _HEADLINE),
        part("active", "Active people", lambda: build_active(fetch_active_days(store, period))),
        plan_funnels(asked).parts[0],
        part("groups", "Recommendations", lambda: build_groups(fetch_effectiveness(store, period))),
        part("report", "Suggestions", lambda: build_report(fetch_quality_report(store, period))),
        part("success", "Success", lambda: build_success(fetch_system_success(store, period, now))),
    )


def _section(panel: Panel) -> ReportPanel:
    grid = panel.grid if panel.grid and panel.grid.rows and panel.is_open else None
    return ReportPanel(
        title=panel.title,
        sub=panel.sub,
        value=panel.value,
        value_note=panel.value_note,
        spec=panel.spec,
        legend=panel.legend,
        table=show_grid(_narrow(grid), most=_MOST_ROWS) if grid else None,
        facts=tuple((fact.title, fact.text) for fact in panel.facts),
        notes=tuple(filter(None, panel.notes)),
        empty=panel.empty,
    )


def _narrow(grid: Grid) -> Grid:
    """As many columns as fit a letter; the page has the others."""
    return Grid(
        columns=grid.columns[:_MOST_COLUMNS],
        rows=tuple(row[:_MOST_COLUMNS] for row in grid.rows),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawn:
    """A section with its picture."""

    panel: ReportPanel
    picture: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class _ReportView:
    """What the template writes."""

    report: Report
    sections: tuple[_Drawn, ...]
    address: str


def write_report(report: Report, draw: Draw, address: str) -> str:
    """Write the report as one HTML file that needs nothing else.

    Args:
        report: What it says.
        draw: Makes a picture of a chart.
        address: Of the pages, to read on; may be empty.
    """
    sections = tuple(
        _Drawn(
            panel=panel,
            # Our own drawing of our own specification; its texts are escaped by the drawer.
            picture=Markup(draw(panel.spec)) if panel.spec else Markup(),  # noqa: S704
        )
        for panel in report.panels
    )
    view = _ReportView(report=report, sections=sections, address=address.rstrip("/"))
    return render_html("report.html", view)
