"""The market: the same bytes for the same seed, the wanted size, nothing outside its time."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from landed.demo import Market, MarketConfig, MarketEvents, simulate, truth
from landed.errors import InvalidInputError
from landed.events import PLAN, check

END = datetime(2026, 3, 18, 10, 30, tzinfo=UTC)


def config(seed: int = 1, days: int = 30, events: int = 20_000) -> MarketConfig:
    return MarketConfig(end=END, seed=seed, days=days, events=events)


def text_of(slices: Iterator[MarketEvents]) -> list[tuple[Any, ...]]:
    return [
        row
        for part in slices
        for row in zip(
            *(getattr(part, name).to_pylist() for name in MarketEvents.__struct_fields__),
            strict=True,
        )
    ]


def test_the_same_seed_gives_the_same_events_and_the_same_truth() -> None:
    assert text_of(simulate(config())) == text_of(simulate(config()))
    assert truth(config()) == truth(config())


def test_a_market_can_be_played_twice() -> None:
    market = Market(config(events=3_000))
    assert text_of(market.slices()) == text_of(market.slices())


def test_another_seed_gives_another_market() -> None:
    first, second = text_of(simulate(config(seed=1))), text_of(simulate(config(seed=2)))
    assert first != second
    assert not {row[3] for row in first} & {row[3] for row in second}


@pytest.mark.parametrize(
    ("days", "events"),
    [(1, 10_000), (7, 1_000), (7, 60_000), (90, 1_000), (90, 30_000), (365, 5_000)],
)
def test_the_run_comes_within_ten_per_cent_of_the_wanted_number(days: int, events: int) -> None:
    total = truth(config(days=days, events=events))["counts"]["total"]
    assert abs(total - events) <= 0.1 * events


def test_all_events_lie_in_the_window_and_ids_are_unique() -> None:
    rows = text_of(simulate(config()))
    moments = [row[4] for row in rows]
    assert min(moments) >= END - timedelta(days=30)
    assert max(moments) < END
    assert all(row[4] <= row[5] <= END for row in rows)
    assert len({row[3] for row in rows}) == len(rows)


def test_slices_are_in_order_and_their_days_never_run_backwards() -> None:
    last_day = None
    for part in simulate(config(events=120_000, days=10)):
        at = part.occurred_at.to_pylist()
        assert at == sorted(at)
        # Sessions of one day may run into the next one.
        assert last_day is None or at[0].date() >= last_day - timedelta(days=1)
        last_day = at[-1].date()


def test_every_event_passes_the_plan_and_every_planned_event_occurs() -> None:
    seen: set[str] = set()
    for part in simulate(config(events=150_000, days=90)):
        for name, text in zip(part.event.to_pylist(), part.properties.to_pylist(), strict=True):
            check(name, json.loads(text))
            seen.add(name)
        for text in part.context.unique().to_pylist():
            assert isinstance(json.loads(text), dict)
    # The market knows visits and pages, not whether a page is in sight; and it deals when it shows.
    assert seen == set(PLAN) - {"page_left", "experiment_assigned"}


def test_memory_does_not_grow_with_the_number_of_events() -> None:
    peak(config(events=1_000, days=5))  # whatever is kept for good is kept now
    few, many = peak(config(events=60_000, days=20)), peak(config(events=480_000, days=80))
    assert many < 2 * few


def peak(wanted: MarketConfig) -> int:
    """The most that one slice and the state beside it take, Arrow's memory included."""
    arrow = 0
    before = pa.total_allocated_bytes()
    tracemalloc.start()
    for part in Market(wanted).slices():
        assert len(part) <= 60_000
        arrow = max(arrow, pa.total_allocated_bytes() - before)
    python = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return arrow + python


def test_sessions_start_once_and_end_last() -> None:
    events: dict[bytes, list[tuple[Any, ...]]] = {}
    for row in text_of(simulate(config(events=8_000))):
        if row[2] != bytes(16):
            events.setdefault(row[2], []).append(row)
    for rows in events.values():
        rows.sort(key=lambda row: row[4])
        names = [row[0] for row in rows]
        assert names.count("session_started") == 1
        assert len({row[1] for row in rows}) == 1
        if "session_ended" in names:
            assert names.count("session_ended") == 1
            assert rows[-1][4] == rows[names.index("session_ended")][4]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"events": 999}, "events"),
        ({"events": 1_000, "days": 101}, "events"),
        ({"days": 0}, "days"),
        ({"seed": -1}, "seed"),
    ],
)
def test_an_impossible_market_is_refused(changed: dict[str, int], field: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        MarketConfig(end=END, **changed)
    assert caught.value.detail == f"$.{field}"


@pytest.mark.parametrize("end", [END.replace(tzinfo=None), END.astimezone(None)])
def test_the_end_must_be_utc(end: datetime) -> None:
    if end.utcoffset() == timedelta(0):
        assert MarketConfig(end=end).end == END
        return
    with pytest.raises(InvalidInputError, match="aware UTC"):
        MarketConfig(end=end)
