"""Several questions at once: p-values that stand for the whole family.

The family, as it was asked for, is part of the answer: a p-value that does not say how many
others it was chosen among says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

__all__ = ["Correction", "Family", "adjust_family", "benjamini_hochberg", "holm"]

Floats = npt.NDArray[np.float64]


class Correction(StrEnum):
    """What the adjusted p-values keep at most at alpha.

    Attributes:
        HOLM: The chance of any false alarm in the family; for what decides.
        BENJAMINI_HOCHBERG: The share of false ones among the alarms; for what is explored.
    """

    HOLM = "holm"
    BENJAMINI_HOCHBERG = "benjamini_hochberg"


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """P-values that were adjusted together.

    Attributes:
        correction: How.
        p_values: Name → adjusted p-value; its names are the family.
    """

    correction: Correction
    p_values: Mapping[str, float]

    def rejected(self, *, alpha: float = 0.05) -> tuple[str, ...]:
        """Names whose adjusted p-value is at most alpha, in the order given.

        Examples:
            >>> adjust_family({"hired": 0.01, "applied": 0.04}).rejected()
            ('hired', 'applied')
        """
        return tuple(name for name, p_value in self.p_values.items() if p_value <= alpha)


def adjust_family(
    p_values: Mapping[str, float], *, correction: Correction = Correction.HOLM
) -> Family:
    """Adjust the p-values of a family, and say which it was.

    Args:
        p_values: Name of each question, such as metric and variant → p-value, also an
            always-valid one. Leave out questions without an answer before the test starts,
            not after.
        correction: Holm for primary metrics over all variants, Benjamini and Hochberg for
            secondary ones.

    Returns:
        The family.

    Examples:
        >>> adjust_family({"hired": 0.01, "applied": 0.02}).p_values
        {'hired': 0.02, 'applied': 0.02}
    """
    adjusted = _HOW[correction](np.array(list(p_values.values()), dtype=np.float64))
    return Family(
        correction=correction, p_values=dict(zip(p_values, adjusted.tolist(), strict=True))
    )


def holm(p_values: Floats) -> Floats:
    """Adjust so that the chance of any false alarm is at most alpha: max_{j <= i} (m - j + 1) p_j.

    With p_1 <= … <= p_m; at most 1. It holds for any dependence (S. Holm, A simple sequentially
    rejective multiple test procedure, Scand. J. Statist. 6, 1979, 65-70).

    Args:
        p_values: In any order.

    Returns:
        As many, in the same order.

    Examples:
        >>> holm(np.array([0.01, 0.04, 0.03])).round(4).tolist()
        [0.03, 0.06, 0.06]
    """
    order = np.argsort(p_values)
    steps = np.arange(len(p_values), 0, -1) * p_values[order]
    return _back(order, np.minimum(np.maximum.accumulate(steps), 1.0))


def benjamini_hochberg(p_values: Floats) -> Floats:
    """Adjust so that at most alpha of the alarms are false on average: min_{j >= i} m p_j / j.

    With p_1 <= … <= p_m. It holds for independent and for positively dependent p-values (Y.
    Benjamini, Y. Hochberg, Controlling the false discovery rate, J. R. Stat. Soc. B 57, 1995,
    289-300; Y. Benjamini, D. Yekutieli, Ann. Stat. 29, 2001, 1165-1188).

    Args:
        p_values: In any order.

    Returns:
        As many, in the same order.

    Examples:
        >>> benjamini_hochberg(np.array([0.01, 0.04, 0.03])).round(4).tolist()
        [0.03, 0.04, 0.04]
    """
    order = np.argsort(p_values)
    size = len(p_values)
    steps = p_values[order] * size / np.arange(1, size + 1)
    return _back(order, np.minimum.accumulate(steps[::-1])[::-1])


def _back(order: npt.NDArray[np.intp], sorted_values: Floats) -> Floats:
    values = np.empty_like(sorted_values)
    values[order] = sorted_values
    return values


_HOW: Mapping[Correction, Callable[[Floats], Floats]] = {
    Correction.HOLM: holm,
    Correction.BENJAMINI_HOCHBERG: benjamini_hochberg,
}
