"""Row tuples become record batches of the tables' schemas."""

from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landed.collect.rows import SCHEMAS, EventRow, build_batch

IDS = st.binary(min_size=16, max_size=16)
TIMES = st.integers(-(2**40), 2**42)
TEXTS = st.text(max_size=5)
ROWS = st.lists(
    st.tuples(TEXTS, IDS, IDS, IDS, TIMES, TIMES, TEXTS, st.just("{}"), st.just(b'{"a":1}')),
    min_size=1,
    max_size=5,
)


@given(ROWS)
def test_rows_come_out_as_they_went_in(rows: list[EventRow]) -> None:
    batch = build_batch(rows, SCHEMAS["events"])
    assert batch.schema == SCHEMAS["events"]
    for name, place in (("event", 0), ("message_id", 1), ("subject_key", 2), ("session_id", 3)):
        assert batch.column(name).to_pylist() == [row[place] for row in rows]
    times = batch.column("occurred_at").cast(pa.int64()).to_pylist()
    assert times == [row[4] for row in rows]
    assert set(batch.column("properties").to_pylist()) == {'{"a":1}'}


def test_times_are_utc_milliseconds() -> None:
    row = (bytes(16), 1_700_000_000_123, "segment", "", "$", "missing", "{}")
    batch = build_batch([row], SCHEMAS["quarantine"])
    expected = datetime(2023, 11, 14, 22, 13, 20, 123_000, tzinfo=UTC)
    assert batch.column("received_at").to_pylist() == [expected]


def test_an_id_of_the_wrong_length_is_refused() -> None:
    row = (b"short", 0, "segment", "", "$", "missing", "{}")
    with pytest.raises(pa.ArrowInvalid):
        build_batch([row], SCHEMAS["quarantine"])
