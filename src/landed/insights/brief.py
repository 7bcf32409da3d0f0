"""Answers kept for a moment, each made by one caller while the others wait for it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Final, Generic, TypeVar

__all__ = ["BriefCache"]

T = TypeVar("T")

_CHEAP: Final = timedelta(seconds=0.5)
_COST_FACTOR: Final = 2
_LONGEST: Final = timedelta(seconds=30)


@dataclass(slots=True)
class _Entry(Generic[T]):
    started_at: datetime
    answer: Future[T]
    good_until: datetime | None = None


class BriefCache(Generic[T]):
    """Keep answers for a moment, so that a hundred viewers cost one query.

    The first caller of a key makes the answer; those who come meanwhile wait for the same
    one. A dear answer is kept for twice as long as it took beyond half a second (30 s at
    most), so that watching leaves room for other work. Failures are not kept.

    Args:
        keep: How long an answer is good at least.
        clock: The time, aware.
        size: How many keys are held.

    Examples:
        >>> from datetime import UTC
        >>> noon = datetime(2025, 11, 20, 12, tzinfo=UTC)
        >>> cache: BriefCache[int] = BriefCache(timedelta(seconds=1), lambda: noon)
        >>> cache.get("a", lambda: 1), cache.get("a", lambda: 2)
        (1, 1)
    """

    def __init__(self, keep: timedelta, clock: Callable[[], datetime], *, size: int = 64) -> None:
        self._keep = keep
        self._clock = clock
        self._size = size
        self._lock = Lock()
        self._entries: OrderedDict[Hashable, _Entry[T]] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the kept answer, or make it.

        Args:
            key: What the answer is to.
            make: Makes it; its error goes to every caller who waited.
        """
        entry, is_ours = self._claim(key)
        if is_ours:
            self._fill(key, entry, make)
        return entry.answer.result()

    def clear(self) -> None:
        """Forget every answer; those that are being made are given to who waits, and not kept."""
        with self._lock:
            self._entries.clear()

    def _claim(self, key: Hashable) -> tuple[_Entry[T], bool]:
        now = self._clock()
        with self._lock:
            entry = self._entries.get(key)
            if entry is not None and (entry.good_until is None or now < entry.good_until):
                return entry, False
            entry = _Entry(started_at=now, answer=Future())
            self._entries[key] = entry
            self._entries.move_to_end(key)
            while len(self._entries) > self._size:
                self._entries.popitem(last=False)
            return entry, True

    def _fill(self, key: Hashable, entry: _Entry[T], make: Callable[[], T]) -> None:
        try:
            answer = make()
        except BaseException as error:  # noqa: BLE001 - it is raised in every waiting thread
            self._forget(key, entry)
            entry.answer.set_exception(error)
        else:
            ended_at = self._clock()
            cost = (ended_at - entry.started_at - _CHEAP) * _COST_FACTOR
            entry.good_until = ended_at + max(self._keep, min(cost, _LONGEST))
            entry.answer.set_result(answer)

    def _forget(self, key: Hashable, entry: _Entry[T]) -> None:
        with self._lock:
            if self._entries.get(key) is entry:
                del self._entries[key]
