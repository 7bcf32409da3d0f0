"""Laws of retention, active people and the numbers of days, weeks and months."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import CensoredData, ecdf

from landed.insights import Habit, Period, build_active_days, build_adoption, build_retention
from landed.insights.numbered import number_of, start_of, starts_at

GRAINS: tuple[Habit, ...] = ("day", "week", "month")
NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
DAYS = st.dates(date(1999, 1, 1), date(2100, 1, 1))


@given(day=DAYS, grain=st.sampled_from(GRAINS))
def test_numbers_follow_each_other_without_gaps(day: date, grain: Habit) -> None:
    number = number_of(day, grain)
    start, after = start_of(number, grain), start_of(number + 1, grain)
    assert start <= day < after
    assert number_of(after - timedelta(days=1), grain) == number
    assert number_of(after, grain) == number + 1


def test_a_month_begins_at_midnight_of_the_zone() -> None:
    march = number_of(date(2026, 3, 5), "month")
    assert starts_at(march, "month", "Europe/Berlin") == datetime(2026, 2, 28, 23, tzinfo=UTC)
    assert starts_at(march + 1, "month", "Europe/Berlin") == datetime(2026, 3, 31, 22, tzinfo=UTC)


@st.composite
def cohorts(draw: st.DrawFn) -> list[dict[str, Any]]:
    """People by cohort and age, as the store counts them: each person has a first day."""
    opening = number_of(date(2026, 2, 1), "day")
    rows: dict[tuple[int, int], list[int]] = {}
    for _ in range(draw(st.integers(1, 25))):
        cohort = opening + draw(st.integers(0, 40))
        left = number_of(NOW.date(), "day") - cohort
        ages = sorted({0, *draw(st.lists(st.integers(0, max(0, left)), max_size=5))})
        for age in ages:
            cell = rows.setdefault((cohort, min(age, 31)), [0, 0])
            cell[0] += 1
            cell[1] += age == ages[-1]
    return [
        {"cohort": cohort, "age": age, "people": people, "last": last}
        for (cohort, age), (people, last) in rows.items()
    ]


@given(rows=cohorts())
def test_laws_of_retention(rows: list[dict[str, Any]]) -> None:
    seen = {"as_of": NOW, "zone": "UTC", "grain": "day"}
    exact = build_retention(rows, form="n_day", **seen)  # type: ignore[arg-type]
    rolling = build_retention(rows, form="rolling", **seen)  # type: ignore[arg-type]
    for plain, later in zip(exact.cohorts, rolling.cohorts, strict=True):
        assert plain.people == later.people == plain.cells[0].people
        assert plain.cells[0].rate in {None, 1.0}
        counts = [cell.people for cell in later.cells]
        assert counts == sorted(counts, reverse=True)
        assert all(
            one.people <= more.people for one, more in zip(plain.cells, later.cells, strict=True)
        )
        known = [cell.rate is not None for cell in plain.cells]
        assert known == sorted(known, reverse=True)
    matured = [one.rate.matured_rate for one in exact.ages]
    assert matured == sorted(matured, key=lambda rate: -(rate or 0))


@given(
    visits=st.lists(
        st.lists(st.integers(0, 58), min_size=1, max_size=9, unique=True), min_size=1, max_size=9
    )
)
def test_trailing_days_count_each_person_once(visits: list[list[int]]) -> None:
    seen = datetime(2026, 5, 1, tzinfo=UTC)
    days = (date(2026, 3, 1), date(2026, 3, 30))
    period = Period(first_on=days[0], last_on=days[1], seen_at=seen, preset=False)
    opening = number_of(period.first_on, "day") - 29
    rows = [
        {"day": opening + day, "gap": min(after - day, 30), "people": 1}
        for mine in visits
        for day, after in zip(sorted(mine), [*sorted(mine)[1:], 10**6], strict=True)
    ]
    for place, found in enumerate(build_active_days(rows, period), 29):
        for size, people in ((1, found.daily), (7, found.weekly), (30, found.monthly)):
            window = set(range(place - size + 1, place + 1))
            assert people == sum(bool(window & set(mine)) for mine in visits)


def test_first_uses_of_young_people_are_not_taken_for_refusals() -> None:
    # Ten people: two used it after a day; five were followed for six hours, the rest for weeks.
    everybody = {"feature": "", "used": ([], []), "followed": ([6, 1000], [5, 5])}
    coach = {"feature": "coach", "used": ([24], [2]), "followed": ([1000], [2])}
    used = [{"feature": "coach", "uses": 3, "people": 2}]
    (feature,) = build_adoption(used, [coach, everybody], 10).features
    assert feature.adoption.value == 0.2
    assert feature.first_use[0].value == pytest.approx(2 / 5)
    assert feature.first_use[0].matured_rate == pytest.approx(0.5)
    assert feature.first_use[30].value == pytest.approx(2 / 5)


def test_first_uses_are_kaplan_and_meiers_estimate() -> None:
    hours = [3, 30, 31, 50, 200, 500]
    waiting = [10, 40, 100, 300, 744, 900]
    used = {"feature": "x", "used": (hours, [1] * 6), "followed": ([900], [6])}
    times = sorted({*waiting, 900})
    followed = [waiting.count(time) + 6 * (time == 900) for time in times]
    everybody = {"feature": "", "used": ([], []), "followed": (times, followed)}
    rows = [{"feature": "x", "uses": 6, "people": 6}]
    (feature,) = build_adoption(rows, [used, everybody], 12).features
    sample = CensoredData(uncensored=np.array(hours), right=np.array(waiting))
    judge = ecdf(sample).cdf
    for day, found in enumerate(feature.first_use):
        assert found.value == pytest.approx(float(judge.evaluate(24 * (day + 1))))
