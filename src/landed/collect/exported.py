"""Rows of an export, on their way back into a store."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias
from uuid import UUID

import pyarrow as pa

from landed.collect.decode.fields import is_name
from landed.errors import InvalidInputError, MalformedRequestError
from landed.privacy import TextKeys, digest_subject, has_texts, seal_texts
from landed.store import EVENTS_SCHEMA, Erasable

__all__ = [
    "Row",
    "is_exported",
    "leave_out",
    "people_of",
    "read_events_batch",
    "read_exported_row",
    "seal_rows",
    "to_events_batch",
]

Row: TypeAlias = dict[str, Any]
"""A row of the events table, checked."""

_NAMES: Final = frozenset(EVENTS_SCHEMA.names)


def is_exported(row: Mapping[str, Any] | None) -> bool:
    """Whether a file's first row is one of `landed export`.

    Examples:
        >>> is_exported({"user_id": 7, "event": "goal_set"}), is_exported(None)
        (False, False)
    """
    return row is not None and row.keys() == _NAMES


def read_exported_row(row: Mapping[str, Any] | None) -> Row:
    """Check one row of an export.

    Args:
        row: As JSON Lines, CSV or Parquet hold it; None where it could not be read at all.

    Raises:
        InvalidInputError: It is no such row; the message names the column.
    """
    if row is None or row.keys() != _NAMES:
        names = ", ".join(EVENTS_SCHEMA.names)
        raise InvalidInputError(f"It has not the columns of an export: {names}.")
    made = {}
    for name, value in row.items():
        try:
            made[name] = _reader(name)(value)
        except (ValueError, TypeError):
            raise InvalidInputError(
                f"{name} is no value that an export has.", detail=name
            ) from None
    return made


def to_events_batch(rows: Sequence[Row]) -> pa.RecordBatch:
    """Make a batch of the events table.

    Args:
        rows: Of `read_exported_row`.
    """
    arrays = [
        pa.array([row[field.name] for row in rows], type=field.type) for field in EVENTS_SCHEMA
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=EVENTS_SCHEMA)


def read_events_batch(body: bytes) -> pa.RecordBatch:
    """Read the rows of one Arrow stream.

    Args:
        body: A stream in `EVENTS_SCHEMA`.

    Raises:
        MalformedRequestError: It is none, or has other columns.
    """
    try:
        with pa.ipc.open_stream(body) as stream:
            table = stream.read_all()
        if not table.schema.equals(EVENTS_SCHEMA):
            raise MalformedRequestError("The stream has other columns than the events table.")
        table.validate(full=True)
    except pa.ArrowException as error:
        raise MalformedRequestError(
            "The body is no Arrow stream of events; `landed import` sends one."
        ) from error
    batches = table.combine_chunks().to_batches()
    return batches[0] if batches else to_events_batch([])


def leave_out(batch: pa.RecordBatch, wanted: Erasable) -> pa.RecordBatch:
    """Give the rows but those that people asked to be erased: theirs, and what mentions them.

    Args:
        batch: Rows in `EVENTS_SCHEMA`.
        wanted: Whose rows.
    """
    if not wanted.moments:
        return batch
    columns = (batch[name].to_pylist() for name in _TELLING)
    kept = [not _is_wanted(wanted, *row) for row in zip(*columns, strict=True)]
    return batch.filter(pa.array(kept, pa.bool_()))


def people_of(batch: pa.RecordBatch) -> set[bytes]:
    """Give the pseudonyms of everybody in rows: whose they are, and whom they mention.

    Args:
        batch: Rows in `EVENTS_SCHEMA`.
    """
    mentioned = (_ANYBODY.findall(text) for text in batch["properties"].to_pylist())
    named = {bytes.fromhex(one) for some in mentioned for one in some}
    return {*batch["subject_key"].to_pylist(), *named}


def seal_rows(batch: pa.RecordBatch, texts: TextKeys) -> pa.RecordBatch:
    """Seal what people wrote where an export has it readable; the rest stays as it is.

    Args:
        batch: Rows in `EVENTS_SCHEMA`.
        texts: The keys.

    Raises:
        StateError: Somebody new wrote a text, and the state, which keeps the keys, is away.
    """
    events, people, kept = (
        batch[name].to_pylist() for name in ("event", "subject_key", "properties")
    )
    found = {
        place: value
        for place, (event, text) in enumerate(zip(events, kept, strict=True))
        if has_texts(event, value := _read_object(text), is_restored=True)
    }
    if not found:
        return batch
    keys = texts.make({people[place] for place in found})
    for place, value in found.items():
        person = people[place]
        sealed = seal_texts(events[place], value, person, keys[person], is_restored=True)
        kept[place] = _dense(sealed)
    at = batch.schema.get_field_index("properties")
    return batch.set_column(at, batch.schema.field(at), pa.array(kept, batch.schema.field(at).type))


def _read_object(text: str) -> dict[str, Any]:
    """What a column of JSON says; nothing where it is none, which the store refuses by itself."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _is_wanted(
    wanted: Erasable, key: bytes, occurred_at: datetime, received_at: datetime, properties: str
) -> bool:
    mentioned = (digest_subject(bytes.fromhex(one)) for one in _MENTION.findall(properties))
    digests = [digest_subject(key), *(one for one in mentioned if one in wanted.named)]
    moment = min(occurred_at, received_at)
    return any(moment < wanted.moments[one] for one in digests if one in wanted.moments)


def _reader(name: str) -> Callable[[Any], Any]:
    return _READERS.get(name, _key)


def _event(value: Any) -> str:
    if not is_name(value):
        raise ValueError(value)
    return str(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _key(value: Any) -> bytes:
    return value.bytes if isinstance(value, UUID) else UUID(_text(value)).bytes


def _moment(value: Any) -> datetime:
    found = value if isinstance(value, datetime) else datetime.fromisoformat(_text(value))
    if found.tzinfo is None:
        raise ValueError(value)
    return found.astimezone(UTC)


def _object(value: Any) -> str:
    found = json.loads(value) if isinstance(value, str) else value
    if not isinstance(found, dict):
        raise TypeError(value)
    return _dense(found)


def _dense(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


_TELLING: Final = ("subject_key", "occurred_at", "received_at", "properties")
_MENTION: Final = re.compile(r'"(?:user|previous)_key": ?"([0-9a-f]{32})"')
_ANYBODY: Final = re.compile(r'"(?:user|anonymous|previous|group)_key": ?"([0-9a-f]{32})"')
_READERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "event": _event,
    "source": _text,
    "context": _object,
    "properties": _object,
    "occurred_at": _moment,
    "received_at": _moment,
}
