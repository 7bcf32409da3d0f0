"""The tables as Arrow schemas: what a spool segment holds is what an insert sends.

UUID columns travel as 16 big-endian bytes; the JSON columns travel as JSON text. An
absent session is the nil UUID: nothing in the table is nullable.
"""

from __future__ import annotations

from typing import Final

import pyarrow as pa

__all__ = ["EVENTS_SCHEMA", "NO_SESSION", "QUARANTINE_SCHEMA"]

NO_SESSION: Final = bytes(16)

EVENTS_SCHEMA: Final = pa.schema(
    [
        pa.field("event", pa.string(), nullable=False),
        pa.field("message_id", pa.binary(16), nullable=False),
        pa.field("subject_key", pa.binary(16), nullable=False),
        pa.field("session_id", pa.binary(16), nullable=False),
        pa.field("occurred_at", pa.timestamp("ms", "UTC"), nullable=False),
        pa.field("received_at", pa.timestamp("ms", "UTC"), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("context", pa.string(), nullable=False),
        pa.field("properties", pa.string(), nullable=False),
    ]
)

QUARANTINE_SCHEMA: Final = pa.schema(
    [
        pa.field("quarantine_id", pa.binary(16), nullable=False),
        pa.field("received_at", pa.timestamp("ms", "UTC"), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("event", pa.string(), nullable=False),
        pa.field("path", pa.string(), nullable=False),
        pa.field("reason", pa.string(), nullable=False),
        pa.field("content", pa.string(), nullable=False),
    ]
)
