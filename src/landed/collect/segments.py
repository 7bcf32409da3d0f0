"""One spool segment: an append-only Arrow IPC stream in a file.

The file holds exactly the bytes that the store will be given. A commit appends one record
batch and calls `fdatasync` once; what follows the last synced byte was never acknowledged,
so a torn tail is cut off when the folder is opened again.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path
from typing import Final

import pyarrow as pa

__all__ = [
    "OPEN_SUFFIX",
    "SEALED_SUFFIX",
    "UNREADABLE_SUFFIX",
    "OpenSegment",
    "recover_segment",
    "sync_folder",
]

OPEN_SUFFIX: Final = ".open"
SEALED_SUFFIX: Final = ".arrows"
UNREADABLE_SUFFIX: Final = ".unreadable"
_END_OF_STREAM: Final = b"\xff\xff\xff\xff\x00\x00\x00\x00"


class OpenSegment:
    """The segment that is being appended to. Not thread-safe: one owner.

    Args:
        folder: The lane's folder; it exists.
        number: Position in the lane; the name adds random digits, so that no name and
            no insert token is ever used twice, whatever was deleted before.
        schema: Schema of the lane's table.

    Raises:
        OSError: The disk is full or the folder cannot be written.
    """

    def __init__(self, folder: Path, number: int, schema: pa.Schema) -> None:
        self.name = f"{number:012d}-{secrets.token_hex(4)}"
        self._path = folder / (self.name + OPEN_SUFFIX)
        self._fd = os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        self.size = 0
        self.rows = 0
        try:
            self._write(schema.serialize())
            sync_folder(folder)
        except OSError:
            self.discard()
            raise

    def append(self, batch: pa.RecordBatch) -> None:
        """Append one batch and sync it; on failure the file is as it was before.

        Raises:
            OSError: The bytes could not be written or synced; nothing of them is kept.
        """
        good = self.size
        try:
            self._write(batch.serialize())
        except OSError:
            # If even the truncation fails, recovery cuts the torn tail at the next start.
            with contextlib.suppress(OSError):
                os.ftruncate(self._fd, good)
                os.lseek(self._fd, good, os.SEEK_SET)
            self.size = good
            raise
        self.rows += batch.num_rows

    def seal(self) -> Path:
        """Close the stream and give the file its final name; it takes no more rows."""
        # A segment without its end marker is readable too: a full disk must not stop sealing.
        with contextlib.suppress(OSError):
            os.write(self._fd, _END_OF_STREAM)
        os.close(self._fd)
        sealed = self._path.with_suffix(SEALED_SUFFIX)
        self._path.rename(sealed)
        return sealed

    def discard(self) -> None:
        """Close and delete the file; for a segment that holds no acknowledged row."""
        os.close(self._fd)
        self._path.unlink(missing_ok=True)

    def _write(self, payload: pa.Buffer) -> None:
        view = memoryview(payload)
        while view:
            view = view[os.write(self._fd, view) :]
        os.fdatasync(self._fd)
        self.size += payload.size


def recover_segment(path: Path, schema: pa.Schema) -> Path | None:
    """Seal a segment that a dead process left open, its torn tail cut off.

    Returns:
        The sealed file, or None when no whole batch was in it (the file is removed).
    """
    good, rows = _good_prefix(path, schema)
    if not rows:
        path.unlink()
        return None
    with path.open("r+b") as file:
        file.truncate(good)
        os.fsync(file.fileno())
    sealed = path.with_suffix(SEALED_SUFFIX)
    path.rename(sealed)
    sync_folder(path.parent)
    return sealed


def _good_prefix(path: Path, schema: pa.Schema) -> tuple[int, int]:
    good = rows = 0
    with (
        pa.OSFile(str(path), "rb") as file,
        contextlib.suppress(pa.ArrowException, EOFError, OSError),
    ):
        found = pa.ipc.read_schema(pa.ipc.read_message(file))
        if found != schema:
            return 0, 0
        good = file.tell()
        while True:
            batch = pa.ipc.read_record_batch(pa.ipc.read_message(file), schema)
            batch.validate(full=True)
            good = file.tell()
            rows += batch.num_rows
    return good, rows


def sync_folder(folder: Path) -> None:
    """Make new names in a folder durable."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
