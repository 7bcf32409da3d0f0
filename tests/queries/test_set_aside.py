"""Restriction on hand-counted rows: out of every answer, nothing lost, and back as it was."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from landed.errors import InvalidInputError, StoreError
from landed.privacy import (
    digest_subject,
    erase_requested,
    fetch_personal_data,
    fetch_requests,
    record_request,
)
from landed.state import State
from landed.store import Store, aside, put_back, set_aside
from tests.queries.event_rows import an_event, as_stream, at
from tests.queries.test_erasing import key

NOW = at(20)
ANN, BOB = digest_subject(key("ann")), digest_subject(key("bob"))
ROWS = [
    an_event("page_viewed", "ann", at(1), path="/jobs", made_up={"deep": [1, "two", None]}),
    an_event("recommendation_clicked", "ann", at(2), position=3, recommendation_id="r-1"),
    an_event("page_viewed", "ann", at(1) - timedelta(days=40), path="/"),
    an_event("page_viewed", "bob", at(2), path="/jobs"),
    an_event("referral_made", "bob", at(3), user_key=key("ann").hex()),
]


@pytest.fixture
def filled(store: Store) -> Store:
    store.insert("events", as_stream(ROWS), token="rows")
    return store


def log_of(store: Store) -> list[dict[str, Any]]:
    told = b"".join(
        store.run_sql(
            "SELECT *, toString(subject_key) AS who FROM events ORDER BY message_id "
            "SETTINGS output_format_json_quote_64bit_integers = 0",
            "json",
        )
    )
    rows: list[dict[str, Any]] = json.loads(told)["data"]
    return rows


def count(store: Store, table: str) -> int:
    told = b"".join(store.run_sql(f"SELECT count() FROM {table}"))  # noqa: S608 - ours
    return int(told.split()[1])


def test_out_and_back_changes_nothing(filled: Store) -> None:
    before = log_of(filled)
    assert set_aside(filled, [ANN]) == 3
    assert [row["event"] for row in log_of(filled)].count("page_viewed") == 1
    assert (count(filled, "events"), count(filled, "set_aside")) == (2, 3)
    assert put_back(filled, [ANN]) == 3
    assert log_of(filled) == before
    assert count(filled, "set_aside") == 0


def test_a_second_time_is_as_the_first(filled: Store) -> None:
    before = log_of(filled)
    for _ in range(2):
        assert set_aside(filled, [ANN]) == 3
        assert put_back(filled, [ANN]) == 3
    assert log_of(filled) == before


def test_the_rollups_follow(filled: Store) -> None:
    asked = (
        "SELECT uniqExact(subject_key) FROM events WHERE event = 'page_viewed' "
        "AND occurred_at < now()"
    )
    people = [b"".join(filled.run_sql(asked)).split()[1]]
    set_aside(filled, [ANN])
    people.append(b"".join(filled.run_sql(asked)).split()[1])
    put_back(filled, [ANN])
    people.append(b"".join(filled.run_sql(asked)).split()[1])
    assert people == [b"2", b"1", b"2"]


def test_nobody_is_nothing(filled: Store) -> None:
    assert set_aside(filled, []) == put_back(filled, []) == set_aside(filled, [BOB[::-1]]) == 0
    assert len(log_of(filled)) == len(ROWS)


def test_what_is_no_digest_is_refused(filled: Store) -> None:
    with pytest.raises(InvalidInputError, match="64 hexadecimal"):
        set_aside(filled, ["' OR 1 = 1 --"])


@pytest.mark.parametrize("move", [set_aside, put_back])
def test_a_crash_between_copy_and_deletion_doubles_nothing(
    filled: Store, monkeypatch: pytest.MonkeyPatch, move: Any
) -> None:
    before = log_of(filled)
    if move is put_back:
        set_aside(filled, [ANN])
    real, calls = filled.execute, []

    def fails_at_the_deletion(sql: str, *words: Any, **named: Any) -> None:
        calls.append(sql)
        if "ALTER TABLE" in sql:
            raise StoreError("the power is gone")
        real(sql, *words, **named)

    with monkeypatch.context() as broken:
        broken.setattr(filled, "execute", fails_at_the_deletion)
        with pytest.raises(StoreError):
            move(filled, [ANN])
    assert len(calls) == 2
    assert move(filled, [ANN]) == 3
    if move is set_aside:
        put_back(filled, [ANN])
    assert log_of(filled) == before


def test_many_events_go_in_portions(filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aside, "_AT_ONCE", 2)
    assert set_aside(filled, [ANN, BOB]) == 5
    assert (count(filled, "events"), count(filled, "set_aside")) == (0, 5)


def test_what_is_set_aside_is_told_to_the_person_and_erased(filled: Store, state: State) -> None:
    before = fetch_personal_data(filled, state, key("ann"), NOW).events
    set_aside(filled, [ANN])
    found = fetch_personal_data(filled, state, key("ann"), NOW)
    assert found.events == before
    record_request(filled, key("ann"), NOW)
    (done,) = erase_requested(filled, fetch_requests(filled))
    assert done.events == 4  # the one that names her among them
    assert count(filled, "set_aside") == 0
    assert count(filled, "events") == 1


def test_what_is_set_aside_of_others_and_names_the_person_goes_too(filled: Store) -> None:
    set_aside(filled, [BOB])
    record_request(filled, key("ann"), NOW)
    erase_requested(filled, fetch_requests(filled))
    assert count(filled, "set_aside") == 1
