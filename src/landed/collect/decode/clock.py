"""When it happened: the client's time, corrected for the client's clock, and its bounds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec

from landed.errors import InvalidEventError

__all__ = ["EARLIEST", "MAX_LEAD", "MAX_SKEW", "Clock", "parse_sent_at"]

EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
MAX_LEAD: Final = timedelta(days=1)
MAX_SKEW: Final = timedelta(days=366)

_NO_SKEW: Final = timedelta(0)
# Epoch numbers above this are milliseconds: as seconds they lie beyond the year 5000.
_MILLISECONDS_FROM: Final = 100_000_000_000


class Clock(msgspec.Struct, frozen=True):
    """Settles the times of one request. Make it with `Clock.at`.

    Attributes:
        latest: No event may be later than this: a day after it was received.
        skew: What the client's clock is behind ours; zero when that is not known.
    """

    latest: datetime
    skew: timedelta

    @classmethod
    def at(cls, received_at: datetime, sent_at: datetime | None = None) -> Clock:
        """Compare the client's clock, as it sent the request, with ours.

        A difference of more than `MAX_SKEW` (366 days) says that `sent_at` is nonsense
        rather than that the clock is wrong; then the times stay as they were sent.

        Args:
            received_at: Our time, aware.
            sent_at: The client's time when it sent the request, aware.

        Examples:
            >>> now = datetime(2026, 5, 1, 12, tzinfo=UTC)
            >>> Clock.at(now, now - timedelta(minutes=5)).skew
            datetime.timedelta(seconds=300)
        """
        skew = _NO_SKEW if sent_at is None else received_at - sent_at
        if abs(skew) > MAX_SKEW:
            skew = _NO_SKEW
        return cls(latest=received_at + MAX_LEAD, skew=skew)

    def unskewed(self) -> Clock:
        """The same bounds for times that are right already.

        Examples:
            >>> now = datetime(2026, 5, 1, tzinfo=UTC)
            >>> Clock.at(now, now - timedelta(hours=1)).unskewed() == Clock.at(now)
            True
        """
        return Clock(latest=self.latest, skew=_NO_SKEW)

    def settle(self, stamp: datetime, field: str) -> datetime:
        """The corrected time of an event, in UTC.

        Args:
            stamp: The client's time; one without a zone is UTC.
            field: The JSON path of the field, for the error.

        Raises:
            InvalidEventError: It is before 2000 or more than a day in the future.

        Examples:
            >>> now = datetime(2026, 5, 1, 12, tzinfo=UTC)
            >>> Clock.at(now).settle(datetime(2026, 5, 1, 9), "$.timestamp")
            datetime.datetime(2026, 5, 1, 9, 0, tzinfo=datetime.timezone.utc)
        """
        zone = stamp.tzinfo
        if zone is None:
            stamp = stamp.replace(tzinfo=UTC)
        try:
            if zone is not UTC:
                stamp = stamp.astimezone(UTC)
            if self.skew is not _NO_SKEW:
                stamp += self.skew
        except OverflowError:
            raise _out_of_bounds(field) from None
        if not EARLIEST <= stamp <= self.latest:
            raise _out_of_bounds(field)
        return stamp


def parse_sent_at(value: Any) -> datetime | None:
    """Read the time of sending, wherever a client puts it; None when it cannot be read.

    A bad time of sending harms no event: its times are then taken as they are.

    Args:
        value: RFC 3339 text (without a zone: UTC), or epoch seconds or milliseconds as a
            number or as digits.

    Examples:
        >>> parse_sent_at("2026-11-21T02:25:57.5Z")
        datetime.datetime(2026, 11, 21, 2, 25, 57, 500000, tzinfo=datetime.timezone.utc)
        >>> parse_sent_at("1795227957500") == parse_sent_at("2026-11-21T02:25:57.5Z")
        True
        >>> parse_sent_at("yesterday") is None
        True
    """
    if isinstance(value, str) and not (value.isascii() and value.isdigit()):
        return _parse_text(value)
    return _parse_number(value)


def _parse_text(value: str) -> datetime | None:
    try:
        stamp = msgspec.convert(value, datetime)
        return stamp.replace(tzinfo=UTC) if stamp.tzinfo is None else stamp.astimezone(UTC)
    except (msgspec.ValidationError, OverflowError):
        return None


def _parse_number(value: Any) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        seconds = float(value)
        if seconds > _MILLISECONDS_FROM:
            seconds /= 1_000
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _out_of_bounds(field: str) -> InvalidEventError:
    return InvalidEventError(
        "The time is before 2000-01-01 or more than a day in the future; "
        "send the time at which it happened, in UTC.",
        detail=field,
    )
