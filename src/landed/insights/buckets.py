"""Hours, days, weeks and months of a time zone."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from landed.metrics import Grain

__all__ = ["bucket_starts"]

_ONE_HOUR: Final = timedelta(hours=1)
_ONE_DAY: Final = timedelta(days=1)
_DAYS_IN_WEEK: Final = 7


def bucket_starts(since: datetime, until: datetime, grain: Grain, zone: ZoneInfo) -> list[datetime]:
    """List the start of every hour, day, week or month that a time touches.

    Args:
        since: Aware; the first one may begin before it.
        until: Aware; the moment after the last.
        grain: Not `total`.
        zone: In which they begin.

    Examples:
        >>> berlin = ZoneInfo("Europe/Berlin")
        >>> since = datetime(2026, 3, 28, 23, tzinfo=UTC)  # midnight there
        >>> days = bucket_starts(since, since + 2 * _ONE_DAY, "day", berlin)
        >>> [day.astimezone(UTC).isoformat()[:13] for day in days]  # the first has 23 hours
        ['2026-03-28T23', '2026-03-29T22', '2026-03-30T22']
    """
    starts = []
    at = _start(since.astimezone(zone), grain)
    while at.astimezone(UTC) < until.astimezone(UTC):
        starts.append(at)
        at = _next(at, grain, zone)
    return starts


def _start(at: datetime, grain: Grain) -> datetime:
    if grain == "hour":
        return at.replace(minute=0, second=0, microsecond=0)
    midnight = datetime.combine(at.date(), time.min, at.tzinfo)
    if grain == "week":
        return midnight - timedelta(days=midnight.weekday())
    return midnight.replace(day=1) if grain == "month" else midnight


def _next(at: datetime, grain: Grain, zone: ZoneInfo) -> datetime:
    if grain == "hour":  # in UTC, where every hour comes once
        return (at.astimezone(UTC) + _ONE_HOUR).astimezone(zone)
    if grain == "month":
        return (at.replace(day=28) + timedelta(days=4)).replace(day=1)
    # On the wall clock: a day with a change of the clock has 23 or 25 hours.
    return at + (_ONE_DAY * _DAYS_IN_WEEK if grain == "week" else _ONE_DAY)
