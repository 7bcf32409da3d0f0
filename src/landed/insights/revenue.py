"""Recurring revenue: what it is, what moved it, and how much of it stays.

A month is 30 days and a year 365 days here, counted back from the end of the period. Retention
looks at the customers of 30 or 365 days ago and asks what they pay now; who came since is not
in it. Every number is in one currency; the main one is that of most customers.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Final
from zoneinfo import ZoneInfo

from landed.insights.buckets import bucket_starts
from landed.insights.estimates import Estimate, share
from landed.insights.period import Period
from landed.insights.subscriptions import (
    MOVEMENTS,
    Entry,
    Movement,
    Standing,
    fetch_book,
    standing_at,
)
from landed.insights.types import Queries
from landed.metrics import Grain
from landed.stats import ratio_interval

__all__ = [
    "CurrencyRevenue",
    "PlanRow",
    "ReasonRow",
    "Retention",
    "RevenuePoint",
    "RevenueSeries",
    "RevenueSummary",
    "build_revenue_series",
    "build_revenue_summary",
    "fetch_revenue_series",
    "fetch_revenue_summary",
]

MONTH: Final = timedelta(days=30)
YEAR: Final = timedelta(days=365)
_MONTHS_IN_YEAR: Final = 12
_DIGITS: Final = 6

Moves = dict[Movement, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow:
    """The customers of a plan at the end of the period.

    Attributes:
        plan: Its name.
        customers: Who pays for it.
        mrr: What they pay a month.
    """

    plan: str
    customers: int
    mrr: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonRow:
    """Paid subscriptions that ended in the period, by the host's reason.

    Attributes:
        reason: Empty where none was given.
        subscriptions: How many.
        mrr: What they brought a month.
    """

    reason: str
    subscriptions: int
    mrr: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """What became of the customers of some days ago.

    Attributes:
        days: How long ago.
        customers: How many there were then.
        mrr: What they paid a month then.
        customer_churn: Share of them who pay nothing now.
        revenue_churn: Share of their revenue that is gone: lost customers and contractions.
        gross_retention: The rest: 1 less revenue churn; never above 1.
        net_retention: What they pay now, expansions included, by what they paid then.
    """

    days: int
    customers: int
    mrr: float
    customer_churn: Estimate
    revenue_churn: Estimate
    gross_retention: Estimate
    net_retention: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrencyRevenue:
    """The recurring revenue of one currency.

    Attributes:
        currency: Of all amounts here.
        mrr: Monthly recurring revenue at the end of the period.
        arr: Twelve times as much.
        customers: People who pay something then.
        mrr_per_customer: None without customers.
        mrr_month_ago: 30 days before the end.
        growth_rate: Change since then; None where there was nothing.
        mrr_before: At the start of the period.
        movements: What moved it in the period; with `mrr_before` they add up to `mrr`.
        plans: The largest first.
        reasons: Why subscriptions ended in the period, the most frequent first.
        month: Retention over 30 days.
        year: Retention over 365 days.
    """

    currency: str
    mrr: float
    arr: float
    customers: int
    mrr_per_customer: float | None
    mrr_month_ago: float
    growth_rate: float | None
    mrr_before: float
    movements: Moves
    plans: tuple[PlanRow, ...]
    reasons: tuple[ReasonRow, ...]
    month: Retention
    year: Retention


@dataclass(frozen=True, slots=True, kw_only=True)
class RevenueSummary:
    """The recurring revenue at the end of a period, by currency, the main one first."""

    currencies: tuple[CurrencyRevenue, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RevenuePoint:
    """One day, week or month.

    Attributes:
        at: Its start, in the period's zone.
        mrr: At its end, or at the time of looking.
        customers: Then.
        movements: In it, within the period.
        growth_rate: Change of the revenue in it; None where there was nothing.
    """

    at: datetime
    mrr: float
    customers: int
    movements: Moves
    growth_rate: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RevenueSeries:
    """The recurring revenue of one currency over a period.

    Attributes:
        currency: The main one, or the one asked for.
        currencies: All that there are, the main one first.
        mrr_before: At the start of the period.
        points: In order of time.
    """

    currency: str
    currencies: tuple[str, ...]
    mrr_before: float
    points: tuple[RevenuePoint, ...]


def fetch_revenue_summary(store: Queries, period: Period) -> RevenueSummary:
    """Ask the store for the recurring revenue at the end of a period.

    Args:
        store: The store.
        period: Whose end counts.

    Raises:
        QueryError: The store refused the query: limits or time.
        StoreError: The store is away.
    """
    return build_revenue_summary(fetch_book(store, period.seen_until), period)


def build_revenue_summary(book: Sequence[Entry], period: Period) -> RevenueSummary:
    """Sum a book up.

    Args:
        book: All entries until the end of the period, in order of time.
        period: Whose movements and reasons count.
    """
    until = period.seen_until
    now = standing_at(book, until)
    return RevenueSummary(
        currencies=tuple(
            _of_currency([entry for entry in book if entry.currency == one], one, period)
            for one in _currencies(book, now)
        )
    )


def _currencies(book: Sequence[Entry], now: Iterable[Standing]) -> tuple[str, ...]:
    """By customers, then by name: amounts of different currencies cannot be compared."""
    customers = Counter(currency for currency, _ in {(one.currency, one.customer) for one in now})
    every = sorted({entry.currency for entry in book})
    return tuple(sorted(every, key=lambda one: -customers[one]))


def _of_currency(book: Sequence[Entry], currency: str, period: Period) -> CurrencyRevenue:
    until = period.seen_until
    within = [entry for entry in book if period.since <= entry.at < until]
    now = standing_at(book, until)
    mrr, customers = _mrr(now), len({one.customer for one in now})
    month_ago = _mrr(standing_at(book, until - MONTH))
    return CurrencyRevenue(
        currency=currency,
        mrr=mrr,
        arr=_MONTHS_IN_YEAR * mrr,
        customers=customers,
        mrr_per_customer=mrr / customers if customers else None,
        mrr_month_ago=month_ago,
        growth_rate=_growth(month_ago, mrr),
        mrr_before=_mrr(standing_at(book, period.since)),
        movements=_moves(within),
        plans=_plans(now),
        reasons=_reasons(within),
        month=_retention(book, until, MONTH),
        year=_retention(book, until, YEAR),
    )


def _mrr(standing: Iterable[Standing]) -> float:
    return round(sum(one.monthly for one in standing), _DIGITS)


def _growth(before: float, after: float) -> float | None:
    return after / before - 1 if before else None


def _moves(entries: Iterable[Entry]) -> Moves:
    sums: Moves = dict.fromkeys(MOVEMENTS, 0.0)
    for entry in entries:
        if entry.movement is not None:
            sums[entry.movement] += entry.change
    return {name: round(change, _DIGITS) for name, change in sums.items()}


def _plans(now: Sequence[Standing]) -> tuple[PlanRow, ...]:
    mrr: defaultdict[str, float] = defaultdict(float)
    for one in now:
        mrr[one.plan] += one.monthly
    people = Counter(plan for plan, _ in {(one.plan, one.customer) for one in now})
    return tuple(
        PlanRow(plan=plan, customers=people[plan], mrr=round(total, _DIGITS))
        for plan, total in sorted(mrr.items(), key=lambda row: (-row[1], row[0]))
    )


def _reasons(within: Iterable[Entry]) -> tuple[ReasonRow, ...]:
    ended = [entry for entry in within if entry.cancelled and entry.before]
    count = Counter(entry.reason for entry in ended)
    return tuple(
        ReasonRow(
            reason=reason,
            subscriptions=times,
            mrr=round(sum(one.before for one in ended if one.reason == reason), _DIGITS),
        )
        for reason, times in sorted(count.items(), key=lambda row: (-row[1], row[0]))
    )


def _retention(book: Sequence[Entry], until: datetime, span: timedelta) -> Retention:
    then = _by_customer(standing_at(book, until - span))
    now = _by_customer(standing_at(book, until))
    paid = list(then.values())
    pays = [now.get(customer, 0.0) for customer in then]
    kept = [min(pair) for pair in zip(paid, pays, strict=True)]
    lost = [before - rest for before, rest in zip(paid, kept, strict=True)]
    return Retention(
        days=span.days,
        customers=len(then),
        mrr=round(sum(paid), _DIGITS),
        customer_churn=share(sum(not amount for amount in pays), len(then)),
        revenue_churn=_ratio(lost, paid),
        gross_retention=_ratio(kept, paid),
        net_retention=_ratio(pays, paid),
    )


def _by_customer(standing: Iterable[Standing]) -> dict[str, float]:
    sums: defaultdict[str, float] = defaultdict(float)
    for one in standing:
        sums[one.customer] += one.monthly
    return sums


def _ratio(above: Sequence[float], below: Sequence[float]) -> Estimate:
    if not below:
        return Estimate(value=None, n=0)
    low, high = ratio_interval(above, below) or (None, None)
    return Estimate(
        value=sum(above) / sum(below),
        n=len(below),
        ci_low=None if low is None else max(0.0, low),
        ci_high=high,
    )


def fetch_revenue_series(
    store: Queries, period: Period, grain: Grain, currency: str = ""
) -> RevenueSeries:
    """Ask the store for the recurring revenue by day, week or month.

    Args:
        store: The store.
        period: Its days.
        grain: How it is cut.
        currency: Which one; empty: the main one.

    Raises:
        QueryError: The store refused the query: limits or time.
        StoreError: The store is away.
    """
    return build_revenue_series(fetch_book(store, period.seen_until), period, grain, currency)


def build_revenue_series(
    book: Sequence[Entry], period: Period, grain: Grain, currency: str = ""
) -> RevenueSeries:
    """Cut a book into days, weeks or months.

    Args:
        book: All entries until the end of the period, in order of time.
        period: Its days.
        grain: How it is cut.
        currency: Which one; empty: the main one.
    """
    names = _currencies(book, standing_at(book, period.seen_until))
    chosen = currency or (names[0] if names else "USD")
    entries = [entry for entry in book if entry.currency == chosen]
    past = list(takewhile(lambda entry: entry.at < period.since, entries))
    before = round(sum(entry.change for entry in past), _DIGITS)
    return RevenueSeries(
        currency=chosen,
        currencies=names,
        mrr_before=before,
        points=_points(entries[len(past) :], period, grain, before, _count(past)),
    )


def _count(entries: Iterable[Entry]) -> int:
    return sum(entry.customers for entry in entries)


def _points(
    entries: Sequence[Entry], period: Period, grain: Grain, mrr: float, customers: int
) -> tuple[RevenuePoint, ...]:
    starts = bucket_starts(period.since, period.seen_until, grain, ZoneInfo(period.zone))
    points = []
    place = 0
    for at, end in zip(starts, [*starts[1:], period.seen_until], strict=True):
        first = place
        while place < len(entries) and entries[place].at < end:
            place += 1
        part = entries[first:place]
        before, mrr = mrr, round(mrr + sum(entry.change for entry in part), _DIGITS)
        customers += _count(part)
        points.append(
            RevenuePoint(
                at=at,
                mrr=mrr,
                customers=customers,
                movements=_moves(part),
                growth_rate=_growth(before, mrr),
            )
        )
    return tuple(points)
