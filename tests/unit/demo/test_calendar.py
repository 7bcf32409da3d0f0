"""Days, hours and the agenda."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from landed.demo import MarketConfig
from landed.demo.calendar import AGENDA_ROW, DAY_MS, HOUR_MS, Agenda, build_days

CONFIG = MarketConfig(end=datetime(2026, 3, 18, 10, 30, tzinfo=UTC), days=7, events=1_000)


def test_days_cover_the_window_without_gap_or_overlap() -> None:
    days = build_days(CONFIG)
    assert [day.index for day in days] == list(range(8))
    assert days[0].opens == CONFIG.start_ms
    assert days[-1].closes == CONFIG.end_ms
    assert [day.closes for day in days[:-1]] == [day.opens for day in days[1:]]
    assert sum(day.share for day in days) == 7


def test_a_market_that_ends_at_midnight_has_whole_days_only() -> None:
    days = build_days(MarketConfig(end=datetime(2026, 3, 18, tzinfo=UTC), days=7, events=1_000))
    assert [day.share for day in days] == [1.0] * 7


def test_weekends_are_quieter_and_traffic_grows() -> None:
    # Wednesday to Wednesday: 11 to 18 March 2026; the 14th is a Saturday.
    days = build_days(CONFIG)
    saturday, friday, tuesday = days[3], days[2], days[6]
    assert saturday.weight < friday.weight < tuesday.weight


def test_draws_stay_in_the_part_of_the_day_that_is_simulated() -> None:
    rng = np.random.default_rng(1)
    for day in build_days(CONFIG):
        for drawn in (day.draw_times(rng, 500), day.draw_uniform(rng, 500)):
            assert drawn.min() >= day.opens
            assert drawn.max() < day.closes
            assert (np.diff(drawn) >= 0).all()


def test_draws_follow_the_hours() -> None:
    day = build_days(CONFIG)[1]
    drawn = day.draw_times(np.random.default_rng(1), 40_000)
    share = np.bincount(drawn % DAY_MS // HOUR_MS, minlength=24) / 40_000
    expected = day.hour_weights / day.weight
    assert (np.abs(share - expected) < 4 * np.sqrt(expected / 40_000)).all()


def rows_due(*due: int) -> npt.NDArray[Any]:
    rows = np.zeros(len(due), AGENDA_ROW)
    rows["due"] = due
    return rows


def test_the_agenda_gives_each_row_once_on_its_day_in_order() -> None:
    days = build_days(CONFIG)
    agenda = Agenda(days)
    second = days[1].opens
    agenda.add(rows_due(second + 50, days[3].opens, second + 20))
    agenda.add(rows_due(second + 30))
    assert len(agenda.take(days[0])) == 0
    assert (agenda.take(days[1])["due"] - second).tolist() == [20, 30, 50]
    assert len(agenda.take(days[1])) == 0
    assert len(agenda.take(days[3])) == 1


def test_the_agenda_drops_what_lies_after_the_end() -> None:
    days = build_days(CONFIG)
    agenda = Agenda(days)
    agenda.add(rows_due(CONFIG.end_ms - 1, CONFIG.end_ms, CONFIG.end_ms + 90 * DAY_MS))
    assert agenda.take(days[-1])["due"].tolist() == [CONFIG.end_ms - 1]
