"""Rows of history files: JSON Lines, CSV and Parquet, one at a time."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from landed.errors import InvalidInputError

__all__ = ["FORMATS", "count_rows", "file_fingerprint", "read_rows"]

FORMATS = (".jsonl", ".csv", ".parquet")
_BATCH_ROWS = 10_000


def read_rows(path: Path) -> Iterator[dict[str, Any] | None]:
    """Yield each row as a dict; None for a line that cannot be read at all.

    Raises:
        InvalidInputError: The file is missing, or of a format that is not known.
    """
    readers = {".jsonl": _json_lines, ".csv": _csv, ".parquet": _parquet}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise InvalidInputError(f"{path.name}: the ending must be one of {', '.join(FORMATS)}.")
    try:
        yield from reader(path)
    except OSError as error:
        raise InvalidInputError(f"{path}: {error.strerror or error}.") from error
    except pa.ArrowException as error:
        raise InvalidInputError(f"{path.name} is no readable Parquet file.") from error


def _json_lines(path: Path) -> Iterator[dict[str, Any] | None]:
    decode = msgspec.json.Decoder(dict[str, Any]).decode
    with path.open("rb") as file:
        for line in file:
            if not line.strip():
                continue
            try:
                yield decode(line)
            except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
                yield None


def _csv(path: Path) -> Iterator[dict[str, Any] | None]:
    with path.open(newline="", encoding="utf-8", errors="replace") as file:
        rows = csv.DictReader(file)
        while True:
            try:
                row = next(rows)
            except StopIteration:
                return
            except csv.Error:
                yield None
                continue
            yield None if None in row or None in row.values() else dict(row)


def _parquet(path: Path) -> Iterator[dict[str, Any] | None]:
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=_BATCH_ROWS):
            yield from batch.to_pylist()


def count_rows(path: Path) -> int:
    """Count rows for a progress bar: exact for Parquet, lines for the others."""
    if path.suffix.lower() == ".parquet":
        return int(pq.read_metadata(path).num_rows)
    with path.open("rb") as file:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))


def file_fingerprint(path: Path) -> str:
    """Name a file by its bytes, so that an import that is run again is recognised.

    Raises:
        InvalidInputError: The file cannot be read.
    """
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            for chunk in iter(lambda: file.read(1 << 20), b""):
                digest.update(chunk)
    except OSError as error:
        raise InvalidInputError(f"{path}: {error.strerror}.") from error
    return digest.hexdigest()[:32]
