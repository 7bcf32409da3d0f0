"""Active people day by day, and their life cycle: new, returning, resurrected, dormant.

Who acts is there: what programs report of themselves is no act (`landed.events.MACHINE_EVENTS`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import accumulate
from typing import Any, Final

from landed.insights.numbered import Habit, number_of, start_of, starts_at
from landed.insights.period import Period
from landed.insights.types import Queries

__all__ = [
    "ActiveDay",
    "LifeStage",
    "build_active_days",
    "build_life_stages",
    "fetch_active_days",
    "fetch_life_stages",
]

_WEEK: Final = 7
_MONTH: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveDay:
    """Who was active up to a day.

    Attributes:
        on: The day, in the reporting zone.
        daily: People of the day.
        weekly: People of the 7 days up to it.
        monthly: People of the 30 days up to it.
        is_unfinished: Whether the day goes on.
    """

    on: date
    daily: int
    weekly: int
    monthly: int
    is_unfinished: bool

    @property
    def stickiness(self) -> float | None:
        """Daily by monthly people, 0 to 1; None when nobody came for a month."""
        return self.daily / self.monthly if self.monthly else None


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeStage:
    """Who came in a day, week or month, by what they had done before.

    Attributes:
        starts_on: Its first day.
        active: Everybody: new + returning + resurrected.
        new: For the first time ever.
        returning: Who had come in the one before.
        resurrected: Who had come earlier, but not in the one before.
        dormant: Who had come in the one before and did not come now; None while it goes on.
        is_unfinished: Whether it goes on, or the period cuts it short.
    """

    starts_on: date
    active: int
    new: int
    returning: int
    resurrected: int
    dormant: int | None
    is_unfinished: bool


def fetch_active_days(store: Queries, period: Period) -> tuple[ActiveDay, ...]:
    """Ask the store who was active on and up to each day of a period.

    Args:
        store: The store.
        period: Its days; the 29 before it are read too.

    Raises:
        QueryError: The store refused the query: limits or time.
        StoreError: The store is away.
    """
    earlier = replace(period, first_on=period.first_on - timedelta(days=_MONTH - 1))
    span = {"since": earlier.since, "until": period.seen_until, "zone": period.zone}
    return build_active_days(store.query("active_people", span), period)


def build_active_days(rows: Iterable[Mapping[str, Any]], period: Period) -> tuple[ActiveDay, ...]:
    """Count the people of the last 1, 7 and 30 days from the rows of `active_people`.

    Args:
        rows: Day, gap to the next day with a visit (at most 30), people.
        period: The days to give.
    """
    first = number_of(period.first_on, "day") - _MONTH + 1
    days = period.days + _MONTH - 1
    found = [(int(row["day"]) - first, int(row["gap"]), int(row["people"])) for row in rows]
    daily, weekly, monthly = (_trailing(found, days, window) for window in (1, _WEEK, _MONTH))
    return tuple(
        ActiveDay(
            on=start_of(first + at, "day"),
            daily=daily[at],
            weekly=weekly[at],
            monthly=monthly[at],
            is_unfinished=period.is_unfinished and at == days - 1,
        )
        for at in range(_MONTH - 1, days)
    )


def _trailing(rows: Iterable[tuple[int, int, int]], days: int, window: int) -> list[int]:
    """How many people have a visit on each day or the window - 1 days before it."""
    changes = [0] * (days + _MONTH + 1)
    for day, gap, people in rows:
        # The visit counts for its person until the next visit does.
        changes[day] += people
        changes[day + min(gap, window)] -= people
    return list(accumulate(changes))


def fetch_life_stages(store: Queries, period: Period, grain: Habit) -> tuple[LifeStage, ...]:
    """Ask the store who was new, returning, resurrected and dormant.

    Args:
        store: The store.
        period: Its days, weeks or months; the first is whole, the last may be cut short.
        grain: What it is cut into.

    Raises:
        QueryError: The store refused the query: limits or time.
        StoreError: The store is away.
    """
    span = {"since": period.since, "until": period.seen_until, "zone": period.zone}
    rows = store.query("lifecycle", span | {"grain": grain})
    return build_life_stages(rows, period, grain)


def build_life_stages(
    rows: Iterable[Mapping[str, Any]], period: Period, grain: Habit
) -> tuple[LifeStage, ...]:
    """Make the stages of the rows of the query `lifecycle`.

    Args:
        rows: Bucket, new_people, returning, resurrected.
        period: What was asked for.
        grain: What the rows are cut into.
    """
    found = {
        int(row["bucket"]): (
            int(row["new_people"]),
            int(row["returning"]),
            int(row["resurrected"]),
        )
        for row in rows
    }
    first, last = (number_of(day, grain) for day in (period.first_on, period.last_on))
    return tuple(
        _stage(
            number,
            found,
            grain,
            is_unfinished=starts_at(number + 1, grain, period.zone) > period.seen_until,
        )
        for number in range(first, last + 1)
    )


def _stage(
    number: int, found: Mapping[int, tuple[int, int, int]], grain: Habit, *, is_unfinished: bool
) -> LifeStage:
    new, returning, resurrected = found.get(number, (0, 0, 0))
    before = sum(found.get(number - 1, (0, 0, 0)))
    return LifeStage(
        starts_on=start_of(number, grain),
        active=new + returning + resurrected,
        new=new,
        returning=returning,
        resurrected=resurrected,
        dormant=None if is_unfinished else before - returning,
        is_unfinished=is_unfinished,
    )
