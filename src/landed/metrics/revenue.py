"""Metrics of subscriptions."""

from __future__ import annotations

from typing import Final

from landed.metrics.measures import Count, People
from landed.metrics.types import Direction, Metric

__all__ = ["REVENUE"]
_SUMMARY: Final = "/api/analytics/revenue/summary"
_SERIES: Final = "/api/analytics/revenue/series"
_SUBSCRIPTIONS: Final = (
    "subscription_started",
    "subscription_changed",
    "subscription_cancelled",
)
_STATE: Final = (
    "A yearly price counts a twelfth a month, a trial nothing. Currencies are never added up."
)


def _movement(name: str, title: str, question: str, rule: str, direction: Direction) -> Metric:
    return Metric(
        name=name,
        title=title,
        question=question,
        unit="money",
        formula=f"sum of the changes of a customer's monthly amount where {rule}",
        direction=direction,
        source=_SUBSCRIPTIONS,
        grain="a change of a subscription; a customer may have several",
        caveat=_STATE,
        area="revenue",
        endpoint=_SERIES,
    )


def _kept(name: str, title: str, question: str, formula: str, direction: Direction) -> Metric:
    return Metric(
        name=name,
        title=title,
        question=question,
        unit="share",
        formula=f"{formula}; over 30 and 365 days before the end of the period",
        direction=direction,
        source=_SUBSCRIPTIONS,
        grain="a customer who paid 30 or 365 days ago",
        caveat="None where nobody paid then, as when the log is younger.",
        area="revenue",
        endpoint=_SUMMARY,
    )


def _step(name: str, title: str, question: str, formula: str, grain: str) -> Metric:
    return Metric(
        name=name,
        title=title,
        question=question,
        unit="share",
        formula=f"cumulative incidence, within 30 days or as many as are asked for, of {formula}",
        direction="up_is_good",
        source=("user_signed_up", *_SUBSCRIPTIONS),
        grain=grain,
        caveat="A step counts when it is taken for the first time; the plans are called free, "
        "premium and enterprise.",
        area="revenue",
        endpoint=_SUMMARY,
    )


REVENUE: Final = (
    Metric(
        name="subscriptions_started",
        title="Subscriptions started",
        question="How many subscriptions began?",
        unit="subscriptions",
        formula="number of subscription_started",
        direction="up_is_good",
        source=("subscription_started",),
        grain="a subscription; split it by plan",
        area="revenue",
        measure=Count(),
    ),
    Metric(
        name="subscriptions_cancelled",
        title="Subscriptions cancelled",
        question="How many subscriptions ended?",
        unit="subscriptions",
        formula="number of subscription_cancelled",
        direction="down_is_good",
        source=("subscription_cancelled",),
        grain="a subscription; split it by plan or reason",
        area="revenue",
        measure=Count(),
    ),
    Metric(
        name="new_subscribers",
        title="New subscribers",
        question="How many people began to pay?",
        unit="people",
        formula="distinct people with subscription_started that is no trial",
        direction="up_is_good",
        source=("subscription_started",),
        grain="a person",
        area="revenue",
        measure=People(where="NOT ifNull(properties.is_trial, false)"),
    ),
    Metric(
        name="mrr",
        title="Monthly recurring revenue",
        question="What do subscriptions bring a month?",
        unit="money",
        formula="sum of the monthly amounts of all subscriptions at the end of the period: the "
        "last amount said by subscription_started or subscription_changed, 0 once cancelled",
        direction="up_is_good",
        source=_SUBSCRIPTIONS,
        grain="a subscription: its id, else its person",
        caveat=f"{_STATE} A subscription whose beginning is not in the log counts from the first "
        "event that shows it.",
        area="revenue",
        endpoint=_SERIES,
    ),
    Metric(
        name="arr",
        title="Annual recurring revenue",
        question="What would subscriptions bring in a year if nothing changed?",
        unit="money",
        formula="12 times mrr",
        direction="up_is_good",
        source=_SUBSCRIPTIONS,
        grain="a subscription",
        caveat=_STATE,
        area="revenue",
        endpoint=_SERIES,
    ),
    Metric(
        name="mrr_growth_rate",
        title="Growth of recurring revenue",
        question="How fast does the recurring revenue grow from month to month?",
        unit="share",
        formula="mrr ÷ mrr 30 days before - 1; in the series, by the point before",
        direction="up_is_good",
        source=_SUBSCRIPTIONS,
        grain="the recurring revenue",
        area="revenue",
        endpoint=_SERIES,
    ),
    _movement(
        "new_mrr",
        "New revenue",
        "What do new customers bring a month?",
        "the customer never paid before",
        "up_is_good",
    ),
    _movement(
        "expansion_mrr",
        "Expansion",
        "What more do customers pay than before?",
        "it rises from more than 0",
        "up_is_good",
    ),
    _movement(
        "contraction_mrr",
        "Contraction",
        "What less do customers pay than before?",
        "it falls to more than 0",
        "up_is_good",
    ),
    _movement(
        "churned_mrr",
        "Churned revenue",
        "What did the customers pay who pay nothing any more?",
        "it falls to 0",
        "up_is_good",
    ),
    _movement(
        "reactivation_mrr",
        "Reactivation",
        "What do the customers bring who came back?",
        "it rises from 0 and the customer paid before",
        "up_is_good",
    ),
    _movement(
        "discovered_mrr",
        "Discovered revenue",
        "Which revenue did the log show without having seen it begin?",
        "a change or cancellation shows what was paid before, of a subscription not yet seen",
        "neutral",
    ),
    Metric(
        name="subscribers",
        title="Subscribers",
        question="How many people pay?",
        unit="people",
        formula="people whose monthly amount is above 0 at the end of the period",
        direction="up_is_good",
        source=_SUBSCRIPTIONS,
        grain="a person",
        area="revenue",
        endpoint=_SERIES,
    ),
    Metric(
        name="mrr_per_subscriber",
        title="Revenue per subscriber",
        question="What does a paying person bring a month?",
        unit="money",
        formula="mrr ÷ subscribers",
        direction="up_is_good",
        source=_SUBSCRIPTIONS,
        grain="a person",
        area="revenue",
        endpoint=_SUMMARY,
    ),
    Metric(
        name="cancellation_reasons",
        title="Reasons for leaving",
        question="Why do people stop paying?",
        unit="subscriptions",
        formula="subscription_cancelled of what was paid, by reason",
        direction="down_is_good",
        source=_SUBSCRIPTIONS,
        grain="a subscription",
        caveat="A cancelled trial is not in it, nor one of which no amount was ever said.",
        area="revenue",
        endpoint=_SUMMARY,
    ),
    _kept(
        "customer_churn_rate",
        "Customer churn",
        "Which share of the customers stopped paying?",
        "customers of then who pay nothing now ÷ customers of then",
        "down_is_good",
    ),
    _kept(
        "revenue_churn_rate",
        "Revenue churn",
        "Which share of the revenue was lost?",
        "what customers of then pay less now ÷ what they paid then",
        "down_is_good",
    ),
    _kept(
        "gross_revenue_retention",
        "Gross revenue retention",
        "Which share of the revenue stayed, without expansions?",
        "1 - revenue_churn_rate",
        "up_is_good",
    ),
    _kept(
        "net_revenue_retention",
        "Net revenue retention",
        "What do the customers of then pay now, for each dollar then?",
        "what customers of then pay now ÷ what they paid then",
        "up_is_good",
    ),
    _step(
        "signup_to_free_rate",
        "Sign-up to free",
        "How likely does a sign-up lead to a free plan?",
        "the plan free, after user_signed_up; a paid plan before it competes",
        "a person who signs up in the period",
    ),
    _step(
        "free_to_premium_rate",
        "Free to premium",
        "How likely does a person with the free plan take premium?",
        "the paid plan premium, after the plan free; another paid plan competes",
        "a person whose free plan begins in the period",
    ),
    _step(
        "premium_to_enterprise_rate",
        "Premium to enterprise",
        "How likely does a person with premium take enterprise?",
        "the paid plan enterprise, after premium; a cancellation competes",
        "a person whose premium begins in the period",
    ),
    _step(
        "signup_to_paid_rate",
        "Sign-up to paid",
        "How likely does a sign-up lead to a paid plan?",
        "any paid plan, after user_signed_up",
        "a person who signs up in the period",
    ),
)
"""In the order of the reference page."""
