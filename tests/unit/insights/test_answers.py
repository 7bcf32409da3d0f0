"""From rows of the store to answers: times, groups, and what an empty one means."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landed.insights import Answer, Period, build_answer, fetch_answer
from landed.metrics import METRICS, Dimension, Grain, Question

ZONES = (
    *("UTC", "America/New_York", "Europe/Berlin", "Asia/Kolkata", "Africa/Cairo"),
    *("America/Havana", "America/Santiago", "Asia/Kathmandu", "Pacific/Apia"),
)


def a_period(first: date, last: date, zone: str) -> Period:
    seen = datetime(2027, 6, 1, tzinfo=UTC)
    return Period(first_on=first, last_on=last, seen_at=seen, preset=False, zone=zone)


def a_question(*names: str, period: Period, grain: Grain = "total", by: str = "") -> Question:
    return Question(
        metrics=tuple(METRICS[name] for name in names),
        since=period.since,
        until=period.until,
        as_of=period.seen_at,
        grain=grain,
        zone=period.zone,
        by=(Dimension("column", by),) if by else (),
    )


def starts(zone: str, first: date, last: date, grain: Grain) -> list[datetime]:
    """The times of the rows of an answer without any events."""
    question = a_question("events", period=a_period(first, last, zone), grain=grain)
    answer = build_answer(question, {"events": []})
    return [row.at for row in answer.rows if row.at is not None]


WEEK = a_period(date(2026, 3, 2), date(2026, 3, 8), "UTC")


def test_the_day_on_which_summer_ends_has_25_hours() -> None:
    hours = starts("America/New_York", date(2026, 11, 1), date(2026, 11, 1), "hour")
    assert len(hours) == 25
    assert [at.hour for at in hours][:4] == [0, 1, 1, 2]
    assert [at.astimezone(UTC).hour for at in hours][:4] == [4, 5, 6, 7]


def test_the_day_on_which_summer_begins_has_23_hours() -> None:
    hours = starts("Europe/Berlin", date(2026, 3, 29), date(2026, 3, 29), "hour")
    assert [at.hour for at in hours][:3] == [0, 1, 3]
    assert len(hours) == 23


def test_counts_of_the_hour_that_comes_twice_stay_apart() -> None:
    day = a_period(date(2026, 11, 1), date(2026, 11, 1), "America/New_York")
    found = [
        {"bucket": datetime(2026, 11, 1, 5, tzinfo=UTC), "m0": 7},
        {"bucket": datetime(2026, 11, 1, 6, tzinfo=UTC), "m0": 9},
    ]
    answer = build_answer(a_question("events", period=day, grain="hour"), {"events": found})
    assert [row.estimates["events"].value for row in answer.rows] == [0, 7, 9, *[0] * 22]


def test_a_day_may_begin_at_one_o_clock() -> None:
    days = starts("Africa/Cairo", date(2026, 4, 23), date(2026, 4, 25), "day")
    assert [at.astimezone(UTC).hour for at in days] == [22, 22, 21]


def test_weeks_begin_on_monday_and_months_on_the_first() -> None:
    weeks = starts("Europe/Berlin", date(2026, 3, 4), date(2026, 4, 1), "week")
    assert [at.date().isoformat() for at in weeks] == [
        *("2026-03-02", "2026-03-09", "2026-03-16", "2026-03-23", "2026-03-30")
    ]
    months = starts("Europe/Berlin", date(2026, 1, 31), date(2026, 4, 1), "month")
    assert [at.date().isoformat() for at in months] == [
        *("2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01")
    ]
    assert {at.hour for at in (*weeks, *months)} == {0}


@given(
    zone=st.sampled_from(ZONES),
    first=st.dates(date(2010, 1, 1), date(2027, 1, 1)),
    days=st.integers(0, 40),
    grain=st.sampled_from(["hour", "day", "week", "month"]),
)
def test_the_parts_of_a_time_follow_each_other_without_a_gap(
    zone: str, first: date, days: int, grain: Grain
) -> None:
    period = a_period(first, first + timedelta(days=days), zone)
    found = starts(zone, period.first_on, period.last_on, grain)
    times = [at.astimezone(UTC) for at in found]
    assert times == sorted(set(times))
    assert times[0] <= period.since < period.until
    assert times[-1] < period.until
    if grain == "hour":
        assert {b - a for a, b in pairwise(times)} <= {timedelta(hours=1)}
    if grain == "day":
        missing = ZoneInfo(zone).key == "Pacific/Apia" and first <= date(2011, 12, 30)
        assert [at.date() for at in found] == [
            first + timedelta(days=n) for n in range(days + 1)
        ] or missing  # Samoa left out the 30th of December 2011


def test_rows_of_all_relations_stand_together_and_keep_their_order() -> None:
    question = a_question("events", "sessions", "active_users", period=WEEK, by="device")
    found: dict[str, list[dict[str, Any]]] = {
        "events": [{"d0": "mobile", "m0": 9}, {"d0": "desktop", "m0": 4}],
        "sessions": [{"d0": "desktop", "m0": 2}, {"d0": "tv", "m0": 1}],
        "activity": [],
    }
    answer = build_answer(question, found)
    assert [
        (row.by, {name: one.value for name, one in row.estimates.items()}) for row in answer.rows
    ] == [
        (("mobile",), {"events": 9.0}),
        (("desktop",), {"events": 4.0, "sessions": 2.0}),
        (("tv",), {"sessions": 1.0}),
    ]


def test_split_series_are_in_order_of_time_then_group() -> None:
    question = a_question("events", period=WEEK, grain="day", by="device")
    later = WEEK.since + timedelta(days=1)
    found = [
        {"bucket": later, "d0": "a", "m0": 1},
        {"bucket": WEEK.since, "d0": "b", "m0": 2},
        {"bucket": WEEK.since, "d0": "a", "m0": 3},
    ]
    rows = build_answer(question, {"events": found}).rows
    assert [(row.at, row.by) for row in rows] == [
        (WEEK.since, ("a",)),
        (WEEK.since, ("b",)),
        (later, ("a",)),
    ]


def test_nothing_is_zero_for_counts_and_unknown_for_the_rest() -> None:
    names = (
        "events",
        "interviews",
        "llm_cost_usd",
        "error_rate",
        "avg_ats_score",
        "p95_response_ms",
    )
    answer = build_answer(a_question(*names, period=WEEK, grain="week"), {"events": []})
    (row,) = answer.rows
    assert [row.estimates[name].value for name in names] == [0, 0, 0, None, None, None]


def test_an_average_of_nothing_is_unknown_and_says_that_it_rests_on_nothing() -> None:
    question = a_question("avg_ats_score", "error_rate", period=WEEK)
    rows = [{"m0": math.nan, "n0": 0, "m1": None, "n1": 0}]
    (row,) = build_answer(question, {"events": rows}).rows
    assert {(one.value, one.n) for one in row.estimates.values()} == {(None, 0.0)}


def test_a_late_outcome_has_its_interval_and_matured_share() -> None:
    tables = (([30], [3]), ([50, 100], [1, 2]), ([10, 504], [5, 9]))
    question = a_question("interview_rate", period=WEEK)
    (row,) = build_answer(question, {"applications": [{"m0": tables}]}).rows
    found = row.estimates["interview_rate"]
    assert found.value == pytest.approx(3 / 15)
    assert (found.n, found.matured_rate) == (20, 0.75)
    assert found.ci_low is not None
    assert found.ci_high is not None
    assert found.ci_low < 0.2 < found.ci_high


class Counted:
    """A store that gives one row and remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def query_metrics(self, question: Question, relation: str, /) -> list[dict[str, Any]]:
        self.asked.append(relation)
        return [{f"m{number}": 1 for number, _ in enumerate(question.relations()[relation])}]


def test_the_store_is_asked_once_for_each_relation() -> None:
    store = Counted()
    question = a_question("events", "sessions", "applications", "sign_ups", period=WEEK)
    answer: Answer = fetch_answer(store, question)
    assert store.asked == ["events", "sessions"]
    (row,) = answer.rows
    assert {name: one.value for name, one in row.estimates.items()} == dict.fromkeys(
        ("events", "sessions", "applications", "sign_ups"), 1.0
    )
