"""Estimates from counts: shares of people, and chances within a time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from landed.stats import LifeTable, estimate_curve, share_interval

__all__ = ["Estimate", "incidence_within", "incidences_within", "read_life_table", "share"]

_CRITICAL_Z: Final = 1.96
_HOURS_IN_DAY: Final = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """One number, and what it rests on.

    Attributes:
        value: None where there is nothing to compute it from; that is not zero.
        n: How many rows it rests on, or what stands below the line; None where the value is
            itself a count.
        ci_low: Lower end of the 95 % interval, for estimates that have one.
        ci_high: Upper end.
        matured_rate: Share of the rows whose late outcome is known, for late outcomes.
        std_error: Of the value, for estimates that have one.
    """

    value: float | None
    n: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    matured_rate: float | None = None
    std_error: float | None = None

    def differs_from(self, other: Estimate) -> bool:
        """Whether two estimates differ by more than chance would do it one time in twenty.

        Rates over few rows move by themselves; a page must not call that news.

        Args:
            other: Of other rows, such as another period.

        Examples:
            >>> few = Estimate(value=0.11, std_error=0.05)
            >>> few.differs_from(Estimate(value=0.2, std_error=0.03))
            False
        """
        if None in (self.value, self.std_error, other.value, other.std_error):
            return False
        gap = (self.value or 0.0) - (other.value or 0.0)
        return abs(gap) > _CRITICAL_Z * math.hypot(self.std_error or 0.0, other.std_error or 0.0)


def share(hits: int, size: int) -> Estimate:
    """Give a share of people with its interval.

    Args:
        hits: How many of them.
        size: Of how many.

    Examples:
        >>> share(1, 4).value, share(0, 0).value
        (0.25, None)
    """
    ends = share_interval(hits, size)
    if ends is None:
        return Estimate(value=None, n=size)
    return Estimate(value=hits / size, n=size, ci_low=ends[0], ci_high=ends[1])


def read_life_table(
    reached: Sequence[Sequence[int]],
    missed: Sequence[Sequence[int]],
    waiting: Sequence[Sequence[int]],
) -> LifeTable:
    """Read a life table from the pairs of arrays that `sumMap` gives: times, and rows.

    Examples:
        >>> read_life_table(([3], [2]), ([], []), ([5, 9], [1, 4])).size
        7
    """
    events, others, censored = (
        {int(time): int(rows) for time, rows in zip(*pair, strict=True)}
        for pair in (reached, missed, waiting)
    )
    return LifeTable(events=events, others=others, censored=censored)


def incidence_within(table: LifeTable, days: int) -> Estimate:
    """Estimate the chance of the event within some days.

    Args:
        table: In hours.
        days: The horizon.
    """
    return incidences_within(table, (days,))[0]


def incidences_within(table: LifeTable, days: Iterable[int]) -> tuple[Estimate, ...]:
    """Estimate the chance of the event within some days, and within others.

    Args:
        table: In hours.
        days: The horizons.
    """
    return tuple(
        Estimate(
            value=found.value,
            n=found.size,
            ci_low=found.ci_low,
            ci_high=found.ci_high,
            matured_rate=found.matured_rate,
            std_error=found.std_error,
        )
        for found in estimate_curve(table, [one * _HOURS_IN_DAY for one in days])
    )
