"""How likely an event is within a time, when not everyone was followed for that time.

The estimate is Aalen and Johansen's for one event with a competing one (An empirical
transition matrix for non-homogeneous Markov chains, Scand. J. Statist. 5, 1978, 141-150); its
variance is the delta method's as Marubini and Valsecchi give it (Analysing Survival Data,
Wiley 1995, section 10.2); the interval is made on the log(-log) scale, where it stays in 0 to 1.
Where nothing or everything happened that scale has no width, and the bound is Clopper and
Pearson's exact one (Biometrika 26, 1934, 404-413) on the rows whose answer is known.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

__all__ = [
    "CumulativeIncidence",
    "Influence",
    "LifeTable",
    "cluster_incidence",
    "estimate_curve",
    "estimate_incidence",
    "incidence_influence",
    "rows_at_risk",
]

Floats = npt.NDArray[np.float64]

_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeTable:
    """When the rows of a group left the risk, and why; times in whole units of one length.

    Attributes:
        events: Time → rows to which the event happened then.
        others: Time → rows to which something happened that excludes the event.
        censored: Time → rows that were followed until then without either.

    Examples:
        >>> LifeTable(events={2: 1}, others={}, censored={5: 3}).size
        4
    """

    events: Mapping[int, int]
    others: Mapping[int, int]
    censored: Mapping[int, int]

    @property
    def size(self) -> int:
        """How many rows there are."""
        return sum(sum(part.values()) for part in (self.events, self.others, self.censored))


@dataclass(frozen=True, slots=True, kw_only=True)
class CumulativeIncidence:
    """The chance of the event within the horizon.

    Attributes:
        value: 0 to 1; None when nobody was followed for the horizon.
        std_error: Of the value; None where there is no value.
        ci_low: Lower end of the interval.
        ci_high: Upper end.
        size: Rows in the group.
        matured_rate: Share of the rows whose answer is known: it happened, it is excluded, or
            they were followed for the horizon. 0 to 1; None without rows.
    """

    value: float | None
    std_error: float | None
    ci_low: float | None
    ci_high: float | None
    size: int
    matured_rate: float | None


def estimate_incidence(
    table: LifeTable, *, horizon: int, level: float = 0.95
) -> CumulativeIncidence:
    """Estimate the cumulative incidence of an event at the horizon.

    Rows that leave at one time are taken in this order: events, then censored ones, so that a
    row which was followed for exactly a time was at risk at that time.

    Args:
        table: When rows leave; what comes after the horizon has not happened yet.
        horizon: In the table's unit.
        level: Of the interval.

    Returns:
        The estimate. It is None when all who are still waiting are young: nothing is known
        of the rest of the time to the horizon.

    Examples:
        Ten rows, all followed to the end: the estimate is the plain share.

        >>> whole = LifeTable(events={3: 2}, others={5: 1}, censored={21: 7})
        >>> round(estimate_incidence(whole, horizon=21).value, 3)
        0.2

        Five of ten are young. The plain share would be 0.2 again, but of those that were
        followed for three days or longer two in five had the event.

        >>> young = LifeTable(events={3: 2}, others={}, censored={1: 5, 21: 3})
        >>> round(estimate_incidence(young, horizon=21).value, 3)
        0.4
    """
    return estimate_curve(table, (horizon,), level=level)[0]


def estimate_curve(
    table: LifeTable, horizons: Sequence[int], *, level: float = 0.95
) -> tuple[CumulativeIncidence, ...]:
    """Estimate the cumulative incidence of an event at several horizons.

    Each is that of `estimate_incidence`; the table is put in order once for all of them.

    Args:
        table: When rows leave; what comes after a horizon has not happened yet at it.
        horizons: In the table's unit, in any order.
        level: Of the intervals.

    Examples:
        >>> table = LifeTable(events={3: 2, 9: 1}, others={}, censored={5: 2, 21: 5})
        >>> [round(one.value, 3) for one in estimate_curve(table, (3, 21))]
        [0.2, 0.333]
    """
    if not table.size:
        nothing = CumulativeIncidence(
            value=None, std_error=None, ci_low=None, ci_high=None, size=0, matured_rate=None
        )
        return (nothing,) * len(horizons)
    columns = _columns(table)
    followed = sorted(table.censored)
    censored = np.cumsum([0, *(table.censored[time] for time in followed)])
    last = max(followed[-1] if followed else 0, columns[0][-1] if columns[0] else 0)
    found = []
    for horizon in horizons:
        unknown = int(censored[bisect_left(followed, horizon)])
        until = bisect_right(columns[0], horizon)
        is_young = last < horizon and bool(followed) and followed[-1] == last
        parts = None if is_young else tuple(column[:until] for column in columns[1:])
        found.append(_estimate(parts, table.size, unknown, level))
    return tuple(found)


def _estimate(
    columns: tuple[Floats, ...] | None, size: int, unknown: int, level: float
) -> CumulativeIncidence:
    """From events, others and rows at risk until the horizon; None: all who wait are young."""
    matured = 1 - unknown / size
    if columns is None:
        return CumulativeIncidence(
            value=None, std_error=None, ci_low=None, ci_high=None, size=size, matured_rate=matured
        )
    events, others, at_risk = columns
    value, variance = _incidence(events, others, at_risk) if len(events) else (0.0, 0.0)
    low, high = _interval(value, variance, size - unknown, level)
    return CumulativeIncidence(
        value=value,
        std_error=float(np.sqrt(variance)),
        ci_low=low,
        ci_high=high,
        size=size,
        matured_rate=matured,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Influence:
    """By how much one row moves the estimate, by when and why it leaves the risk.

    Attributes:
        event: Of a row that leaves by the event; one value for each time from 0 to the horizon.
        other: Of one that leaves by what excludes it.
        censored: Of one that was followed until then.
    """

    event: Floats
    other: Floats
    censored: Floats


def incidence_influence(table: LifeTable, *, horizon: int) -> Influence:
    """Say by how much each row moves the cumulative incidence: its derivative by the row.

    With Y_j rows at risk, hazards h1_j of the event and h_j of either, S the survival before j,
    F_j the incidence until j and F that at the horizon, a row that leaves at T has
    [event] S_T / Y_T - [either] (F - F_T) / (Y_T - d_T) - Σ_{j <= T} (S_j h1_j / Y_j -
    (F - F_j) h_j / (Y_j - d_j)). Squares of the sums over the rows of one person, summed over
    people, are the variance where people have several rows that are alike (G. Ying, L. J. Wei,
    The Kaplan-Meier estimate for dependent failure time observations, J. Multivariate Anal. 50,
    1994, 17-29; the derivative as in R. D. Gill, Scand. J. Statist. 16, 1989, 97-128).

    Args:
        table: As for `estimate_incidence`.
        horizon: In the table's unit.

    Returns:
        The influences; they sum to zero over the rows.

    Examples:
        >>> table = LifeTable(events={1: 2}, others={}, censored={2: 6})
        >>> found = incidence_influence(table, horizon=2)
        >>> [round(float(one), 4) for one in (found.event[1], found.censored[2])]
        [0.0938, -0.0312]
    """
    times, events, others, at_risk = _columns(table)
    where = np.array(times, dtype=np.intp)
    both = events + others
    survival = np.cumprod(1 - both / at_risk)
    before = np.concatenate([[1.0], survival[:-1]]) if len(times) else survival
    curve = np.cumsum(before * events / at_risk)
    rest = curve[-1] - curve if len(times) else curve
    # Where nobody is left, nothing of the curve follows either.
    alive = np.where(at_risk > both, at_risk - both, np.inf)
    paid = np.zeros(horizon + 1)
    paid[where] = before * events / at_risk**2 - rest * both / at_risk / alive
    either, event = np.zeros(horizon + 1), np.zeros(horizon + 1)
    either[where] = -rest / alive
    event[where] = before / at_risk
    censored: Floats = -np.cumsum(paid)
    return Influence(event=event + either + censored, other=either + censored, censored=censored)


def cluster_incidence(
    found: CumulativeIncidence, *, squares: float, clusters: int, level: float = 0.95
) -> CumulativeIncidence:
    """Give an estimate the standard error that is right where people have several rows.

    The variance is squares · G / (G - 1) for G people.

    Args:
        found: The estimate, as if rows were independent.
        squares: Sum over people of the squared sums of the influences of their rows.
        clusters: People with rows.
        level: Of the interval.

    Returns:
        The same value with another error and interval. Of one person there is none.

    Examples:
        >>> table = LifeTable(events={3: 20}, others={}, censored={21: 80})
        >>> plain = estimate_incidence(table, horizon=21)
        >>> round(cluster_incidence(plain, squares=0.0032, clusters=50).std_error, 4)
        0.0571
    """
    if found.value is None or found.matured_rate is None or clusters < 2:  # noqa: PLR2004 - no spread
        return replace(found, value=None, std_error=None, ci_low=None, ci_high=None)
    variance = squares * clusters / (clusters - 1)
    known = max(1, round(found.size * found.matured_rate))
    low, high = _interval(found.value, variance, known, level)
    return replace(found, std_error=float(np.sqrt(variance)), ci_low=low, ci_high=high)


def _columns(table: LifeTable) -> tuple[list[int], Floats, Floats, Floats]:
    """Times with an event of either kind; how many events, others and rows at risk there."""
    times = sorted({*table.events, *table.others})
    events = np.array([table.events.get(time, 0) for time in times], dtype=np.float64)
    others = np.array([table.others.get(time, 0) for time in times], dtype=np.float64)
    return times, events, others, rows_at_risk(table, np.array(times, dtype=np.float64))


def rows_at_risk(table: LifeTable, times: Floats) -> Floats:
    """How many rows have not left before each time.

    Args:
        table: When rows leave.
        times: In any order.

    Examples:
        >>> table = LifeTable(events={2: 1}, others={3: 1}, censored={2: 5})
        >>> rows_at_risk(table, np.array([1.0, 2.0, 3.0])).tolist()
        [7.0, 7.0, 1.0]
    """
    leaving = [
        pair for part in (table.events, table.others, table.censored) for pair in part.items()
    ]
    when, rows = np.array(leaving, dtype=np.float64).reshape(-1, 2).T
    order = np.argsort(when)
    gone = np.concatenate([[0.0], np.cumsum(rows[order])])
    at_risk: Floats = gone[-1] - gone[np.searchsorted(when[order], times, side="left")]
    return at_risk


def _incidence(events: Floats, others: Floats, at_risk: Floats) -> tuple[float, float]:
    both = events + others
    survival = np.cumprod(1 - both / at_risk)
    before = np.concatenate([[1.0], survival[:-1]])
    curve = np.cumsum(before * events / at_risk)
    value = float(curve[-1])
    rest = value - curve
    alive = at_risk > both
    # Where nobody is left, nothing of the curve follows and the first term is zero.
    first = np.where(alive, rest**2 * both / np.where(alive, at_risk * (at_risk - both), 1.0), 0.0)
    second = before**2 * (at_risk - events) * events / at_risk**3
    third = 2 * rest * before * events / at_risk**2
    return value, max(0.0, float(np.sum(first + second - third)))


def _interval(value: float, variance: float, known: int, level: float) -> tuple[float, float]:
    if not _ROUNDING < value < 1 - _ROUNDING:  # all or nobody, but for the last digits
        bound = ((1 - level) / 2) ** (1 / known)
        return (bound, 1.0) if value > _ROUNDING else (0.0, 1 - bound)
    z = NormalDist().inv_cdf((1 + level) / 2)
    width = z * variance**0.5 / abs(value * np.log(value))
    return float(value ** np.exp(width)), float(value ** np.exp(-width))
