"""One spool segment: an append-only Arrow IPC stream in a file.

The file holds exactly the bytes that the store will be given, or where there is a vault these
bytes in encrypted frames. A commit appends one record batch and calls `fdatasync` once; what
follows the last synced byte was never acknowledged, so a torn tail is cut off when the folder is
opened again.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path
from typing import Final

import pyarrow as pa

from landed.collect.frames import (
    HEAD_BYTES,
    FrameWriter,
    check_head,
    is_sealed,
    read_frames,
)
from landed.privacy import Vault

__all__ = [
    "OPEN_SUFFIX",
    "SEALED_SUFFIX",
    "UNREADABLE_SUFFIX",
    "OpenSegment",
    "check_segment",
    "read_segment",
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
        vault: Its keys encrypt the segment; None: it is written in the clear.

    Raises:
        OSError: The disk is full or the folder cannot be written.
    """

    def __init__(
        self, folder: Path, number: int, schema: pa.Schema, vault: Vault | None = None
    ) -> None:
        self.name = f"{number:012d}-{secrets.token_hex(4)}"
        self._path = folder / (self.name + OPEN_SUFFIX)
        self._fd = os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        self._frames = None if vault is None else FrameWriter(vault)
        self.size = 0
        self.rows = 0
        try:
            if self._frames is not None:
                self._put(self._frames.head)
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
        # Where its frames tell what is whole, the reader adds the marker.
        if self._frames is None:
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
        self._put(self._framed(payload))
        os.fdatasync(self._fd)

    def _framed(self, payload: pa.Buffer) -> pa.Buffer | bytes:
        if self._frames is None:
            return payload
        return self._frames.seal(memoryview(payload).cast("B"), place=self.size)

    def _put(self, payload: pa.Buffer | bytes) -> None:
        view = memoryview(payload)
        size = len(view)
        while view:
            view = view[os.write(self._fd, view) :]
        self.size += size


def recover_segment(path: Path, schema: pa.Schema, vault: Vault | None = None) -> Path | None:
    """Seal a segment that a dead process left open, its torn tail cut off.

    Returns:
        The sealed file, or None when no whole batch was in it (the file is removed).

    Raises:
        InvalidInputError: It is encrypted with a key that is not in the vault.
    """
    good, rows = _good_prefix(path, schema, vault)
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


def read_segment(path: Path, vault: Vault | None) -> bytes:
    """Read the stream that a sealed segment holds, for the store.

    Args:
        path: Of the file.
        vault: The keys at hand.

    Raises:
        InvalidInputError: It is encrypted with a key that is not in the vault.
        ValueError: It is encrypted, and its bytes are not those that were written.
    """
    whole = path.read_bytes()
    if not is_sealed(whole):
        return whole
    end, pieces = HEAD_BYTES, []
    for piece, place in read_frames(whole, vault):
        pieces.append(piece)
        end = place
    if end != len(whole):
        raise ValueError(f"the segment is damaged after byte {end}")
    return b"".join([*pieces, _END_OF_STREAM])


def check_segment(path: Path, vault: Vault | None) -> None:
    """See that a sealed segment can be read with the keys at hand.

    Args:
        path: Of the file.
        vault: The keys.

    Raises:
        InvalidInputError: Its key is not among them.
    """
    with path.open("rb") as file:
        check_head(file.read(HEAD_BYTES), vault)


def _good_prefix(path: Path, schema: pa.Schema, vault: Vault | None) -> tuple[int, int]:
    whole = path.read_bytes()
    if is_sealed(whole):
        return _good_frames(whole, schema, vault)
    return _good_batches(whole, schema)


def _good_frames(whole: bytes, schema: pa.Schema, vault: Vault | None) -> tuple[int, int]:
    """A frame is whole or not there, as its cipher tells, and holds what was once a batch."""
    frames = [*read_frames(whole, vault)]
    _, rows = _good_batches(b"".join(piece for piece, _ in frames), schema)
    return (frames[-1][1] if rows else 0), rows


def _good_batches(whole: bytes, schema: pa.Schema) -> tuple[int, int]:
    good = rows = 0
    with (
        pa.BufferReader(whole) as file,
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
