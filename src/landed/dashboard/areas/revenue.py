"""Revenue: what recurs, what moved it, and how much of it stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final, cast

from landed.charts import Bar, Point, bars_chart, lines_chart
from landed.dashboard.grids import Cell, Column, Grid
from landed.dashboard.panels import Asked, Block, PagePlan, Panel, Part, choices, make_tile
from landed.insights import (
    CurrencyRevenue,
    Movement,
    PlanStep,
    Retention,
    RevenueSeries,
    RevenueSummary,
    fetch_plan_steps,
    fetch_revenue_series,
    fetch_revenue_summary,
)
from landed.metrics import Grain

__all__ = ["build_plan_panel", "build_series", "build_summary", "plan_revenue"]

_GRAINS: Final = {"day": "By day", "week": "By week", "month": "By month"}
_FEW_DAYS: Final = 92
_WITHIN: Final = timedelta(days=90)
_MOVES: Final[Mapping[Movement, str]] = {
    "new": "New",
    "expansion": "Expansion",
    "reactivation": "Reactivation",
    "discovered": "Discovered",
    "contraction": "Contraction",
    "churned": "Churned",
}


def plan_revenue(asked: Asked) -> PagePlan:
    """Say what the page is made of.

    Args:
        asked: `grain`, and a period.

    Raises:
        InvalidInputError: The grain is unknown.
    """
    usual = "day" if asked.period.days <= _FEW_DAYS else "week"
    grain = asked.choose("grain", _GRAINS, usual)
    store, period = asked.store, asked.period
    return PagePlan(
        title="Revenue",
        fields=(choices("grain", "Time", _GRAINS, grain),),
        parts=(
            Part(
                name="series",
                title="Recurring revenue",
                fetch=lambda: build_series(fetch_revenue_series(store, period, cast(Grain, grain))),
            ),
            Part(
                name="summary",
                title="Movements and retention of revenue",
                fetch=lambda: build_summary(fetch_revenue_summary(store, period)),
            ),
            Part(
                name="plans",
                title="From plan to plan",
                fetch=lambda: build_plan_panel(
                    fetch_plan_steps(store, period, asked.now, _WITHIN), _WITHIN.days
                ),
            ),
        ),
    )


def build_series(found: RevenueSeries) -> Block:
    """Draw the recurring revenue over the period.

    Args:
        found: Of the main currency.
    """
    points = [Point(on=one.at.date(), group="", value=one.mrr) for one in found.points]
    others = [one for one in found.currencies if one != found.currency]
    return Block(
        panels=(
            Panel(
                id="series",
                title="Monthly recurring revenue",
                metric="mrr",
                sub=f"In {found.currency}, at the end of each day, week or month",
                spec=lines_chart(points, [""], "money") if found.currency else None,
                grid=Grid(
                    columns=(
                        Column(title="From"),
                        Column(title="MRR", unit="money", metric="mrr"),
                        Column(title="Growth", unit="share", metric="mrr_growth_rate"),
                        Column(title="Subscribers", unit="people", metric="subscribers"),
                        *(
                            Column(title=title, unit="money", name=f"{name}_mrr")
                            for name, title in _MOVES.items()
                        ),
                    ),
                    rows=tuple(
                        (
                            one.at.date(),
                            one.mrr,
                            one.growth_rate,
                            one.customers,
                            *_moves(one.movements),
                        )
                        for one in found.points
                    )
                    if found.currency
                    else (),
                ),
                notes=(f"There is revenue in {', '.join(others)} too." if others else "",),
                size="wide",
                empty="Nobody has subscribed yet: send subscription_started with its amount.",
            ),
        )
    )


def _moves(found: Mapping[Movement, float]) -> tuple[Cell, ...]:
    return tuple(found.get(name, 0.0) for name in _MOVES)


def build_summary(found: RevenueSummary) -> Block:
    """Write the tiles, the movements, plans, reasons and retention of the main currency.

    Args:
        found: All currencies, the main one first.
    """
    if not found.currencies:
        return Block()
    main = found.currencies[0]
    return Block(
        tiles=(
            make_tile("mrr", main.mrr, main.mrr_month_ago, note=f"{main.currency}, 30 days"),
            make_tile("arr", main.arr, note=main.currency),
            make_tile("subscribers", main.customers),
            make_tile("mrr_per_subscriber", main.mrr_per_customer, note=main.currency),
            make_tile("customer_churn_rate", main.month.customer_churn.value, note="in 30 days"),
            make_tile("net_revenue_retention", main.year.net_retention.value, note="over 365 days"),
        ),
        panels=(
            _movements(main),
            _retentions((main.month, main.year)),
            _plans(main),
            _reasons(main),
        ),
    )


def _movements(one: CurrencyRevenue) -> Panel:
    bars = [
        Bar(group=title, value=one.movements.get(name, 0.0), ci_low=None, ci_high=None)
        for name, title in _MOVES.items()
    ]
    return Panel(
        id="summary",
        title="What moved it",
        metric="new_mrr",
        sub=f"From {one.mrr_before:,.0f} to {one.mrr:,.0f} {one.currency} a month",
        spec=bars_chart(bars, "money"),
        grid=Grid(
            columns=(Column(title="Movement"), Column(title="A month", unit="money")),
            rows=tuple((bar.group, bar.value) for bar in bars),
        ),
    )


def _retentions(found: Sequence[Retention]) -> Panel:
    return Panel(
        id="summary.retention",
        title="What stays",
        metric="net_revenue_retention",
        sub="What the customers of 30 and 365 days ago pay now; who came since is not in it",
        grid=Grid(
            columns=(
                Column(title="Since"),
                Column(title="Customers then", unit="people"),
                Column(title="Customer churn", unit="share", metric="customer_churn_rate"),
                Column(title="Revenue churn", unit="share", metric="revenue_churn_rate"),
                Column(title="Gross", unit="share", metric="gross_revenue_retention"),
                Column(title="Net", unit="share", metric="net_revenue_retention"),
            ),
            rows=tuple(
                (
                    f"{one.days} days",
                    one.customers,
                    one.customer_churn,
                    one.revenue_churn,
                    one.gross_retention,
                    one.net_retention,
                )
                for one in found
            ),
        ),
        is_open=True,
    )


def _plans(one: CurrencyRevenue) -> Panel:
    return Panel(
        id="summary.plans",
        title="Plans",
        metric="subscribers",
        sub="Who pays for what at the end of the period",
        grid=Grid(
            columns=(
                Column(title="Plan"),
                Column(title="Subscribers", unit="people", metric="subscribers"),
                Column(title="A month", unit="money", metric="mrr"),
            ),
            rows=tuple((row.plan, row.customers, row.mrr) for row in one.plans),
        ),
        is_open=True,
    )


def _reasons(one: CurrencyRevenue) -> Panel:
    return Panel(
        id="summary.reasons",
        title="Why people leave",
        metric="cancellation_reasons",
        sub="Paid subscriptions that ended in the period",
        grid=Grid(
            columns=(
                Column(title="Reason"),
                Column(title="Subscriptions", unit="subscriptions"),
                Column(title="A month", unit="money"),
            ),
            rows=tuple(
                (row.reason.replace("_", " ") or "(none given)", row.subscriptions, row.mrr)
                for row in one.reasons
            ),
        ),
        is_open=True,
        empty="No paid subscription ended in this period.",
    )


def build_plan_panel(found: Sequence[PlanStep], days: int) -> Block:
    """Show how people move from plan to plan.

    Args:
        found: The steps in order.
        days: Within which the next plan is taken.
    """
    return Block(
        panels=(
            Panel(
                id="plans",
                title="From plan to plan",
                metric="signup_to_paid_rate",
                sub=f"Chance of taking the next plan within {days} days; who is followed for less "
                "counts as waiting",
                grid=Grid(
                    columns=(
                        Column(title="From"),
                        Column(title="To"),
                        Column(title="People", unit="people"),
                        Column(title="So far", unit="people"),
                        Column(title="Rate", unit="share", metric="signup_to_paid_rate"),
                    ),
                    rows=tuple(
                        (one.step, one.next_step, one.people, one.converted, one.rate)
                        for one in found
                    ),
                ),
                is_open=True,
                size="wide",
            ),
        )
    )
