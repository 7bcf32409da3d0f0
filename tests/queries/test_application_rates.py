"""The chance of an interview, on hand-counted applications against the real engine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from landed.insights import Estimate, fetch_answer
from landed.metrics import Incidence, Question, metric
from landed.store import Store, connect
from tests.queries.event_rows import Row, an_event, as_stream, at

WEEK = timedelta(days=7)


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    with connect(database) as opened:
        opened.migrate()
        yield opened


def rate(store: Store, rows: list[Row], as_of: datetime) -> Estimate:
    """The chance of an interview within a week, of applications sent on the first three days."""
    store.insert("events", as_stream(rows), token="rows")
    one = metric("interview_rate")
    assert isinstance(one.measure, Incidence)
    weekly = replace(one, measure=replace(one.measure, within=WEEK))
    question = Question(metrics=(weekly,), since=at(1), until=at(4), as_of=as_of)
    return fetch_answer(store, question).rows[0].estimates["interview_rate"]


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


def test_everybody_counts_for_as_long_as_they_were_followed(store: Store) -> None:
    rows = [
        applied("ann", at(1)),
        outcome("ann", at(5), "interview_scheduled"),
        outcome("ann", at(6), "interview_completed"),  # the same application
        applied("bob", at(1), "b1"),  # a week without an answer
        applied("bob", at(3), "b2"),  # five days old, answered in an hour
        outcome("bob", at(3, 1), "interview_scheduled", "b2"),
        applied("cid", at(1), "c1"),
        outcome("cid", at(8), "interview_scheduled", "c1"),  # nobody knows of it at as_of
        applied("dan", at(1), "a1"),  # ann's id, but dan's application
        applied("eve", at(4), "e1"),  # outside the period
        outcome("fay", at(2), "interview_scheduled", "f1"),  # sent before the period
        an_event("application_submitted", "gus", at(1)),  # cannot be tied to an outcome
        outcome("gus", at(2), "rejection_received", "g1"),
    ]
    found = rate(store, rows, at(8))
    # After an hour one of five (gus is followed for no time), after four days one of four.
    assert found.value == pytest.approx(1 / 5 + 4 / 5 * 1 / 4)
    assert found.n == 6
    assert found.matured_rate == pytest.approx(5 / 6)
    assert found.ci_low is not None
    assert found.ci_high is not None
    assert 0 < found.ci_low < 0.4 < found.ci_high < 1


def test_what_is_closed_can_lead_to_no_interview_any_more(store: Store) -> None:
    rows = [
        applied("ann", at(1), "a1"),
        outcome("ann", at(2), "rejection_received", "a1"),
        applied("bob", at(1), "b1"),
        outcome("bob", at(3), "interview_scheduled", "b1"),
    ]
    assert rate(store, rows, at(4)).value == pytest.approx(0.5)


def test_while_nobody_was_followed_for_a_week_there_is_no_rate(store: Store) -> None:
    rows = [applied("ann", at(1)), applied("bob", at(2))]
    found = rate(store, rows, at(5))
    assert (found.value, found.n, found.matured_rate) == (None, 2, 0)


def test_without_applications_there_is_no_rate(store: Store) -> None:
    assert rate(store, [an_event()], at(8)) == Estimate(value=None, n=0)
