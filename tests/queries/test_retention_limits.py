"""How long rows stay: the rule in the tables, what it deletes, and what it tells before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from landed.store import Store, fetch_kept, follow_limits
from tests.queries.event_rows import a_refusal, an_event, as_refusals, as_stream

NOW = datetime.now(UTC).replace(microsecond=0)
NONE = {"events": None, "quarantine": None}


@pytest.fixture
def filled(store: Store) -> Store:
    ages = (0, 1, 40, 89, 91, 200)
    rows = [an_event("page_viewed", f"p{age}", NOW - timedelta(days=age)) for age in ages]
    refusals = [a_refusal("wrong", NOW - timedelta(days=age)) for age in (1, 10)]
    store.insert("events", as_stream(rows), token="rows")
    store.insert("quarantine", as_refusals(refusals), token="refused")
    return store


def count(store: Store, sql: str) -> int:
    return int(b"".join(store.run_sql(sql)).split()[1])


def test_nothing_goes_where_no_limit_is_set(filled: Store) -> None:
    assert follow_limits(filled, NONE) == []
    events, quarantine = fetch_kept(filled, NOW)
    assert (events.days, events.rows, events.due, events.soon) == (None, 6, 0, 0)
    assert events.oldest == NOW - timedelta(days=200)
    assert (quarantine.rows, quarantine.due) == (2, 0)


def test_a_limit_is_told_before_and_done_by_the_merges(filled: Store) -> None:
    wanted = {"events": 90, "quarantine": 5}
    tried = fetch_kept(filled, NOW, wanted)
    assert [(one.days, one.due, one.soon) for one in tried] == [(90, 2, 1), (5, 1, 1)]
    assert fetch_kept(filled, NOW)[0].days is None  # trying changed nothing
    assert follow_limits(filled, wanted) == ["events", "quarantine"]
    assert follow_limits(filled, wanted) == []
    assert fetch_kept(filled, NOW) == tried
    for table in ("events", "quarantine"):
        filled.execute(f"OPTIMIZE TABLE {table} FINAL")
    events, quarantine = fetch_kept(filled, NOW)
    assert (events.rows, events.due) == (4, 0)
    assert (quarantine.rows, quarantine.due) == (1, 0)


def test_the_rollups_forget_with_the_rows(filled: Store) -> None:
    follow_limits(filled, {"events": 90, "quarantine": None})
    filled.execute("OPTIMIZE TABLE events FINAL")
    visits = (
        "SELECT sum(acts) FROM (SELECT toStartOfFifteenMinutes(occurred_at), subject_key, "
        "session_id, count() AS acts FROM events GROUP BY ALL)"
    )
    assert count(filled, visits) == 4
    assert count(filled, visits + " SETTINGS optimize_use_projections = 0") == 4


def test_a_limit_can_be_changed_and_taken_away(filled: Store) -> None:
    follow_limits(filled, {"events": 90, "quarantine": None})
    assert follow_limits(filled, {"events": 365, "quarantine": None}) == ["events"]
    assert [one.days for one in fetch_kept(filled, NOW)] == [365, None]
    assert follow_limits(filled, NONE) == ["events"]
    filled.execute("OPTIMIZE TABLE events FINAL")
    assert fetch_kept(filled, NOW)[0].rows == 6


def test_an_empty_store_has_nothing_old(store: Store) -> None:
    assert [(one.rows, one.oldest) for one in fetch_kept(store, NOW)] == [(0, None), (0, None)]
