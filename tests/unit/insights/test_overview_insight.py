from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from landed.insights import (
    Estimate,
    Overview,
    fetch_freshness,
    fetch_overview,
    keep_known,
    parse_period,
)
from tests.unit.insights.overview_rows import (
    NOW,
    MemoryStore,
    freshness_rows,
    funnel_rows,
    health_rows,
    total_rows,
)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as made:
        yield made


def fetch(store: MemoryStore, pool: ThreadPoolExecutor, *, compare: bool = True) -> Overview:
    return fetch_overview(store, parse_period({}, NOW), NOW, pool=pool, compare=compare)


def test_every_part_is_read(pool: ThreadPoolExecutor) -> None:
    overview = fetch(MemoryStore(), pool)
    assert overview.missing == ()
    assert overview.totals
    assert overview.totals.click_through_rate == 530 / 2000
    assert overview.daily
    assert len(overview.daily) == 28
    assert overview.daily[0].avg_ats_score is None
    assert overview.previous_daily
    assert overview.previous_daily[-1].day == overview.daily[0].day - timedelta(days=1)
    assert overview.quarantined_events == 7
    assert overview.health
    assert overview.health.llm_cost_usd == 1.5
    assert overview.has_full_previous
    assert not overview.is_empty


def test_the_catalogue_says_what_is_planned_and_its_times_are_utc(
    pool: ThreadPoolExecutor,
) -> None:
    catalogue = fetch(MemoryStore(), pool).catalogue
    assert catalogue
    assert [row.is_planned for row in catalogue] == [True, False]
    assert catalogue[0].last_seen == datetime(2026, 11, 20, 12, 27, tzinfo=UTC)


def test_conversion_counts_matured_people_only(pool: ThreadPoolExecutor) -> None:
    funnel = fetch(MemoryStore(), pool).funnel
    assert funnel
    assert [step.conversion for step in funnel] == [None, 50 / 80, 20 / 50, 6 / 20, 1 / 6]


def test_nobody_matured_is_no_rate_and_not_zero(pool: ThreadPoolExecutor) -> None:
    rows = funnel_rows((9, 5, 2, 0, 0), (0, 0, 0, 0, 0))
    funnel = fetch(MemoryStore({"funnel": lambda _: rows}), pool).funnel
    assert funnel
    assert {step.conversion for step in funnel} == {None}


def test_totals_stop_now_and_before_at_the_same_time_of_day(pool: ThreadPoolExecutor) -> None:
    store = MemoryStore()
    fetch(store, pool)
    ends = [given["until"] for name, given in store.asked if name == "overview_totals"]
    assert sorted(ends) == [NOW - timedelta(days=28), NOW]


def test_without_comparison_half_of_it_is_not_asked(pool: ThreadPoolExecutor) -> None:
    store = MemoryStore()
    overview = fetch(store, pool, compare=False)
    assert overview.previous_totals is None
    assert [name for name, _ in store.asked].count("overview_totals") == 1


def test_a_failed_query_takes_only_its_part(pool: ThreadPoolExecutor) -> None:
    overview = fetch(MemoryStore(broken={"funnel"}), pool)
    assert overview.funnel is None
    assert [part.name for part in overview.missing] == ["funnel"]
    assert overview.totals is not None


def test_unknown_numbers_are_none_and_nan_is_unknown(pool: ThreadPoolExecutor) -> None:
    store = MemoryStore(
        {
            "overview_totals": lambda _: total_rows(
                avg_ats_score=float("nan"), recommendations_shown=0
            ),
            "overview_health": lambda _: health_rows(error_rate=None, p95_response_ms=None),
        }
    )
    overview = fetch(store, pool)
    assert overview.totals
    assert overview.totals.avg_ats_score is None
    assert overview.totals.click_through_rate is None
    assert overview.health
    assert overview.health.error_rate is None


def test_a_store_without_acts_is_empty_and_a_young_one_has_no_period_before(
    pool: ThreadPoolExecutor,
) -> None:
    empty = fetch(MemoryStore({"freshness": lambda _: freshness_rows(0)}), pool)
    assert empty.is_empty
    assert not empty.has_full_previous
    samples = freshness_rows(9)[0] | {"has_acts": 0}
    assert fetch(MemoryStore({"freshness": lambda _: [samples]}), pool).is_empty
    young = MemoryStore({"freshness": lambda _: freshness_rows(9, NOW - timedelta(days=9))})
    assert not fetch(young, pool).has_full_previous


def test_a_store_that_is_away_is_not_an_empty_store(pool: ThreadPoolExecutor) -> None:
    overview = fetch(MemoryStore(broken={"*"}), pool)
    assert not overview.is_empty
    assert len(overview.missing) == 12


def test_the_last_numbers_stand_in_for_missing_ones(pool: ThreadPoolExecutor) -> None:
    good = fetch(MemoryStore(), pool)
    filled = keep_known(fetch(MemoryStore(broken={"overview_totals"}), pool), good)
    assert filled.totals == good.totals
    assert [part.name for part in filled.missing] == ["totals", "previous_totals"]


def test_freshness_changes_its_mark_with_the_events() -> None:
    first = fetch_freshness(MemoryStore())
    assert first.mark == fetch_freshness(MemoryStore()).mark
    more = fetch_freshness(MemoryStore({"freshness": lambda _: freshness_rows(99_001)}))
    assert more.mark != first.mark


def test_estimates_differ_only_beyond_chance() -> None:
    tenth = Estimate(value=0.1, std_error=0.0047)
    less = Estimate(value=0.075, std_error=0.0042)
    none = Estimate(value=None)
    assert tenth.differs_from(less)
    assert not tenth.differs_from(replace(less, std_error=0.02))
    assert not tenth.differs_from(none)
    assert not none.differs_from(tenth)
