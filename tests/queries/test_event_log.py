"""The log as people read it, on hand-made events."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import NAMESPACE_OID, uuid5

from landed.insights import (
    Period,
    fetch_event_properties,
    fetch_event_tail,
    fetch_person_timeline,
)
from landed.store import Store
from tests.queries.event_rows import Row, an_event, as_stream, at

MARCH = Period(
    first_on=date(2026, 3, 2),
    last_on=date(2026, 3, 20),
    seen_at=datetime(2026, 4, 1, tzinfo=UTC),
    preset=False,
)


def put(store: Store, rows: list[Row]) -> None:
    store.insert("events", as_stream(rows), token="rows")


def test_the_tail_goes_by_arrival_and_ends_after_a_week(store: Store) -> None:
    late = an_event("goal_set", "ann", at(1), received_at=at(9), goal_type="find_job")
    rows = [
        an_event("page_viewed", "bob", at(8), path="/jobs"),
        late,
        an_event("page_viewed", "eve", at(1)),
    ]
    put(store, rows)
    found = fetch_event_tail(store, at(9, 1))
    assert [(one.event, one.received_at) for one in found] == [
        ("goal_set", at(9)),
        ("page_viewed", at(8)),
    ]
    assert found[0].occurred_at == at(1)
    assert found[0].properties == {"goal_type": "find_job"}
    assert found[0].source == "test"
    assert [one.event for one in fetch_event_tail(store, at(9, 1), event="page_viewed")] == [
        "page_viewed"
    ]
    assert len(fetch_event_tail(store, at(9, 1), limit=1)) == 1
    assert fetch_event_tail(store, at(9, 1) + timedelta(days=30)) == ()


def test_a_timeline_has_one_person_s_events_the_last_first(store: Store) -> None:
    rows = [an_event("page_viewed", "ann", at(day), position=day) for day in (1, 5, 9, 30)]
    put(store, [*rows, an_event("page_viewed", "bob", at(6))])
    ann = uuid5(NAMESPACE_OID, "ann").bytes
    found = fetch_person_timeline(store, ann, MARCH)
    assert [one.properties["position"] for one in found] == [9, 5, 1]
    assert [one.occurred_at.tzinfo for one in found] == [UTC] * 3
    assert len(fetch_person_timeline(store, ann, MARCH, limit=2)) == 2
    assert fetch_person_timeline(store, bytes(15) + b"1", MARCH) == ()


def test_properties_are_those_that_the_latest_events_say(store: Store) -> None:
    rows = [
        an_event("made_up", "ann", at(day), colour="red" if day < 9 else "blue", note=None)
        for day in range(1, 11)
    ]
    rows += [an_event("made_up", "ann", at(11), size=3), an_event("other", "ann", at(2), size=4)]
    put(store, rows)
    colour, size = fetch_event_properties(store, MARCH, "made_up")
    assert (colour.name, colour.events, colour.read_events, colour.values) == ("colour", 10, 11, 2)
    assert colour.frequent == ("red", "blue")
    assert (size.name, size.events, size.frequent) == ("size", 1, (3,))
    few = fetch_event_properties(store, MARCH, "made_up", limit=3)
    assert [(one.name, one.events, one.read_events) for one in few] == [
        ("colour", 2, 3),
        ("size", 1, 3),
    ]
    assert few[0].frequent == ("blue",)
    assert fetch_event_properties(store, MARCH, "never") == ()
