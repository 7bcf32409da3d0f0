from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from landed.errors import StoreError
from landed.insights import OverviewWatch, parse_period
from tests.unit.insights.overview_rows import NOW, MemoryStore


class Watched:
    def __init__(self) -> None:
        self.now = NOW
        self.store = MemoryStore()
        self.watch = OverviewWatch(self.store, self.clock)

    def clock(self) -> datetime:
        return self.now

    def later(self) -> None:
        self.now += timedelta(seconds=5)


def test_two_looks_at_once_are_one_fetch() -> None:
    seen = Watched()
    first = seen.watch.overview(parse_period({}, NOW), compare=True)
    assert seen.watch.overview(parse_period({}, NOW), compare=True) is first
    seen.watch.close()


def test_while_the_store_is_away_the_last_numbers_stay() -> None:
    seen = Watched()
    good = seen.watch.overview(parse_period({}, NOW), compare=True)
    seen.later()
    seen.store.broken = {"*"}
    kept = seen.watch.overview(parse_period({}, seen.now), compare=True)
    assert kept.totals == good.totals
    assert kept.missing
    other = seen.watch.overview(parse_period({"range": "7"}, seen.now), compare=True)
    assert other.totals is None
    seen.watch.close()


def test_only_some_periods_are_remembered() -> None:
    seen = Watched()
    for day in range(1, 20):
        for month in (9, 10):
            first = f"2026-{month:02}-{day:02}"
            asked = {"range": "custom", "from": first, "to": "2026-11-01"}
            seen.watch.overview(parse_period(asked, NOW), compare=False)
    seen.later()
    seen.store.broken = {"*"}
    oldest = {"range": "custom", "from": "2026-09-01", "to": "2026-11-01"}
    assert seen.watch.overview(parse_period(oldest, NOW), compare=False).totals is None
    seen.watch.close()


def test_freshness_is_shared_and_its_failure_is_told() -> None:
    seen = Watched()
    assert seen.watch.freshness() is seen.watch.freshness()
    seen.later()
    seen.store.broken = {"*"}
    with pytest.raises(StoreError):
        seen.watch.freshness()
    seen.watch.close()
