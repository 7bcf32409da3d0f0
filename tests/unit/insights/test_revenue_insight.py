"""Revenue from a small book: who pays, what moved it, and how much of it stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landed.insights import build_plan_steps, build_revenue_series, build_revenue_summary
from landed.insights.period import Period, parse_period
from landed.insights.subscriptions import Entry, build_book
from landed.metrics import Grain
from tests.unit.insights.test_subscription_book import Row, a_row, rows

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
START = datetime(2026, 1, 1, tzinfo=UTC)


def days_ago(number: int) -> datetime:
    return NOW - timedelta(days=number)


def of(name: str, *found: Row) -> list[Row]:
    return [row | {"subscription": name, "person": name} for row in found]


def a_book() -> tuple[Entry, ...]:
    found = [
        *of("ann", a_row("started", days_ago(50), 20.0), a_row("changed", days_ago(3), 50.0)),
        *of("bob", a_row("started", days_ago(45), 20.0)),
        *of(
            "cid",
            a_row("started", days_ago(40), 20.0),
            a_row("cancelled", days_ago(10), reason="found_job"),
        ),
        *of("dan", a_row("started", days_ago(35), 40.0), a_row("changed", days_ago(9), 10.0)),
        *of("eve", a_row("started", days_ago(2), 15.0, plan="team")),
        *of("fay", a_row("started", days_ago(1), 900.0, currency="JPY")),
    ]
    return build_book(sorted(found, key=lambda row: row["at"]))


def the_period(days: str = "28") -> Period:
    return parse_period({"range": days}, NOW)


def test_the_summary_of_a_currency() -> None:
    dollars, yen = build_revenue_summary(a_book(), the_period()).currencies
    assert (dollars.currency, yen.currency) == ("USD", "JPY")
    assert (dollars.mrr, dollars.arr, dollars.customers) == (95.0, 1140.0, 4)
    assert dollars.mrr_per_customer == 23.75
    assert dollars.mrr_month_ago == 100.0
    assert dollars.growth_rate == pytest.approx(-0.05)
    assert dollars.mrr_before == 100.0
    assert dollars.movements == {
        "new": 15.0,
        "expansion": 30.0,
        "contraction": -30.0,
        "churned": -20.0,
        "reactivation": 0.0,
        "discovered": 0.0,
    }
    assert [(row.plan, row.customers, row.mrr) for row in dollars.plans] == [
        ("premium", 3, 80.0),
        ("team", 1, 15.0),
    ]
    assert [(row.reason, row.subscriptions, row.mrr) for row in dollars.reasons] == [
        ("found_job", 1, 20.0)
    ]
    assert (yen.mrr, yen.growth_rate) == (900.0, None)


def test_retention_looks_at_the_customers_of_then() -> None:
    dollars, _ = build_revenue_summary(a_book(), the_period()).currencies
    month = dollars.month
    assert (month.days, month.customers, month.mrr) == (30, 4, 100.0)
    assert month.customer_churn.value == 0.25
    # ann 20 to 50, bob 20 to 20, cid 20 to 0, dan 40 to 10; eve was not there
    assert month.net_retention.value == pytest.approx(0.80)
    assert month.gross_retention.value == pytest.approx(0.50)
    assert month.revenue_churn.value == pytest.approx(0.50)
    assert month.gross_retention.ci_low is not None
    assert dollars.year.customers == 0
    assert dollars.year.net_retention.value is None


def test_one_customer_has_no_interval() -> None:
    book = build_book(of("ann", a_row("started", days_ago(50), 20.0)))
    (dollars,) = build_revenue_summary(book, the_period()).currencies
    assert dollars.month.net_retention.value == 1.0
    assert dollars.month.net_retention.ci_low is None


def test_nothing_at_all() -> None:
    assert build_revenue_summary((), the_period()).currencies == ()
    series = build_revenue_series((), the_period("7"), "day")
    assert (series.currency, series.currencies, len(series.points)) == ("USD", (), 7)
    assert series.points[-1].growth_rate is None


def test_the_series_goes_day_by_day() -> None:
    series = build_revenue_series(a_book(), the_period("7"), "day")
    assert series.mrr_before == 50.0
    assert [(point.mrr, point.customers) for point in series.points] == [
        (50.0, 3),
        (50.0, 3),
        (50.0, 3),
        (80.0, 3),
        (95.0, 4),
        (95.0, 4),
        (95.0, 4),
    ]
    assert series.points[3].growth_rate == pytest.approx(0.6)
    yen = build_revenue_series(a_book(), the_period("7"), "day", "JPY")
    assert (yen.currency, yen.points[-1].mrr) == ("JPY", 900.0)


@given(rows, st.sampled_from(["day", "week", "month"]), st.sampled_from(["UTC", "Europe/Berlin"]))
def test_each_point_is_the_one_before_and_its_movements(
    found: list[Row], grain: Grain, zone: str
) -> None:
    params = {"range": "custom", "from": "2026-01-10", "to": "2026-02-20", "zone": zone}
    period = parse_period(params, NOW)
    book = [one for one in build_book(found) if one.at < period.seen_until]
    series = build_revenue_series(book, period, grain)
    mrr = series.mrr_before
    for point in series.points:
        assert point.mrr == pytest.approx(mrr + sum(point.movements.values()), abs=1e-4)
        mrr = point.mrr
    found_now = {one.currency: one for one in build_revenue_summary(book, period).currencies}
    if found_now:
        now = found_now[series.currency]
        assert mrr == pytest.approx(now.mrr, abs=1e-4)
        assert series.points[-1].customers == now.customers
        whole = now.mrr_before + sum(now.movements.values())
        assert whole == pytest.approx(now.mrr, abs=1e-4)


@given(rows)
def test_gross_retention_is_between_zero_and_net(found: list[Row]) -> None:
    for one in build_revenue_summary(build_book(found), the_period()).currencies:
        gross, net = one.month.gross_retention.value, one.month.net_retention.value
        lost = one.month.revenue_churn.value
        if gross is not None and net is not None and lost is not None:
            assert 0 <= gross <= min(1, net + 1e-9)
            assert gross + lost == pytest.approx(1)


def test_plan_steps_come_in_their_order_and_count_the_young_for_less() -> None:
    rows = [
        {
            "step": "signup",
            "next_step": "paid",
            "reached": ([24], [2]),
            "missed": ([], []),
            "waiting": ([12, 720], [4, 4]),
        }
    ]
    steps = build_plan_steps(rows, timedelta(days=30))
    assert [(one.step, one.next_step) for one in steps] == [
        ("signup", "free"),
        ("free", "premium"),
        ("premium", "enterprise"),
        ("signup", "paid"),
    ]
    paid = steps[-1]
    assert (paid.people, paid.converted) == (10, 2)
    assert paid.rate.value == pytest.approx(2 / 6)  # four of ten were followed for half a day
    assert paid.rate.matured_rate == pytest.approx(0.6)
    assert (steps[0].people, steps[0].rate.value) == (0, None)
