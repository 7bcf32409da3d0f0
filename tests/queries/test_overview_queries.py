"""Each query of the overview page on a few hand-counted events: the result first."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from landed.events import MACHINE_EVENTS
from landed.store import Store
from tests.queries.event_rows import START, Row, an_event, as_stream, at

PERIOD = {"since": at(1), "until": at(4)}


def ask(store: Store, name: str, rows: list[Row], **parameters: Any) -> list[dict[str, Any]]:
    store.insert("events", as_stream(rows), token="rows")
    return store.query(name, PERIOD | parameters)


def an_outcome(person: str, outcome: str, day: int, application: str = "a1") -> Row:
    return an_event(
        "application_outcome_recorded",
        person,
        at(day, 12),
        outcome_type=outcome,
        application_id=application,
    )


def test_totals_count_events_people_and_applications(store: Store) -> None:
    rows = [
        an_event("recommendation_shown", "ann", at(1)),  # the first moment is inside
        an_event("recommendation_shown", "bob", at(1, 9)),
        an_event("recommendation_clicked", "ann", at(2)),
        an_event("application_submitted", "ann", at(2), application_id="a1", ats_score=99),
        an_event("resume_tailored", "bob", at(2), ats_score=60),
        an_event("resume_tailored", "bob", at(3), ats_score=80),
        an_event("resume_tailored", "cid", at(3)),  # no score: not a zero
        an_event("screening_analysis_completed", "cid", at(3), ats_score=70),
        an_outcome("ann", "interview_scheduled", 2),
        an_outcome("ann", "interview_completed", 3),  # the same application
        an_outcome("ann", "interview_scheduled", 3, "a2"),
        an_outcome("bob", "interview_scheduled", 3),  # the same id, but bob's own application
        an_outcome("bob", "offer_received", 3),
        an_outcome("bob", "rejection_received", 3, "a9"),
        an_event("recommendation_shown", "dan", at(4)),  # the last moment is outside
        an_event("recommendation_shown", "dan", at(1) - timedelta(milliseconds=1)),
    ]
    assert ask(store, "overview_totals", rows) == [
        {
            "events": 14,
            "active_users": 3,
            "recommendations_shown": 2,
            "recommendations_clicked": 1,
            "applications": 1,
            "interviews": 3,
            "interviewed_people": 2,
            "offers": 1,
            "offered_people": 1,
            "avg_ats_score": 70.0,
        }
    ]


@pytest.mark.parametrize("event", MACHINE_EVENTS)
def test_what_programs_report_makes_nobody_active(store: Store, event: str) -> None:
    rows = [
        an_event(event, "landed", at(1)),
        an_event(event, "ann", at(2)),
        an_event("Quiz Finished", "ann", at(3)),
        an_event("page_viewed", "bob", at(3)),
    ]
    (row,) = ask(store, "overview_totals", rows)
    assert (row["events"], row["active_users"]) == (4, 2)
    days = store.query("overview_daily", PERIOD)
    assert [(day["events"], day["active_users"]) for day in days] == [(1, 0), (1, 0), (2, 2)]


def test_totals_of_nothing_are_zero_and_no_score(store: Store) -> None:
    (row,) = store.query("overview_totals", PERIOD)
    assert row.pop("avg_ats_score") is None
    assert set(row.values()) == {0}


def test_daily_has_a_row_for_each_day(store: Store) -> None:
    rows = [
        an_event("page_viewed", "ann", at(1)),
        an_event("page_viewed", "ann", at(1, 23, 59)),
        an_event("application_submitted", "bob", at(1, 5)),
        an_event("resume_tailored", "ann", at(3), ats_score=50),
        an_event("resume_tailored", "ann", at(3), ats_score=51),
        an_event("page_viewed", "ann", at(4)),
    ]
    assert [tuple(row.values()) for row in ask(store, "overview_daily", rows)] == [
        (date(2026, 3, 2), 3, 2, 1, None),
        (date(2026, 3, 3), 0, 0, 0, None),
        (date(2026, 3, 4), 2, 1, 0, 50.5),
    ]


def test_daily_of_nothing_is_all_zero(store: Store) -> None:
    rows = store.query("overview_daily", PERIOD)
    assert [row["events"] for row in rows] == [0, 0, 0]


def test_events_are_catalogued_busiest_first(store: Store) -> None:
    rows = [
        an_event("page_viewed", "ann", at(1)),
        an_event("page_viewed", "ann", at(2, 7, 30)),
        an_event("page_viewed", "bob", at(1)),
        an_event("Quiz Finished", "bob", at(3)),
        an_event("page_viewed", "bob", at(5)),
    ]
    assert [tuple(row.values()) for row in ask(store, "overview_events", rows)] == [
        ("page_viewed", 3, 2, at(2, 7, 30)),
        ("Quiz Finished", 1, 1, at(3)),
    ]


def test_health_of_the_host_product(store: Store) -> None:
    requests = [
        an_event("api_request_completed", "ann", at(1), status=status, duration_ms=ms)
        for status, ms in [(200, 100), (404, 100), (500, 100), (503, 900)]
    ]
    rows = [
        *requests,
        an_event("error_occurred", "ann", at(1), error_type="timeout"),
        an_event("llm_call_completed", "ann", at(1), cost_usd=0.25),
        an_event("llm_call_completed", "ann", at(2), cost_usd=0.5),
        an_event("llm_call_completed", "ann", at(2)),
    ]
    (row,) = ask(store, "overview_health", rows)
    assert 100 <= row.pop("p95_response_ms") <= 900
    assert row == {
        "api_requests": 4,
        "api_errors": 2,
        "error_rate": 0.5,
        "errors": 1,
        "llm_calls": 3,
        "llm_cost_usd": 0.75,
    }


def test_health_of_nothing_has_no_rate(store: Store) -> None:
    assert store.query("overview_health", PERIOD) == [
        {
            "api_requests": 0,
            "api_errors": 0,
            "error_rate": None,
            "p95_response_ms": None,
            "errors": 0,
            "llm_calls": 0,
            "llm_cost_usd": 0.0,
        }
    ]


def test_p95_is_the_95th_percentile(store: Store) -> None:
    rows = [
        an_event("api_request_completed", "ann", at(1), status=200, duration_ms=ms)
        for ms in range(1, 101)
    ]
    (row,) = ask(store, "overview_health", rows)
    assert row["p95_response_ms"] == pytest.approx(95, abs=1)


def test_freshness_spans_the_log(store: Store) -> None:
    rows = [
        an_event(occurred_at=at(1), received_at=at(9)),
        an_event(occurred_at=at(3), received_at=at(3)),
    ]
    store.insert("events", as_stream(rows), token="rows")
    assert store.query("freshness") == [
        {
            "first_occurred_at": at(1),
            "last_occurred_at": at(3),
            "last_received_at": at(9),
            "has_acts": 1,
            "events": 2,
        }
    ]


def test_freshness_knows_whether_anybody_did_anything(store: Store) -> None:
    samples = [an_event(event, "landed", at(1)) for event in MACHINE_EVENTS]
    store.insert("events", as_stream(samples), token="samples")
    (row,) = store.query("freshness")
    assert (row["events"], row["has_acts"]) == (len(MACHINE_EVENTS), 0)
    store.insert("events", as_stream([an_event("Quiz Finished")]), token="an act")
    assert store.query("freshness")[0]["has_acts"] == 1


def test_freshness_of_nothing(store: Store) -> None:
    assert set(store.query("freshness")[0].values()) == {None, 0}


def test_uniq_stays_near_the_truth(store: Store) -> None:
    rows = [an_event(person=f"person {n}", occurred_at=START) for n in range(20_000)]
    (row,) = ask(store, "overview_totals", rows)
    assert row["active_users"] == pytest.approx(20_000, rel=0.01)
