"""The answers of the overview, frozen and ready for pages, JSON and charts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from landed.insights.answers import MetricQueries
from landed.insights.estimates import Estimate
from landed.insights.funnel import FunnelQueries, FunnelStep
from landed.insights.period import Period

__all__ = [
    "CatalogueRow",
    "DayPoint",
    "Freshness",
    "Health",
    "MissingPart",
    "Overview",
    "OverviewQueries",
    "Queries",
    "Totals",
]


class Queries(Protocol):
    """What insights need of a store: a named query in, rows out."""

    def query(self, name: str, parameters: dict[str, Any] | None = None, /) -> list[dict[str, Any]]:
        """Run the query of this name and return its rows."""
        ...


class OverviewQueries(Queries, FunnelQueries, MetricQueries, Protocol):
    """What the overview needs of a store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What happened in a period.

    Attributes:
        events: Number of events.
        active_users: Distinct people who acted, estimated within about 0.5 %.
        recommendations_shown: Impressions.
        recommendations_clicked: Clicks.
        applications: Applications sent.
        interviews: Applications whose interview was recorded in the period.
        offers: Applications whose offer was recorded in the period.
        avg_ats_score: Mean score of 0 to 100; None when no CV carried one.
    """

    events: int
    active_users: int
    recommendations_shown: int
    recommendations_clicked: int
    applications: int
    interviews: int
    offers: int
    avg_ats_score: float | None

    @property
    def click_through_rate(self) -> float | None:
        """Clicks per impression, 0 to 1; None when nothing was shown."""
        return _ratio(self.recommendations_clicked, self.recommendations_shown)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPoint:
    """One UTC day."""

    day: date
    events: int
    active_users: int
    applications: int
    avg_ats_score: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueRow:
    """One kind of event: how often, from how many people, when last, and whether planned."""

    event: str
    events: int
    people: int
    last_seen: datetime
    is_planned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How the host product ran in a period; rates are None when nothing was measured."""

    api_requests: int
    error_rate: float | None
    p95_response_ms: float | None
    errors: int
    llm_calls: int
    llm_cost_usd: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """How far the log of events reaches; the times are None when it is empty.

    Attributes:
        first_occurred_at: The earliest event.
        last_occurred_at: The latest event.
        last_received_at: When the last one arrived.
        has_acts: Whether anybody did anything: what programs report of themselves is no act.
        events: Number of events.
    """

    first_occurred_at: datetime | None
    last_occurred_at: datetime | None
    last_received_at: datetime | None
    has_acts: bool
    events: int

    @property
    def mark(self) -> tuple[int, datetime | None]:
        """Changes exactly when events were added or removed."""
        return (self.events, self.last_received_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingPart:
    """A part of the overview that could not be fetched, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Everything that the overview shows, for one period.

    A part is None when its query failed; `missing` says which and why. The previous parts
    are also None when no comparison was asked for.
    """

    period: Period
    fetched_at: datetime
    totals: Totals | None
    previous_totals: Totals | None
    daily: tuple[DayPoint, ...] | None
    previous_daily: tuple[DayPoint, ...] | None
    funnel: tuple[FunnelStep, ...] | None
    interview_rate: Estimate | None
    previous_interview_rate: Estimate | None
    catalogue: tuple[CatalogueRow, ...] | None
    health: Health | None
    previous_health: Health | None
    quarantined_events: int | None
    freshness: Freshness | None
    missing: tuple[MissingPart, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether the store answered that nobody did anything yet, machines aside."""
        return self.freshness is not None and not self.freshness.has_acts

    @property
    def has_full_previous(self) -> bool:
        """Whether events reach back to the start of the period before, so it is comparable."""
        first = self.freshness.first_occurred_at if self.freshness else None
        return first is not None and first.date() <= self.period.previous().first_on


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None
