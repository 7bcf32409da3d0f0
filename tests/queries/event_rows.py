"""Rows for hand-counted tests: good defaults, override what the test is about."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

from landed.store import EVENTS_SCHEMA, NO_SESSION, QUARANTINE_SCHEMA

Row = dict[str, Any]

START = datetime(2026, 3, 2, tzinfo=UTC)


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    """A moment of March 2026; day 1 is the first day of the tests' period."""
    return START + timedelta(days=day - 1, hours=hour, minutes=minute)


def an_event(
    event: str = "page_viewed",
    person: str = "ann",
    occurred_at: datetime = START,
    *,
    received_at: datetime | None = None,
    message_id: bytes | None = None,
    **properties: Any,
) -> Row:
    return {
        "event": event,
        "message_id": message_id or uuid.uuid4().bytes,
        "subject_key": uuid.uuid5(uuid.NAMESPACE_OID, person).bytes,
        "session_id": NO_SESSION,
        "occurred_at": occurred_at,
        "received_at": received_at or occurred_at,
        "source": "test",
        "context": "{}",
        "properties": json.dumps(properties),
    }


def a_refusal(reason: str = "too long", received_at: datetime = START, **fields: Any) -> Row:
    return {
        "quarantine_id": uuid.uuid4().bytes,
        "received_at": received_at,
        "source": "segment",
        "event": "resume_uploaded",
        "path": "$.properties.title",
        "reason": reason,
        "content": "{}",
    } | fields


def as_stream(rows: Iterable[Row], schema: pa.Schema = EVENTS_SCHEMA) -> bytes:
    table = pa.Table.from_pylist(list(rows), schema=schema)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as stream:
        stream.write_table(table)
    return bytes(sink.getvalue())


def as_refusals(rows: Iterable[Row]) -> bytes:
    return as_stream(rows, QUARANTINE_SCHEMA)
