"""Columns of one kind of event, and how they become JSON text, column by column.

Rendering works on whole columns: a properties object is the element-wise join of literal
text and of columns cast to text, so no Python runs per row.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from landed.demo.identifiers import NONE

__all__ = [
    "Column",
    "Frame",
    "Maybe",
    "Tagged",
    "Words",
    "concat_frames",
    "frame",
    "render",
    "select_column",
]

Array = npt.NDArray[Any]


class Words(msgspec.Struct, frozen=True):
    """A column of few distinct JSON values: a pool and a code per row."""

    pool: pa.StringArray
    codes: Array

    @classmethod
    def of(cls, values: Sequence[Any], codes: Array) -> Words:
        """Take `values[code]` per row; a tuple among the values becomes a JSON array."""
        return cls(_pool(tuple(values)), codes)


class Tagged(msgspec.Struct, frozen=True):
    """A column of ids such as `job-17`: a tag and a number per row."""

    tag: str
    numbers: Array


class Maybe(msgspec.Struct, frozen=True):
    """A column that only some rows carry; it must not be an object's first field."""

    column: Array | Words | Tagged
    present: npt.NDArray[np.bool_]


Column = Array | Words | Tagged | Maybe | str | int | float | bool


class Frame(msgspec.Struct, frozen=True):
    """Some events of one kind, still as numbers.

    Attributes:
        event: The name of all of them.
        person: Index of the person (see `Population`).
        session: Running number of the session, or `NONE`.
        at: UTC milliseconds.
        context: Index into the pool of contexts.
        columns: The properties; a plain value is the same for all rows.
    """

    event: str
    person: Array
    session: Array
    at: Array
    context: Array
    columns: Mapping[str, Column]

    def __len__(self) -> int:
        """How many events the frame holds."""
        return len(self.at)

    def select(self, rows: Array) -> Frame:
        """Keep the rows of a mask or of indices."""
        columns = {name: select_column(column, rows) for name, column in self.columns.items()}
        return Frame(
            self.event,
            self.person[rows],
            self.session[rows],
            self.at[rows],
            self.context[rows],
            columns,
        )


def frame(
    event: str,
    person: Array,
    at: Array,
    columns: Mapping[str, Column],
    *,
    session: Array | None = None,
    context: Array | None = None,
) -> Frame:
    """Make a frame; without a session its events have none, without a context an empty one."""
    absent = np.full(len(at), NONE, dtype=np.int64)
    return Frame(
        event,
        person,
        absent if session is None else session,
        at,
        np.zeros(len(at), dtype=np.int64) if context is None else context,
        columns,
    )


@lru_cache(maxsize=256)
def _pool(values: tuple[Any, ...]) -> pa.StringArray:
    """One Arrow array per vocabulary, so that frames with the same words share it."""
    return pa.array([json.dumps(value, ensure_ascii=False) for value in values], pa.string())


def select_column(column: Column, rows: Array) -> Column:
    """Keep the rows of a mask or of indices; a plain value stays as it is."""
    match column:
        case Words(pool, codes):
            return Words(pool, codes[rows])
        case Tagged(tag, numbers):
            return Tagged(tag, numbers[rows])
        case Maybe(inner, present):
            kept = select_column(inner, rows)
            return Maybe(kept, present[rows])  # type: ignore[arg-type]  # an array-like stays one
        case np.ndarray():
            return column[rows]
    return column


def _shape(column: Column) -> object:
    """What two frames must have in common to be rendered in one go."""
    match column:
        case Words(pool, _):
            return id(pool)
        case Tagged(tag, _):
            return tag
        case Maybe(inner, _):
            return ("maybe", _shape(inner))
        case np.ndarray():
            return column.dtype
    return json.dumps(column)


def concat_frames(frames: Sequence[Frame]) -> list[Frame]:
    """Join the frames that share event, fields and vocabularies; the order stays."""
    groups: dict[object, list[Frame]] = {}
    for part in frames:
        fields = tuple((name, _shape(column)) for name, column in part.columns.items())
        groups.setdefault((part.event, fields), []).append(part)
    return [_concat_same(group) for group in groups.values()]


def _concat_same(frames: Sequence[Frame]) -> Frame:
    columns = {
        name: _concat_columns([part.columns[name] for part in frames]) for name in frames[0].columns
    }
    return Frame(
        frames[0].event,
        np.concatenate([part.person for part in frames]),
        np.concatenate([part.session for part in frames]),
        np.concatenate([part.at for part in frames]),
        np.concatenate([part.context for part in frames]),
        columns,
    )


def _concat_columns(columns: Sequence[Any]) -> Column:
    first = columns[0]
    match first:
        case Words(pool, _):
            return Words(pool, np.concatenate([column.codes for column in columns]))
        case Tagged(tag, _):
            return Tagged(tag, np.concatenate([column.numbers for column in columns]))
        case Maybe(_, _):
            inner: Any = _concat_columns([column.column for column in columns])
            return Maybe(inner, np.concatenate([column.present for column in columns]))
        case np.ndarray():
            return np.concatenate(columns)
    constant: Column = first
    return constant


def render(part: Frame) -> pa.StringArray:
    """Write the properties of each row as JSON text.

    Examples:
        >>> columns = {"score": np.array([7.5]), "tier": "stretch"}
        >>> part = frame("x", np.array([0]), np.array([0]), columns)
        >>> render(part).to_pylist()
        ['{"score":7.5,"tier":"stretch"}']
    """
    pieces: list[Any] = []
    text = "{"
    for place, (name, column) in enumerate(part.columns.items()):
        label = f'{"," if place else ""}"{name}":'
        if isinstance(column, Maybe):
            pieces += [text, _optional(label, column)]
            text = ""
            continue
        before, values, after = _written(column)
        text += label + before
        if values is not None:
            pieces += [text, values]
            text = ""
        text += after
    pieces.append(text + "}")
    return _joined(pieces, len(part))


def _written(column: Column) -> tuple[str, pa.Array | None, str]:
    """A column as literal text before it, its values as text, and literal text after it."""
    match column:
        case Words(pool, codes):
            return "", pool.take(pa.array(codes)), ""
        case Tagged(tag, numbers):
            return f'"{tag}-', pc.cast(pa.array(numbers), pa.string()), '"'
        case np.ndarray():
            return "", pc.cast(pa.array(column), pa.string()), ""
    return json.dumps(column), None, ""


def _optional(label: str, column: Maybe) -> pa.Array:
    before, values, after = _written(column.column)
    joined = _joined([label + before, values, after], len(column.present))
    return pc.if_else(pa.array(column.present), joined, "")


def _joined(pieces: Sequence[Any], rows: int) -> pa.StringArray:
    if not any(isinstance(piece, pa.Array) for piece in pieces):
        return pa.repeat("".join(pieces), rows)
    return pc.binary_join_element_wise(*pieces, "")
