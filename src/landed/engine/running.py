"""The queries under way: how many may run, and how each can be stopped.

chDB gives no query id of ours to a query, so each one carries a mark in its
`log_comment` setting, by which KILL QUERY finds it from another handle.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final, Literal

from landed.engine.failures import (
    QUERY_WAS_CANCELLED,
    TIMEOUT_EXCEEDED,
    TOO_MANY_SIMULTANEOUS_QUERIES,
    make_error,
)
from landed.engine.types import EngineError

__all__ = ["RunningQueries", "RunningQuery"]

_TICK_SECONDS: Final = 0.05
_AGAIN_SECONDS: Final = 1.0

Reason = Literal["timeout", "disconnect", "shutdown"]


@dataclass(slots=True)
class RunningQuery:
    """One query under way.

    Attributes:
        mark: The unique word in its `log_comment`.
        seconds: Its time limit, or None.
        deadline: When it is killed, on the monotonic clock, or None.
        is_gone: Tells whether its client has gone away.
        reason: Why it was killed; None while it was not.
    """

    mark: str
    seconds: float | None
    deadline: float | None
    is_gone: Callable[[], bool]
    reason: Reason | None = None
    kill_again_at: float = field(default=0.0)

    def reword(self, error: EngineError) -> EngineError:
        """Say why the query was killed instead of only that it was cancelled."""
        if self.reason is None or error.code != QUERY_WAS_CANCELLED:
            return error
        if self.reason == "timeout":
            sentence = f"Timeout exceeded: the limit is max_execution_time = {self.seconds} seconds"
            return make_error(TIMEOUT_EXCEEDED, sentence)
        return make_error(QUERY_WAS_CANCELLED, f"Query was cancelled: {self.reason}")


class RunningQueries:
    """A bounded set of queries and the thread that kills those which must end.

    Args:
        slots: How many queries run at once.
        queue_seconds: How long a further query waits for its turn.
        kill: Runs KILL QUERY for a mark, on a handle of its own.
    """

    def __init__(self, slots: int, queue_seconds: float, kill: Callable[[str], None]) -> None:
        self._slots = threading.Semaphore(slots)
        self._limits = (slots, queue_seconds)
        self._kill = kill
        self._running: dict[str, RunningQuery] = {}
        self._changed = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._watch, name="engine-watch")

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    @contextmanager
    def admit(self, seconds: float | None, is_gone: Callable[[], bool]) -> Iterator[RunningQuery]:
        """Wait for a slot, and hold it while the query runs.

        Args:
            seconds: Time limit of the query.
            is_gone: Tells whether its client has gone away.

        Raises:
            EngineError: No slot came free in time, or the engine is closing.
        """
        self._take_slot()
        grace = None if seconds is None else time.monotonic() + seconds + 0.5
        query = RunningQuery(f"landed-{uuid.uuid4().hex}", seconds, grace, is_gone)
        try:
            with self._changed:
                if self._closing:
                    raise make_error(QUERY_WAS_CANCELLED, "The engine is shutting down")
                self._running[query.mark] = query
                self._changed.notify_all()
            yield query
        finally:
            with self._changed:
                self._running.pop(query.mark, None)
                self._changed.notify_all()
            self._slots.release()

    def _take_slot(self) -> None:
        slots, queue_seconds = self._limits
        if not self._slots.acquire(timeout=queue_seconds):
            sentence = (
                f"Too many simultaneous queries: all {slots} places were taken for "
                f"{queue_seconds:g} seconds; try again later or raise LANDED_ENGINE_THREADS"
            )
            raise make_error(TOO_MANY_SIMULTANEOUS_QUERIES, sentence)

    def close(self, patience_seconds: float) -> bool:
        """Admit no more, kill those under way and wait for them; True if all have ended.

        Args:
            patience_seconds: How long to wait.
        """
        give_up_at = time.monotonic() + patience_seconds
        with self._changed:
            self._closing = True
            self._changed.notify_all()
            while self._running and time.monotonic() < give_up_at:
                self._changed.wait(_TICK_SECONDS)
            ended = not self._running
        self._thread.join(patience_seconds if ended else 0)
        return ended

    def _watch(self) -> None:
        while True:
            with self._changed:
                if self._closing and not self._running:
                    return
                self._changed.wait(_TICK_SECONDS if self._running else None)
                doomed = [query for query in self._running.values() if self._must_end(query)]
            for query in doomed:
                # A kill that fails (no memory left, say) must not end the watch; it is due again.
                with suppress(EngineError):
                    self._kill(query.mark)

    def _must_end(self, query: RunningQuery) -> bool:
        now = time.monotonic()
        if query.reason is None:
            query.reason = self._reason_to_end(query, now)
        if query.reason is None or now < query.kill_again_at:
            return False
        # A query that has not begun yet or is between two steps has to be told again.
        query.kill_again_at = now + _AGAIN_SECONDS
        return True

    def _reason_to_end(self, query: RunningQuery, now: float) -> Reason | None:
        if self._closing:
            return "shutdown"
        if query.deadline is not None and now > query.deadline:
            return "timeout"
        return "disconnect" if query.is_gone() else None
