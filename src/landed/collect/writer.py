"""The writer: moves sealed segments from the spool into the store, each exactly once.

Before an insert it asks the store which of the segment's message ids it already holds and
leaves those rows out; an id counts once for ever, however late it is sent again. The
segment's name is the insert token, so that a retry of an insert whose answer was lost
is recognised even while the first one is still under way. Where only some of its rows are
sent, the token also names these rows: the same token never stands for two sets of them.

Rows that the store refuses for their content are searched by halving, and go to the
quarantine; everything else is tried again until the store is back.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import secrets
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

import pyarrow as pa
import structlog

from landed.collect.rows import SCHEMAS
from landed.collect.spool import SealedSegment, Spool
from landed.errors import QueryError

__all__ = ["Destination", "Writer", "WriterState"]

_log = structlog.get_logger(__name__)
_FIRST_WAIT_SECONDS: Final = 0.1
_LONGEST_WAIT_SECONDS: Final = 5.0


class Destination(Protocol):
    """What the writer needs of a store."""

    def insert(self, table: str, payload: bytes, *, token: str) -> None:
        """Insert an Arrow stream once per token."""
        ...

    def fetch_known_ids(self, ids: Sequence[bytes]) -> set[bytes]:
        """Return those of the message ids that are in the events table."""
        ...


@dataclass(frozen=True)
class WriterState:
    """What the writer has done since it started.

    Attributes:
        inserted: Rows given to the events table.
        duplicates: Rows left out because their message id was known.
        quarantined: Rows that the store refused for their content.
        failures: Attempts that the store did not take (away, busy, restarting).
        healthy: Whether the last attempt succeeded.
    """

    inserted: int = 0
    duplicates: int = 0
    quarantined: int = 0
    failures: int = 0
    healthy: bool = True


class Writer:
    """One thread that drains a spool into a store.

    Args:
        spool: Where sealed segments wait.
        store: Where they go.
        now_ms: The clock for rows that go to the quarantine, in ms since 1970.
    """

    def __init__(self, spool: Spool, store: Destination, *, now_ms: Callable[[], int]) -> None:
        self._spool = spool
        self._store = store
        self._now_ms = now_ms
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._state = WriterState()
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        spool.notify(self._wake.set)

    @property
    def state(self) -> WriterState:
        """What it has done so far."""
        return self._state

    def start(self) -> None:
        """Start draining."""
        self._thread.start()

    def stop(self, *, drain_seconds: float = 0.0) -> None:
        """Stop after the insert under way; segments that wait stay in the spool.

        Args:
            drain_seconds: How long to go on first, if segments wait.
        """
        end = time.monotonic() + drain_seconds
        while self._draining() and time.monotonic() < end:
            self._wake.set()
            time.sleep(0.01)
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def _draining(self) -> bool:
        waiting = self._thread.is_alive() and bool(self._spool.sealed())
        return waiting and self._state.healthy

    def _run(self) -> None:
        wait = _FIRST_WAIT_SECONDS
        while not self._stopping.is_set():
            segments = self._spool.sealed()
            if not segments:
                self._wake.wait(timeout=1.0)
                self._wake.clear()
                continue
            if self._drain_one(segments[0]):
                wait = _FIRST_WAIT_SECONDS
            else:
                self._stopping.wait(wait)
                wait = min(wait * 2, _LONGEST_WAIT_SECONDS)

    def _drain_one(self, segment: SealedSegment) -> bool:
        try:
            self._deliver(segment)
        except _DamagedError:
            # The disk gave back other bytes than it was given: no retry will mend them.
            self._spool.set_aside(segment)
            _log.error("segment_unreadable", segment=segment.token)
            return True
        except Exception as error:  # noqa: BLE001 - whatever fails, the rows stay and are tried again
            self._count(failures=1, healthy=False)
            code = getattr(error, "code", type(error).__name__)
            _log.warning("segment_not_taken", segment=segment.token, code=code)
            return False
        self._spool.remove(segment)
        self._count(healthy=True)
        return True

    def _deliver(self, segment: SealedSegment) -> None:
        try:
            payload = self._spool.read(segment)
        except ValueError as error:
            raise _DamagedError from error
        table = _read(payload)
        if segment.lane != "events":
            self._store.insert(segment.lane, payload, token=segment.token)
            return
        fresh = self._unknown_rows(table)
        self._count(duplicates=table.num_rows - fresh.num_rows)
        if fresh.num_rows == table.num_rows:
            self._insert(fresh, segment.token, segment.token, payload)
        elif fresh.num_rows:
            # The same token: an insert whose answer was lost may be committing the rest just now.
            self._insert(fresh, segment.token, segment.token, _stream(fresh))

    def _unknown_rows(self, table: pa.Table) -> pa.Table:
        ids = table.column("message_id").to_pylist()
        known = self._store.fetch_known_ids(ids)
        if not known and len(set(ids)) == len(ids):
            return table
        seen = set(known)
        keep = []
        for message_id in ids:
            keep.append(message_id not in seen)
            seen.add(message_id)
        return table.filter(pa.array(keep, pa.bool_()))

    def _insert_part(self, table: pa.Table, segment: str) -> None:
        self._insert(table, segment, _part_token(segment, table), _stream(table))

    def _insert(self, table: pa.Table, segment: str, token: str, payload: bytes) -> None:
        try:
            self._store.insert("events", payload, token=token)
        except QueryError as error:
            if not getattr(error, "is_about_data", False):
                raise
            self._halve(table, segment, error)
        else:
            self._count(inserted=table.num_rows)

    def _halve(self, table: pa.Table, segment: str, error: QueryError) -> None:
        if table.num_rows == 1:
            self._quarantine(table, _part_token(segment, table), error)
            return
        middle = table.num_rows // 2
        for part in (table.slice(0, middle), table.slice(middle)):
            self._insert_part(part, segment)

    def _quarantine(self, table: pa.Table, token: str, error: QueryError) -> None:
        row = table.to_pylist()[0]
        refused = {
            "quarantine_id": secrets.token_bytes(16),
            "received_at": self._now_ms(),
            "source": row["source"],
            "event": row["event"],
            "path": "$.properties",
            "reason": f"The store refused the row: {error.message}",
            "content": _content(row),
        }
        schema = SCHEMAS["quarantine"]
        batch = pa.Table.from_pylist([refused], schema=schema)
        self._store.insert("quarantine", _stream(batch), token=token)
        self._count(quarantined=1)

    def _count(
        self,
        *,
        inserted: int = 0,
        duplicates: int = 0,
        quarantined: int = 0,
        failures: int = 0,
        healthy: bool | None = None,
    ) -> None:
        now = self._state
        self._state = replace(
            now,
            inserted=now.inserted + inserted,
            duplicates=now.duplicates + duplicates,
            quarantined=now.quarantined + quarantined,
            failures=now.failures + failures,
            healthy=now.healthy if healthy is None else healthy,
        )


def _part_token(segment: str, table: pa.Table) -> str:
    digest = hashlib.sha256(b"".join(table.column("message_id").to_pylist()))
    return f"{segment}/{digest.hexdigest()[:32]}"


class _DamagedError(Exception):
    """The bytes of a segment are no Arrow stream any more."""


def _read(payload: bytes) -> pa.Table:
    try:
        table = pa.ipc.open_stream(payload).read_all()
        table.validate(full=True)
    except (pa.ArrowException, OSError) as error:  # pyarrow says OSError of a cut message
        raise _DamagedError from error
    return table


def _stream(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return bytes(sink.getvalue())


def _content(row: dict[str, Any]) -> str:
    """A row in our own form: a replay can read it, and a request about the person finds it."""
    properties: Any = row["properties"]
    with contextlib.suppress(ValueError):
        properties = json.loads(properties)
    content = {
        "event": row["event"],
        "user_id": row["subject_key"].hex(),
        "message_id": str(uuid.UUID(bytes=row["message_id"])),
        "occurred_at": row["occurred_at"].isoformat(),
        "properties": properties,
    }
    return json.dumps(content, ensure_ascii=False)
