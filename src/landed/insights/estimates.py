"""Estimates from counts: shares of people, and chances within a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from landed.insights.answers import Estimate
from landed.stats import LifeTable, estimate_incidence, share_interval

__all__ = ["incidence_within", "read_life_table", "share"]

_HOURS_IN_DAY: Final = 24


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
        table: In hours; nobody leaves it after those days, as `cut_table` makes it.
        days: The horizon.
    """
    found = estimate_incidence(table, horizon=days * _HOURS_IN_DAY)
    return Estimate(
        value=found.value,
        n=found.size,
        ci_low=found.ci_low,
        ci_high=found.ci_high,
        matured_rate=found.matured_rate,
    )
