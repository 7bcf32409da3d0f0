"""Files that hold secrets: whole or not there, readable by their owner only."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from landed.errors import InvalidInputError

__all__ = ["WRAPPED", "is_wrapped", "locked", "read_private", "sync_folder", "write_whole"]

WRAPPED: Final = "landed-wrapped-1:"
"""What a secret begins with that is not in the clear; see `landed.privacy.sealed_keys`."""

_OTHERS: Final = 0o077


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Let one process at a time make keys; the lock goes with the process.

    Args:
        folder: Made with mode 0700 if it is missing.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def read_private(path: Path) -> str:
    """Read a secret that nobody else can read.

    Args:
        path: Of the file.

    Raises:
        InvalidInputError: It cannot be read, or others than its owner can read it too.
    """
    try:
        mode = path.stat().st_mode & 0o777
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        told = error.strerror if isinstance(error, OSError) else "it is no text"
        raise InvalidInputError(
            f"{path} cannot be read ({told}); name a file with a key", detail=str(path)
        ) from None
    if mode & _OTHERS:
        raise InvalidInputError(
            f"{path.name} has mode {mode:04o}; others than its owner must not read it; run "
            f"`chmod 600` on it (and make a new key if somebody may have read it)",
            detail=str(path),
        )
    return text


def is_wrapped(text: str) -> bool:
    """Tell whether what a key file holds is wrapped by the master key.

    Args:
        text: Of the file.
    """
    return text.startswith(WRAPPED)


def write_whole(path: Path, text: str, *, modified_ns: int | None = None) -> None:
    """Write aside, fsync, rename, fsync the folder: whole or not there.

    Args:
        path: Of the file; one that is there is replaced.
        text: The secret; a line break is added.
        modified_ns: When it was changed, in nanoseconds since 1970; None: now.
    """
    aside = path.with_suffix(".new")
    aside.unlink(missing_ok=True)
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text + "\n")
        file.flush()
        if modified_ns is not None:
            os.utime(file.fileno(), ns=(modified_ns, modified_ns))
        os.fsync(file.fileno())
    aside.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make what was renamed in a folder last.

    Args:
        folder: The folder.
    """
    parent = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(parent)
    finally:
        os.close(parent)
