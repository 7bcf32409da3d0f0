"""What the demo market is asked for, and what it gives."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pyarrow as pa

from landed.errors import InvalidInputError

__all__ = ["MarketConfig", "MarketEvents"]

MIN_EVENTS = 1_000
MIN_EVENTS_PER_DAY = 10
MAX_EVENTS = 1_000_000_000
MAX_DAYS = 3_650


class MarketConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Which market to simulate. Equal configurations give equal bytes.

    Attributes:
        seed: Any integer from 0: another seed is another market.
        days: Length of the simulated past, in days of 24 hours before `end`.
        events: How many events to aim for, at least 1,000 and 10 a day; the run comes within
            10 % of it.
        end: The market's present, aware UTC: nothing occurs at or after it.

    Raises:
        InvalidInputError: When a value breaks its rule.

    Examples:
        >>> config = MarketConfig(days=30, end=datetime(2026, 3, 1, tzinfo=UTC))
        >>> config.start.isoformat()
        '2026-01-30T00:00:00+00:00'
    """

    end: datetime
    seed: int = 1
    days: int = 90
    events: int = 300_000

    def __post_init__(self) -> None:
        """Refuse what cannot be simulated."""
        if self.end.tzinfo is None or self.end.utcoffset() != timedelta(0):
            raise InvalidInputError("end must be an aware UTC time; pass tzinfo=UTC")
        for name, low, high in (
            ("seed", 0, 2**63 - 1),
            ("days", 1, MAX_DAYS),
            ("events", MIN_EVENTS, MAX_EVENTS),
        ):
            value = getattr(self, name)
            if not low <= value <= high:
                message = f"{name} is {value}; it must lie from {low} to {high}"
                raise InvalidInputError(message, detail=f"$.{name}")
        if self.events < MIN_EVENTS_PER_DAY * self.days:
            message = f"{self.events} events are too few for {self.days} days; ask for 10 a day"
            raise InvalidInputError(message, detail="$.events")

    @property
    def start(self) -> datetime:
        """The first moment of the simulated past."""
        return self.end - timedelta(days=self.days)

    @property
    def start_ms(self) -> int:
        """`start` in milliseconds since 1970."""
        return self.end_ms - self.days * 86_400_000

    @property
    def end_ms(self) -> int:
        """`end` in milliseconds since 1970."""
        return (self.end - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


class MarketEvents(msgspec.Struct, frozen=True):
    """One slice of the market's log, in order of time, with RAW ids: keep it in memory only.

    Attributes:
        event: Event names (dictionary of strings).
        user_id: Raw user ids such as `user-000123` (dictionary of strings).
        session_id: 16 bytes each; the nil UUID where an event has no session.
        message_id: 16 bytes each, unique over the whole run, a function of the seed.
        occurred_at: UTC, in milliseconds.
        received_at: A little later than `occurred_at`, never after the market's end.
        context: JSON text of the device, app and country.
        properties: JSON text that passes `landed.events.check`.
    """

    event: pa.DictionaryArray
    user_id: pa.DictionaryArray
    session_id: pa.FixedSizeBinaryArray
    message_id: pa.FixedSizeBinaryArray
    occurred_at: pa.TimestampArray
    received_at: pa.TimestampArray
    context: pa.StringArray
    properties: pa.StringArray

    def __len__(self) -> int:
        """How many events the slice holds."""
        return len(self.event)
