"""Rows of the two tables, and their record batches.

A row is a plain tuple in the order of its table's schema: the cheapest thing Python has.
Times are integers, milliseconds since 1970 in UTC; ids are 16 bytes; JSON is bytes or text.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any, Final, TypeAlias

import pyarrow as pa

from landed.store.tables import EVENTS_SCHEMA, QUARANTINE_SCHEMA

__all__ = ["SCHEMAS", "EventRow", "Lane", "QuarantineRow", "build_batch"]

# event, message_id, subject_key, session_id, occurred_at, received_at, source, context, properties
EventRow: TypeAlias = tuple[str, bytes, bytes, bytes, int, int, str, str | bytes, str | bytes]
# quarantine_id, received_at, source, event, path, reason, content
QuarantineRow: TypeAlias = tuple[bytes, int, str, str, str, str, str | bytes]
Lane: TypeAlias = str

SCHEMAS: Final[dict[Lane, pa.Schema]] = {"events": EVENTS_SCHEMA, "quarantine": QUARANTINE_SCHEMA}


def build_batch(
    rows: Sequence[EventRow] | Sequence[QuarantineRow], schema: pa.Schema
) -> pa.RecordBatch:
    """Turn row tuples into one record batch of the table's schema.

    Examples:
        >>> row = (bytes(16), 1_700_000_000_000, "segment", "", "$.event", "missing", "{}")
        >>> build_batch([row], QUARANTINE_SCHEMA).num_rows
        1
    """
    columns = zip(*rows, strict=True)
    arrays = [_array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _array(column: Sequence[Any], kind: pa.DataType) -> pa.Array:
    if pa.types.is_timestamp(kind):
        return _over(array("q", column), len(column), kind)
    if pa.types.is_fixed_size_binary(kind):
        if set(map(len, column)) != {kind.byte_width}:
            raise pa.ArrowInvalid(f"An id does not have {kind.byte_width} bytes.")
        return _over(b"".join(column), len(column), kind)
    return pa.array(column, kind)


def _over(values: bytes | array[int], count: int, kind: pa.DataType) -> pa.Array:
    """An array right over the values' memory: pyarrow's own way in costs twice as much.

    Nothing is checked: the values must be as many, and as wide, as is said.
    """
    return pa.Array.from_buffers(kind, count, [None, pa.py_buffer(values)])
