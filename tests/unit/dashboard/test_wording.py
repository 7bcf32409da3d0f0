from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from landed.dashboard.wording import NO_VALUE, ago, define, delta, number, span_words
from landed.metrics import METRICS, Direction, Unit

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (0, "people", "0"),
        (1_234_567, "events", "1,234,567"),
        (0.2651, "share", "26.5%"),
        (0.00421, "share", "0.42%"),
        (0.0, "share", "0.0%"),
        (71.44, "points", "71.4"),
        (320.4, "ms", "320 ms"),
        (1830.0, "ms", "1.83 s"),
        (1234.5, "usd", "$1,234.50"),
        (None, "applications", NO_VALUE),
    ],
)
def test_numbers_are_written_with_their_unit(value: float | None, unit: Unit, words: str) -> None:
    assert number(value, unit) == words


@pytest.mark.parametrize(
    ("now", "before", "unit", "direction", "seen"),
    [
        (120, 100, "people", "up_is_good", ("▲", "20.0%", "good")),
        (80, 100, "people", "up_is_good", ("▼", "20.0%", "bad")),
        (80, 100, "ms", "down_is_good", ("▼", "20.0%", "good")),
        (80, 100, "usd", "neutral", ("▼", "20.0%", "flat")),
        (100, 100, "events", "up_is_good", ("=", "no change", "flat")),
        (0.25, 0.24, "share", "up_is_good", ("▲", "1.0 pt", "good")),
        (0.0042, 0.0034, "share", "down_is_good", ("▲", "0.08 pt", "bad")),
        (70.0, 71.5, "points", "up_is_good", ("▼", "1.5 pt", "bad")),
        (70.0, 70.01, "points", "up_is_good", ("=", "no change", "flat")),
    ],
)
def test_changes_have_an_arrow_a_size_and_a_tone(
    now: float, before: float, unit: Unit, direction: Direction, seen: tuple[str, str, str]
) -> None:
    change = delta(now, before, unit, direction)
    assert change
    assert (change.arrow, change.text, change.tone) == seen
    assert change.words.endswith("from the period before")


@pytest.mark.parametrize(("now", "before"), [(None, 5), (5, None), (5, 0)])
def test_without_something_to_compare_there_is_no_change(
    now: float | None, before: float | None
) -> None:
    assert delta(now, before, "people", "up_is_good") is None


def test_a_span_says_its_year_once() -> None:
    assert span_words(date(2025, 12, 30), date(2026, 1, 2)) == "30 Dec 2025 to 2 Jan 2026"
    assert span_words(date(2026, 1, 2), date(2026, 1, 2)) == "2 Jan 2026"


@pytest.mark.parametrize(
    ("back", "words"),
    [
        (timedelta(seconds=-3), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=59), "59 min ago"),
        (timedelta(hours=5), "5 h ago"),
        (timedelta(days=3), "3 d ago"),
    ],
)
def test_ago_is_rough(back: timedelta, words: str) -> None:
    assert ago(NOW - back, NOW) == words


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_can_be_explained_in_two_places(name: str) -> None:
    assert define(name, "tile").popover_id != define(name, "card").popover_id
