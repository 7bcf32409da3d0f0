"""The trickle: plausible, valid, endless, in the form that clients send."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

import numpy as np

from landed.demo import MarketConfig, live_events
from landed.events import check

NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)
CONFIG = MarketConfig(end=NOON, events=10_000, days=30)


def some_events(count: int, seed: int = 1) -> list[dict[str, Any]]:
    ticks = iter(range(10**9))
    feed = live_events(
        CONFIG,
        np.random.default_rng(seed),
        lambda: NOON + timedelta(milliseconds=300 * next(ticks)),
    )
    return list(islice(feed, count))


def test_every_event_is_valid_and_has_its_own_id() -> None:
    events = some_events(5_000)
    for event in events:
        check(event["event"], event["properties"])
        assert event["user_id"].startswith("user-")
        assert UUID(event["session_id"]).version == 4
    assert len({event["message_id"] for event in events}) == len(events)


def test_the_clock_is_the_callers() -> None:
    assert [event["occurred_at"] for event in some_events(3)] == [
        "2026-03-18T12:00:00.000Z",
        "2026-03-18T12:00:00.300Z",
        "2026-03-18T12:00:00.600Z",
    ]


def test_a_moment_in_place_of_a_clock_is_the_first_events() -> None:
    feed = live_events(CONFIG, np.random.default_rng(1), NOON)
    assert [next(feed)["occurred_at"][-7:] for _ in range(3)] == ["00.000Z", "00.333Z", "00.666Z"]


def test_equal_dice_give_equal_events() -> None:
    assert some_events(200) == some_events(200)
    assert some_events(200) != some_events(200, seed=2)


def test_sessions_begin_go_on_and_end() -> None:
    events = some_events(20_000)
    counts = Counter(event["event"] for event in events)
    assert counts["session_started"] - counts["session_ended"] <= 9
    assert counts["recommendation_shown"] > counts["recommendation_clicked"]
    assert counts["recommendation_clicked"] > counts["application_submitted"] > 0
    first: dict[str, str] = {}
    for event in events:
        first.setdefault(event["session_id"], event["event"])
    assert set(first.values()) == {"session_started"}
