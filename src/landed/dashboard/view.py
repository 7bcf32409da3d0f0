"""From an overview to what its template writes: pure, so that every word is testable."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Final
from urllib.parse import urlencode

from landed.charts import ats_chart, daily_chart, events_chart
from landed.dashboard.funnel_view import funnel_view, interview_note
from landed.dashboard.grids import show_grid
from landed.dashboard.overview_grids import compared_days, known_days, overview_grids
from landed.dashboard.period_menu import build_period_menu
from landed.dashboard.types import (
    Banner,
    CatalogueView,
    ChartView,
    Check,
    Choice,
    Delta,
    Frame,
    HealthReport,
    Legend,
    OverviewView,
    TableView,
    Tile,
)
from landed.dashboard.wording import ago, day_words, define, delta, number, span_words
from landed.insights import Overview, Period
from landed.metrics import metric

__all__ = ["build_checks", "build_overview_view"]

_SHOWN_EVENTS: Final = 12


def build_checks(report: HealthReport) -> tuple[Check, ...]:
    """Say how each part of the installation is.

    Args:
        report: From the services.
    """
    return tuple(
        Check(name=check.name, is_well=check.ok, note=check.note) for check in report.checks
    )


def build_overview_view(
    overview: Overview, report: HealthReport, frame: Frame, *, compare: bool
) -> OverviewView:
    """Write every word and number of the overview.

    Args:
        overview: The answers.
        report: How the installation is.
        frame: What every page has.
        compare: Whether the period before was asked for.
    """
    period = overview.period
    address = _address(period, compare=compare)
    grids = overview_grids(overview)
    return OverviewView(
        frame=frame,
        period_words=span_words(period.first_on, period.last_on),
        compared_words=_compared_words(period) if compare else "",
        menu=build_period_menu(
            "/overview",
            period,
            [("compare", "previous" if compare else "none")],
            _compare_choice(period, compare=compare),
        ),
        live_href=f"/overview/live?{address}",
        json_href=f"/overview.json?{address}",
        csv_href=f"/overview.csv?{address}&panel=",
        fetched_at=overview.fetched_at.isoformat(),
        fetched_words=f"{overview.fetched_at.astimezone(UTC):%H:%M:%S} UTC",
        banner=_banner(overview),
        tiles=_tiles(overview),
        trend=_trend(overview, show_grid(grids["trend"])),
        funnel=funnel_view(overview, show_grid(grids["funnel"])),
        ats=_ats(overview, show_grid(grids["ats"])),
        events=_events(overview, show_grid(grids["events"])),
        checks=build_checks(report),
        is_ready=report.ready,
        facts=_facts(overview),
        catalogue=_catalogue(overview),
        more_events=max(len(overview.catalogue or ()) - _SHOWN_EVENTS, 0),
    )


def _address(period: Period, *, compare: bool) -> str:
    return urlencode({**period.to_query(), "compare": "previous" if compare else "none"})


def _compared_words(period: Period) -> str:
    before = period.previous()
    return f"compared with {span_words(before.first_on, before.last_on)}"


def _compare_choice(period: Period, *, compare: bool) -> Choice:
    return Choice(
        title="Compare with the period before",
        key="X",
        href=f"/overview?{_address(period, compare=not compare)}",
        is_chosen=compare,
    )


def _banner(overview: Overview) -> Banner | None:
    if not overview.missing:
        return None
    reasons = list(dict.fromkeys(part.reason for part in overview.missing))
    known = overview.totals is not None
    state = "The numbers are the last known ones." if known else "Some numbers are missing."
    return Banner(
        title="Waiting for the store",
        text=f"{state} {' · '.join(reasons)} The page goes on by itself when it answers again; "
        "events that arrive meanwhile are kept.",
    )


def _tiles(overview: Overview) -> tuple[Tile, ...]:
    return (
        _total(overview, "active_users"),
        _total(overview, "recommendations_shown"),
        _total(overview, "click_through_rate"),
        _total(overview, "applications"),
        _interview_tile(overview),
        _total(overview, "offers"),
    )


def _interview_tile(overview: Overview) -> Tile:
    now, before = overview.interview_rate, overview.previous_interview_rate
    tile = _tile(
        overview, "interview_rate", now.value if now else None, before.value if before else None
    )
    change = tile.delta
    if change and now and before and not now.differs_from(before):
        change = replace(change, tone="flat", words=f"{change.words}, which may be chance")
    return replace(tile, delta=change, note=interview_note(now))


def _total(overview: Overview, name: str, *, place: str = "tile") -> Tile:
    now = getattr(overview.totals, name) if overview.totals else None
    before = getattr(overview.previous_totals, name) if overview.previous_totals else None
    return _tile(overview, name, now, before, place=place)


def _tile(
    overview: Overview,
    name: str,
    value: float | None,
    before: float | None,
    *,
    place: str = "tile",
) -> Tile:
    one = metric(name)
    change: Delta | None = None
    note = ""
    if before is not None and overview.has_full_previous:
        change = delta(value, before, one.unit, one.direction)
    elif overview.previous_totals is not None and not overview.has_full_previous:
        note = "no earlier data"
    return Tile(
        definition=define(name, place), value=number(value, one.unit), delta=change, note=note
    )


def _unfinished_on(period: Period) -> date | None:
    return period.last_on if period.is_unfinished else None


def _reach(overview: Overview) -> str:
    first = overview.freshness.first_occurred_at if overview.freshness else None
    if first is None or first < overview.period.since:
        return ""
    return f"Events reach back to {day_words(first.date())}."


def _legend(overview: Overview, *, previous: bool) -> tuple[Legend, ...]:
    entries = [Legend(swatch="solid", words="This period")]
    if previous:
        entries.append(Legend(swatch="dashed", words="Period before"))
    if overview.period.is_unfinished:
        entries.append(Legend(swatch="dotted", words="Today so far"))
    return tuple(entries)


def _trend(overview: Overview, table: TableView) -> ChartView:
    days = known_days(overview)
    before = compared_days(overview)
    unfinished = _unfinished_on(overview.period)
    return ChartView(
        id="trend",
        tile=Tile(definition=define("active_users", "trend"), value=""),
        subtitle="People with at least one act, per UTC day",
        spec=None if days is None else daily_chart(days, before, unfinished_on=unfinished),
        table=table,
        legend=_legend(overview, previous=before is not None),
        footnote=_reach(overview),
    )


def _events(overview: Overview, table: TableView) -> ChartView:
    days = known_days(overview)
    unfinished = _unfinished_on(overview.period)
    return ChartView(
        id="events",
        tile=_total(overview, "events", place="card"),
        subtitle="Per UTC day",
        spec=None if days is None else events_chart(days, unfinished_on=unfinished),
        table=table,
    )


def _ats(overview: Overview, table: TableView) -> ChartView:
    days = known_days(overview)
    unfinished = _unfinished_on(overview.period)
    spec = None
    if days is not None and table.rows:
        spec = ats_chart(days, unfinished_on=unfinished)
    return ChartView(
        id="ats",
        tile=_total(overview, "avg_ats_score", place="card"),
        subtitle="Of 100, over tailored and screened CVs, per UTC day",
        spec=spec,
        table=table,
        footnote=""
        if table.rows
        else "Appears with the first resume_tailored or screening_analysis_completed that "
        "carries an ats_score.",
    )


def _facts(overview: Overview) -> tuple[Tile, ...]:
    names = ("error_rate", "p95_response_ms", "api_requests", "errors", "llm_cost_usd")
    now, before = overview.health, overview.previous_health
    facts = [
        _tile(
            overview,
            name,
            getattr(now, name) if now else None,
            getattr(before, name) if before else None,
            place="health",
        )
        for name in names
    ]
    facts.append(
        _tile(overview, "quarantined_events", overview.quarantined_events, None, place="health")
    )
    return tuple(facts)


def _catalogue(overview: Overview) -> tuple[CatalogueView, ...] | None:
    if overview.catalogue is None:
        return None
    return tuple(
        CatalogueView(
            event=row.event,
            events=f"{row.events:,}",
            people=f"{row.people:,}",
            last_seen=_seen(row.last_seen, overview.fetched_at),
            last_seen_at=row.last_seen.isoformat(),
            is_planned=row.is_planned,
        )
        for row in overview.catalogue[:_SHOWN_EVENTS]
    )


def _seen(moment: datetime, now: datetime) -> str:
    return ago(moment, now)
