"""The book of subscriptions on a handful of events each, and its laws."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landed.insights.subscriptions import MOVEMENTS, Entry, build_book, standing_at

START = datetime(2026, 1, 1, tzinfo=UTC)
Row = dict[str, Any]


def day(number: int) -> datetime:
    return START + timedelta(days=number)


def a_row(event: str, at: datetime, monthly: float | None = None, **changes: Any) -> Row:
    return {
        "event": f"subscription_{event}",
        "at": at,
        "subscription": "s1",
        "person": "ann",
        "plan": "premium",
        "currency": "USD",
        "reason": "",
        "is_trial": 0,
        "monthly": monthly,
        "monthly_before": None,
    } | changes


def moves(*rows: Row) -> list[tuple[str | None, float, int]]:
    return [(entry.movement, entry.change, entry.customers) for entry in build_book(rows)]


def test_a_customer_comes_grows_shrinks_leaves_and_comes_back() -> None:
    assert moves(
        a_row("started", day(0), 19.0),
        a_row("changed", day(1), 49.0),
        a_row("changed", day(2), 15.0),
        a_row("cancelled", day(3)),
        a_row("started", day(4), 19.0, subscription="s2"),
    ) == [
        ("new", 19.0, 1),
        ("expansion", 30.0, 0),
        ("contraction", -34.0, 0),
        ("churned", -15.0, -1),
        ("reactivation", 19.0, 1),
    ]


def test_a_second_subscription_of_a_customer_is_an_expansion() -> None:
    assert moves(
        a_row("started", day(0), 19.0),
        a_row("started", day(1), 49.0, subscription="s2"),
        a_row("cancelled", day(2)),
        a_row("cancelled", day(3), subscription="s2"),
    ) == [
        ("new", 19.0, 1),
        ("expansion", 49.0, 0),
        ("contraction", -19.0, 0),
        ("churned", -49.0, -1),
    ]


def test_a_trial_counts_nothing_until_it_is_paid() -> None:
    book = build_book(
        [
            a_row("started", day(0), 0.0, is_trial=1),
            a_row("changed", day(14), 19.0, monthly_before=19.0),
        ]
    )
    assert [(entry.movement, entry.change) for entry in book] == [("new", 19.0)]
    assert standing_at(book, day(14)) == ()


def test_a_cancelled_trial_ends_nothing_that_was_paid() -> None:
    (entry,) = build_book([a_row("started", day(0), 0.0), a_row("cancelled", day(7))])
    assert (entry.movement, entry.before, entry.cancelled) == (None, 0.0, True)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (a_row("changed", day(5), 49.0, monthly_before=19.0), [19.0, 30.0]),
        (a_row("changed", day(5), 49.0), [49.0]),  # what was paid before is not said
        (a_row("changed", day(5), 49.0, monthly_before=0.0), [49.0]),
        (a_row("cancelled", day(5), 19.0), [19.0, -19.0]),
        (a_row("cancelled", day(5)), [0.0]),
    ],
)
def test_what_was_not_imported_is_discovered(row: Row, expected: list[float]) -> None:
    book = build_book([row])
    assert [entry.change for entry in book] == expected
    was_paid = row["monthly_before"] != 0 and row["monthly"]
    assert (book[0].movement == "discovered") == bool(was_paid)


def test_a_cancellation_is_in_the_currency_of_its_subscription() -> None:
    first, last = build_book(
        [a_row("started", day(0), 19.0, currency="EUR"), a_row("cancelled", day(1), currency="")]
    )
    assert (first.currency, last.currency, last.movement) == ("EUR", "EUR", "churned")


def test_no_currency_means_dollars() -> None:
    (entry,) = build_book([a_row("started", day(0), 19.0, currency="")])
    assert entry.currency == "USD"


def test_a_change_of_currency_leaves_one_book_and_enters_the_other() -> None:
    book = build_book(
        [
            a_row("started", day(0), 19.0, currency="EUR"),
            a_row("changed", day(1), 21.0, currency="USD"),
            a_row("cancelled", day(2), currency="EUR"),
        ]
    )
    assert [(entry.currency, entry.movement, entry.change) for entry in book] == [
        ("EUR", "new", 19.0),
        ("EUR", "churned", -19.0),
        ("USD", "new", 21.0),
        ("USD", "churned", -21.0),
    ]


def test_a_change_of_the_plan_alone_is_kept() -> None:
    book = build_book([a_row("started", day(0), 19.0), a_row("changed", day(1), 19.0, plan="team")])
    assert [(entry.movement, entry.plan) for entry in book] == [("new", "premium"), (None, "team")]
    assert [one.plan for one in standing_at(book, day(2))] == ["team"]


def test_a_renewal_changes_nothing() -> None:
    assert len(build_book([a_row("started", day(number), 19.0) for number in (0, 30, 60)])) == 1


def test_the_customer_is_the_person_of_the_first_event() -> None:
    book = build_book(
        [a_row("started", day(0), 19.0), a_row("cancelled", day(1), person="the admin")]
    )
    assert {entry.customer for entry in book} == {"ann"}


def test_what_happens_at_a_moment_has_not_happened_before_it() -> None:
    book = build_book([a_row("started", day(1), 19.0)])
    assert standing_at(book, day(1)) == ()
    (standing,) = standing_at(book, day(1) + timedelta(milliseconds=1))
    assert (standing.monthly, standing.customer) == (19.0, "ann")


amounts = st.none() | st.sampled_from([0.0, 15.0, 19.0, 49.0, 100 / 12])
rows = st.lists(
    st.builds(
        lambda event, number, amount, before, subscription, person, currency: a_row(
            event,
            day(number),
            amount,
            monthly_before=before,
            subscription=subscription,
            person=person,
            currency=currency,
        ),
        st.sampled_from(["started", "changed", "cancelled"]),
        st.integers(0, 60),
        amounts,
        amounts,
        st.sampled_from("abcd"),
        st.sampled_from(["ann", "bob"]),
        st.sampled_from(["", "USD", "EUR"]),
    ),
    max_size=25,
).map(lambda found: sorted(found, key=lambda row: row["at"]))


@given(rows, st.integers(0, 61))
def test_the_sum_of_all_entries_is_what_stands(found: list[Row], number: int) -> None:
    book = build_book(found)
    for currency in ("USD", "EUR"):
        mine = [one for one in book if one.currency == currency and one.at < day(number)]
        stands = [one for one in standing_at(book, day(number)) if one.currency == currency]
        assert sum(one.change for one in mine) == pytest.approx(sum(s.monthly for s in stands))
        assert sum(one.customers for one in mine) == len({one.customer for one in stands})


@given(rows)
def test_movements_have_the_sign_of_their_name(found: list[Row]) -> None:
    for entry in build_book(found):
        assert entry.movement is None or entry.movement in MOVEMENTS
        if entry.movement in {"contraction", "churned"}:
            assert entry.change < 0
        elif entry.movement is not None:
            assert entry.change > 0
        _counts_a_customer_once(entry)


def _counts_a_customer_once(entry: Entry) -> None:
    expected = {"new": {1}, "reactivation": {1}, "churned": {-1}, "discovered": {0, 1}}
    assert entry.customers in expected.get(entry.movement or "", {0})
