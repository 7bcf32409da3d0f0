"""Batches on disk that wait for a server that is away."""

from __future__ import annotations

import logging
import os
import time
import uuid
from collections.abc import Sequence
from pathlib import Path

__all__ = ["Spool"]

_log = logging.getLogger("landed_client")
_ENDING = ".jsonl"


class Spool:
    """A folder of batches, oldest first. Several processes may share one.

    Two processes may then send the same batch: landed counts each message id once.

    Args:
        folder: Made when it is missing, for this user's eyes only: events hold personal data.
        max_bytes: How much may wait; more is refused.

    Raises:
        OSError: The folder cannot be made.
    """

    def __init__(self, folder: Path, max_bytes: int) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._max_bytes = max_bytes

    def put(self, lines: Sequence[bytes]) -> bool:
        """Keep a batch; False where there is no room.

        Args:
            lines: Events, each as JSON.
        """
        content = b"\n".join(lines)
        path = self._folder / f"{time.time_ns():020d}-{uuid.uuid4().hex}{_ENDING}"
        partial = path.with_suffix(".partial")
        try:
            if self._size() + len(content) > self._max_bytes:
                return False
            with open(partial, "xb", opener=_privately) as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path)
        except OSError as error:
            _log.warning("the spool cannot be written: %s", error)
            partial.unlink(missing_ok=True)
            return False
        return True

    def waiting(self) -> list[Path]:
        """The batches that wait, oldest first."""
        try:
            return sorted(self._folder.glob(f"*{_ENDING}"))
        except OSError:
            return []

    def read(self, batch: Path) -> list[bytes]:
        """The events of a batch; none where another process was faster.

        Args:
            batch: One of `waiting`.
        """
        try:
            return batch.read_bytes().splitlines()
        except OSError:
            return []

    def remove(self, batch: Path) -> None:
        """Forget a batch that arrived, or never will.

        Args:
            batch: One of `waiting`.
        """
        batch.unlink(missing_ok=True)

    def _size(self) -> int:
        return sum(path.stat().st_size for path in self.waiting())


def _privately(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
