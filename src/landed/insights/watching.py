"""The overview as many people watch it: shared, brief, and never worse than last time."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Final

from landed.insights.brief import BriefCache
from landed.insights.overview import fetch_freshness, fetch_overview, keep_known
from landed.insights.period import Period
from landed.insights.types import Freshness, Overview, OverviewQueries

__all__ = ["OverviewWatch"]

_KEEP: Final = timedelta(seconds=0.4)
_WORKERS: Final = 4
_REMEMBERED: Final = 32

_Key = tuple[date, date, bool]


class OverviewWatch:
    """Answer everyone who looks at the overview of one store.

    Keep one per application and close it at the end. Answers are shared for about half a second;
    when the store is away, the last numbers of the same days stand in for the missing ones.

    Args:
        store: The store.
        clock: The time, aware.
    """

    def __init__(self, store: OverviewQueries, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix="overview")
        self._overviews: BriefCache[Overview] = BriefCache(_KEEP, clock)
        self._freshness: BriefCache[Freshness] = BriefCache(_KEEP, clock)
        self._last: OrderedDict[_Key, Overview] = OrderedDict()

    def overview(self, period: Period, *, compare: bool) -> Overview:
        """Return the overview of a period, at most about half a second old.

        Args:
            period: The days to show.
            compare: Also the period before.
        """
        key = (period.first_on, period.last_on, compare)
        return self._overviews.get(key, lambda: self._fetch(key, period, compare=compare))

    def freshness(self) -> Freshness:
        """Return how far the events reach, at most about half a second old.

        Raises:
            StoreError: The store cannot be reached.
            QueryError: The store refused the query.
        """
        return self._freshness.get("freshness", lambda: fetch_freshness(self._store))

    def close(self) -> None:
        """End the threads; queries that have not begun are dropped."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _fetch(self, key: _Key, period: Period, *, compare: bool) -> Overview:
        fresh = fetch_overview(self._store, period, self._clock(), pool=self._pool, compare=compare)
        last = self._last.get(key)
        if fresh.missing and last is not None:
            return keep_known(fresh, last)
        if not fresh.missing:
            self._last[key] = fresh
            while len(self._last) > _REMEMBERED:
                self._last.popitem(last=False)
        return fresh
