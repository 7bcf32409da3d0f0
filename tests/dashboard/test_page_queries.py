"""The queries that the page adds, on hand-counted events against the real engine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from landed.store import Store, connect
from tests.queries.event_rows import Row, an_event, as_stream, at

WEEK_SECONDS = 7 * 86_400


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    with connect(database) as opened:
        opened.migrate()
        yield opened


def ask(store: Store, name: str, rows: list[Row], as_of: datetime) -> list[dict[str, Any]]:
    store.insert("events", as_stream(rows), token="rows")
    given = {"since": at(1), "until": at(4), "window_seconds": WEEK_SECONDS, "as_of": as_of}
    return store.query(name, given)


def shown(person: str, moment: datetime) -> Row:
    return an_event("recommendation_shown", person, moment, job_id="j1")


def clicked(person: str, moment: datetime) -> Row:
    return an_event("recommendation_clicked", person, moment, job_id="j1")


def applied(person: str, moment: datetime, application: str = "a1") -> Row:
    return an_event("application_submitted", person, moment, application_id=application)


def outcome(person: str, moment: datetime, kind: str, application: str = "a1") -> Row:
    return an_event(
        "application_outcome_recorded",
        person,
        moment,
        application_id=application,
        outcome_type=kind,
    )


def test_the_funnel_follows_people_past_the_period_within_their_window(store: Store) -> None:
    rows = [
        # ann: all five steps, the last ones after the period but within her seven days
        shown("ann", at(1)),
        clicked("ann", at(1, 1)),
        applied("ann", at(2)),
        outcome("ann", at(5), "interview_scheduled"),
        outcome("ann", at(7), "offer_received"),
        # bob: applied before he clicked, so he counts as a click only
        shown("bob", at(2)),
        applied("bob", at(2, 1)),
        clicked("bob", at(2, 2)),
        # cid: the interview came one moment too late
        shown("cid", at(2)),
        clicked("cid", at(2, 1)),
        applied("cid", at(2, 2)),
        outcome("cid", at(9), "interview_completed"),
        # dan: a later impression does not restart his window
        shown("dan", at(1)),
        shown("dan", at(3)),
        clicked("dan", at(8, 1)),
        # eve: outside the period; fay: never shown anything
        shown("eve", at(4)),
        clicked("fay", at(2)),
    ]
    steps = ask(store, "page_funnel", rows, as_of=at(8))
    assert [(row["name"], row["people"], row["matured_people"]) for row in steps] == [
        ("recommendation_shown", 4, 2),
        ("recommendation_clicked", 3, 1),
        ("application_submitted", 2, 1),
        ("interview", 1, 1),
        ("offer", 1, 1),
    ]


def test_a_person_matures_when_the_whole_window_has_passed(store: Store) -> None:
    rows = [shown("ann", at(2))]
    assert ask(store, "page_funnel", rows, as_of=at(9))[0]["matured_people"] == 1
    early = at(9) - timedelta(milliseconds=1)
    assert ask(store, "page_funnel", [], as_of=early)[0]["matured_people"] == 0


def test_an_empty_funnel_has_its_five_steps(store: Store) -> None:
    steps = ask(store, "page_funnel", [], as_of=at(9))
    assert [row["people"] for row in steps] == [0, 0, 0, 0, 0]


def test_interviews_are_counted_of_matured_applications(store: Store) -> None:
    rows = [
        applied("ann", at(1)),
        outcome("ann", at(5), "interview_scheduled"),
        outcome("ann", at(6), "interview_completed"),  # the same application
        applied("bob", at(1), "b1"),  # matured without an answer
        applied("bob", at(3), "b2"),  # still open
        outcome("bob", at(3, 1), "interview_scheduled", "b2"),
        applied("cid", at(1), "c1"),
        outcome("cid", at(8), "interview_scheduled", "c1"),  # too late
        applied("dan", at(1), "a1"),  # ann's id, but dan's application
        applied("eve", at(4), "e1"),  # outside the period
        outcome("fay", at(2), "interview_scheduled", "f1"),  # sent before the period
        an_event("application_submitted", "gus", at(1)),  # cannot be tied to an outcome
        outcome("gus", at(2), "rejection_received", "g1"),
    ]
    assert ask(store, "page_interviews", rows, as_of=at(8)) == [
        {"matured": 4, "interviewed": 1, "still_open": 1}
    ]


def test_without_applications_nothing_has_matured(store: Store) -> None:
    assert ask(store, "page_interviews", [], as_of=at(8)) == [
        {"matured": 0, "interviewed": 0, "still_open": 0}
    ]
