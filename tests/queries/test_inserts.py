"""Inserts: once per token, an id once for ever, refusals told apart."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from landed.errors import InvalidInputError
from landed.store import RefusedError, Store
from tests.queries.event_rows import an_event, as_stream, at


def count(store: Store) -> int:
    return int(store.query("freshness")[0]["events"])


def ids(first: int, last: int) -> list[bytes]:
    return [uuid.UUID(int=number).bytes for number in range(first, last)]


def test_a_token_counts_once(store: Store) -> None:
    payload = as_stream([an_event(), an_event(person="bob")])
    store.insert("events", payload, token="segment-1")
    store.insert("events", payload, token="segment-1")
    assert count(store) == 2


def test_other_tokens_with_equal_rows_are_other_inserts(store: Store) -> None:
    payload = as_stream([an_event()])
    store.insert("events", payload, token="segment-1")
    store.insert("events", payload, token="segment-2")
    assert count(store) == 2


def test_a_token_counts_once_in_each_of_many_months(store: Store) -> None:
    payload = as_stream([an_event(occurred_at=at(day)) for day in range(1, 4000, 10)])
    store.insert("events", payload, token="import")
    store.insert("events", payload, token="import")
    assert count(store) == 400


def test_a_retry_of_half_an_insert_brings_the_other_half(store: Store) -> None:
    march, april = an_event(occurred_at=at(1)), an_event(occurred_at=at(40))
    store.insert("events", as_stream([march]), token="segment-1")  # April's part was not made
    known = store.fetch_known_ids([march["message_id"], april["message_id"]])
    assert known == {march["message_id"]}
    store.insert("events", as_stream([april]), token="segment-1")
    assert count(store) == 2


def test_known_ids_after_the_window_of_tokens_has_passed(store: Store) -> None:
    old = an_event()
    store.execute("ALTER TABLE events MODIFY SETTING non_replicated_deduplication_window = 3")
    store.insert("events", as_stream([old]), token="old")
    for number in range(6):
        store.insert("events", as_stream([an_event()]), token=f"new-{number}")
    store.insert("events", as_stream([old]), token="old")
    assert count(store) == 8, "the token alone is forgotten"
    assert store.fetch_known_ids([old["message_id"]]) == {old["message_id"]}


def test_known_ids_are_exactly_those_in_the_table(store: Store) -> None:
    rows = [an_event(message_id=one) for one in ids(1, 3001)]
    store.insert("events", as_stream(rows), token="rows")
    assert store.fetch_known_ids(ids(2001, 22_001)) == set(ids(2001, 3001))
    assert store.fetch_known_ids([]) == set()
    assert store.fetch_known_ids(ids(5000, 5001)) == set()
    assert store.fetch_known_ids([b"\xff" * 16, b"\0" * 16]) == set()


def test_ids_have_16_bytes(store: Store) -> None:
    with pytest.raises(InvalidInputError, match="16 bytes"):
        store.fetch_known_ids([b"') OR 1 --"])


def test_rows_of_several_batches_are_one_part(store: Store) -> None:
    import pyarrow as pa

    from landed.store import EVENTS_SCHEMA

    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, EVENTS_SCHEMA) as stream:
        for _ in range(50):
            stream.write_batch(pa.RecordBatch.from_pylist([an_event()], schema=EVENTS_SCHEMA))
    store.insert("events", bytes(sink.getvalue()), token="segment-1")
    sql = "SELECT count() FROM system.parts WHERE active AND database = currentDatabase()"
    parts = b"".join(store.run_sql(sql + " AND table = 'events'", "TSV"))
    assert (count(store), parts) == (50, b"1\n")


def test_typed_and_free_properties_come_back(store: Store) -> None:
    properties: dict[str, Any] = {
        "score": 8.5,
        "tier": "optimal",
        "mood": "good",
        "tags": ["a", "b"],
        "n": {"m": 1},
    }
    store.insert("events", as_stream([an_event(**properties)]), token="rows")
    sql = "SELECT properties.score, properties.tier, properties.mood, properties.n.m FROM events"
    assert b"".join(store.run_sql(sql, "TSV")) == b"8.5\toptimal\tgood\t1\n"
    text = b"".join(store.run_sql("SELECT properties FROM events", "TSVRaw"))
    assert properties.items() <= json.loads(text).items()


@pytest.mark.parametrize(
    "properties", ['{"score": "high"}', "not json", "[1]", '{"a": 1, "a": 2}', '{"a": 1e999}']
)
def test_rows_that_do_not_fit_are_refused_as_data(store: Store, properties: str) -> None:
    row = an_event() | {"properties": properties}
    with pytest.raises(RefusedError) as refused:
        store.insert("events", as_stream([an_event(), row]), token="rows")
    assert refused.value.is_about_data
    assert properties not in refused.value.message
    assert "high" not in refused.value.message
    assert count(store) == 0, "the good neighbours wait for the writer's next try"


def test_a_broken_stream_is_refused_as_data(store: Store) -> None:
    with pytest.raises(RefusedError) as refused:
        store.insert("events", as_stream([an_event()])[:200], token="rows")
    assert refused.value.is_about_data


def test_only_our_two_tables_take_rows(store: Store) -> None:
    with pytest.raises(InvalidInputError, match="schema_migrations"):
        store.insert("schema_migrations", b"", token="rows")


def test_parallel_use_of_one_store(store: Store) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def insert_and_ask(number: int) -> bool:
        row = an_event(person=f"person {number}")
        store.insert("events", as_stream([row]), token=f"segment-{number}")
        return store.fetch_known_ids([row["message_id"]]) == {row["message_id"]}

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(insert_and_ask, range(40)))
    assert count(store) == 40
