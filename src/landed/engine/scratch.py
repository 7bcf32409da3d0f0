"""Where the engine's process puts what must lie in a file for a moment.

In a folder; or, where the store is encrypted, in files that exist in memory only and have no name
on any disk.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from landed.engine.failures import NOT_IMPLEMENTED, make_error

__all__ = ["FolderScratch", "MemoryScratch", "Scratch"]


class Scratch(Protocol):
    """Gives a file for a moment."""

    def file(self) -> AbstractContextManager[Path]:
        """Give the path of an empty or new file; what is in it goes with the context."""
        ...


class FolderScratch:
    """Files in a folder, for results of any size.

    Args:
        folder: Of the data folder; emptied at each start.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def file(self) -> Iterator[Path]:
        """Give a path on the disk."""
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            yield Path(folder) / "data"


class MemoryScratch:
    """Files in memory: nothing of them reaches a disk, unless the machine swaps.

    Raises:
        EngineError: From the start, where the system has no such files.

    Examples:
        >>> with MemoryScratch().file() as path:
        ...     _ = path.write_bytes(b"for a moment")
        ...     path.read_bytes()
        b'for a moment'
    """

    def __init__(self) -> None:
        if not hasattr(os, "memfd_create"):
            raise make_error(
                NOT_IMPLEMENTED,
                "An encrypted store needs files in memory, which Linux has and this system has not",
            )

    @contextmanager
    def file(self) -> Iterator[Path]:
        """Give a path that leads to memory."""
        handle = os.memfd_create("landed")
        try:
            yield Path(f"/proc/self/fd/{handle}")
        finally:
            os.close(handle)
