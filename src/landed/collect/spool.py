"""The spool: what was answered 200 is on disk here before the answer leaves.

Many requests share one fsync: while one commit is being synced, the rows of all requests
that arrive meanwhile gather and make up the next commit (under load for two milliseconds
more; a lone request never waits). The spool is bounded, in memory
and on disk; beyond its bounds it refuses with `SpoolFullError` and keeps nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import structlog

from landed.collect.rows import SCHEMAS, EventRow, Lane, QuarantineRow, build_batch
from landed.collect.segments import (
    OPEN_SUFFIX,
    SEALED_SUFFIX,
    UNREADABLE_SUFFIX,
    OpenSegment,
    check_segment,
    read_segment,
    recover_segment,
)
from landed.errors import SpoolFullError, StoreError
from landed.privacy import Vault

__all__ = ["Done", "SealedSegment", "Spool", "SpoolState"]

_log = structlog.get_logger(__name__)
_MAX_ROWS_PER_BATCH: Final = 20_000
_BUSY_SECONDS: Final = 0.02
_GATHER_SECONDS: Final = 0.002
_HELD_SECONDS: Final = 0.05
_PROBE_SECONDS: Final = 1.0
_PROBE_BYTES: Final = 4096
_AHEAD_BYTES: Final = 64 << 20


Done = Future[None] | asyncio.Future[None]
Rows = Mapping[Lane, Sequence[EventRow] | Sequence[QuarantineRow]]


@dataclass(frozen=True)
class SealedSegment:
    """A closed segment file that waits for the store.

    Attributes:
        lane: Table that it belongs to.
        path: The file; its stem is the insert token.
    """

    lane: Lane
    path: Path

    @property
    def token(self) -> str:
        """Name under which the store remembers this insert."""
        return f"{self.lane}/{self.path.stem}"


@dataclass(frozen=True)
class SpoolState:
    """What waits in the spool now.

    Attributes:
        bytes_on_disk: Of all segments, sealed and open.
        pending_bytes: Of requests whose fsync is not done yet.
        segments: Sealed segments that wait for the store.
        oldest_age_seconds: Age of the oldest row that waits for the store; 0 when none does.
        unreadable: Segments that were set aside because the disk damaged them.
        writable: Whether the last commit succeeded, or the disk takes bytes again since.
    """

    bytes_on_disk: int
    pending_bytes: int
    segments: int
    oldest_age_seconds: float
    unreadable: int
    writable: bool


@dataclass
class _Commit:
    """One caller's rows and the future that tells it of their fsync."""

    rows: Rows
    size: int
    done: Done


class Spool:
    """Durable queue between the collector and the store, one folder on disk.

    One process owns the folder at a time. Call `start` before use and `close` at the end.

    Args:
        folder: Made if it is not there.
        max_bytes: Bound of all segments on disk.
        max_pending_bytes: Bound of the bytes that wait for one fsync.
        segment_max_bytes: A segment is sealed at this size.
        segment_max_seconds: A segment with rows in it is sealed at this age, or as soon after
            it as no other one of its lane waits for the store.
        vault: Its keys encrypt new segments; None: they are written in the clear.

    Raises:
        StoreError: Another process owns the folder.
        InvalidInputError: A segment is encrypted with a key that is not in the vault.
    """

    def __init__(
        self,
        folder: Path,
        *,
        max_bytes: int = 4 << 30,
        max_pending_bytes: int = 64 << 20,
        segment_max_bytes: int = 8 << 20,
        segment_max_seconds: float = 0.25,
        vault: Vault | None = None,
    ) -> None:
        self._vault = vault
        self._max_bytes = max_bytes
        self._max_pending_bytes = max_pending_bytes
        self._segment_max_bytes = segment_max_bytes
        self._segment_max_seconds = segment_max_seconds
        self._listeners: list[Callable[[], object]] = []
        self._folder = folder
        self._folders = {lane: folder / lane for lane in SCHEMAS}
        for lane_folder in self._folders.values():
            lane_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock_file = _own(folder)
        # Two locks, since a request must never wait for the disk to queue its rows: `_waiting`
        # guards the queue, `_files` the segments, and only the second is held over a sync.
        self._waiting = threading.Condition()
        self._files = threading.Condition()
        self._disk_bytes = 0
        self._queue: list[_Commit] = []
        self._pending_bytes = 0
        self._closing = self._appended = False
        self._writable = True
        self._open: dict[Lane, OpenSegment] = {}
        self._opened_at: dict[Lane, float] = {}
        self._sealed: list[tuple[SealedSegment, int, float]] = []
        self._numbers: dict[Lane, int] = {}
        try:
            self._recover()
        except BaseException:
            self._lock_file.close()
            raise
        self._thread = threading.Thread(target=self._run, name="spool", daemon=True)

    def notify(self, listener: Callable[[], object]) -> None:
        """Call a function, from the spool's thread, whenever a segment was sealed."""
        self._listeners.append(listener)

    def start(self) -> None:
        """Start the thread that commits."""
        self._thread.start()

    def close(self) -> None:
        """Commit what is queued, seal what is open, and give the folder back."""
        with self._waiting:
            self._closing = True
            self._waiting.notify_all()
        if self._thread.is_alive():
            self._thread.join()
        self._seal_all()
        self._lock_file.close()

    def check_room(self) -> None:
        """Refuse early, before any work is done for a request.

        Raises:
            SpoolFullError: The spool is at one of its bounds.
        """
        if self._pending_bytes > self._max_pending_bytes:
            raise SpoolFullError(
                f"{self._pending_bytes:,} bytes wait for the disk; the bound is "
                f"{self._max_pending_bytes:,}. Send again after the time in Retry-After."
            )
        if (used := self._disk_bytes) > self._max_bytes:
            raise SpoolFullError(
                f"The spool holds {used:,} bytes that the store has not taken yet; the bound is "
                f"{self._max_bytes:,} (LANDED_SPOOL_MAX_BYTES). Send again after the time in "
                "Retry-After, and see `landed doctor`."
            )

    def submit(self, rows: Rows, *, size: int) -> Future[None]:
        """Queue rows for the next commit.

        Args:
            rows: Row tuples for each table; the caller gives them away.
            size: About how many bytes they are, for the bound on memory.

        Returns:
            A future that is done once the rows are on disk, or fails with `SpoolFullError`
            when they could not be kept.

        Raises:
            SpoolFullError: The spool is at one of its bounds, or closing.
        """
        done: Future[None] = Future()
        self.enqueue(rows, size=size, done=done)
        return done

    def enqueue(self, rows: Rows, *, size: int, done: Done) -> None:
        """Queue rows for the next commit, and have a future told: a thread's or a loop's.

        Raises:
            SpoolFullError: The spool is at one of its bounds, or closing.
        """
        self.check_room()
        with self._waiting:
            if self._closing:
                raise SpoolFullError("The server is stopping. Send again to its successor.")
            self._queue.append(_Commit(rows, size, done))
            self._pending_bytes += size
            self._waiting.notify()

    def append(self, lane: Lane, batch: pa.RecordBatch) -> None:
        """Commit a ready-made batch in the caller's thread; for loads of many rows.

        Raises:
            SpoolFullError: The disk refused the bytes.
        """
        with self._files:
            try:
                self._append(lane, batch)
            except OSError as error:
                raise _disk_refused(error) from error
        with self._waiting:  # an idle thread must wake to seal it
            self._appended = True
            self._waiting.notify()

    def append_when_room(self, lane: Lane, batch: pa.RecordBatch, *, timeout: float) -> None:
        """Commit a ready-made batch as soon as the store has taken most of those before it.

        Args:
            lane: Where it goes.
            batch: Rows of that lane.
            timeout: How long to wait, in seconds.

        Raises:
            SpoolFullError: The store does not take its rows, or the disk refused the bytes.
        """
        if not self.wait_for_room(bytes_on_disk=_AHEAD_BYTES, timeout=timeout):
            raise SpoolFullError("The store does not take the events. See `landed doctor`.")
        self.append(lane, batch)

    def wait_for_room(self, *, bytes_on_disk: int, timeout: float) -> bool:
        """Wait until the store has taken enough; for loads that would run ahead of it."""
        with self._files:
            return self._files.wait_for(lambda: self._disk_bytes <= bytes_on_disk, timeout)

    def sealed(self) -> list[SealedSegment]:
        """Return the segments that wait for the store, oldest first."""
        with self._files:
            return [segment for segment, _, _ in self._sealed]

    def read(self, segment: SealedSegment) -> bytes:
        """Read the Arrow stream that a segment holds.

        Raises:
            OSError: The file cannot be read.
            ValueError: Its bytes are not those that were written.
        """
        return read_segment(segment.path, self._vault)

    def remove(self, segment: SealedSegment) -> None:
        """Forget a segment whose rows are in the store."""
        segment.path.unlink(missing_ok=True)
        with self._files:
            self._disk_bytes -= sum(size for entry, size, _ in self._sealed if entry == segment)
            self._sealed = [entry for entry in self._sealed if entry[0] != segment]
            self._files.notify_all()

    def set_aside(self, segment: SealedSegment) -> None:
        """Keep a segment that cannot be read for a person to look at, out of the others' way."""
        segment.path.rename(segment.path.with_suffix(UNREADABLE_SUFFIX))
        self.remove(segment)

    def flush(self) -> frozenset[SealedSegment]:
        """Seal what is open, so that the writer takes it at once; return all that wait now."""
        self._seal_all()
        return frozenset(self.sealed())

    def state(self) -> SpoolState:
        """Tell what waits."""
        with self._files:
            times = [*self._opened_at.values(), *(since for _, _, since in self._sealed)]
            return SpoolState(
                bytes_on_disk=self._disk_bytes,
                pending_bytes=self._pending_bytes,
                segments=len(self._sealed),
                oldest_age_seconds=time.monotonic() - min(times) if times else 0.0,
                unreadable=sum(
                    1
                    for folder in self._folders.values()
                    for _ in folder.glob("*" + UNREADABLE_SUFFIX)
                ),
                writable=self._writable,
            )

    def _recover(self) -> None:
        for lane, folder in self._folders.items():
            for path in sorted(folder.glob("*" + OPEN_SUFFIX)):
                recover_segment(path, SCHEMAS[lane], self._vault)
            sealed = sorted(folder.glob("*" + SEALED_SUFFIX))
            for path in sealed:
                check_segment(path, self._vault)
                entry = (SealedSegment(lane, path), path.stat().st_size, time.monotonic())
                self._sealed.append(entry)
                self._disk_bytes += entry[1]
            self._numbers[lane] = int(sealed[-1].stem.split("-")[0]) + 1 if sealed else 1

    def _run(self) -> None:
        # pyarrow looks for pandas at its first array, for half a second: better before the
        # first request than under it.
        pa.array([0])
        committed_at = -_BUSY_SECONDS
        while True:
            with self._waiting:
                self._waiting.wait_for(
                    lambda: self._queue or self._closing or self._appended, self._patience()
                )
                self._appended = False
            if self._queue and time.monotonic() - committed_at < _BUSY_SECONDS:
                # Under load a moment more makes one sync of several; a lone request never waits.
                time.sleep(_GATHER_SECONDS)
            with self._waiting:
                commits, self._queue = self._queue, []
                closing = self._closing
            if commits:
                self._commit(commits)
                committed_at = time.monotonic()
            elif not self._writable:
                self._probe()
            self._seal_due()
            if closing and not commits:
                return

    def _patience(self) -> float | None:
        waits = [] if self._writable else [_PROBE_SECONDS]
        if self._opened_at:
            due = min(self._opened_at.values()) + self._segment_max_seconds
            left = due - time.monotonic()
            waits.append(left if left > 0 else _HELD_SECONDS)
        return min(waits, default=None)

    def _probe(self) -> None:
        """See whether the disk takes bytes again: who is told "not ready" sends nothing more."""
        path = self._folder / "probe"
        try:
            with path.open("wb") as file:
                file.write(bytes(_PROBE_BYTES))
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            return
        finally:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
        self._writable = True

    def _commit(self, commits: list[_Commit]) -> None:
        error: Exception | None = None
        try:
            self._append_all(commits)
        except OSError as cause:
            error = _disk_refused(cause)
            _log.error(
                "spool_write_failed", errno=cause.errno, reason=os.strerror(cause.errno or 0)
            )
        except Exception as cause:  # noqa: BLE001 - one commit must never end the thread that acknowledges
            error = cause
            _log.error("spool_commit_failed", kind=type(cause).__name__)
        with self._waiting:
            self._writable = error is None
            self._pending_bytes -= sum(commit.size for commit in commits)
        _tell([commit.done for commit in commits], error)

    def _append_all(self, commits: list[_Commit]) -> None:
        for lane, schema in SCHEMAS.items():
            rows: list[Any] = []
            for commit in commits:
                rows.extend(commit.rows.get(lane, ()))
            for start in range(0, len(rows), _MAX_ROWS_PER_BATCH):
                batch = build_batch(rows[start : start + _MAX_ROWS_PER_BATCH], schema)
                with self._files:
                    self._append(lane, batch)

    def _append(self, lane: Lane, batch: pa.RecordBatch) -> None:
        segment = self._open.get(lane)
        if segment is None:
            segment = OpenSegment(
                self._folders[lane], self._numbers[lane], SCHEMAS[lane], self._vault
            )
            self._numbers[lane] += 1
            self._open[lane] = segment
            self._disk_bytes += segment.size
            self._opened_at[lane] = time.monotonic()
        before = segment.size
        try:
            segment.append(batch)
        finally:
            self._disk_bytes += segment.size - before
            if segment.size >= self._segment_max_bytes or not segment.rows:
                self._seal(lane)

    def _seal_due(self) -> None:
        """Seal what is old, unless a segment of its lane waits already: then let it grow.

        It could not be stored any sooner, and an insert of many rows costs far less for each.
        """
        now = time.monotonic()
        with self._files:
            waiting = {segment.lane for segment, _, _ in self._sealed}
            due = [
                lane
                for lane, since in self._opened_at.items()
                if now - since >= self._segment_max_seconds and lane not in waiting
            ]
            for lane in due:
                self._seal(lane)

    def _seal_all(self) -> None:
        with self._files:
            for lane in list(self._open):
                self._seal(lane)

    def _seal(self, lane: Lane) -> None:
        segment = self._open.pop(lane)
        since = self._opened_at.pop(lane)
        if segment.rows:
            sealed = SealedSegment(lane, segment.seal())
            self._sealed.append((sealed, segment.size, since))
            for listener in self._listeners:
                listener()
        else:
            self._disk_bytes -= segment.size
            segment.discard()


def _tell(waiting: Sequence[Done], error: Exception | None) -> None:
    """Tell all callers of one commit; a loop is woken once for all of its futures."""
    loops: dict[asyncio.AbstractEventLoop, list[Done]] = {}
    for done in waiting:
        if isinstance(done, asyncio.Future):
            loops.setdefault(done.get_loop(), []).append(done)
        else:
            _settle([done], error)
    for loop, futures in loops.items():
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_settle, futures, error)


def _settle(waiting: Sequence[Done], error: Exception | None) -> None:
    for done in waiting:
        if done.cancelled():
            continue
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)


def _disk_refused(error: OSError) -> SpoolFullError:
    reason = os.strerror(error.errno) if error.errno else "unknown reason"
    return SpoolFullError(
        f"The disk refused the spool's bytes ({reason}); nothing of this request was kept. "
        "Make room under LANDED_DATA; clients send again after Retry-After."
    )


def _own(folder: Path) -> Any:
    file = (folder / "lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise StoreError(
            "The spool folder is in use by another landed process. Stop that one, or set "
            "LANDED_DATA to another folder."
        ) from error
    with contextlib.suppress(OSError):
        file.write(str(os.getpid()))
        file.flush()
    return file
