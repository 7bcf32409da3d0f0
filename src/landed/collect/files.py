"""Rows of history files: JSON Lines, CSV and Parquet, one at a time."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from landed.errors import InvalidInputError

__all__ = ["FORMATS", "count_rows", "file_fingerprint", "read_rows"]

FORMATS = (".jsonl", ".csv", ".parquet")
_BATCH_ROWS = 10_000
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read_rows(path: Path) -> Iterator[dict[str, Any] | None]:
    """Yield each row as a dict; None for a line that cannot be read at all.

    Raises:
        InvalidInputError: The file is missing, or of a format that is not known.
    """
    readers = {".jsonl": _json_lines, ".csv": _csv, ".parquet": _parquet}
    with _explained(path):
        yield from readers[_format(path)](path)


def _format(path: Path) -> str:
    ending = path.suffix.lower()
    if ending not in FORMATS:
        raise InvalidInputError(f"{path.name}: the ending must be one of {', '.join(FORMATS)}.")
    return ending


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InvalidInputError(f"{path}: {error.strerror or error}.") from error
    except pa.ArrowException as error:
        raise InvalidInputError(f"{path.name} is no readable Parquet file.") from error


def _json_lines(path: Path) -> Iterator[dict[str, Any] | None]:
    decode = msgspec.json.Decoder(dict[str, Any]).decode
    with path.open("rb") as file:
        for line in file:
            text = line.removeprefix(_BYTE_ORDER_MARK).strip()
            if not text:
                continue
            try:
                yield decode(text)
            except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
                yield None


def _csv(path: Path) -> Iterator[dict[str, Any] | None]:
    # Spreadsheets write a byte order mark before the first column's name.
    with path.open(newline="", encoding="utf-8-sig", errors="replace") as file:
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
    """Count rows for a progress bar: exact for Parquet, lines for the others.

    Raises:
        InvalidInputError: The file cannot be read, or is of a format that is not known.
    """
    with _explained(path):
        if _format(path) == ".parquet":
            return int(pq.read_metadata(path).num_rows)
        with path.open("rb") as file:
            return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))


def file_fingerprint(path: Path) -> str:
    """Name a file by its bytes, so that an import that is run again is recognised.

    Raises:
        InvalidInputError: The file cannot be read.
    """
    digest = hashlib.sha256()
    with _explained(path), path.open("rb") as file:
        for chunk in iter(lambda: file.read(1 << 20), b""):
            digest.update(chunk)
    return digest.hexdigest()[:32]
