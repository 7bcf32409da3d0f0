"""How well lists are ordered, how evenly items are shown, and intervals over groups of people.

NDCG is Järvelin and Kekäläinen's (ACM TOIS 20, 2002, 422-446) with yes-or-no gains, so that a
list needs only the places of what was wanted. The interval is the delete-a-group jackknife
(Kott, J. Official Statistics 17, 2001, 521-526): people fall into groups by a hash, so lists of
one person stay together. The interval of a rank correlation is Bonett and Wright's (Psychometrika
65, 2000, 23-28).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

__all__ = [
    "GroupedMean",
    "RankCorrelation",
    "gini",
    "grouped_ratio",
    "hit",
    "ndcg",
    "novelty_bits",
    "rank_correlation",
    "reciprocal_rank",
    "top_share",
]

Floats = npt.NDArray[np.float64]

_FEWEST: Final = 10
_NEARLY_ONE: Final = 1 - 1e-9
_Z: Final = NormalDist().inv_cdf(0.975)


def ndcg(places: Sequence[int], k: int) -> float:
    """Discounted gain of the first k places, as a share of the best order's.

    Args:
        places: Where the wanted items of a list stood, 1 at the top; at least one.
        k: How many places count.

    Examples:
        >>> ndcg([1], 3)
        1.0
        >>> round(ndcg([2, 5], 3), 4)
        0.3869
    """
    best = sum(1 / np.log2(place + 1) for place in range(1, min(len(places), k) + 1))
    return float(sum(1 / np.log2(place + 1) for place in places if place <= k) / best)


def reciprocal_rank(places: Sequence[int]) -> float:
    """One over the place of the first wanted item; 0 where there is none.

    Examples:
        >>> reciprocal_rank([4, 2]), reciprocal_rank([])
        (0.5, 0.0)
    """
    return 1 / min(places) if places else 0.0


def hit(places: Sequence[int], k: int) -> float:
    """1 where a wanted item stands in the first k places, else 0.

    Examples:
        >>> hit([4], 3), hit([4], 5)
        (0.0, 1.0)
    """
    return float(any(place <= k for place in places))


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupedMean:
    """A mean with an interval that knows that lists of one person are alike.

    Attributes:
        value: The mean.
        ci_low: Lower end of the 95 % interval; None with fewer than two groups.
        ci_high: Upper end.
        size: How many lists it rests on.
    """

    value: float
    ci_low: float | None
    ci_high: float | None
    size: int


def grouped_ratio(total: Floats, size: Floats) -> GroupedMean | None:
    """Divide a sum by a number, with a jackknife over groups.

    Args:
        total: By group, the sum of the values.
        size: By group, how many values there are.

    Returns:
        The mean; None without values.

    Examples:
        >>> found = grouped_ratio(np.array([4.0, 6.0]), np.array([10.0, 10.0]))
        >>> found.value, found.size
        (0.5, 20)
    """
    n = float(size.sum())
    if n <= 0:
        return None
    value = float(total.sum()) / n
    kept = (size > 0) & (size < n)
    groups = int(kept.sum())
    if groups < 2:  # noqa: PLR2004 - a spread needs two
        return GroupedMean(value=value, ci_low=None, ci_high=None, size=round(n))
    without = (total.sum() - total[kept]) / (n - size[kept])
    error = np.sqrt((groups - 1) / groups * ((without - value) ** 2).sum())
    width = float(stdtrit(groups - 1, 0.975) * error)
    return GroupedMean(value=value, ci_low=value - width, ci_high=value + width, size=round(n))


def gini(shown: Floats, items: Floats) -> float | None:
    """How unevenly impressions fall on items: 0 is even, near 1 a few items have all.

    Args:
        shown: Distinct numbers of impressions of one item.
        items: How many items have that number.

    Examples:
        >>> gini(np.array([5.0]), np.array([100.0]))
        0.0
        >>> round(gini(np.array([0.0, 10.0]), np.array([9.0, 1.0])), 3)
        0.9
    """
    order = np.argsort(shown)
    share, mass = items[order], items[order] * shown[order]
    if mass.sum() <= 0:
        return None
    share, mass = share / share.sum(), mass / mass.sum()
    lorenz = np.cumsum(mass)
    return float(1 - (share * (2 * lorenz - mass)).sum())


def top_share(shown: Floats, items: Floats, part: float) -> float | None:
    """Share of all impressions that the most shown part of the items has.

    Args:
        shown: Distinct numbers of impressions of one item.
        items: How many items have that number.
        part: For example 0.1 for the top decile; cut within a number where it must be.

    Examples:
        >>> top_share(np.array([0.0, 10.0]), np.array([9.0, 1.0]), 0.1)
        1.0
    """
    order = np.argsort(shown)[::-1]
    mass = items[order] * shown[order]
    if mass.sum() <= 0:
        return None
    room = part * items.sum() - np.concatenate([[0.0], np.cumsum(items[order])[:-1]])
    taken = np.clip(room, 0.0, items[order])
    return float((taken * shown[order]).sum() / mass.sum())


def novelty_bits(shown: Floats, items: Floats) -> float | None:
    """Mean surprise of an impression, -log2 of its item's share of all impressions.

    Args:
        shown: Distinct numbers of impressions of one item.
        items: How many items have that number.

    Examples:
        Four items shown equally often: two bits.

        >>> novelty_bits(np.array([7.0]), np.array([4.0]))
        2.0
    """
    kept = shown > 0
    mass = items[kept] * shown[kept]
    if mass.sum() <= 0:
        return None
    return float(-(mass * np.log2(shown[kept] / mass.sum())).sum() / mass.sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class RankCorrelation:
    """Spearman's rank correlation with its 95 % interval.

    Attributes:
        value: -1 to 1.
        ci_low: Lower end.
        ci_high: Upper end.
    """

    value: float
    ci_low: float
    ci_high: float


def _ranks(values: Floats) -> Floats:
    """The place of each value in the order of all; equal values share the mean of theirs."""
    _, which, sizes = np.unique(values, return_inverse=True, return_counts=True)
    ranks: Floats = (np.cumsum(sizes) - (sizes - 1) / 2)[which]
    return ranks


def rank_correlation(first: Floats, second: Floats) -> RankCorrelation | None:
    """Say whether what ranks high in one ranks high in the other; ties share their ranks.

    Args:
        first: A number of each person.
        second: Another number of each, in the same order.

    Returns:
        The correlation; None with fewer than ten people or where one does not vary.

    Examples:
        >>> found = rank_correlation(np.arange(100.0), np.arange(100.0) ** 3)
        >>> round(found.value, 6)
        1.0
    """
    if len(first) < _FEWEST or np.ptp(first) == 0 or np.ptp(second) == 0:
        return None
    value = float(np.corrcoef(_ranks(first), _ranks(second))[0, 1])
    bounded = float(np.clip(value, -_NEARLY_ONE, _NEARLY_ONE))
    width = _Z * np.sqrt((1 + bounded**2 / 2) / (len(first) - 3))
    centre = np.arctanh(bounded)
    return RankCorrelation(
        value=value,
        ci_low=float(np.tanh(centre - width)),
        ci_high=float(np.tanh(centre + width)),
    )
