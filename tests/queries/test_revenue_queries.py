"""Revenue from the real store: hand-counted events, and a demo market counted a second way."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest

from landed.demo import Market
from landed.insights import (
    RevenueSeries,
    fetch_plan_steps,
    fetch_revenue_series,
    fetch_revenue_summary,
)
from landed.insights.period import Period, parse_period
from landed.store import Store
from tests.queries.event_rows import Row, an_event, as_stream, at
from tests.queries.market_log import END, MarketLog

MONTH = timedelta(days=30)
SUBSCRIPTIONS = ("subscription_started", "subscription_changed", "subscription_cancelled")


def put(store: Store, *rows: Row) -> None:
    store.insert("events", as_stream(rows), token="rows")


def started(person: str, day: int, amount: float, **more: Any) -> Row:
    said: dict[str, Any] = {"plan": "premium", "amount": amount, "currency": "USD"} | more
    return an_event("subscription_started", person, at(day), **said)


def the_period(now: datetime, days: str = "7") -> Period:
    return parse_period({"range": days}, now)


def test_the_log_of_subscriptions_reads_amounts_by_month(store: Store) -> None:
    put(
        store,
        started("ann", 1, 180.0, interval="year", subscription_id="s1"),
        started("bob", 1, 19.0, is_trial=True, currency="eur"),
        an_event(
            "subscription_changed",
            "ann",
            at(2),
            subscription_id="s1",
            plan="enterprise",
            amount=49.0,
            previous_amount=15,
        ),
        an_event("subscription_cancelled", "bob", at(3), reason="too_expensive"),
        started("late", 9, 19.0),
    )
    rows = store.query("revenue_log", {"until": at(9)})
    assert [
        (row["event"][13:], row["currency"], row["monthly"], row["monthly_before"], row["reason"])
        for row in rows
    ] == [
        ("started", rows[0]["currency"], rows[0]["monthly"], None, ""),
        ("started", rows[1]["currency"], rows[1]["monthly"], None, ""),
        ("changed", "", 49.0, 15.0, ""),
        ("cancelled", "", None, None, "too_expensive"),
    ]
    assert {(row["currency"], row["monthly"]) for row in rows[:2]} == {("USD", 15.0), ("EUR", 0.0)}
    by_id = {row["subscription"] for row in rows}
    assert "s1" in by_id
    assert len(by_id) == 2  # bob's is named by the person


def test_events_of_one_moment_begin_before_they_end(store: Store) -> None:
    put(
        store,
        an_event("subscription_cancelled", "ann", at(1), plan="premium"),
        an_event("subscription_changed", "ann", at(1), plan="premium", amount=29.0),
        started("ann", 1, 19.0),
    )
    rows = store.query("revenue_log", {"until": at(9)})
    assert [row["event"][13:] for row in rows] == ["started", "changed", "cancelled"]


def test_late_events_count_when_they_happened(store: Store) -> None:
    put(
        store,
        an_event("subscription_cancelled", "ann", at(5), received_at=at(5), plan="premium"),
        an_event(
            "subscription_started", "ann", at(3), received_at=at(6), plan="premium", amount=19.0
        ),
    )
    series = fetch_revenue_series(store, the_period(at(7)), "day")
    assert [point.mrr for point in series.points] == [0, 0, 19, 19, 0, 0]


def test_conversion_counts_first_steps_within_the_time(store: Store) -> None:
    put(
        store,
        an_event("user_signed_up", "ann", at(1), plan="free"),
        an_event("subscription_started", "ann", at(3), plan="premium", amount=19),
        an_event("subscription_changed", "ann", at(5), plan="enterprise", amount=49),
        an_event("user_signed_up", "bob", at(1), plan="free"),
        an_event("subscription_started", "bob", at(2), plan="enterprise", amount=49),
        an_event("user_signed_up", "cid", at(1), plan="free"),
        an_event("subscription_started", "cid", at(2), plan="premium", amount=19, is_trial=True),
        an_event("user_signed_up", "dan", at(2), plan="free"),
        an_event("subscription_started", "dan", at(3), plan="premium", amount=19),
        an_event("subscription_cancelled", "dan", at(4)),
        an_event("user_signed_up", "eve", at(9), plan="free"),  # after the period
        an_event("user_signed_up", "fay", at(2)),  # with no plan
    )
    period = parse_period({"range": "custom", "from": "2026-03-02", "to": "2026-03-08"}, at(40))
    steps = fetch_plan_steps(store, period, at(40), MONTH)
    assert {(one.step, one.next_step): (one.people, one.converted) for one in steps} == {
        ("signup", "free"): (5, 4),
        ("free", "premium"): (4, 2),
        ("premium", "enterprise"): (2, 1),
        ("signup", "paid"): (5, 3),
    }
    assert steps[-1].rate.value == pytest.approx(0.6)
    assert steps[-1].rate.matured_rate == 1.0


def test_conversion_censors_who_signed_up_lately(store: Store) -> None:
    signups = [an_event("user_signed_up", f"p{number}", at(1), plan="free") for number in range(4)]
    young = [an_event("user_signed_up", f"y{number}", at(39), plan="free") for number in range(4)]
    put(store, *signups, *young, started("p0", 2, 19.0))
    steps = fetch_plan_steps(store, the_period(at(40), "90"), at(40), MONTH)
    assert (steps[-1].people, steps[-1].converted) == (8, 1)
    assert steps[-1].rate.value == pytest.approx(1 / 8)  # all were followed for that first day
    assert steps[-1].rate.matured_rate == pytest.approx(0.5)


def subscriptions(market: MarketLog) -> pl.DataFrame:
    """The subscription events of the log, with what each brings a month from then on."""
    rows = market.raw.filter(pl.col("event").is_in(SUBSCRIPTIONS)).sort("at")
    known = [json.loads(text) for text in rows["properties"]]
    monthly = [
        0.0
        if event == SUBSCRIPTIONS[2]
        else one["amount"] / (12 if one["interval"] == "year" else 1)
        for event, one in zip(rows["event"], known, strict=True)
    ]
    return rows.select("at", "event", "person").with_columns(
        pl.Series("monthly", monthly), pl.Series("reason", [one.get("reason") for one in known])
    )


def mrr_at(rows: pl.DataFrame, moment: datetime) -> tuple[float, int]:
    last = rows.filter(pl.col("at") < moment).group_by("person").agg(pl.col("monthly").last())
    return float(last["monthly"].sum()), last.filter(pl.col("monthly") > 0).height


@pytest.fixture(scope="module")
def series(market: MarketLog) -> RevenueSeries:
    return fetch_revenue_series(market.store, the_period(END, "90"), "day")


def test_recurring_revenue_of_the_market_by_polars(
    market: MarketLog, series: RevenueSeries
) -> None:
    rows = subscriptions(market)
    ends = [point.at for point in series.points[1:]] + [END]
    for point, end in zip(series.points, ends, strict=True):
        mrr, customers = mrr_at(rows, end)
        assert point.mrr == pytest.approx(mrr)
        assert point.customers == customers
    assert series.points[-1].customers > 5


def test_movements_of_the_market_by_polars(market: MarketLog) -> None:
    found = fetch_revenue_summary(market.store, the_period(END, "28")).currencies[0]
    since = the_period(END, "28").since
    rows = subscriptions(market).with_columns(
        (pl.col("monthly") - pl.col("monthly").shift(1).over("person").fill_null(0)).alias(
            "change"
        ),
    )
    within = rows.filter(pl.col("at") >= since)
    by_event = dict(within.group_by("event").agg(pl.col("change").sum()).iter_rows())
    moves = found.movements
    assert moves["new"] == pytest.approx(by_event["subscription_started"])
    assert moves["churned"] == pytest.approx(by_event.get("subscription_cancelled", 0))
    assert moves["expansion"] + moves["contraction"] == pytest.approx(
        by_event.get("subscription_changed", 0)
    )
    assert moves["reactivation"] == moves["discovered"] == 0
    assert found.growth_rate == pytest.approx(found.mrr / mrr_at(rows, END - MONTH)[0] - 1)


def test_retention_of_the_market_by_polars(market: MarketLog) -> None:
    month = fetch_revenue_summary(market.store, the_period(END, "28")).currencies[0].month
    rows = subscriptions(market)

    def state(moment: datetime) -> pl.DataFrame:
        past = rows.filter(pl.col("at") < moment)
        return past.group_by("person").agg(pl.col("monthly").last())

    then = state(END - MONTH).filter(pl.col("monthly") > 0)
    both = then.join(state(END), on="person", suffix="_now")
    kept = both.select(pl.min_horizontal("monthly", "monthly_now").sum()).item()
    paid = float(then["monthly"].sum())
    assert month.customers == len(then)
    assert month.customer_churn.value == pytest.approx(
        both.filter(monthly_now=0.0).height / len(then)
    )
    assert month.net_retention.value == pytest.approx(float(both["monthly_now"].sum()) / paid)
    assert month.gross_retention.value == pytest.approx(kept / paid)
    assert month.revenue_churn.value == pytest.approx(1 - kept / paid)


def test_the_truth_of_the_market(market: MarketLog) -> None:
    played = Market(market.config)
    played.play()
    true = played.truth()["revenue"]
    (found,) = fetch_revenue_summary(market.store, the_period(END, "90")).currencies
    assert (found.mrr, found.arr) == (true["mrr_usd"], true["arr_usd"])
    assert found.customers == true["subscribers"]
    assert sum(row.customers for row in found.plans) == true["subscribers"]
    assert found.mrr_per_customer == pytest.approx(true["mrr_usd"] / true["subscribers"])
    reasons = {name: count for name, count in true["cancelled_by_reason"].items() if count}
    assert {row.reason: row.subscriptions for row in found.reasons} == reasons


def test_conversion_of_the_market_by_polars(market: MarketLog) -> None:
    """Only people who were followed for thirty days: there the estimate is the plain share."""
    params = {"range": "custom", "from": "2026-09-19", "to": "2026-10-15"}
    period = parse_period(params, END)
    steps = fetch_plan_steps(market.store, period, END, MONTH)
    signed = market.raw.filter(pl.col("event") == "user_signed_up").select(
        "person", pl.col("at").alias("signed_at")
    )
    cohort = signed.filter(pl.col("signed_at").is_between(period.since, period.until, "left"))
    paid = (
        market.raw.filter(pl.col("event") == "subscription_started")
        .group_by("person")
        .agg(pl.col("at").min().alias("paid_at"))
    )
    both = cohort.join(paid, on="person", how="left")
    within = both.filter(pl.col("paid_at") - pl.col("signed_at") <= MONTH)
    signup = steps[-1]
    assert (signup.people, signup.converted) == (len(cohort), len(within))
    assert signup.rate.value == pytest.approx(len(within) / len(cohort))
    assert (steps[0].people, steps[0].converted) == (len(cohort), len(cohort))
    premium = _first_plan(market, "premium").join(cohort, on="person")
    enterprise = _first_plan(market, "enterprise").join(cohort, on="person")
    soon = premium.filter(pl.col("plan_at") - pl.col("signed_at") <= MONTH)
    first = soon.join(enterprise, on="person", how="left", suffix="_other").filter(
        pl.col("plan_at_other").is_null() | (pl.col("plan_at") < pl.col("plan_at_other"))
    )
    assert steps[1].converted == len(first)
    upgrades = _first_plan(market, "premium").filter(
        pl.col("plan_at").is_between(period.since, period.until, "left")
    )
    assert steps[2].people == len(upgrades)


def _first_plan(market: MarketLog, plan: str) -> pl.DataFrame:
    rows = market.raw.filter(pl.col("event").is_in(SUBSCRIPTIONS[:2]))
    named = rows.filter(pl.col("properties").str.json_path_match("$.plan") == plan)
    return named.group_by("person").agg(pl.col("at").min().alias("plan_at"))
