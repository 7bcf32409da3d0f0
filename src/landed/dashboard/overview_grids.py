"""The overview's tables as they are: the page and the files are both written from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from landed.charts import STEP_TITLES
from landed.dashboard.grids import Cell, Column, Grid
from landed.errors import StoreError
from landed.insights import DayPoint, FunnelStep, Overview

__all__ = ["OVERVIEW_TABLES", "check_known", "compared_days", "known_days", "overview_grids"]

_OF_DAYS: Final = frozenset({"daily", "freshness"})
OVERVIEW_TABLES: Final[Mapping[str, frozenset[str]]] = {
    "trend": _OF_DAYS | {"previous_daily"},
    "funnel": frozenset({"funnel"}),
    "events": _OF_DAYS,
    "ats": _OF_DAYS,
    "catalogue": frozenset({"catalogue"}),
}
"""The tables by name, each with the parts of the overview that it is made of."""


def overview_grids(overview: Overview) -> dict[str, Grid]:
    """Make the tables; what is not known has no rows.

    Args:
        overview: The answers.
    """
    days = known_days(overview) or ()
    return {
        "trend": _trend(days, compared_days(overview)),
        "funnel": _funnel(overview.funnel or ()),
        "events": Grid(
            columns=(Column(title="Day"), Column(title="Events", unit="events", metric="events")),
            rows=tuple((point.day, point.events) for point in days),
        ),
        "ats": Grid(
            columns=(
                Column(title="Day"),
                Column(title="Average ATS score", unit="points", metric="avg_ats_score"),
            ),
            rows=tuple(
                (point.day, point.avg_ats_score)
                for point in days
                if point.avg_ats_score is not None
            ),
        ),
        "catalogue": _catalogue(overview),
    }


def check_known(overview: Overview, name: str) -> None:
    """Refuse a file of numbers that are missing or the last known ones: it could not say so.

    Args:
        overview: The answers.
        name: Of the table.

    Raises:
        StoreError: Part of it could not be fetched.
    """
    for part in overview.missing:
        if part.name in OVERVIEW_TABLES[name]:
            raise StoreError(part.reason)


def known_days(overview: Overview) -> tuple[DayPoint, ...] | None:
    """The days since the first event: before it, nothing is known, which is not zero.

    Args:
        overview: The answers.
    """
    first = overview.freshness.first_occurred_at if overview.freshness else None
    if overview.daily is None or first is None:
        return overview.daily
    return tuple(point for point in overview.daily if point.day >= first.date())


def compared_days(overview: Overview) -> tuple[DayPoint, ...] | None:
    """The days of the period before, where events reach back to its start.

    Args:
        overview: The answers.
    """
    return overview.previous_daily if overview.has_full_previous else None


def _trend(days: tuple[DayPoint, ...], before: tuple[DayPoint, ...] | None) -> Grid:
    day = Column(title="Day")
    people = Column(title="Active users", unit="people", metric="active_users")
    if before is None:
        return Grid(
            columns=(day, people),
            rows=tuple((point.day, point.active_users) for point in days),
        )
    return Grid(
        columns=(
            day,
            Column(title="Compared with"),
            people,
            Column(title="Active users then", unit="people"),
        ),
        rows=tuple(
            (point.day, then.day, point.active_users, then.active_users)
            for point, then in zip(days, before, strict=False)
        ),
    )


def _funnel(steps: tuple[FunnelStep, ...]) -> Grid:
    return Grid(
        columns=(
            Column(title="Step"),
            Column(title="People", unit="people", metric="funnel_people"),
            Column(title="Whose time has passed", unit="people", metric="funnel_matured_people"),
            Column(title="Of the step before", unit="share", metric="funnel_conversion"),
        ),
        rows=tuple(_step(step, is_first=place == 0) for place, step in enumerate(steps)),
    )


def _step(step: FunnelStep, *, is_first: bool) -> tuple[Cell, ...]:
    return (
        STEP_TITLES.get(step.name, step.name),
        step.people,
        step.matured_people,
        None if is_first else step.from_before,
    )


def _catalogue(overview: Overview) -> Grid:
    return Grid(
        columns=(
            Column(title="Event"),
            Column(title="Events", unit="events"),
            Column(title="People", unit="people"),
            Column(title="Last seen"),
            Column(title="Kind"),
        ),
        rows=tuple(
            (
                row.event,
                row.events,
                row.people,
                row.last_seen,
                "planned" if row.is_planned else "custom",
            )
            for row in overview.catalogue or ()
        ),
    )
