"""What the training zone must follow, on both databases: noted with what was said, settled once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from landed.privacy import record_consents
from landed.state import (
    State,
    delete_people,
    end_restrictions,
    fetch_wishes,
    settle_wishes,
    start_restriction,
)
from landed.state.tables import TRAINING_WISHES

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ANN, IN_ZONE = b"a" * 16, "e" * 64


def say(state: State, day: int = 0, **answers: bool) -> None:
    said: Any = answers
    at = NOW + timedelta(days=day)
    record_consents(state, ANN, said, source="settings", now=at, training=[IN_ZONE])


def wishes(state: State) -> dict[str, tuple[str, int]]:
    return {one.wish: (one.state, one.since.day) for one in fetch_wishes(state)}


def test_only_a_no_to_training_is_noted_and_a_yes_takes_it_back(state: State) -> None:
    say(state, training=True, analytics=False)
    assert wishes(state) == {}
    say(state, training=False)
    assert wishes(state) == {"withdrawal": ("asked", 1)}
    settle_wishes(state, fetch_wishes(state))
    assert wishes(state) == {"withdrawal": ("done", 1)}
    say(state, 1, analytics=True)
    settle_wishes(state, fetch_wishes(state))
    assert wishes(state) == {"withdrawal": ("done", 1)}
    say(state, 2, training=True)
    assert wishes(state) == {"withdrawal": ("lifted", 1)}
    settle_wishes(state, fetch_wishes(state))
    assert wishes(state) == {}


def test_what_changes_while_it_is_carried_out_stays_open(state: State) -> None:
    say(state, training=False)
    seen = fetch_wishes(state)
    say(state, 1, training=False)
    settle_wishes(state, seen)
    assert wishes(state) == {"withdrawal": ("asked", 2)}
    say(state, 1, training=True)
    seen = fetch_wishes(state)
    say(state, 1, training=False)
    settle_wishes(state, seen)
    assert wishes(state) == {"withdrawal": ("asked", 2)}
    assert seen[0].wish_id == fetch_wishes(state)[0].wish_id


def test_a_restriction_and_its_end(state: State) -> None:
    start_restriction(state, "f" * 64, NOW, training=[IN_ZONE])
    say(state, training=False)
    assert wishes(state) == {"restriction": ("asked", 1), "withdrawal": ("asked", 1)}
    end_restrictions(state, "f" * 64, NOW, training=[IN_ZONE])
    assert wishes(state)["restriction"] == ("lifted", 1)
    settle_wishes(state, fetch_wishes(state))
    assert wishes(state) == {"withdrawal": ("done", 1)}


def test_who_is_forgotten_wished_nothing(state: State) -> None:
    say(state, training=False)
    assert delete_people(state, {}, training={IN_ZONE: NOW - timedelta(days=1)}) == 0
    assert delete_people(state, {}, training={IN_ZONE: NOW}) == 1
    assert wishes(state) == {}


def test_nothing_in_a_row_leads_to_the_log(state: State) -> None:
    say(state, training=False)
    with state.reading() as connection:
        (row,) = connection.execute(select(TRAINING_WISHES)).all()
    assert (row.subject, str(row.since)) == (IN_ZONE, "2026-03-01")  # a day, and no moment
    assert row._fields == ("subject", "wish", "wish_id", "since", "state")
