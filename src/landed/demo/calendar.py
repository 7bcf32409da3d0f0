"""When things happen: the weight of each hour, and the agenda of what is still to come."""

from __future__ import annotations

from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt

from landed.demo.parameters import TRUE
from landed.demo.types import MarketConfig

__all__ = ["AGENDA_ROW", "DAY_MS", "HOUR_MS", "Agenda", "Day", "build_days"]

DAY_MS: Final = 86_400_000
HOUR_MS: Final = 3_600_000
_HOURS: Final = np.array(
    [
        *(0.35, 0.25, 0.20, 0.20, 0.25, 0.40, 0.65, 0.95, 1.25, 1.40, 1.40, 1.35),
        *(1.30, 1.45, 1.55, 1.60, 1.60, 1.55, 1.50, 1.45, 1.35, 1.10, 0.80, 0.55),
    ]
)


class Day(msgspec.Struct, frozen=True):
    """One UTC calendar day, or the part of it that lies in the market's window.

    Attributes:
        index: 0 for the first day.
        opens, closes: The part that is simulated, UTC milliseconds, half open.
        hour_weights: Traffic of its 24 hours; 0 outside the window.
        progress: 0 at the market's start, 1 at its end.
    """

    index: int
    opens: int
    closes: int
    hour_weights: npt.NDArray[np.float64]
    progress: float

    @property
    def weight(self) -> float:
        """The day's share of the traffic, unnormalised."""
        return float(self.hour_weights.sum())

    @property
    def share(self) -> float:
        """How much of 24 hours is simulated, 0 to 1."""
        return (self.closes - self.opens) / DAY_MS

    def draw_times(self, rng: np.random.Generator, count: int) -> npt.NDArray[np.int64]:
        """Draw moments of the day that follow its traffic, in order."""
        midnight = self.opens // DAY_MS * DAY_MS
        hours = rng.choice(24, size=count, p=self.hour_weights / self.weight)
        low = np.maximum(midnight + hours * HOUR_MS, self.opens)
        high = np.minimum(midnight + (hours + 1) * HOUR_MS, self.closes)
        return np.sort(rng.integers(low, high))

    def draw_uniform(self, rng: np.random.Generator, count: int) -> npt.NDArray[np.int64]:
        """Draw moments spread evenly over the day, in order."""
        return np.sort(rng.integers(self.opens, self.closes, size=count))


def build_days(config: MarketConfig) -> list[Day]:
    """Cut the market's window into UTC days; the first and last may be partial.

    Examples:
        >>> from datetime import UTC, datetime
        >>> days = build_days(MarketConfig(days=7, end=datetime(2026, 3, 1, 12, tzinfo=UTC)))
        >>> len(days), days[0].share, days[3].share
        (8, 0.5, 1.0)
    """
    first = config.start_ms // DAY_MS
    last = (config.end_ms - 1) // DAY_MS
    return [_day(config, number, number - first) for number in range(first, last + 1)]


def _day(config: MarketConfig, number: int, index: int) -> Day:
    opens = max(number * DAY_MS, config.start_ms)
    closes = min((number + 1) * DAY_MS, config.end_ms)
    starts = number * DAY_MS + np.arange(24) * HOUR_MS
    inside = np.clip(np.minimum(starts + HOUR_MS, closes) - np.maximum(starts, opens), 0, None)
    progress = (opens - config.start_ms) / (config.end_ms - config.start_ms)
    # 1970-01-01 was a Thursday: weekday 3 when Monday is 0.
    weekday = TRUE.weekday_weights[(number + 3) % 7]
    weights = _HOURS * inside / HOUR_MS * weekday * (1 + TRUE.traffic_growth * progress)
    return Day(index, opens, closes, weights, progress)


AGENDA_ROW: Final = np.dtype(
    [
        ("due", "i8"),
        ("kind", "i1"),
        ("application", "i8"),
        ("applied_at", "i8"),
        ("person", "i4"),
        ("job", "i4"),
        ("tier", "i1"),
        ("salary", "i4"),
    ]
)


class Agenda:
    """What will happen on later days: numbers only, one bucket per day.

    Rows due at or after the market's end are never kept: the log is censored there.
    """

    def __init__(self, days: list[Day]) -> None:
        self._first = days[0].opens // DAY_MS
        self._closes = days[-1].closes
        self._buckets: list[list[npt.NDArray[Any]]] = [[] for _ in days]

    def add(self, rows: npt.NDArray[Any]) -> None:
        """File rows of `AGENDA_ROW` under the days they are due."""
        rows = rows[rows["due"] < self._closes]
        number = rows["due"] // DAY_MS - self._first
        order = np.argsort(number, kind="stable")
        days, starts = np.unique(number[order], return_index=True)
        for day, part in zip(days, np.split(rows[order], starts[1:]), strict=False):
            self._buckets[day].append(part)

    def take(self, day: Day) -> npt.NDArray[Any]:
        """Take the day's rows in order of time; they are gone from the agenda."""
        parts, self._buckets[day.index] = self._buckets[day.index], []
        rows = np.concatenate(parts) if parts else np.empty(0, AGENDA_ROW)
        return rows[np.argsort(rows["due"], kind="stable")]
