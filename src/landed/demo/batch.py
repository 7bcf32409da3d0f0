"""From the market's slices to rows of the events table, with the raw ids left behind."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import numpy as np
import pyarrow as pa

from landed.demo.types import MarketEvents
from landed.privacy import Pseudonymiser
from landed.store.tables import EVENTS_SCHEMA

__all__ = ["SOURCE", "to_batch"]

SOURCE: Final = "demo"
"""The `source` of all rows that the market made."""


def to_batch(
    chunk: MarketEvents, pseudonymiser: Pseudonymiser, received_at: datetime | None = None
) -> pa.RecordBatch:
    """Make the rows that the store is given, with pseudonyms in place of the user ids.

    Use it before anything is written: the raw ids stay in the slice and go with it.

    Args:
        chunk: One slice of the market.
        pseudonymiser: Gives the same people the same keys as live traffic does.
        received_at: Aware UTC time for all rows; None keeps the market's own delays.

    Returns:
        A batch in `EVENTS_SCHEMA`.
    """
    people = np.asarray(chunk.user_id.indices)
    used, place = np.unique(people, return_inverse=True)
    raw = chunk.user_id.dictionary.take(pa.array(used)).to_pylist()
    keys = pa.array([pseudonymiser.subject_key(name) for name in raw], pa.binary(16))
    received = chunk.received_at
    if received_at is not None:
        received = pa.repeat(pa.scalar(received_at, pa.timestamp("ms", "UTC")), len(chunk))
    return pa.RecordBatch.from_arrays(
        [
            chunk.event.dictionary_decode(),
            chunk.message_id,
            keys.take(pa.array(place)),
            chunk.session_id,
            chunk.occurred_at,
            received,
            pa.repeat(SOURCE, len(chunk)),
            chunk.context,
            chunk.properties,
        ],
        schema=EVENTS_SCHEMA,
    )
