"""What an encrypted spool promises beyond a plain one: no clear byte, no byte exchanged."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from landed.collect.frames import HEAD_BYTES, FrameWriter, read_frames
from landed.collect.rows import EventRow, build_batch
from landed.collect.segments import (
    OPEN_SUFFIX,
    SEALED_SUFFIX,
    UNREADABLE_SUFFIX,
    OpenSegment,
    read_segment,
    recover_segment,
)
from landed.collect.spool import Spool
from landed.collect.writer import Writer
from landed.errors import InvalidInputError
from landed.privacy import DataKey, Vault, open_vault
from landed.store.tables import EVENTS_SCHEMA, NO_SESSION

NOW_MS = 1_790_000_000_000
WORD = "zebrafinch"
VAULT = Vault((DataKey(1, bytes(32), "2026-05-01"),))
OTHER = Vault((DataKey(1, bytes([7]) * 32, "2026-05-01"),))


def a_row(number: int = 0) -> EventRow:
    message_id = number.to_bytes(16, "big")
    return (WORD, message_id, message_id, NO_SESSION, NOW_MS, NOW_MS, "test", "{}", "{}")


def a_segment(folder: Path, *batches: list[int]) -> tuple[OpenSegment, list[int]]:
    """A segment that is still open, and where each of its batches ends."""
    segment, ends = OpenSegment(folder, 1, EVENTS_SCHEMA, VAULT), []
    for numbers in batches:
        segment.append(build_batch([a_row(number) for number in numbers], EVENTS_SCHEMA))
        ends.append(segment.size)
    return segment, ends


def numbers(stream: bytes) -> list[int]:
    ids = pa.ipc.open_stream(stream).read_all()["message_id"].to_pylist()
    return [int.from_bytes(message_id, "big") for message_id in ids]


class Store:
    def __init__(self) -> None:
        self.taken: list[int] = []

    def insert(self, table: str, payload: bytes, *, token: str) -> None:
        assert (table, token[:7]) == ("events", "events/")
        self.taken += numbers(payload)

    def fetch_known_ids(self, ids: Sequence[bytes]) -> set[bytes]:
        return set(ids[:0])


def test_no_clear_word_is_on_the_disk_and_the_store_gets_every_row(tmp_path: Path) -> None:
    spool, store = Spool(tmp_path, segment_max_seconds=60, vault=VAULT), Store()
    writer = Writer(spool, store, now_ms=lambda: NOW_MS)
    spool.start()
    spool.submit({"events": [a_row(1), a_row(2)]}, size=10).result(timeout=5)
    (path,) = (tmp_path / "events").glob("*" + OPEN_SUFFIX)
    assert path.stat().st_size == spool.state().bytes_on_disk
    assert WORD.encode() not in path.read_bytes()
    spool.flush()
    assert [WORD.encode() in path.read_bytes() for path in (tmp_path / "events").iterdir()] == [
        False
    ]
    writer.start()
    writer.stop(drain_seconds=10)
    assert store.taken == [1, 2]
    assert spool.state().bytes_on_disk == 0
    spool.close()


def test_without_a_vault_the_word_is_found(tmp_path: Path) -> None:
    segment = OpenSegment(tmp_path, 1, EVENTS_SCHEMA)
    segment.append(build_batch([a_row(1)], EVENTS_SCHEMA))
    path = segment.seal()
    assert WORD.encode() in path.read_bytes()
    assert numbers(read_segment(path, VAULT)) == [1]


def test_a_torn_tail_is_cut_off_at_every_byte_and_whole_commits_stay(tmp_path: Path) -> None:
    segment, (first, second) = a_segment(tmp_path, [1, 2], [3])
    whole = (tmp_path / (segment.name + OPEN_SUFFIX)).read_bytes()
    assert len(whole) == second
    for cut in range(first, second, 29):
        torn = tmp_path / f"{cut:012d}-00000000{OPEN_SUFFIX}"
        torn.write_bytes(whole[:cut])
        sealed = recover_segment(torn, EVENTS_SCHEMA, VAULT)
        assert sealed is not None
        assert sealed.stat().st_size == first
        assert numbers(read_segment(sealed, VAULT)) == [1, 2]


@pytest.mark.parametrize("length", [5, HEAD_BYTES - 1, HEAD_BYTES, HEAD_BYTES + 7, 600])
def test_a_segment_without_a_whole_commit_is_removed(tmp_path: Path, length: int) -> None:
    segment, _ = a_segment(tmp_path, [1])
    path = tmp_path / (segment.name + OPEN_SUFFIX)
    path.write_bytes(path.read_bytes()[:length])
    assert recover_segment(path, EVENTS_SCHEMA, VAULT) is None
    assert not path.exists()


def test_a_flipped_bit_anywhere_is_noticed(tmp_path: Path) -> None:
    segment, _ = a_segment(tmp_path, [1], [2])
    path = segment.seal()
    whole = path.read_bytes()
    for place in range(HEAD_BYTES, len(whole), 61):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(ValueError, match="damaged after byte"):
            read_segment(path, VAULT)


def test_a_commit_cannot_be_taken_out_or_moved(tmp_path: Path) -> None:
    segment, (first, second) = a_segment(tmp_path, [1], [2])
    segment.append(build_batch([a_row(3)], EVENTS_SCHEMA))
    whole = segment.seal().read_bytes()
    without = tmp_path / ("x" + SEALED_SUFFIX)
    without.write_bytes(whole[:first] + whole[second:])
    with pytest.raises(ValueError, match="damaged after byte"):
        read_segment(without, VAULT)


def test_no_number_is_used_twice_after_a_write_that_failed() -> None:
    writer = FrameWriter(VAULT)
    writer.seal(b"never written", place=HEAD_BYTES)
    frame = writer.seal(b"written", place=HEAD_BYTES)
    assert frame[4:12] == (2).to_bytes(8, "big")
    assert [plain for plain, _ in read_frames(writer.head + frame, VAULT)] == [b"written"]
    assert list(read_frames(writer.head[:-1], VAULT)) == []


def test_a_damaged_segment_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / "events").mkdir()
    segment, _ = a_segment(tmp_path / "events", [1])
    path = segment.seal()
    path.write_bytes(path.read_bytes()[:-1])
    spool, store = Spool(tmp_path, vault=VAULT), Store()
    writer = Writer(spool, store, now_ms=lambda: NOW_MS)
    spool.start()
    writer.start()
    writer.stop(drain_seconds=10)
    spool.close()
    assert path.with_suffix(UNREADABLE_SUFFIX).exists()
    assert store.taken == []


@pytest.mark.parametrize("vault", [None, OTHER], ids=["no key", "another key"])
@pytest.mark.parametrize("is_open", [True, False])
def test_a_spool_is_not_opened_without_its_keys(
    tmp_path: Path, vault: Vault | None, *, is_open: bool
) -> None:
    (tmp_path / "events").mkdir()
    segment, _ = a_segment(tmp_path / "events", [1])
    if not is_open:
        segment.seal()
    for _ in range(2):  # the folder is given back, and nothing was changed
        with pytest.raises(InvalidInputError, match=r"keys/data\.keys"):
            Spool(tmp_path, vault=vault)
    spool = Spool(tmp_path, vault=VAULT)
    (found,) = spool.sealed()
    assert numbers(spool.read(found)) == [1]
    spool.start()
    spool.close()


def test_what_waits_in_the_clear_is_read_once_a_vault_is_there(tmp_path: Path) -> None:
    with_plain = Spool(tmp_path)
    with_plain.start()
    with_plain.submit({"events": [a_row(4)]}, size=10).result(timeout=5)
    with_plain.close()
    fresh = Vault((*VAULT.keys, DataKey(2, bytes([2]) * 32, "")))
    spool = Spool(tmp_path, vault=VAULT)
    spool.start()
    spool.submit({"events": [a_row(5)]}, size=10).result(timeout=5)
    spool.close()
    spool = Spool(tmp_path, vault=fresh)
    spool.start()
    assert [numbers(spool.read(segment)) for segment in spool.sealed()] == [[4], [5]]
    spool.close()


KILLED = """
    import os, signal, sys
    from collections.abc import Sequence
from datetime import UTC, datetime
    from pathlib import Path
    from landed.collect.spool import Spool
    from landed.privacy import open_vault
    from landed.store.tables import NO_SESSION

    folder = Path(sys.argv[1])
    vault = open_vault(folder / "keys", bytes(32), datetime.now(UTC))
    spool = Spool(folder / "spool", segment_max_bytes=20_000, vault=vault)
    spool.start()
    for number in range(100_000):
        message_id = number.to_bytes(16, "big")
        row = ("e", message_id, message_id, NO_SESSION, 1, 1, "test", "{}", "{}")
        spool.submit({"events": [row]}, size=10).result()
        print(number, flush=True)
"""


@pytest.mark.parametrize("after", [1, 40, 150])
def test_what_was_acknowledged_survives_a_kill(tmp_path: Path, after: int) -> None:
    script = textwrap.dedent(KILLED)
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        told = -1
        for line in process.stdout:
            told = int(line)
            if told == after:
                process.kill()
    vault = open_vault(tmp_path / "keys", bytes(32), datetime.now(UTC))
    spool = Spool(tmp_path / "spool", vault=vault)
    found = [n for segment in spool.sealed() for n in numbers(spool.read(segment))]
    spool.start()
    spool.close()
    assert set(range(told + 1)) <= set(found)
    assert len(found) == len(set(found)) <= told + 2
