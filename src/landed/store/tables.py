"""The tables as Arrow schemas: what a spool segment holds is what an insert sends.

UUID columns travel as 16 big-endian bytes; the JSON columns travel as JSON text. An
absent session is the nil UUID: nothing in the log is nullable.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import pyarrow as pa

__all__ = ["EVENTS_SCHEMA", "NO_SESSION", "QUARANTINE_SCHEMA", "TRAINING_SCHEMAS"]

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

_EVENT: Final = [
    pa.field("event_id", pa.binary(16), nullable=False),
    pa.field("user_key", pa.binary(16), nullable=False),
    pa.field("occurred_on", pa.date32(), nullable=False),
    pa.field("action", pa.string(), nullable=False),
]

TRAINING_SCHEMAS: Final[Mapping[str, pa.Schema]] = MappingProxyType(
    {
        "users": pa.schema([pa.field("user_key", pa.binary(16), nullable=False)]),
        "resume_events": pa.schema(
            [
                *_EVENT,
                pa.field("resume_key", pa.binary(16), nullable=False),
                pa.field("tailoring_mode", pa.string(), nullable=False),
                pa.field("version", pa.uint16()),
                pa.field("ats_score", pa.uint8()),
                pa.field("jd_score", pa.uint8()),
                pa.field("resume_text", pa.string(), nullable=False),
                pa.field("job_description", pa.string(), nullable=False),
                pa.field("tailored_text", pa.string(), nullable=False),
            ]
        ),
        "interactions": pa.schema([*_EVENT, pa.field("element", pa.string(), nullable=False)]),
    }
)
"""The tables of the training zone; there only scores and versions may be unknown."""
