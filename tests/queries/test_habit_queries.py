"""Habits on hand-counted events, and beside a second computation over a small market."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import NAMESPACE_OID, uuid5
from zoneinfo import ZoneInfo

import pytest

from landed.errors import NotFoundError
from landed.events import MACHINE_EVENTS
from landed.insights import (
    Habit,
    Period,
    fetch_active_days,
    fetch_adoption,
    fetch_engagement,
    fetch_life_stages,
    fetch_person_behaviour,
    fetch_retention,
)
from landed.metrics import ENGAGEMENT_PARTS, OUTCOME_ACTIONS
from landed.store import Store
from tests.dashboard.small_market import market_rows
from tests.queries.event_rows import Row, an_event, as_stream, at

NOW = datetime(2026, 4, 29, 15, 40, tzinfo=UTC)
BERLIN = "Europe/Berlin"
GRAINS: tuple[Habit, ...] = ("day", "week", "month")


def put(store: Store, rows: Iterable[Row]) -> None:
    store.insert("events", as_stream(rows), token="rows")


def march(first: int, last: int, *, seen_at: datetime = NOW, zone: str = "UTC") -> Period:
    days = (date(2026, 3, 1 + first), date(2026, 3, 1 + last))
    return Period(first_on=days[0], last_on=days[1], seen_at=seen_at, preset=False, zone=zone)


def key_of(person: str) -> bytes:
    return uuid5(NAMESPACE_OID, person).bytes


def visits(person: str, *days: int) -> list[Row]:
    return [an_event("page_viewed", person, at(day, 12)) for day in days]


def test_active_days_count_nobody_twice(store: Store) -> None:
    put(store, [*visits("ann", 1, 2, 9, 9), *visits("bob", 2), *visits("eve", -20)])
    days = fetch_active_days(store, march(1, 10))
    assert [day.daily for day in days] == [1, 2, 0, 0, 0, 0, 0, 0, 1, 0]
    assert [day.weekly for day in days] == [1, 2, 2, 2, 2, 2, 2, 2, 1, 1]
    assert [day.monthly for day in days] == [2, 3, 3, 3, 3, 3, 3, 3, 3, 2]
    assert days[0].on == date(2026, 3, 2)
    assert days[1].stickiness == pytest.approx(2 / 3)


def test_days_are_those_of_the_zone(store: Store) -> None:
    put(store, [an_event("page_viewed", "ann", at(3, 23, 30))])
    assert [day.daily for day in fetch_active_days(store, march(3, 4))] == [1, 0]
    berlin = fetch_active_days(store, march(3, 4, zone=BERLIN))
    assert [day.daily for day in berlin] == [0, 1]


def test_nobody_is_no_stickiness_and_today_goes_on(store: Store) -> None:
    days = fetch_active_days(store, march(1, 3, seen_at=at(3, 12)))
    assert [(day.stickiness, day.is_unfinished) for day in days] == [
        (None, False),
        (None, False),
        (None, True),
    ]


def test_life_stages_by_hand(store: Store) -> None:
    put(store, [*visits("ann", 1, 2, 4), *visits("bob", 2), *visits("eve", -20, 3)])
    stages = fetch_life_stages(store, march(1, 4, seen_at=at(4, 20)), "day")
    found = [(one.new, one.returning, one.resurrected, one.dormant) for one in stages]
    assert found == [(1, 0, 0, 0), (1, 1, 0, 0), (0, 0, 1, 2), (0, 0, 1, None)]
    assert [one.active for one in stages] == [1, 2, 1, 1]


def test_retention_by_hand(store: Store) -> None:
    known = [*visits("ann", 1, 2, 4), *visits("bob", 1), *visits("eve", 2, 3)]
    put(store, [*known, *visits("old", -9, 2)])
    seen = at(4, 18)
    found = fetch_retention(store, march(1, 2, seen_at=seen), seen, "day", "n_day")
    first, second = found.cohorts
    assert (first.starts_on, first.people) == (date(2026, 3, 2), 2)
    assert [(cell.people, cell.rate) for cell in first.cells] == [
        (2, 1.0),
        (1, 0.5),
        (0, 0.0),
        (1, None),  # the day goes on
    ]
    assert [cell.rate for cell in second.cells] == [1.0, 1.0, None]
    day_one, day_two = found.ages[1].rate, found.ages[2].rate
    assert day_one.value == pytest.approx(2 / 3)
    assert (day_one.n, day_one.matured_rate) == (3, 1.0)
    assert (day_two.value, day_two.n) == (0.0, 2)
    assert day_two.matured_rate == pytest.approx(2 / 3)
    assert found.ages[30].rate.value is None
    rolling = fetch_retention(store, march(1, 2, seen_at=seen), seen, "day", "rolling")
    assert [cell.people for cell in rolling.cohorts[0].cells] == [2, 1, 1, 1]


def test_who_was_there_before_is_in_no_cohort(store: Store) -> None:
    put(store, visits("ann", -40, 3))
    found = fetch_retention(store, march(1, 9), NOW, "month", "bracket")
    assert found.cohorts == ()
    assert found.ages[0].rate.matured_rate is None


def test_adoption_by_hand(store: Store) -> None:
    uses = [
        an_event("feature_used", "ann", at(1, 13), feature="search"),
        an_event("feature_used", "ann", at(3, 13), feature="search"),
        an_event("feature_used", "bob", at(2, 11), feature="search"),
        an_event("feature_used", "ann", at(2, 13), feature="chat"),
    ]
    put(store, [*visits("ann", 1), *visits("bob", 1), *visits("eve", 1), *uses])
    found = fetch_adoption(store, march(1, 5), at(9))
    assert (found.active_people, found.new_people) == (3, 3)
    search, chat = found.features
    assert (search.feature, search.uses, search.people) == ("search", 3, 2)
    assert search.adoption.value == pytest.approx(2 / 3)
    # ann after one hour, bob after 23: both within day 0
    assert [one.value for one in search.first_use[:2]] == [pytest.approx(2 / 3)] * 2
    assert [one.value for one in chat.first_use[:2]] == [0.0, pytest.approx(1 / 3)]
    assert search.first_use[30].value is None, "nobody was followed for 31 days"


def test_adoption_without_features(store: Store) -> None:
    put(store, visits("ann", 1))
    found = fetch_adoption(store, march(1, 5), at(9))
    assert (found.active_people, found.new_people, found.features) == (1, 1, ())


def test_one_person_by_hand(store: Store) -> None:
    session = uuid5(NAMESPACE_OID, "visit").bytes
    pages = [
        an_event("page_viewed", "ann", at(20, 12, minute)) | {"session_id": session}
        for minute in (0, 5, 10)
    ]
    other = an_event("interaction_recorded", "ann", at(21, 9), action="click")
    lone = an_event("page_viewed", "ann", at(22, 9)) | {"session_id": key_of("lone visit")}
    sent = an_event("application_submitted", "ann", at(22, 10))
    used = an_event("feature_used", "ann", at(22, 10), feature="search")
    put(store, [*pages, other, lone, sent, used, *visits("ann", -60), *visits("bob", 20)])
    period = march(1, 24, seen_at=at(24))
    one = fetch_person_behaviour(store, key_of("ann"), period, at(24))
    assert (one.first_seen_at, one.last_seen_at) == (at(-60, 12), at(22, 10))
    assert (one.events, one.pages, one.interactions) == (7, 4, 1)
    assert (one.sessions, one.session_seconds, one.mean_session_seconds) == (2, 600.0, 300.0)
    assert (one.bounce_rate, one.pages_per_session) == (0.5, 2.0)
    assert [(row.feature, row.uses) for row in one.features] == [("search", 1)]
    parts = {part.name: part.value for part in one.engagement.parts}
    assert parts == {
        "recency": pytest.approx(2 ** (-(38 / 24) / 7)),
        "frequency": pytest.approx(3 / 4 / 3),
        "depth": pytest.approx(5 / 3 / 20),
        "breadth": pytest.approx(1 / 4),
        "outcomes": pytest.approx(1 / 4 / 2),
    }
    points = sum(part.points for part in one.engagement.parts)
    assert one.engagement.mean == pytest.approx(points)


def test_a_person_who_is_away_has_no_sessions_and_no_score(store: Store) -> None:
    put(store, visits("ann", 1))
    one = fetch_person_behaviour(store, key_of("ann"), march(60 - 31, 30), NOW)
    assert (one.events, one.sessions) == (0, 0)
    assert (one.mean_session_seconds, one.bounce_rate) == (None, None)
    assert (one.engagement.people, one.engagement.mean, one.engagement.parts) == (0, None, ())


def test_an_unknown_person_is_not_found(store: Store) -> None:
    put(store, visits("ann", 1))
    with pytest.raises(NotFoundError, match="no event of this person"):
        fetch_person_behaviour(store, key_of("zoe"), march(1, 9), NOW)


def machines(*days: int) -> list[Row]:
    """What programs report on these days, in their own name and in that of two people."""
    return [
        an_event(event, person, at(day, 11))
        for day in days
        for event in MACHINE_EVENTS
        for person in ("landed", "ann", "user-3")
    ]


def test_machines_do_not_come(store: Store) -> None:
    """ann's programs run before her first act, on a day between, and after her last."""
    uses = an_event("feature_used", "ann", at(2, 14), feature="search")
    put(store, [*visits("ann", 2, 4), uses, *machines(-20, 1, 3, 5, 6)])
    period = march(1, 6)
    assert [day.daily for day in fetch_active_days(store, period)] == [0, 1, 0, 1, 0, 0]
    stages = fetch_life_stages(store, period, "day")
    found = [(one.new, one.returning, one.resurrected, one.dormant) for one in stages]
    assert found[:4] == [(0, 0, 0, 0), (1, 0, 0, 0), (0, 0, 0, 1), (0, 0, 1, 0)]
    assert found[4:] == [(0, 0, 0, 1), (0, 0, 0, 0)]
    (cohort,) = fetch_retention(store, period, at(7), "day", "n_day").cohorts
    assert (cohort.starts_on, cohort.people) == (date(2026, 3, 3), 1)
    assert [cell.people for cell in cohort.cells] == [1, 0, 1, 0, 0]
    adoption = fetch_adoption(store, period, at(7))
    assert (adoption.active_people, adoption.new_people) == (1, 1)
    # two hours after the first act
    assert adoption.features[0].first_use[0].value == 1.0
    engagement = fetch_engagement(store, at(9, 12), "UTC")
    assert engagement.people == 1
    parts = {part.name: part.value for part in engagement.parts}
    assert parts["recency"] == pytest.approx(2 ** (-5 / 7))
    assert parts["frequency"] == pytest.approx(2 / 4 / 3)


@pytest.fixture
def market(store: Store) -> list[Row]:
    """Sixty days of a small market, some of them with the time of another zone's midnight.

    The rows given are the acts; the store has what programs reported as well.
    """
    rows = market_rows(NOW)
    for number, row in enumerate(rows):
        row["occurred_at"] += timedelta(hours=(number % 3) * 5)
        if row["event"] == "llm_call_completed":
            row["event"], row["properties"] = "feature_used", '{"feature": "coach"}'
    rows = [row for row in rows if row["occurred_at"] < NOW]
    put(store, rows + machines(*range(-20, 40)))
    return [row for row in rows if row["event"] not in MACHINE_EVENTS]


def bucket(day: date, grain: Habit) -> date:
    if grain == "month":
        return day.replace(day=1)
    return day if grain == "day" else day - timedelta(days=day.weekday())


def buckets_of(rows: Iterable[Row], grain: Habit, zone: str) -> dict[bytes, set[date]]:
    found: dict[bytes, set[date]] = defaultdict(set)
    for row in rows:
        day = row["occurred_at"].astimezone(ZoneInfo(zone)).date()
        found[row["subject_key"]].add(bucket(day, grain))
    return found


def following(start: date, grain: Habit, steps: int = 1) -> date:
    for _ in range(steps):
        days = {"day": 1, "week": 7, "month": 32}[grain]
        start = bucket(start + timedelta(days=days), grain)
    return start


@pytest.mark.parametrize("zone", ["UTC", BERLIN, "Asia/Kathmandu"])
def test_active_days_of_a_market_counted_again(store: Store, market: list[Row], zone: str) -> None:
    days = buckets_of(market, "day", zone)
    period = march(10, 30, zone=zone)
    for one in fetch_active_days(store, period):
        for size, found in ((1, one.daily), (7, one.weekly), (30, one.monthly)):
            window = {one.on - timedelta(days=back) for back in range(size)}
            assert found == sum(bool(mine & window) for mine in days.values())


@pytest.mark.parametrize("grain", GRAINS)
def test_life_stages_of_a_market_counted_again(
    store: Store, market: list[Row], grain: Habit
) -> None:
    of_people = buckets_of(market, grain, BERLIN).values()
    period = march(5, 30, zone=BERLIN)
    stages = fetch_life_stages(store, period, grain)
    whole = [one for one in stages if not one.is_unfinished]
    assert whole
    for before, one in pairwise(stages):
        if one.dormant is not None:
            assert one.dormant == before.active - one.returning
    for one in whole:
        start = one.starts_on
        last = bucket(start - timedelta(days=1), grain)
        here = [mine for mine in of_people if start in mine]
        assert one.active == len(here)
        assert one.new == sum(min(mine) == start for mine in here)
        assert one.returning == sum(last in mine for mine in here)
        assert one.resurrected == sum(min(mine) < start and last not in mine for mine in here)
        assert one.dormant == sum(last in mine and start not in mine for mine in of_people)


@pytest.mark.parametrize("grain", GRAINS)
@pytest.mark.parametrize("form", ["plain", "rolling"])
def test_retention_of_a_market_counted_again(
    store: Store, market: list[Row], grain: Habit, form: str
) -> None:
    of_people = buckets_of(market, grain, BERLIN).values()
    period = march(0, 30, zone=BERLIN)
    named: Any = form if form == "rolling" else ("n_day" if grain == "day" else "bracket")
    found = fetch_retention(store, period, NOW, grain, named)
    assert sum(one.people for one in found.cohorts) > 20
    for cohort in found.cohorts:
        members = [mine for mine in of_people if min(mine) == cohort.starts_on]
        assert cohort.people == len(members) == cohort.cells[0].people
        for cell in cohort.cells:
            mark = following(cohort.starts_on, grain, cell.age)
            came = [max(mine) >= mark if form == "rolling" else mark in mine for mine in members]
            assert cell.people == sum(came)
            end = datetime.combine(following(mark, grain), datetime.min.time(), ZoneInfo(BERLIN))
            assert (cell.rate is None) == (end > NOW)


def test_scores_of_a_market_counted_again(store: Store, market: list[Row]) -> None:
    found = fetch_engagement(store, NOW, BERLIN)
    since = NOW.replace(minute=30) - timedelta(days=28)
    mine: dict[bytes, list[Row]] = defaultdict(list)
    for row in market:
        if row["occurred_at"] >= since:
            mine[row["subject_key"]].append(row)
    scores = sorted(score_of(rows) for rows in mine.values())
    assert found.people == len(scores) > 50
    assert found.mean == pytest.approx(sum(scores) / len(scores), rel=1e-6)
    assert found.median == pytest.approx(scores[len(scores) // 2], rel=0.01)
    assert sum(found.scores) == found.people
    assert sum(part.points for part in found.parts) == pytest.approx(found.mean)
    quarters = [found.low_quartile or 0.0, found.median or 0.0, found.high_quartile or 0.0]
    assert quarters == sorted(quarters)


def score_of(rows: list[Row]) -> float:
    """The same score in plain Python."""
    weights = {part.name: (part.weight, part.full_at) for part in ENGAGEMENT_PARTS}
    days = {row["occurred_at"].astimezone(ZoneInfo(BERLIN)).date() for row in rows}
    names = [row["event"] for row in rows]
    actions = sum(name in {"page_viewed", "interaction_recorded"} for name in names)
    parts = {
        "frequency": len(days) / 4 / weights["frequency"][1],
        "depth": actions / len(days) / weights["depth"][1],
        "breadth": ("feature_used" in names) / weights["breadth"][1],
        "outcomes": sum(name in OUTCOME_ACTIONS for name in names) / 4 / weights["outcomes"][1],
    }
    away = (NOW - max(row["occurred_at"] for row in rows)) / timedelta(days=1)
    recency = weights["recency"][0] * math.exp2(-away / 7)
    return recency + sum(weights[name][0] * min(1.0, value) for name, value in parts.items())


def test_weights_are_a_hundred() -> None:
    assert sum(part.weight for part in ENGAGEMENT_PARTS) == 100
