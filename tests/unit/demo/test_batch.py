"""Slices become rows of the events table; the raw ids stay behind."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa

from landed.demo import SOURCE, MarketConfig, simulate, to_batch
from landed.demo.identifiers import NONE, uuid_bytes
from landed.privacy import Pseudonymiser
from landed.store.tables import EVENTS_SCHEMA

CONFIG = MarketConfig(end=datetime(2026, 3, 18, 10, 30, tzinfo=UTC), days=7, events=3_000)


def test_rows_have_the_schema_and_the_keys_of_live_traffic() -> None:
    part = next(simulate(CONFIG))
    batch = to_batch(part, Pseudonymiser(bytes(32)))
    assert batch.schema == EVENTS_SCHEMA
    assert len(batch) == len(part)
    batch.validate(full=True)
    expected = [Pseudonymiser(bytes(32)).subject_key(name) for name in part.user_id.to_pylist()]
    assert batch.column("subject_key").to_pylist() == expected
    assert set(batch.column("source").to_pylist()) == {SOURCE}
    assert batch.column("event").to_pylist() == part.event.to_pylist()


def test_no_raw_id_is_in_the_bytes_that_are_written() -> None:
    pseudonymiser = Pseudonymiser(bytes(32))
    for part in simulate(CONFIG):
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, EVENTS_SCHEMA) as writer:
            writer.write_batch(to_batch(part, pseudonymiser))
        written = sink.getvalue().to_pybytes()
        for name in part.user_id.dictionary.to_pylist():
            # The machines' names are no person's ids, and stand in system_sampled as `host`.
            assert name.startswith("service-") or name.encode() not in written


def test_another_secret_gives_other_people() -> None:
    part = next(simulate(CONFIG))
    first, second = (
        to_batch(part, Pseudonymiser(bytes(32))),
        to_batch(part, Pseudonymiser(b"1" * 32)),
    )
    keys = {
        name: set(batch.column("subject_key").to_pylist())
        for name, batch in (("first", first), ("second", second))
    }
    assert not keys["first"] & keys["second"]
    assert len(keys["first"]) == len(keys["second"])


def test_a_time_of_receipt_can_be_given_for_all() -> None:
    moment = datetime(2026, 3, 19, tzinfo=UTC)
    batch = to_batch(next(simulate(CONFIG)), Pseudonymiser(bytes(32)), moment)
    assert set(batch.column("received_at").to_pylist()) == {moment}


def test_ids_are_uuids_of_their_number_and_the_absent_one_is_nil() -> None:
    numbers = np.array([0, 1, 2**40, NONE])
    ids = [row.tobytes() for row in uuid_bytes(1, "session", numbers)]
    assert ids[3] == bytes(16)
    assert {uuid.UUID(bytes=one).version for one in ids[:3]} == {4}
    assert {uuid.UUID(bytes=one).variant for one in ids[:3]} == {uuid.RFC_4122}
    assert ids == [row.tobytes() for row in uuid_bytes(1, "session", numbers)]
    others = {row.tobytes() for row in uuid_bytes(1, "message", numbers[:3])}
    others |= {row.tobytes() for row in uuid_bytes(2, "session", numbers[:3])}
    assert len(others) == 6
    assert not others & set(ids)


def test_a_million_numbers_have_a_million_ids() -> None:
    ids = uuid_bytes(7, "message", np.arange(1_000_000))
    assert len(np.unique(ids.view("V16"))) == 1_000_000
