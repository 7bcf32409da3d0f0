"""The writer: whatever fails in whatever order, each message id is in the store once."""

from __future__ import annotations

import json
import re
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from landed.collect import Spool
from landed.collect.rows import SCHEMAS, EventRow, build_batch
from landed.collect.writer import Writer
from landed.errors import QueryError, StoreError
from landed.store.refusals import RefusedError

MONTH_MS = 31 * 86_400_000
NOT_DATA, IS_DATA = 241, 27
Row = dict[str, Any]


class MemoryStore:
    """Commits partition by partition, knows tokens by partition, and fails as it is told.

    Failures, one for each call: `away` before anything happens; `lost` after the commit;
    `partly` after the first partition's; `late` likewise, and the rest is committed when the
    next insert comes; `busy` refuses for a reason that is not the data's.
    """

    def __init__(self, failures: Sequence[str] = ()) -> None:
        self.tables: dict[str, list[Row]] = {"events": [], "quarantine": []}
        self.failures = list(failures)
        self.tokens: set[tuple[str, str, int]] = set()
        self.late: list[tuple[str, str, int, list[Row]]] = []

    def insert(self, table: str, payload: bytes, *, token: str) -> None:
        for held in self.late:
            self._commit(*held)
        self.late = []
        rows = pa.ipc.open_stream(payload).read_all().to_pylist()
        failure = self.failures.pop(0) if self.failures else ""
        if failure == "away":
            raise StoreError("away")
        if failure == "busy":
            raise RefusedError("busy", clickhouse_code=NOT_DATA)
        if table == "events" and any(row["properties"] == "bad" for row in rows):
            raise RefusedError("does not fit", clickhouse_code=IS_DATA)
        self._commit_parts(table, token, rows, failure)

    def _commit_parts(self, table: str, token: str, rows: list[Row], failure: str) -> None:
        parts: dict[int, list[Row]] = {}
        for row in rows:
            at = row["occurred_at"] if table == "events" else row["received_at"]
            parts.setdefault(int(at.timestamp() * 1000) // MONTH_MS, []).append(row)
        for count, (month, part) in enumerate(parts.items()):
            if count and failure == "late":
                self.late.append((table, token, month, part))
            elif not (count and failure == "partly"):
                self._commit(table, token, month, part)
        if failure in ("lost", "partly", "late"):
            raise StoreError("no answer")

    def _commit(self, table: str, token: str, month: int, part: list[Row]) -> None:
        if (table, token, month) not in self.tokens:
            self.tokens.add((table, token, month))
            self.tables[table] += part

    def fetch_known_ids(self, ids: Sequence[bytes]) -> set[bytes]:
        if self.failures and self.failures[0] == "away":
            self.failures.pop(0)
            raise StoreError("away")
        return set(ids) & {row["message_id"] for row in self.tables["events"]}

    def count(self) -> Counter[int]:
        return Counter(row["message_id"][0] for row in self.tables["events"])


def a_row(number: int, *, bad: bool = False) -> EventRow:
    message, month = bytes([number] * 16), (number % 3) * MONTH_MS
    content = "bad" if bad else "{}"
    return ("a", message, bytes(16), bytes(16), month, 0, "test", "{}", content)


@contextmanager
def spooled(*segments: Sequence[EventRow]) -> Iterator[Spool]:
    with tempfile.TemporaryDirectory() as folder:
        spool = Spool(Path(folder))
        for rows in segments:
            spool.append("events", build_batch(rows, SCHEMAS["events"]))
            spool.flush()
        yield spool
        spool.close()


def drain(spool: Spool, store: MemoryStore) -> Writer:
    """Work as the writer's thread does, without its waiting."""
    writer = Writer(spool, store, now_ms=lambda: 0)
    for _ in range(200):
        if not (segments := spool.sealed()):
            return writer
        writer._drain_one(segments[0])
    raise AssertionError("it does not come to an end")


FAILURES = st.lists(st.sampled_from(["", "away", "lost", "partly", "busy"]), max_size=12)
SEGMENTS = st.lists(st.lists(st.integers(0, 20), min_size=1, max_size=10), min_size=1, max_size=4)


@settings(max_examples=150, deadline=None)
@given(SEGMENTS, st.sets(st.integers(0, 20), max_size=3), FAILURES)
def test_each_id_counts_once_whatever_fails(
    numbers: list[list[int]], bad: set[int], failures: list[str]
) -> None:
    segments = [[a_row(number, bad=number in bad) for number in part] for part in numbers]
    store = MemoryStore(failures)
    with spooled(*segments) as spool:
        writer = drain(spool, store)
    every = {number for part in numbers for number in part}
    assert store.count() == Counter(every - bad)
    # A bad row that came in two segments is told twice, once for each.
    assert len(store.tables["quarantine"]) == sum(len(bad & set(part)) for part in numbers)
    assert writer.state.healthy


def test_an_insert_that_is_still_under_way_is_not_repeated() -> None:
    store = MemoryStore(["late"])
    with spooled([a_row(number) for number in range(9)]) as spool:
        drain(spool, store)
    assert store.count() == Counter(range(9))


def test_an_interruption_between_the_halves_loses_nothing() -> None:
    store = MemoryStore(["", "", "", "away"])
    with spooled([a_row(1), a_row(2), a_row(3), a_row(4, bad=True)]) as spool:
        writer = drain(spool, store)
    assert store.count() == Counter([1, 2, 3])
    assert len(store.tables["quarantine"]) == 1
    assert writer.state.failures == 1


def test_a_refused_row_is_kept_with_its_reason() -> None:
    store = MemoryStore()
    with spooled([a_row(7, bad=True)]) as spool:
        writer = drain(spool, store)
    (row,) = store.tables["quarantine"]
    assert (row["source"], row["event"], row["path"]) == ("test", "a", "$.properties")
    assert row["reason"] == "The store refused the row: does not fit"
    content = json.loads(row["content"])
    assert (content["event"], content["properties"]) == ("a", "bad")
    assert re.fullmatch("[0-9a-f]{32}", content["user_id"])
    assert (writer.state.quarantined, writer.state.inserted) == (1, 0)


def test_what_it_did_is_counted() -> None:
    store = MemoryStore()
    with spooled([a_row(1), a_row(1), a_row(2)], [a_row(2), a_row(3)]) as spool:
        writer = drain(spool, store)
    state = writer.state
    assert (state.inserted, state.duplicates, state.failures) == (3, 2, 0)


def test_the_quarantine_lane_is_passed_on_as_it_is() -> None:
    row = (bytes(16), 0, "segment", "a", "$", "no", "{}")
    store = MemoryStore(["lost"])
    with spooled() as spool:
        spool.append("quarantine", build_batch([row], SCHEMAS["quarantine"]))
        spool.flush()
        drain(spool, store)
    assert len(store.tables["quarantine"]) == 1


def test_a_bug_of_ours_keeps_the_rows_too() -> None:
    class Buggy(MemoryStore):
        def insert(self, table: str, payload: bytes, *, token: str) -> None:
            if self.failures:
                self.failures.pop()
                raise ZeroDivisionError
            super().insert(table, payload, token=token)

    store = Buggy(["bug"])
    with spooled([a_row(1)]) as spool:
        writer = drain(spool, store)
    assert writer.state.failures == 1
    assert store.count() == Counter([1])


def test_the_thread_drains_what_comes_and_stops() -> None:
    store = MemoryStore(["away", "away"])
    with spooled([a_row(1)]) as spool:
        writer = Writer(spool, store, now_ms=lambda: 0)
        writer.start()
        end = time.monotonic() + 10
        while spool.sealed() and time.monotonic() < end:
            time.sleep(0.01)
        spool.append("events", build_batch([a_row(2)], SCHEMAS["events"]))
        spool.flush()
        writer.stop(drain_seconds=10)
        assert spool.sealed() == []
    assert store.count() == Counter([1, 2])
    assert writer.state.healthy


def test_stopping_does_not_wait_for_a_store_that_is_away() -> None:
    store = MemoryStore(["away"] * 100)
    with spooled([a_row(1)]) as spool:
        writer = Writer(spool, store, now_ms=lambda: 0)
        writer.start()
        end = time.monotonic() + 10
        while writer.state.healthy and time.monotonic() < end:
            time.sleep(0.01)
        started = time.monotonic()
        writer.stop(drain_seconds=30)
        assert len(spool.sealed()) == 1
    assert time.monotonic() - started < 5


def test_stopping_a_writer_that_never_started_does_not_wait() -> None:
    with spooled([a_row(1)]) as spool:
        writer = Writer(spool, MemoryStore(), now_ms=lambda: 0)
        started = time.monotonic()
        writer.stop(drain_seconds=30)
        assert time.monotonic() - started < 5
        assert threading.active_count() >= 1


def test_a_refusal_without_a_reason_in_the_data_is_tried_again() -> None:
    class Refusing(MemoryStore):
        def insert(self, table: str, payload: bytes, *, token: str) -> None:
            if self.failures:
                self.failures.pop()
                raise QueryError("no limits left")
            super().insert(table, payload, token=token)

    store = Refusing(["x", "y"])
    with spooled([a_row(1), a_row(2)]) as spool:
        writer = drain(spool, store)
    assert writer.state.failures == 2
    assert store.tables["quarantine"] == []
    assert store.count() == Counter([1, 2])
