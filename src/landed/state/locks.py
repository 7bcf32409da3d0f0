"""Locks that hold across the servers of an installation, for as long as their holder lives.

On PostgreSQL they are advisory locks of a connection of their own, on SQLite a lock on an empty
file beside the database. No row and no table is locked: they keep nobody waiting who does not ask
for the same lock, so that they may be held while the store works for minutes.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol

from sqlalchemy import Connection, Engine, func, select

__all__ = ["Presence", "waiting_for"]

_LOOK_SECONDS: Final = 0.05
_MODES: Final = {False: fcntl.LOCK_EX, True: fcntl.LOCK_SH}


class _Hold(Protocol):
    """Somebody's place at a lock; the lock goes with it."""

    def take(self, *, shared: bool) -> bool:
        """Take the lock; one that is held already changes into this kind."""
        ...

    def is_good(self) -> bool:
        """Whether what was taken is still held."""
        ...

    def close(self) -> None:
        """Give everything back."""
        ...


class Presence:
    """Tells others who share the state that this process works on it.

    Safe to share between threads.

    Args:
        engine: Of the state.
        name: Of the lock.
    """

    def __init__(self, engine: Engine, name: str) -> None:
        self._open: Callable[[], _Hold] = lambda: _hold_of(engine, name)
        self._one_at_a_time = threading.Lock()
        self._held: _Hold | None = None
        self._is_over = False

    def keep(self) -> bool:
        """Be present; again it makes sure of it, since a connection can be lost.

        Returns:
            False where somebody else wants to be alone now.
        """
        with self._one_at_a_time:
            if self._held is not None and not self._held.is_good():
                self._leave()
            if self._held is None and not self._is_over:
                self._held = _taken(self._open(), shared=True)
            return self._held is not None or self._is_over

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Keep others from coming; gives False, and keeps nobody, where somebody else is present.

        It must be present itself before, and is not after it, until `keep` is called again.
        """
        with self._one_at_a_time:
            held = self._held
            is_alone = held is not None and held.is_good() and held.take(shared=False)
            try:
                yield is_alone
            finally:
                self._leave()

    def leave(self) -> None:
        """Be present no longer, for good: a thread that is late does not come back."""
        with self._one_at_a_time:
            self._is_over = True
            self._leave()

    def _leave(self) -> None:
        if self._held is not None:
            self._held.close()
            self._held = None


@contextmanager
def waiting_for(engine: Engine, name: str, seconds: float) -> Iterator[bool]:
    """Hold a lock that one thread of one server has at a time; gives False where it was in vain.

    Args:
        engine: Of the state.
        name: Of the lock.
        seconds: How long to wait for whoever has it.
    """
    hold, end = _hold_of(engine, name), time.monotonic() + seconds
    try:
        while not (is_taken := hold.take(shared=False)) and time.monotonic() < end:
            time.sleep(_LOOK_SECONDS)
        yield is_taken
    finally:
        hold.close()


def _taken(hold: _Hold, *, shared: bool) -> _Hold | None:
    if hold.take(shared=shared):
        return hold
    hold.close()
    return None


def _hold_of(engine: Engine, name: str) -> _Hold:
    if engine.dialect.name == "sqlite":
        return _FileHold(Path(f"{engine.url.database}.{name}.lock"))
    return _SessionHold(engine, name)


class _FileHold:
    """A lock on a file, which the system gives back when the process ends."""

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def take(self, *, shared: bool) -> bool:
        try:
            fcntl.flock(self._handle, _MODES[shared] | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def is_good(self) -> bool:
        return True

    def close(self) -> None:
        os.close(self._handle)


class _SessionHold:
    """An advisory lock of a connection that is out of the pool: closed, it holds nothing."""

    def __init__(self, engine: Engine, name: str) -> None:
        whole = hashlib.sha256(f"landed:{name}".encode()).digest()
        self._number = int.from_bytes(whole[:8], signed=True)
        self._connection: Connection = engine.connect().execution_options(
            isolation_level="AUTOCOMMIT"
        )
        self._connection.detach()

    def take(self, *, shared: bool) -> bool:
        ask = func.pg_try_advisory_lock_shared if shared else func.pg_try_advisory_lock
        return bool(self._connection.scalar(select(ask(self._number))))

    def is_good(self) -> bool:
        try:
            self._connection.scalar(select(1))
        except Exception:  # noqa: BLE001 - whatever it is, the lock is not known to be held
            return False
        return True

    def close(self) -> None:
        self._connection.close()
