"""Recurring revenue: the state of it, and its way there."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import msgspec

from landed.api.metric_reads import EstimateCell, PeriodSpan, estimate_cell, period_span
from landed.api.reads import PERIOD, Asked, Parameter, Read
from landed.errors import InvalidInputError
from landed.insights import (
    CurrencyRevenue,
    Movement,
    PlanStep,
    Retention,
    RevenuePoint,
    fetch_plan_steps,
    fetch_revenue_series,
    fetch_revenue_summary,
)
from landed.metrics import Grain

__all__ = ["REVENUE_READS", "RevenueSeriesAnswer", "RevenueSummaryAnswer"]

_WITHIN_DAYS: Final = 30
_MAX_WITHIN_DAYS: Final = 365
_CURRENCY_LENGTH: Final = 3
_GRAINS: Final[dict[str, Grain]] = {"day": "day", "week": "week", "month": "month"}


class MoneyMoves(msgspec.Struct, frozen=True):
    """What moved the recurring revenue, in money a month; the sum of all is the whole change.

    Attributes:
        new: People who never paid before.
        expansion: People who pay more than before.
        contraction: People who pay less; not above 0.
        churned: People who pay nothing any more; not above 0.
        reactivation: People who paid once, and pay again.
        discovered: Revenue that the log shows but has not seen begin: history not imported.
    """

    new: float
    expansion: float
    contraction: float
    churned: float
    reactivation: float
    discovered: float


class PlanRevenue(msgspec.Struct, frozen=True):
    """The subscribers of a plan at the end of the period.

    Attributes:
        plan: Its name; empty where no event said it.
        subscribers: People who pay for it.
        mrr: What they pay a month.
    """

    plan: str
    subscribers: int
    mrr: float


class EndingReason(msgspec.Struct, frozen=True):
    """Paid subscriptions that ended in the period.

    Attributes:
        reason: From the host's list; empty where none was given.
        subscriptions: How many.
        mrr: What they brought a month.
    """

    reason: str
    subscriptions: int
    mrr: float


class RevenueRetention(msgspec.Struct, frozen=True):
    """What became of the subscribers of some days ago.

    Attributes:
        days: How long ago, from the end of the period.
        subscribers: How many there were.
        mrr: What they paid a month then.
        customer_churn_rate: Share of them who pay nothing now.
        revenue_churn_rate: Share of their revenue that is gone, by leaving or paying less.
        gross_revenue_retention: 1 less revenue_churn_rate.
        net_revenue_retention: What they pay now by what they paid then; above 1 where
            expansions outweigh what is lost.
    """

    days: int
    subscribers: int
    mrr: float
    customer_churn_rate: EstimateCell
    revenue_churn_rate: EstimateCell
    gross_revenue_retention: EstimateCell
    net_revenue_retention: EstimateCell


class CurrencyRevenueAnswer(msgspec.Struct, frozen=True):
    """The recurring revenue of one currency; all its amounts are in it.

    Attributes:
        currency: ISO 4217 code.
        mrr: Monthly recurring revenue at the end of the period.
        arr: Twelve times as much.
        subscribers: People who pay something then.
        mrr_per_subscriber: None without subscribers.
        mrr_month_ago: 30 days before the end.
        growth_rate: Change since then; None where there was nothing.
        mrr_before: At the start of the period.
        movements: From then to the end.
        plans: The largest revenue first.
        reasons: Why subscriptions ended in the period.
        month: Churn and retention over 30 days.
        year: Churn and retention over 365 days; without subscribers where the log is younger.
    """

    currency: str
    mrr: float
    arr: float
    subscribers: int
    mrr_per_subscriber: float | None
    mrr_month_ago: float
    growth_rate: float | None
    mrr_before: float
    movements: MoneyMoves
    plans: tuple[PlanRevenue, ...]
    reasons: tuple[EndingReason, ...]
    month: RevenueRetention
    year: RevenueRetention


class PlanStepAnswer(msgspec.Struct, frozen=True):
    """A step from one plan to the next.

    Attributes:
        step: signup, or the plan that people have.
        next_step: The plan that they take next; paid is any that is paid.
        people: Who reached the first of the two in the period.
        converted: Who of them took the next one so far, within the days: a plain count.
        rate: The chance of taking it within the days, young people censored.
    """

    step: str
    next_step: str
    people: int
    converted: int
    rate: EstimateCell


class RevenueSummaryAnswer(msgspec.Struct, frozen=True):
    """Recurring revenue at the end of a period.

    Attributes:
        period: The time.
        main_currency: That of most subscribers; empty where nobody ever paid.
        currencies: The main one first; they are never added up.
        within_days: How long people are given for a step of `conversion`.
        conversion: From sign-up to free, premium and enterprise.
    """

    period: PeriodSpan
    main_currency: str
    currencies: tuple[CurrencyRevenueAnswer, ...]
    within_days: int
    conversion: tuple[PlanStepAnswer, ...]


class RevenuePointAnswer(msgspec.Struct, frozen=True):
    """One day, week or month.

    Attributes:
        at: Its start, in the zone.
        mrr: At its end, or now where it goes on.
        arr: Twelve times as much.
        subscribers: People who pay something then.
        movements: What moved it; the mrr of the point before and these give this mrr.
        growth_rate: Its change by what it was before; None where that was nothing.
    """

    at: datetime
    mrr: float
    arr: float
    subscribers: int
    movements: MoneyMoves
    growth_rate: float | None


class RevenueSeriesAnswer(msgspec.Struct, frozen=True):
    """Recurring revenue over a time.

    Attributes:
        period: The time.
        grain: How it is cut.
        currency: Of all amounts.
        currencies: All that there are, the main one first.
        mrr_before: At the start of the period.
        points: In order of time.
    """

    period: PeriodSpan
    grain: str
    currency: str
    currencies: tuple[str, ...]
    mrr_before: float
    points: tuple[RevenuePointAnswer, ...]


def _summarise(asked: Asked) -> RevenueSummaryAnswer:
    period = asked.period()
    within = asked.whole("within_days", _WITHIN_DAYS, low=1, high=_MAX_WITHIN_DAYS)
    summary = fetch_revenue_summary(asked.store, period)
    steps = fetch_plan_steps(asked.store, period, asked.now, timedelta(days=within))
    currencies = tuple(_currency(one) for one in summary.currencies)
    return RevenueSummaryAnswer(
        period_span(period),
        currencies[0].currency if currencies else "",
        currencies,
        within,
        tuple(_step(one) for one in steps),
    )


def _currency(one: CurrencyRevenue) -> CurrencyRevenueAnswer:
    return CurrencyRevenueAnswer(
        currency=one.currency,
        mrr=one.mrr,
        arr=one.arr,
        subscribers=one.customers,
        mrr_per_subscriber=one.mrr_per_customer,
        mrr_month_ago=one.mrr_month_ago,
        growth_rate=one.growth_rate,
        mrr_before=one.mrr_before,
        movements=_moves(one.movements),
        plans=tuple(PlanRevenue(row.plan, row.customers, row.mrr) for row in one.plans),
        reasons=tuple(EndingReason(row.reason, row.subscriptions, row.mrr) for row in one.reasons),
        month=_retention(one.month),
        year=_retention(one.year),
    )


def _moves(moves: dict[Movement, float]) -> MoneyMoves:
    return MoneyMoves(**moves)


def _retention(one: Retention) -> RevenueRetention:
    return RevenueRetention(
        one.days,
        one.customers,
        one.mrr,
        estimate_cell(one.customer_churn),
        estimate_cell(one.revenue_churn),
        estimate_cell(one.gross_retention),
        estimate_cell(one.net_retention),
    )


def _step(one: PlanStep) -> PlanStepAnswer:
    return PlanStepAnswer(
        one.step, one.next_step, one.people, one.converted, estimate_cell(one.rate)
    )


def _series(asked: Asked) -> RevenueSeriesAnswer:
    period = asked.period()
    grain = _read_grain(asked)
    series = fetch_revenue_series(asked.store, period, grain, _read_currency(asked))
    return RevenueSeriesAnswer(
        period_span(period),
        grain,
        series.currency,
        series.currencies,
        series.mrr_before,
        tuple(_point(one) for one in series.points),
    )


def _read_grain(asked: Asked) -> Grain:
    text = asked.one("grain", "day")
    found: Grain | None = _GRAINS.get(text)
    if found is None:
        raise InvalidInputError(
            f"grain is {text[:20]!r}; it must be day, week or month", detail="grain"
        )
    return found


def _read_currency(asked: Asked) -> str:
    text = asked.one("currency").upper()
    if text and not (len(text) == _CURRENCY_LENGTH and text.isascii() and text.isalpha()):
        raise InvalidInputError(
            f"currency is {text[:20]!r}; it must be a code of three letters such as USD",
            detail="currency",
        )
    return text


def _point(one: RevenuePoint) -> RevenuePointAnswer:
    return RevenuePointAnswer(
        one.at, one.mrr, 12 * one.mrr, one.customers, _moves(one.movements), one.growth_rate
    )


REVENUE_READS: Final = (
    Read(
        path="/api/analytics/revenue/summary",
        summary="Recurring revenue, churn and conversion",
        text="Monthly and yearly recurring revenue at the end of a period, what moved it, who "
        "stays and who leaves and why, and how people move from sign-up to paid plans. A yearly "
        "price counts a twelfth a month, a trial nothing; currencies are never added up.",
        answer=RevenueSummaryAnswer,
        make=_summarise,
        parameters=(
            *PERIOD,
            Parameter(
                "within_days", "Days that people are given for a step of conversion; else 30.", "30"
            ),
        ),
        tag="Revenue",
    ),
    Read(
        path="/api/analytics/revenue/series",
        summary="Recurring revenue by day, week or month",
        text="The recurring revenue of one currency at the end of each day, week or month, and "
        "what moved it there.",
        answer=RevenueSeriesAnswer,
        make=_series,
        parameters=(
            *PERIOD,
            Parameter("grain", "day, week or month; else day.", "month"),
            Parameter("currency", "Three letters; else the currency of most subscribers.", "USD"),
        ),
        tag="Revenue",
    ),
)
"""In the order of the reference."""
