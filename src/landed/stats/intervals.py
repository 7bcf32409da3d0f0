"""Intervals for shares, means, medians and ratios of sums.

The share's is Wilson's (Probable inference, J. Am. Stat. Assoc. 22, 1927, 209-212). The
median's lies between two order statistics and assumes nothing of the distribution (David and
Nagaraja, Order Statistics, Wiley 2003, section 7.1). The ratio's is the delta method's over
units that are drawn independently (Cochran, Sampling Techniques, Wiley 1977, section 2.11).
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np

__all__ = ["mean_interval", "median_ranks", "ratio_interval", "share_interval"]

_LEVEL = 0.95


def _z(level: float) -> float:
    return NormalDist().inv_cdf((1 + level) / 2)


def share_interval(hits: int, size: int, *, level: float = _LEVEL) -> tuple[float, float] | None:
    """Give Wilson's interval for a share.

    Args:
        hits: How many of them.
        size: Of how many.
        level: Of the interval.

    Returns:
        Low and high end, within 0 to 1; None of nothing.

    Examples:
        >>> [round(end, 4) for end in share_interval(15, 50)]
        [0.191, 0.4375]
        >>> share_interval(0, 0) is None
        True
    """
    if not size:
        return None
    z = _z(level)
    share = hits / size
    centre = share + z * z / (2 * size)
    width = z * (share * (1 - share) / size + z * z / (4 * size * size)) ** 0.5
    scale = 1 + z * z / size
    return max(0.0, (centre - width) / scale), min(1.0, (centre + width) / scale)


def mean_interval(
    mean: float, std_dev: float, size: int, *, level: float = _LEVEL
) -> tuple[float, float] | None:
    """Give the normal interval for a mean.

    Args:
        mean: The mean.
        std_dev: Standard deviation of the sample.
        size: How many values it rests on.
        level: Of the interval.

    Returns:
        Low and high end; None of fewer than two values.

    Examples:
        >>> [round(end, 2) for end in mean_interval(10, 5, 100)]
        [9.02, 10.98]
    """
    if size < 2:  # noqa: PLR2004 - one value has no spread
        return None
    width = _z(level) * std_dev / size**0.5
    return mean - width, mean + width


def median_ranks(size: int, *, level: float = _LEVEL) -> tuple[int, int] | None:
    """Say which of the sorted values bound the median, counted from 1.

    Args:
        size: How many values there are.
        level: Of the interval.

    Returns:
        Two ranks; None where there are too few values for the level.

    Examples:
        >>> median_ranks(100)
        (40, 61)
        >>> median_ranks(5) is None
        True
    """
    low = int(np.floor(size / 2 - _z(level) * size**0.5 / 2))
    return None if low < 1 else (low, size + 1 - low)


def ratio_interval(
    above: Sequence[float], below: Sequence[float], *, level: float = _LEVEL
) -> tuple[float, float] | None:
    """Give the interval for a sum over a sum, both over the same units.

    Args:
        above: What each unit adds above the line.
        below: What it adds below.
        level: Of the interval.

    Returns:
        Low and high end; None of fewer than two units or of nothing below the line.

    Examples:
        >>> ends = ratio_interval([10.0, 0.0, 12.0, 9.0], [10.0, 10.0, 10.0, 10.0])
        >>> [round(end, 2) for end in ends]
        [0.25, 1.3]
    """
    size, total = len(below), float(np.sum(below))
    if size < 2 or not total:  # noqa: PLR2004 - one unit has no spread
        return None
    ratio = float(np.sum(above)) / total
    rest = np.asarray(above) - ratio * np.asarray(below)
    std_error = float(np.sqrt(size * np.sum(rest**2) / (size - 1))) / total
    width = _z(level) * std_error
    return ratio - width, ratio + width
