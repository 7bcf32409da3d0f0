"""Rows of history files: JSON Lines, CSV and Parquet, one at a time."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from landed.errors import InvalidInputError
from landed.privacy import SEALED_ENDING, FileSecret, open_sealed

__all__ = ["FORMATS", "count_rows", "file_fingerprint", "read_rows"]

FORMATS = (".jsonl", ".csv", ".parquet")
_BATCH_ROWS = 10_000
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read_rows(path: Path, secret: FileSecret | None = None) -> Iterator[dict[str, Any] | None]:
    """Yield each row as a dict; None for a line that cannot be read at all.

    Args:
        path: Of the file.
        secret: What opens it, if it is encrypted.

    Raises:
        InvalidInputError: The file is missing, of a format that is not known, or does not open.
    """
    readers = {".jsonl": _json_lines, ".csv": _csv, ".parquet": _parquet}
    read = readers[_format(path)]
    with _explained(path), _opened(path, secret) as file:
        yield from read(file)


def _opened(path: Path, secret: FileSecret | None) -> BinaryIO:
    return path.open("rb") if secret is None else open_sealed(path, secret)


def _format(path: Path) -> str:
    ending = Path(path.name.removesuffix(SEALED_ENDING)).suffix.lower()
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


def _json_lines(file: BinaryIO) -> Iterator[dict[str, Any] | None]:
    decode = msgspec.json.Decoder(dict[str, Any]).decode
    for line in file:
        text = line.removeprefix(_BYTE_ORDER_MARK).strip()
        if not text:
            continue
        try:
            yield decode(text)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
            yield None


def _csv(file: BinaryIO) -> Iterator[dict[str, Any] | None]:
    # Spreadsheets write a byte order mark before the first column's name.
    with io.TextIOWrapper(file, "utf-8-sig", errors="replace", newline="") as lines:
        rows = csv.DictReader(lines)
        while True:
            try:
                row = next(rows)
            except StopIteration:
                return
            except csv.Error:
                yield None
                continue
            yield None if None in row or None in row.values() else dict(row)


def _parquet(file: BinaryIO) -> Iterator[dict[str, Any] | None]:
    with pq.ParquetFile(file) as table:
        for batch in table.iter_batches(batch_size=_BATCH_ROWS):
            yield from batch.to_pylist()


def count_rows(path: Path, secret: FileSecret | None = None) -> int:
    """Count rows for a progress bar: exact for Parquet, lines for the others.

    Args:
        path: Of the file.
        secret: What opens it, if it is encrypted.

    Raises:
        InvalidInputError: The file cannot be read, or is of a format that is not known.
    """
    ending = _format(path)
    with _explained(path), _opened(path, secret) as file:
        if ending == ".parquet":
            return int(pq.read_metadata(file).num_rows)
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
