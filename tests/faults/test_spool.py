"""What the spool promises: nothing acknowledged is lost, and its bounds hold."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from landed.collect.rows import EventRow, build_batch
from landed.collect.segments import (
    OPEN_SUFFIX,
    SEALED_SUFFIX,
    UNREADABLE_SUFFIX,
    OpenSegment,
    recover_segment,
)
from landed.collect.spool import Spool
from landed.collect.writer import Writer
from landed.errors import SpoolFullError, StoreError
from landed.store.tables import EVENTS_SCHEMA, NO_SESSION

NOW_MS = 1_790_000_000_000


def a_row(number: int = 0) -> EventRow:
    message_id = number.to_bytes(16, "big")
    return ("page_viewed", message_id, message_id, NO_SESSION, NOW_MS, NOW_MS, "test", "{}", "{}")


@contextmanager
def running(spool: Spool) -> Iterator[Spool]:
    spool.start()
    try:
        yield spool
    finally:
        spool.close()


def ids_on_disk(folder: Path) -> list[int]:
    found: list[int] = []
    for path in sorted((folder / "events").glob("*" + SEALED_SUFFIX)):
        table = pa.ipc.open_stream(path.read_bytes()).read_all()
        found += [int.from_bytes(value, "big") for value in table["message_id"].to_pylist()]
    return found


def test_rows_are_on_disk_once_the_future_is_done(tmp_path: Path) -> None:
    with running(Spool(tmp_path, segment_max_seconds=60)) as spool:
        spool.submit({"events": [a_row(7)]}, size=10).result(timeout=5)
        (path,) = (tmp_path / "events").glob("*" + OPEN_SUFFIX)
        assert path.stat().st_size == spool.state().bytes_on_disk
        assert spool.state().oldest_age_seconds > 0
    assert ids_on_disk(tmp_path) == [7]


def test_many_requests_share_commits_and_keep_their_order(tmp_path: Path) -> None:
    with running(Spool(tmp_path, segment_max_seconds=60)) as spool:
        futures = [spool.submit({"events": [a_row(n)]}, size=10) for n in range(500)]
        for future in futures:
            future.result(timeout=5)
    assert ids_on_disk(tmp_path) == list(range(500))
    (path,) = (tmp_path / "events").glob("*" + SEALED_SUFFIX)
    batches = list(pa.ipc.open_stream(path.read_bytes()))
    assert len(batches) < 250


def test_a_segment_is_sealed_by_age_and_by_size(tmp_path: Path) -> None:
    sealed = threading.Semaphore(0)
    spool = Spool(tmp_path, segment_max_seconds=0.05, segment_max_bytes=20_000)
    spool.notify(sealed.release)
    with running(spool):
        spool.submit({"events": [a_row(1)]}, size=10).result(timeout=5)
        assert sealed.acquire(timeout=5)
        spool.submit({"events": [a_row(n) for n in range(1000)]}, size=10).result(timeout=5)
        assert sealed.acquire(timeout=5)
        assert len(spool.sealed()) == 2
        assert spool.sealed()[0].token != spool.sealed()[1].token


def test_an_appended_batch_is_sealed_though_nothing_follows(tmp_path: Path) -> None:
    with running(Spool(tmp_path, segment_max_seconds=0.05)) as spool:
        time.sleep(0.1)  # its thread waits for the first event
        spool.append("events", build_batch([a_row(1)], EVENTS_SCHEMA))
        end = time.monotonic() + 5
        while not spool.sealed():
            assert time.monotonic() < end
            time.sleep(0.01)
        assert ids_on_disk(tmp_path) == [1]


def test_an_old_segment_grows_on_while_another_waits_for_the_store(tmp_path: Path) -> None:
    sealed = threading.Semaphore(0)
    spool = Spool(tmp_path, segment_max_seconds=0.02)
    spool.notify(sealed.release)
    with running(spool):
        spool.submit({"events": [a_row(1)]}, size=10).result(timeout=5)
        assert sealed.acquire(timeout=5)
        for number in (2, 3):
            spool.submit({"events": [a_row(number)]}, size=10).result(timeout=5)
            assert not sealed.acquire(timeout=0.1)
        (first,) = spool.sealed()
        spool.remove(first)
        assert sealed.acquire(timeout=5)
        assert len(spool.sealed()) == 1
    assert ids_on_disk(tmp_path) == [2, 3]


def test_a_torn_tail_is_cut_off_and_whole_batches_stay(tmp_path: Path) -> None:
    segment = OpenSegment(tmp_path, 1, EVENTS_SCHEMA)
    segment.append(build_batch([a_row(1), a_row(2)], EVENTS_SCHEMA))
    whole = segment.size
    segment.append(build_batch([a_row(3)], EVENTS_SCHEMA))
    path = tmp_path / (segment.name + OPEN_SUFFIX)
    for cut in range(whole, segment.size, 37):
        torn = tmp_path / f"{cut:012d}-00000000{OPEN_SUFFIX}"
        torn.write_bytes(path.read_bytes()[:cut])
        sealed = recover_segment(torn, EVENTS_SCHEMA)
        assert sealed is not None
        assert pa.ipc.open_stream(sealed.read_bytes()).read_all().num_rows == 2


@pytest.mark.parametrize("content", [b"", b"\x00" * 64, b"garbage that is no stream"])
def test_a_segment_without_a_whole_batch_is_removed(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / ("000000000001-00000000" + OPEN_SUFFIX)
    path.write_bytes(content)
    assert recover_segment(path, EVENTS_SCHEMA) is None
    assert not path.exists()


def test_a_segment_of_another_schema_is_not_taken(tmp_path: Path) -> None:
    other = pa.schema([("x", pa.int64())])
    segment = OpenSegment(tmp_path, 1, other)
    segment.append(pa.record_batch([[1]], schema=other))
    assert recover_segment(tmp_path / (segment.name + OPEN_SUFFIX), EVENTS_SCHEMA) is None


def test_what_a_dead_process_left_is_offered_first(tmp_path: Path) -> None:
    with running(Spool(tmp_path)) as spool:
        spool.submit({"events": [a_row(1)]}, size=10).result(timeout=5)
    folder = tmp_path / "events"
    dead = OpenSegment(folder, 9, EVENTS_SCHEMA)
    dead.append(build_batch([a_row(2)], EVENTS_SCHEMA))
    with running(Spool(tmp_path)) as spool:
        assert [segment.path.stem[:12] for segment in spool.sealed()] == [
            "000000000001",
            "000000000009",
        ]
        spool.submit({"events": [a_row(3)]}, size=10).result(timeout=5)
    assert ids_on_disk(tmp_path) == [1, 2, 3]


def test_one_process_owns_the_folder(tmp_path: Path) -> None:
    with running(Spool(tmp_path)), pytest.raises(StoreError, match="in use by another"):
        Spool(tmp_path)


def test_the_bound_on_disk_refuses_and_taking_segments_away_recovers(tmp_path: Path) -> None:
    spool = Spool(tmp_path, max_bytes=5_000, segment_max_seconds=0.02)
    with running(spool):
        spool.submit({"events": [a_row(n) for n in range(100)]}, size=10).result(timeout=5)
        with pytest.raises(SpoolFullError, match="LANDED_SPOOL_MAX_BYTES"):
            spool.submit({"events": [a_row(1)]}, size=10)
        assert not spool.wait_for_room(bytes_on_disk=5_000, timeout=0.01)
        spool.flush()
        for segment in spool.sealed():
            spool.remove(segment)
        assert spool.wait_for_room(bytes_on_disk=5_000, timeout=5)
        spool.submit({"events": [a_row(1)]}, size=10).result(timeout=5)


def test_the_bound_in_memory_refuses(tmp_path: Path) -> None:
    spool = Spool(tmp_path, max_pending_bytes=1_000)
    try:
        spool.submit({"events": [a_row(1)]}, size=2_000)
        with pytest.raises(SpoolFullError, match="wait for the disk"):
            spool.submit({"events": [a_row(2)]}, size=1)
    finally:
        spool.start()
        spool.close()
    assert ids_on_disk(tmp_path) == [1]


def test_a_closing_spool_takes_no_more(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.start()
    spool.close()
    with pytest.raises(SpoolFullError, match="stopping"):
        spool.submit({"events": [a_row(1)]}, size=1)


def test_rows_that_fit_no_schema_fail_their_own_commit_only(tmp_path: Path) -> None:
    with running(Spool(tmp_path)) as spool:
        row: Any = (1, 2)
        bad = spool.submit({"events": [row]}, size=1)
        with pytest.raises(pa.ArrowException):
            bad.result(timeout=5)
        spool.submit({"events": [a_row(1)]}, size=10).result(timeout=5)
    assert ids_on_disk(tmp_path) == [1]


FULL_DISK = """
    import resource, sys
    from pathlib import Path
    from landed.collect.spool import Spool
    from landed.errors import SpoolFullError
    sys.path.insert(0, sys.argv[2])
    from test_spool import a_row

    spool = Spool(Path(sys.argv[1]), segment_max_seconds=60)
    spool.start()
    spool.submit({"events": [a_row(1)]}, size=10).result()
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
    try:
        spool.submit({"events": [a_row(n) for n in range(2, 900)]}, size=10).result()
        print("kept", flush=True)
    except SpoolFullError as error:
        print("refused", error.status, spool.state().writable, flush=True)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    spool.submit({"events": [a_row(1000)]}, size=10).result()
    print("recovered", spool.state().writable, flush=True)
    spool.close()
"""


def test_a_disk_that_refuses_is_answered_503_and_recovers(tmp_path: Path) -> None:
    """The kernel's file size limit refuses the write half-way, as a full disk does."""
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            textwrap.dedent(FULL_DISK),
            str(tmp_path),
            str(Path(__file__).parent),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.splitlines()[-2:] == ["refused 503 False", "recovered True"]
    assert ids_on_disk(tmp_path) == [1, 1000]


KILLED = """
    import os, sys, threading
    from pathlib import Path
    from landed.collect.spool import Spool
    sys.path.insert(0, sys.argv[2])
    from test_spool import a_row

    spool = Spool(Path(sys.argv[1]), segment_max_seconds=0.02)
    spool.start()
    for n in range(10**9):
        spool.submit({"events": [a_row(n)]}, size=10).result()
        print(n, flush=True)
"""


def test_kill_minus_9_loses_no_acknowledged_row(tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(KILLED), str(tmp_path), str(Path(__file__).parent)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    with child.stdout as output:
        first = output.readline()
        time.sleep(0.3)
        child.kill()
        acknowledged = [int(line) for line in [first, *output] if line.endswith("\n")]
        child.wait()
    Spool(tmp_path).close()
    kept = ids_on_disk(tmp_path)
    assert kept[: len(acknowledged)] == acknowledged
    assert len(kept) <= len(acknowledged) + 1


def test_the_lock_names_its_owner(tmp_path: Path) -> None:
    with running(Spool(tmp_path)):
        assert (tmp_path / "lock").read_text() == str(os.getpid())


class Taker:
    """A store that takes all it is given."""

    def __init__(self) -> None:
        self.tokens: list[str] = []

    def insert(self, table: str, payload: bytes, *, token: str) -> None:
        assert table == "events"
        pa.ipc.open_stream(payload).read_all()
        self.tokens.append(token)

    def fetch_known_ids(self, ids: Sequence[bytes]) -> set[bytes]:
        assert ids
        return set()


def test_a_segment_that_the_disk_damaged_is_set_aside_and_the_next_goes_on(tmp_path: Path) -> None:
    for number in range(2):
        with running(Spool(tmp_path)) as spool:
            spool.submit({"events": [a_row(number)]}, size=10).result(timeout=5)
    damaged, _ = sorted((tmp_path / "events").glob("*" + SEALED_SUFFIX))
    damaged.write_bytes(b"\xff" * 64)
    store = Taker()
    with running(Spool(tmp_path)) as spool:
        writer = Writer(spool, store, now_ms=lambda: NOW_MS)
        writer.start()
        writer.stop(drain_seconds=10)
        assert len(store.tokens) == 1
        assert spool.sealed() == []
        assert spool.state().unreadable == 1
    assert damaged.with_suffix(UNREADABLE_SUFFIX).exists()
