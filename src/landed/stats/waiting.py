"""How long people wait for something that some have not seen yet.

The share still waiting is Kaplan and Meier's (Nonparametric estimation from incomplete
observations, J. Am. Stat. Assoc. 53, 1958, 457-481) with Greenwood's variance; the interval of
a quantile inverts the log(-log) interval of the curve (Brookmeyer and Crowley, A confidence
interval for the median survival time, Biometrics 38, 1982, 29-41).
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from landed.stats.incidence import LifeTable, rows_at_risk

__all__ = ["WaitingTime", "estimate_waiting"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingTime:
    """When a share of the people has seen the event.

    Attributes:
        value: In the table's unit; None while so many have not seen it.
        ci_low: Lower end of the interval; None where the curve does not get there.
        ci_high: Upper end, the same.
    """

    value: int | None
    ci_low: int | None
    ci_high: int | None


def estimate_waiting(
    table: LifeTable, shares: tuple[float, ...], *, level: float = 0.95
) -> tuple[WaitingTime, ...]:
    """Estimate after what time each share of the people has seen the event.

    Args:
        table: One without competing events.
        shares: 0 to 1, both excluded; 0.5 asks for the median.
        level: Of the interval.

    Raises:
        ValueError: The table has competing events: who met one will not see the event.

    Examples:
        Four of ten waited at most 5 days, and the rest are still waiting.

        >>> table = LifeTable(events={2: 2, 5: 2}, others={}, censored={9: 6})
        >>> [one.value for one in estimate_waiting(table, (0.25, 0.5))]
        [5, None]
    """
    if table.others:
        raise ValueError("a waiting time with competing events has no such quantile")
    times, waiting, low, high = _curve(table, level)
    return tuple(
        WaitingTime(
            value=_first(times, waiting <= 1 - share + 1e-12),
            ci_low=_first(times, low <= 1 - share),
            ci_high=_first(times, high <= 1 - share),
        )
        for share in shares
    )


def _first(times: Floats, reached: npt.NDArray[np.bool_]) -> int | None:
    where = np.flatnonzero(reached)
    return int(times[where[0]]) if len(where) else None


def _curve(table: LifeTable, level: float) -> tuple[Floats, Floats, Floats, Floats]:
    """Times with an event; the share still waiting after each, and its interval's ends."""
    times: Floats = np.array(sorted(table.events), dtype=np.float64)
    events = np.array([table.events[int(time)] for time in times], dtype=np.float64)
    at_risk = rows_at_risk(table, times)
    waiting: Floats = np.cumprod(1 - events / at_risk, dtype=np.float64)
    rest = np.where(at_risk > events, at_risk - events, np.inf)  # nobody left: the curve is 0
    greenwood = np.cumsum(events / (at_risk * rest))
    z = NormalDist().inv_cdf((1 + level) / 2)
    inside = (waiting > 0) & (waiting < 1)
    log = np.log(np.where(inside, waiting, 0.5))
    width = z * np.sqrt(greenwood) / np.abs(log)
    low: Floats = np.where(inside, np.exp(log * np.exp(width)), waiting)
    high: Floats = np.where(inside, np.exp(log * np.exp(-width)), waiting)
    return times, waiting, low, high
