"""Days, weeks and months of a zone as whole numbers, as the queries of habits give them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

__all__ = ["Habit", "number_of", "start_of", "starts_at"]

Habit = Literal["day", "week", "month"]
"""How often people are looked at."""

_EPOCH: Final = date(1970, 1, 1)
_DAYS_IN_WEEK: Final = 7
_TO_MONDAY: Final = 3  # 1970-01-01 was a Thursday
_MONTHS: Final = 12


def number_of(day: date, grain: Habit) -> int:
    """Return the number of the day, week or month that holds a date.

    Examples:
        >>> [number_of(date(1970, 1, 5), grain) for grain in ("day", "week", "month")]
        [4, 1, 23641]
    """
    if grain == "month":
        return day.year * _MONTHS + day.month
    days = (day - _EPOCH).days
    return days if grain == "day" else (days + _TO_MONDAY) // _DAYS_IN_WEEK


def start_of(number: int, grain: Habit) -> date:
    """Return the first day of a numbered day, week or month.

    Examples:
        >>> start_of(number_of(date(2026, 3, 5), "week"), "week").isoformat()
        '2026-03-02'
        >>> start_of(number_of(date(2026, 12, 5), "month"), "month").isoformat()
        '2026-12-01'
    """
    if grain == "month":
        return date((number - 1) // _MONTHS, (number - 1) % _MONTHS + 1, 1)
    days = number if grain == "day" else number * _DAYS_IN_WEEK - _TO_MONDAY
    return _EPOCH + timedelta(days=days)


def starts_at(number: int, grain: Habit, zone: str) -> datetime:
    """Return the first moment of a numbered day, week or month of a zone."""
    midnight = datetime.combine(start_of(number, grain), time.min, ZoneInfo(zone))
    return midnight.astimezone(UTC)
