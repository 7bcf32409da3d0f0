"""The overview: one fetch of many queries, and the pure code that reads their rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Protocol

from landed.errors import QueryError, StoreError
from landed.events import is_planned
from landed.insights.answers import fetch_answer
from landed.insights.estimates import Estimate
from landed.insights.funnel import FunnelStep, fetch_funnel
from landed.insights.period import Period
from landed.insights.types import (
    CatalogueRow,
    DayPoint,
    Freshness,
    Health,
    MissingPart,
    Overview,
    OverviewQueries,
    Queries,
    Totals,
)
from landed.metrics import HIRING_STEPS, FunnelQuestion, Question, metric

__all__ = ["build_overview", "fetch_freshness", "fetch_overview", "keep_known"]

Row = dict[str, Any]


class _Ask(Protocol):
    """One part of the page."""

    def fetch(self, store: OverviewQueries, /) -> Any:
        """Ask the store for it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Query:
    """A named query and the function that reads its rows."""

    query: str
    parameters: dict[str, Any]
    read: Callable[[list[Row]], Any]

    def fetch(self, store: OverviewQueries) -> Any:
        return self.read(store.query(self.query, self.parameters))


@dataclass(frozen=True, slots=True)
class _HiringFunnel:
    """From a recommendation to an offer."""

    period: Period
    now: datetime

    def fetch(self, store: OverviewQueries) -> tuple[FunnelStep, ...]:
        question = FunnelQuestion(
            steps=HIRING_STEPS, since=self.period.since, until=self.period.until, as_of=self.now
        )
        return fetch_funnel(store, question).steps


@dataclass(frozen=True, slots=True)
class _Rate:
    """One metric over the period, with its interval."""

    name: str
    period: Period
    now: datetime

    def fetch(self, store: OverviewQueries) -> Estimate:
        question = Question(
            metrics=(metric(self.name),),
            since=self.period.since,
            until=self.period.seen_until,
            as_of=self.now,
        )
        return fetch_answer(store, question).rows[0].estimates[self.name]


def fetch_freshness(store: Queries) -> Freshness:
    """Ask how far the log of events reaches: the cheap question before the dear ones.

    Args:
        store: The store.

    Returns:
        The first and last times, the number of events, and whether any is of a person.

    Raises:
        StoreError: The store cannot be reached.
        QueryError: The store refused the query.
    """
    return _read_freshness(store.query("freshness", {}))


def fetch_overview(
    store: OverviewQueries, period: Period, now: datetime, *, pool: Executor, compare: bool = True
) -> Overview:
    """Fetch everything that the overview shows; its queries run beside each other.

    A query that fails takes only its own part with it: that part is None and named in
    `missing`, so a page can show what there is.

    Args:
        store: The store.
        period: The days to show.
        now: The time of looking: what has matured is judged by it.
        pool: Threads for the queries; its size bounds how many run at once.
        compare: Also fetch the period before.

    Returns:
        The overview.
    """
    asks = _plan_queries(period, now, compare=compare)
    futures = {part: pool.submit(ask.fetch, store) for part, ask in asks.items()}
    found: dict[str, Any] = {}
    missing: list[MissingPart] = []
    for part, future in futures.items():
        _collect(part, future, found, missing)
    return build_overview(period, now, found, missing)


def _collect(
    part: str, future: Future[Any], found: dict[str, Any], missing: list[MissingPart]
) -> None:
    try:
        found[part] = future.result()
    except (StoreError, QueryError) as error:
        missing.append(MissingPart(name=part, reason=error.message))


def build_overview(
    period: Period, now: datetime, found: Mapping[str, Any], missing: Sequence[MissingPart]
) -> Overview:
    """Put the parts that were found together; the others are None.

    Args:
        period: The days to show.
        now: When it was fetched.
        found: Typed parts by the names of the fields of `Overview`.
        missing: The parts that failed.
    """
    return Overview(
        period=period,
        fetched_at=now,
        totals=found.get("totals"),
        previous_totals=found.get("previous_totals"),
        daily=found.get("daily"),
        previous_daily=found.get("previous_daily"),
        funnel=found.get("funnel"),
        interview_rate=found.get("interview_rate"),
        previous_interview_rate=found.get("previous_interview_rate"),
        catalogue=found.get("catalogue"),
        health=found.get("health"),
        previous_health=found.get("previous_health"),
        quarantined_events=found.get("quarantined_events"),
        freshness=found.get("freshness"),
        missing=tuple(missing),
    )


def keep_known(fresh: Overview, last: Overview) -> Overview:
    """Fill what is missing in a fetch from the last one of the same period.

    Old numbers with a note beat no numbers while the store is away; `missing` still names
    the parts that are old.

    Args:
        fresh: The fetch with holes.
        last: The one before, of the same days.
    """
    parts = {part.name for part in fresh.missing}
    known = {
        name: getattr(last if name in parts else fresh, name)
        for name in Overview.__dataclass_fields__
    }
    return Overview(**known)


def _plan_queries(period: Period, now: datetime, *, compare: bool) -> dict[str, _Ask]:
    """List the queries of the overview by the field of `Overview` that each fills.

    Args:
        period: The days to show.
        now: The time of looking.
        compare: Also the period before.
    """
    asks: dict[str, _Ask] = {
        "freshness": _Query(query="freshness", parameters={}, read=_read_freshness)
    }
    asks |= _period_asks(period, now)
    span = _span(period.since, period.until)
    asks["funnel"] = _HiringFunnel(period, now)
    asks["catalogue"] = _Query(query="overview_events", parameters=span, read=_read_catalogue)
    asks["quarantined_events"] = _Query(
        query="quarantine_counts", parameters=span, read=_read_quarantined
    )
    if compare:
        before = _period_asks(period.previous(), now)
        asks |= {f"previous_{part}": ask for part, ask in before.items()}
    return asks


def _period_asks(period: Period, now: datetime) -> dict[str, _Ask]:
    # Totals stop where the unfinished day stops, so that like is compared with like;
    # a daily series shows its last day whole.
    seen = _span(period.since, period.seen_until)
    whole = _span(period.since, period.until)
    return {
        "totals": _Query(query="overview_totals", parameters=seen, read=_read_totals),
        "daily": _Query(query="overview_daily", parameters=whole, read=_read_daily),
        "interview_rate": _Rate("interview_rate", period, now),
        "health": _Query(query="overview_health", parameters=seen, read=_read_health),
    }


def _span(since: datetime, until: datetime) -> dict[str, Any]:
    return {"since": since, "until": until.replace(microsecond=0)}


def _read_freshness(rows: list[Row]) -> Freshness:
    row = rows[0]
    return Freshness(
        first_occurred_at=_utc(row["first_occurred_at"]),
        last_occurred_at=_utc(row["last_occurred_at"]),
        last_received_at=_utc(row["last_received_at"]),
        has_acts=bool(row["has_acts"]),
        events=int(row["events"]),
    )


def _read_totals(rows: list[Row]) -> Totals:
    row = rows[0]
    return Totals(
        events=int(row["events"]),
        active_users=int(row["active_users"]),
        recommendations_shown=int(row["recommendations_shown"]),
        recommendations_clicked=int(row["recommendations_clicked"]),
        applications=int(row["applications"]),
        interviews=int(row["interviews"]),
        offers=int(row["offers"]),
        avg_ats_score=_number(row["avg_ats_score"]),
    )


def _read_daily(rows: list[Row]) -> tuple[DayPoint, ...]:
    return tuple(
        DayPoint(
            day=_day(row["day"]),
            events=int(row["events"]),
            active_users=int(row["active_users"]),
            applications=int(row["applications"]),
            avg_ats_score=_number(row["avg_ats_score"]),
        )
        for row in rows
    )


def _read_catalogue(rows: list[Row]) -> tuple[CatalogueRow, ...]:
    return tuple(
        CatalogueRow(
            event=str(row["event"]),
            events=int(row["events"]),
            people=int(row["people"]),
            last_seen=_aware(row["last_seen"]),
            is_planned=is_planned(str(row["event"])),
        )
        for row in rows
    )


def _read_health(rows: list[Row]) -> Health:
    row = rows[0]
    return Health(
        api_requests=int(row["api_requests"]),
        error_rate=_number(row["error_rate"]),
        p95_response_ms=_number(row["p95_response_ms"]),
        errors=int(row["errors"]),
        llm_calls=int(row["llm_calls"]),
        llm_cost_usd=float(row["llm_cost_usd"]),
    )


def _read_quarantined(rows: list[Row]) -> int:
    return sum(int(row["rows"]) for row in rows)


def _number(value: Any) -> float | None:
    # ClickHouse: an aggregate over no rows can be NaN, which is "unknown" here.
    return None if value is None or value != value else float(value)  # noqa: PLR0124 - NaN


def _utc(value: datetime | None) -> datetime | None:
    return None if value is None else _aware(value)


def _aware(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value
