"""In how many events marks stand: counted by hand on a few, sampled on many."""

from __future__ import annotations

from datetime import timedelta

import pytest

from landed.insights import fetch_scrubbed, scrubbed
from landed.store import Store
from tests.queries.event_rows import an_event, as_stream, at

ROWS = [
    an_event("feedback_given", "ann", at(1, 9), comment="write to ⟨EMAIL⟩ or ⟨EMAIL⟩", title="x"),
    an_event(
        "feedback_given", "ann", at(1, 9), comment="⟨NAME_1⟩ and ⟨PHONE⟩", more={"a": "⟨URL⟩"}
    ),
    an_event("feedback_given", "bob", at(1, 9), comment="nothing", job_id="⟨EMAIL⟩"),
    an_event("feedback_given", "bob", at(1, 9), comment="⟨nothing⟩ of ⟨OURS⟩"),
    an_event("page_viewed", "bob", at(1, 9), path="/jobs"),
    an_event("page_viewed", "bob", at(9), path="⟨EMAIL⟩"),
]


@pytest.fixture
def filled(store: Store) -> Store:
    store.insert("events", as_stream(ROWS), token="rows")
    return store


def test_marks_count_once_an_event(filled: Store) -> None:
    found = fetch_scrubbed(filled, at(1), at(2))
    assert (found.looked_at, found.all_events, found.since) == (5, 5, at(1))
    assert {kind: one.value for kind, one in found.kinds} == {
        "EMAIL": 0.4,
        "NAME": 0.2,
        "PHONE": 0.2,
        "URL": 0.2,
    }
    assert found.kinds[0][0] == "EMAIL"
    assert found.any_kind.value == pytest.approx(0.6)
    assert {(one.event, one.field, one.kind): one.marked.value for one in found.fields} == {
        ("feedback_given", "comment", "EMAIL"): 0.25,
        ("feedback_given", "comment", "NAME"): 0.25,
        ("feedback_given", "comment", "PHONE"): 0.25,
        ("feedback_given", "more", "URL"): 0.25,
        ("feedback_given", "job_id", "EMAIL"): 0.25,
    }


def test_nothing_came_in(store: Store) -> None:
    found = fetch_scrubbed(store, at(1), at(2))
    assert (found.looked_at, found.all_events, found.kinds, found.fields) == (0, 0, (), ())
    assert found.any_kind.value is None


def test_of_many_events_the_latest_are_looked_at(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scrubbed, "_MOST", 100)
    rows = [
        an_event("page_viewed", f"p{n}", at(1) + timedelta(hours=n), path="⟨EMAIL⟩")
        for n in range(150)
    ]
    store.insert("events", as_stream(rows), token="rows")
    found = fetch_scrubbed(store, at(1), at(9))
    assert (found.looked_at, found.all_events) == (100, 150)
    assert found.since == at(1) + timedelta(hours=50)


def test_of_a_busy_quarter_of_an_hour_some_are_looked_at(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scrubbed, "_MOST", 100)
    rows = [an_event("page_viewed", f"p{n}", at(1), path="⟨EMAIL⟩") for n in range(2000)]
    store.insert("events", as_stream(rows), token="rows")
    found = fetch_scrubbed(store, at(1), at(2))
    assert 50 < found.looked_at < 160
    assert found.all_events == 2000
    assert found.any_kind.value == 1
