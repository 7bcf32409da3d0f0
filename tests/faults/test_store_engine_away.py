"""The store while its engine dies and comes back: clear errors, and nothing twice."""

from __future__ import annotations

import os
import signal
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from threading import Timer
from typing import Any

import pyarrow as pa
import pytest

from landed.errors import StoreError
from landed.store import EVENTS_SCHEMA, NO_SESSION, Limits, Store, connect
from landed.store.supervisor import EngineProcess


@pytest.fixture
def own_engine(tmp_path: Path) -> Iterator[EngineProcess]:
    process = EngineProcess(tmp_path / "engine", memory_bytes=2 << 30, threads=2)
    process.start()
    yield process
    process.stop()


def a_segment(first: int, rows: int) -> tuple[list[bytes], bytes]:
    ids = [uuid.UUID(int=number + 1).bytes for number in range(first, first + rows)]
    columns: dict[str, list[Any]] = {
        "event": ["page_viewed"] * rows,
        "message_id": ids,
        "subject_key": ids,
        "session_id": [NO_SESSION] * rows,
        "occurred_at": [1_772_409_600_000 + 3_600_000 * number for number in range(rows)],
        "received_at": [1_772_409_600_000] * rows,
        "source": ["test"] * rows,
        "context": ["{}"] * rows,
        "properties": ['{"score": 1}'] * rows,
    }
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, EVENTS_SCHEMA) as stream:
        stream.write_table(pa.table(columns, schema=EVENTS_SCHEMA))
    return ids, bytes(sink.getvalue())


def insert_until_taken(store: Store, payload: bytes, token: str) -> int:
    for attempt in range(200):
        try:
            store.insert("events", payload, token=token)
        except StoreError:
            time.sleep(0.05)
        else:
            return attempt
    raise AssertionError("the store did not come back")


def kill(engine: EngineProcess) -> None:
    pid = engine.state().pid
    if pid is not None:
        os.kill(pid, signal.SIGKILL)


def test_kill_9_during_inserts(own_engine: EngineProcess) -> None:
    segments = [a_segment(number * 3000, 3000) for number in range(12)]
    with connect(own_engine.dsn) as store:
        store.migrate()
        failures = 0
        for number, (_, payload) in enumerate(segments):
            timer = Timer(0.005 * number, kill, [own_engine])
            if number % 4 == 1:
                timer.start()
            failures += insert_until_taken(store, payload, f"segment-{number}")
            if number % 4 == 1:
                timer.join()
        wait_until_up(store)
        assert failures > 0, "the engine was away for a while"
        every_id = [one for ids, _ in segments for one in ids]
        assert store.fetch_known_ids(every_id) == set(every_id)
        assert store.query("freshness")[0]["events"] == len(every_id)


def wait_until_up(store: Store) -> None:
    end = time.monotonic() + 30
    while not store.ping():
        assert time.monotonic() < end, "the engine did not come back"
        time.sleep(0.05)


def test_an_engine_that_hangs_is_not_waited_for(
    own_engine: EngineProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("landed.store.client.PAGE", Limits(1, 1 << 30, 10))
    monkeypatch.setattr("landed.store.client._GRACE_SECONDS", 0)
    with connect(own_engine.dsn) as store:
        store.migrate()
        assert store.ping()
        pid = own_engine.state().pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        started = time.monotonic()
        try:
            while store.ping():  # its threads stop a moment later
                assert time.monotonic() - started < 10
        finally:
            os.kill(pid, signal.SIGCONT)
        assert time.monotonic() - started < 15
