"""Sums and products of several columns over units, and what they say of ratios of columns.

The first two moments are all that linear adjustment and the delta method need, and one SQL pass
gives them. A column may stand for itself or be divided by another one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from landed.stats.arms import NotEnough
from landed.stats.effects import Effect

__all__ = ["Column", "Moments", "compare_blocks", "pool_moments"]

Floats = npt.NDArray[np.float64]

_ROUNDING = 1e-12


class Column(NamedTuple):
    """Which column of the moments is meant: its mean, or its sum over that of another.

    Attributes:
        above: Place of the column.
        below: Place of the one that it is divided by; None for a plain mean.
    """

    above: int
    below: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """What is summed over the units of an arm.

    Attributes:
        size: Units.
        sums: Of each column.
        products: Of each column with each, symmetric: squares stand on the diagonal.

    Examples:
        >>> Moments.of([[1.0, 10.0], [3.0, 20.0]]).sums
        (4.0, 30.0)
    """

    size: int
    sums: tuple[float, ...]
    products: tuple[tuple[float, ...], ...]

    @classmethod
    def of(cls, rows: Sequence[Sequence[float]] | Floats) -> Moments:
        """Sum rows up, one for each unit: what SQL does for large tables."""
        table = np.asarray(rows, dtype=np.float64)
        products = tuple(tuple(row) for row in (table.T @ table).tolist())
        return cls(size=len(table), sums=tuple(table.sum(axis=0).tolist()), products=products)

    def covariance(self) -> Floats:
        """Of the columns over units, divided by n - 1."""
        sums = np.array(self.sums)
        spread = np.array(self.products) - np.outer(sums, sums) / self.size
        covariance: Floats = spread / (self.size - 1)
        return covariance

    def values(self, columns: Sequence[Column]) -> Floats:
        """The means or ratios."""
        return np.array([self.sums[one.above] / self._base(one) for one in columns])

    def _base(self, column: Column) -> float:
        return self.size if column.below is None else self.sums[column.below]

    def slopes(self, columns: Sequence[Column]) -> Floats:
        """How each value moves with the columns' means: d(x / y) = dx / y - x / y² dy."""
        slopes = np.zeros((len(self.sums), len(columns)))
        for place, column in enumerate(columns):
            base = self._base(column) / self.size
            slopes[column.above, place] += 1 / base
            if column.below is not None:
                slopes[column.below, place] -= self.sums[column.above] / self.size / base**2
        return slopes

    def spread(self, columns: Sequence[Column]) -> Floats:
        """Covariance of one unit's part in each value, by the delta method."""
        slopes = self.slopes(columns)
        spread: Floats = slopes.T @ self.covariance() @ slopes
        return spread

    def variance(self, columns: Sequence[Column], turn: Floats) -> float:
        """Of one unit's part in a weighed sum of the values; 0 where only rounding is left."""
        parts = self.slopes(columns) @ turn
        variance = float(parts @ self.covariance() @ parts)
        size = np.abs(parts) @ np.abs(np.array(self.products)) @ np.abs(parts) / self.size
        return variance if variance > _ROUNDING * size else 0.0

    def gap(self, columns: Sequence[Column]) -> NotEnough | None:
        """Why the columns have no values or no spread, if so."""
        if not np.all(np.isfinite([*self.sums, *np.ravel(self.products)])):
            return NotEnough.NOT_FINITE
        if self.size < 2:  # noqa: PLR2004 - one unit has no spread
            return NotEnough.ONE_UNIT if self.size else NotEnough.EMPTY
        return None if all(map(self._base, columns)) else NotEnough.NO_BASE


def pool_moments(arms: Sequence[Moments]) -> Moments:
    """Put arms together as one.

    Args:
        arms: With the same columns; at least one.

    Examples:
        >>> arm = Moments.of([[1.0], [3.0]])
        >>> pool_moments([arm, arm]).size
        4
    """
    products = np.sum([arm.products for arm in arms], axis=0)
    return Moments(
        size=sum(arm.size for arm in arms),
        sums=tuple(np.sum([arm.sums for arm in arms], axis=0).tolist()),
        products=tuple(tuple(row) for row in products.tolist()),
    )


def compare_blocks(blocks: Moments) -> Effect | NotEnough:
    """Take the difference of two arms that share clusters: units were assigned within blocks.

    Each block (a job ad, an employer) gives four columns: sum and number of units of the
    control, sum and number of the treatment. effect = Y_t / N_t - Y_c / N_c over all blocks,
    and its variance is the delta method's with the blocks as what is drawn, so that what both
    arms of a block have in common takes itself out. To forget the blocks gives too large an
    error here; where whole blocks were assigned, too small a one (use `ratio_arm` there). It
    is the cluster-robust variance times G / (G - 1) for G blocks (K.-Y. Liang, S. L. Zeger,
    Biometrika 73, 1986, 13-22). At least some 30 blocks, since df = G - 1.

    Args:
        blocks: Four columns in that order over blocks; empty sides count as 0 of 0.

    Returns:
        The effect in the metric's unit with the number of units as size, or why there is none.

    Examples:
        >>> ads = Moments.of([[1, 2, 2, 2], [0, 2, 1, 2], [1, 2, 1, 2]])
        >>> effect = compare_blocks(ads)
        >>> round(effect.value, 3), round(effect.std_error, 3)
        (0.333, 0.167)
    """
    columns = [Column(0, 1), Column(2, 3)]
    gap = blocks.gap(columns)
    if gap:
        return gap
    control, treatment = blocks.values(columns).tolist()
    variance = blocks.variance(columns, np.array([-1.0, 1.0])) / blocks.size
    if not variance:
        return NotEnough.NO_SPREAD
    return Effect(
        value=treatment - control,
        std_error=sqrt(variance),
        size=blocks.sums[1] + blocks.sums[3],
        df=blocks.size - 1,
    )
