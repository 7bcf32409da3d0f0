"""The relations on a few hand-counted events: whose rows, when, and what became of them."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import pytest

from landed.insights import Estimate, fetch_answer
from landed.metrics import parse_question
from landed.store import Store
from tests.queries.event_rows import Row, an_event, as_stream, at

SECOND = timedelta(seconds=1)


def put(store: Store, *rows: Row) -> None:
    store.insert("events", as_stream(rows), token=uuid.uuid4().hex)


def ask(
    store: Store, metrics: str, since: datetime, until: datetime, as_of: datetime | None = None
) -> dict[str, Estimate]:
    question = parse_question(
        {"metrics": [metrics]}, since=since, until=until, as_of=as_of or until
    )
    (row,) = fetch_answer(store, question).rows
    return dict(row.estimates)


def value(store: Store, metric: str, since: datetime, until: datetime) -> float | None:
    return ask(store, metric, since, until)[metric].value


def a_visit(session: str, *moments: datetime, event: str = "page_viewed") -> list[Row]:
    number = uuid.uuid5(uuid.NAMESPACE_OID, session).bytes
    return [an_event(event, "ann", when) | {"session_id": number} for when in moments]


def test_a_session_belongs_whole_to_the_day_on_which_it_began(store: Store) -> None:
    put(store, *a_visit("late", at(1, 23, 50), at(2, 0, 10), at(2, 0, 30)))
    assert value(store, "sessions", at(1), at(2)) == 1
    assert value(store, "sessions", at(2), at(3)) == 0
    assert value(store, "session_duration_mean", at(1), at(2)) == 2400
    assert value(store, "pages_per_session", at(1), at(2)) == 3
    assert value(store, "pages_per_session", at(2), at(3)) is None


def test_a_session_with_one_page_is_a_bounce_however_much_else_was_done(store: Store) -> None:
    put(
        store,
        *a_visit("one page", at(1, 1)),
        *a_visit("one page", at(1, 2), event="feature_used"),
        *a_visit("two pages", at(1, 3), at(1, 4)),
        *a_visit("a page and a screen", at(1, 5)),
        *a_visit("a page and a screen", at(1, 5, 1), event="screen_viewed"),
        *a_visit("no page", at(1, 6), event="api_request_completed"),
        an_event("page_viewed", "bob", at(1, 7)),  # without a session
    )
    found = ask(store, "sessions,bounce_rate,session_duration_median", at(1), at(2))
    assert found["sessions"].value == 4
    assert found["bounce_rate"] == Estimate(value=0.5, n=4)
    assert found["session_duration_median"].n == 4
    assert value(store, "events", at(1), at(2)) == 8
    assert value(store, "active_users", at(1), at(2)) == 2


def sent(application: str, when: datetime) -> Row:
    return an_event("application_submitted", "ann", when, application_id=application)


def became(application: str, outcome: str, when: datetime, person: str = "ann") -> Row:
    return an_event(
        "application_outcome_recorded",
        person,
        when,
        application_id=application,
        outcome_type=outcome,
    )


def test_outcomes_count_for_the_day_the_application_was_sent(store: Store) -> None:
    put(
        store,
        sent("a1", at(1)),
        sent("a2", at(1)),
        sent("a3", at(2)),
        became("a1", "interview_scheduled", at(9)),
        became("a1", "interview_completed", at(11)),  # the same interview
        became("a2", "rejection_received", at(5)),
        became("a2", "interview_scheduled", at(6)),  # after the refusal: no chance any more
        became("a3", "interview_scheduled", at(3)),
        became("a1", "interview_scheduled", at(2), person="bob"),  # not ann's application
    )
    found = ask(store, "interview_rate,days_to_interview_median", at(1), at(2), as_of=at(40))
    rate = found["interview_rate"]
    assert (rate.value, rate.n, rate.matured_rate) == (0.5, 2, 1.0)
    assert found["days_to_interview_median"].n == 2
    # By the day of the outcome there are four, one of them of an application nobody sent.
    assert value(store, "interviews", at(1), at(20)) == 4


def test_what_is_not_known_yet_at_the_time_of_looking_plays_no_part(store: Store) -> None:
    put(
        store,
        *[sent(f"a{n}", at(1)) for n in range(4)],
        became("a0", "interview_scheduled", at(5)),
        became("a1", "interview_scheduled", at(15)),
        became("a2", "offer_received", at(5)),
        an_event("application_closed", "ann", at(8), application_id="a3", result="withdrawn"),
    )
    young = ask(store, "interview_rate", at(1), at(2), as_of=at(10))["interview_rate"]
    assert (young.value, young.n, young.matured_rate) == (None, 4, 0.5)
    later = ask(store, "interview_rate,offer_rate", at(1), at(2), as_of=at(23))
    assert later["interview_rate"].value == 0.5
    assert later["interview_rate"].matured_rate == 1.0
    assert later["offer_rate"].value is None


def test_the_horizon_itself_is_inside(store: Store) -> None:
    put(
        store,
        sent("a1", at(1)),
        sent("a2", at(1)),
        became("a1", "interview_scheduled", at(22)),
        became("a2", "interview_scheduled", at(22) + SECOND),
    )
    found = ask(store, "interview_rate", at(1), at(2), as_of=at(60))["interview_rate"]
    assert found.value == 0.5


def test_an_application_without_an_id_is_sent_and_in_no_rate(store: Store) -> None:
    put(
        store,
        sent("", at(1)),
        sent("", at(1)),
        sent("a1", at(1)),
        became("", "interview_scheduled", at(3)),
        became("a1", "interview_scheduled", at(3)),
    )
    assert value(store, "applications", at(1), at(2)) == 3
    found = ask(store, "interview_rate", at(1), at(2), as_of=at(60))["interview_rate"]
    assert (found.value, found.n) == (1.0, 3)
    assert found.matured_rate == pytest.approx(1 / 3)


def test_any_text_is_an_application_id(store: Store) -> None:
    put(store, sent("at work", at(1)), became("at work", "interview_scheduled", at(3)))
    found = ask(store, "interview_rate", at(1), at(2), as_of=at(60))["interview_rate"]
    assert (found.value, found.matured_rate) == (1.0, 1.0)
