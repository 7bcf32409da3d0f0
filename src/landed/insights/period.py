"""Periods of whole days of the reporting zone, read from an address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo, available_timezones

from landed.errors import InvalidInputError

__all__ = ["DEFAULT_DAYS", "MAX_DAYS", "PRESET_DAYS", "Period", "parse_period"]

PRESET_DAYS: Final = (7, 28, 90, 365)
"""The ranges that pages offer; 30 is taken too."""

_NAMED_DAYS: Final = (7, 28, 30, 90, 365)
DEFAULT_DAYS: Final = 28
MAX_DAYS: Final = 1096
_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Whole days from `first_on` to `last_on`, both counted, as seen at `seen_at`.

    Attributes:
        first_on: The first day.
        last_on: The last day; never after the day of `seen_at`.
        seen_at: The time of looking, which cuts the last day short when it is today.
        preset: True when it was named by its length and so moves on with the calendar.
        zone: Name of the time zone in which its days begin.

    Examples:
        >>> noon = datetime(2025, 11, 20, 12, tzinfo=UTC)
        >>> week = parse_period({"range": "7"}, noon)
        >>> week.first_on.isoformat(), week.last_on.isoformat(), week.days
        ('2025-11-14', '2025-11-20', 7)
        >>> week.is_unfinished, week.previous().last_on.isoformat()
        (True, '2025-11-13')
    """

    first_on: date
    last_on: date
    seen_at: datetime
    preset: bool
    zone: str = "UTC"

    @property
    def days(self) -> int:
        """How many days it has, the unfinished one included."""
        return (self.last_on - self.first_on).days + 1

    @property
    def since(self) -> datetime:
        """Its first moment."""
        return _midnight(self.first_on, self.zone)

    @property
    def until(self) -> datetime:
        """The moment after its last: it is half-open, [since, until)."""
        return _midnight(self.last_on + _ONE_DAY, self.zone)

    @property
    def is_unfinished(self) -> bool:
        """Whether its last day is still going on."""
        return self.seen_at < self.until

    @property
    def seen_until(self) -> datetime:
        """Until when it can hold events at all: `until`, or the time of looking."""
        return min(self.until, self.seen_at)

    def previous(self) -> Period:
        """The period of the same length just before it, cut at the same time of the day.

        Half a day is so compared with half a day. Its `seen_until` is the end for totals,
        its `until` the end for a daily series.
        """
        shift = timedelta(days=self.days)
        return Period(
            first_on=self.first_on - shift,
            last_on=self.last_on - shift,
            # On the wall clock: where the clock changes in between, a day has 23 or 25 hours.
            seen_at=(self.seen_until.astimezone(ZoneInfo(self.zone)) - shift).astimezone(UTC),
            preset=self.preset,
            zone=self.zone,
        )

    def to_query(self) -> dict[str, str]:
        """The address parameters that `parse_period` reads back as this period."""
        zone = {} if self.zone == "UTC" else {"zone": self.zone}
        if self.preset:
            return {"range": str(self.days), **zone}
        return {
            **zone,
            "range": "custom",
            "from": self.first_on.isoformat(),
            "to": self.last_on.isoformat(),
        }

    def to_query_string(self) -> str:
        """The same as the part of a URL after the question mark."""
        return urlencode(self.to_query())


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)


def parse_period(params: Mapping[str, str], now: datetime) -> Period:
    """Read a period from the parameters of an address.

    Args:
        params: `range` is 7, 28, 30, 90, 365 or custom; custom needs `from` and `to` as ISO
            dates, both counted. Absent or empty: the last 28 days, today included. `zone` is
            the name of the time zone in which days begin, such as Europe/Berlin; else UTC.
        now: The time of looking, aware.

    Returns:
        The period. A last day after today is cut to today.

    Raises:
        InvalidInputError: The range or a date breaks its rule; `detail` names the parameter.

    Examples:
        >>> now = datetime(2025, 11, 20, 12, tzinfo=UTC)
        >>> parse_period({}, now).days
        28
        >>> custom = {"range": "custom", "from": "2025-10-01", "to": "2025-10-31"}
        >>> parse_period(custom, now).days
        31
    """
    chosen = params.get("range") or str(DEFAULT_DAYS)
    zone = _parse_zone(params.get("zone") or "UTC")
    today = now.astimezone(ZoneInfo(zone)).date()
    if chosen == "custom":
        return _parse_custom(params, today, now, zone)
    if chosen not in {str(days) for days in _NAMED_DAYS}:
        raise InvalidInputError(
            f"range is {chosen[:20]!r}; it must be 7, 28, 30, 90, 365 or custom", detail="range"
        )
    first = today - timedelta(days=int(chosen) - 1)
    return Period(first_on=first, last_on=today, seen_at=now, preset=True, zone=zone)


@cache
def _zones() -> frozenset[str]:
    """Names that mean the same here and in the store; this machine's own zone has none there."""
    return frozenset(available_timezones() - {"Factory", "localtime"})


def _parse_zone(name: str) -> str:
    if name not in _zones():
        raise InvalidInputError(
            f"zone is {name[:40]!r}; it must be the name of a time zone such as Europe/Berlin",
            detail="zone",
        )
    return name


def _parse_custom(params: Mapping[str, str], today: date, now: datetime, zone: str) -> Period:
    first = _parse_day(params, "from")
    last = min(_parse_day(params, "to"), today)
    if first > today:
        raise InvalidInputError(
            f"from is {first.isoformat()}; it must not be after today, {today.isoformat()} "
            f"in {zone}",
            detail="from",
        )
    if first > last:
        raise InvalidInputError(
            f"from is {first.isoformat()} and to is {last.isoformat()}; from must not be after to",
            detail="from",
        )
    if (last - first).days >= MAX_DAYS:
        raise InvalidInputError(
            f"the period has {(last - first).days + 1} days; at most {MAX_DAYS} fit on a page",
            detail="from",
        )
    return Period(first_on=first, last_on=last, seen_at=now, preset=False, zone=zone)


def _parse_day(params: Mapping[str, str], name: str) -> date:
    text = params.get(name, "")
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise InvalidInputError(
            f"{name} is {text[:20]!r}; it must be a date such as 2025-11-20", detail=name
        ) from None
    # The comparison looks back by the same length, which must still be a date.
    if day.year < 2000:  # noqa: PLR2004 - no career product has older events
        raise InvalidInputError(
            f"{name} is {text[:20]!r}; it must not be before 2000-01-01", detail=name
        )
    return day
