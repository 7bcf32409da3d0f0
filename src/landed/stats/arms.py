"""One arm of an experiment, whatever its metric, as three numbers made from sums.

A mean, a share, a ratio of sums, a capped mean, a quantile and a late outcome all become one
small type: how many units, their mean and the variance of one unit, so that the squared
standard error is variance / size. What compares two arms (`landed.stats.differences`) need not
know which metric it was. Where sums cannot say anything there is a reason, never a NaN.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import isfinite, sqrt
from statistics import NormalDist

from landed.stats.incidence import CumulativeIncidence

__all__ = [
    "Arm",
    "NotEnough",
    "capped_arm",
    "incidence_arm",
    "mean_arm",
    "quantile_arm",
    "quantile_levels",
    "ratio_arm",
    "share_arm",
]

# What is left of a variance when the squares cancel to the last digits.
_ROUNDING = 1e-12


class NotEnough(StrEnum):
    """Why there is no number; what it says can stand on a page.

    Examples:
        >>> print(NotEnough.ONE_UNIT)
        an arm has one unit only
    """

    EMPTY = "an arm has no units"
    ONE_UNIT = "an arm has one unit only"
    NOT_FINITE = "a sum is not a finite number"
    NO_BASE = "nothing stands below the line of the ratio"
    NO_SPREAD = "no two units of an arm differ"
    NOT_POSITIVE = "a relative effect needs a mean above zero in both arms"
    NEAR_ZERO = "the control's mean may be zero: a relative effect has no bounds"
    NOT_MATURED = "nobody was followed for the whole window yet"
    THIN_STRATUM = "a stratum has fewer than two units in an arm"
    FEW_FOR_QUANTILE = "an arm has too few units for a quantile so far out"
    FEW_EXPECTED = "an arm is expected to have fewer than eight units"
    FEW_POINTS = "fewer than three points"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """What is known of one arm and one metric.

    Attributes:
        size: Units. A late outcome counts each for what its time of following is worth.
        mean: In the metric's unit: of a share 0 to 1, of a ratio the sum over the sum.
        variance: Of one unit, in the metric's unit squared.

    Examples:
        >>> Arm(size=100, mean=5.0, variance=4.0).std_error
        0.2
    """

    size: float
    mean: float
    variance: float

    @property
    def std_error(self) -> float:
        """Of the mean: sqrt(variance / size)."""
        return sqrt(self.variance / self.size)


def _gap(size: float, *sums: float) -> NotEnough | None:
    if not all(map(isfinite, (size, *sums))):
        return NotEnough.NOT_FINITE
    if size < 1:
        return NotEnough.EMPTY
    return NotEnough.ONE_UNIT if size < 2 else None  # noqa: PLR2004 - one has no spread


def mean_arm(*, size: int, total: float, squares: float) -> Arm | NotEnough:
    """Make an arm of a mean: x = total / n, variance = (squares - n x²) / (n - 1).

    Args:
        size: Units n.
        total: Sum of their values.
        squares: Sum of the squared values.

    Returns:
        The arm, or why there is none. Units must be drawn independently of each other: where
        whole clusters were assigned, take the clusters as units of `ratio_arm`.

    Examples:
        >>> arm = mean_arm(size=3407, total=1396.87, squares=52377.9767)
        >>> round(arm.mean, 2), round(arm.variance, 2)
        (0.41, 15.21)
        >>> mean_arm(size=0, total=0.0, squares=0.0)
        <NotEnough.EMPTY: 'an arm has no units'>
    """
    gap = _gap(size, total, squares)
    if gap:
        return gap
    mean = total / size
    return Arm(size=size, mean=mean, variance=_spread(squares, total * mean, size))


def _spread(squares: float, taken: float, size: float) -> float:
    """What is left of the squares beside the mean's; nothing where only rounding is left."""
    rest = squares - taken
    return rest / (size - 1) if rest > _ROUNDING * abs(squares) else 0.0


def share_arm(*, hits: int, size: int) -> Arm | NotEnough:
    """Make an arm of a share: p = hits / n, variance = p (1 - p).

    Args:
        hits: Units that did it.
        size: Units n.

    Returns:
        The arm, or why there is none.

    Examples:
        >>> share_arm(hits=1000, size=10000)
        Arm(size=10000, mean=0.1, variance=0.09000000000000001)
    """
    gap = _gap(size, hits)
    if gap:
        return gap
    return Arm(size=size, mean=hits / size, variance=hits / size * (1 - hits / size))


def ratio_arm(
    *,
    size: int,
    above: float,
    below: float,
    squares_above: float,
    squares_below: float,
    products: float,
) -> Arm | NotEnough:
    """Make an arm of a ratio of sums over units, by the delta method.

    With unit means x above and y below the line and R = x / y the variance of one unit is
    (s_x² - 2 R s_xy + R² s_y²) / y². To treat the events below the line as independent would
    be wrong wherever a unit has several. Clusters that were assigned as a whole are the units
    of this function too: above is a cluster's sum, below its number of members.
    (A. Deng, U. Knoblich, J. Lu, Applying the delta method in metric analytics, KDD 2018,
    section 3; W. G. Cochran, Sampling Techniques, Wiley 1977, section 2.11.)

    Args:
        size: Units.
        above: Sum of what they add above the line.
        below: Sum of what they add below.
        squares_above: Sum of squares of the first.
        squares_below: Sum of squares of the second.
        products: Sum of the products of both.

    Returns:
        The arm, or why there is none.

    Examples:
        >>> arm = ratio_arm(
        ...     size=12, above=21, below=172, squares_above=65, squares_below=3136, products=437
        ... )
        >>> round(arm.mean, 6), round(arm.variance, 9)
        (0.122093, 0.00222937)
    """
    gap = _gap(size, above, below, squares_above, squares_below, products)
    if gap:
        return gap
    if not below:
        return NotEnough.NO_BASE
    ratio = above / below
    # The residuals above - R below add up to zero, so that their squares are the whole spread.
    squares = squares_above + ratio**2 * squares_below
    spread = _spread(squares, 2 * ratio * products, size)
    return Arm(size=size, mean=ratio, variance=spread * (size / below) ** 2)


def capped_arm(
    *, size: int, total: float, squares: float, over: int, bound: float
) -> Arm | NotEnough:
    """Make an arm of a mean whose values were set back to a bound: winsorised.

    The bound must be the same for all arms and come from outside them: from the time before,
    or from all arms together. A bound for each arm would hide an effect on large values.
    (R. Kohavi, D. Tang, Y. Xu, Trustworthy Online Controlled Experiments, Cambridge University
    Press 2020, chapter 22.) The mean is that of the capped values: show the uncapped beside it.

    Args:
        size: Units, those above the bound too.
        total: Sum of the values up to the bound.
        squares: Sum of their squares.
        over: How many units were above the bound.
        bound: What these were set back to.

    Returns:
        The arm, or why there is none.

    Examples:
        Of 1, 2, 3 and 400, with a bound of 10:

        >>> capped_arm(size=4, total=6.0, squares=14.0, over=1, bound=10.0).mean
        4.0
    """
    return mean_arm(size=size, total=total + over * bound, squares=squares + over * bound**2)


def quantile_levels(
    *, quantile: float, std_error: float, level: float = 0.95
) -> tuple[float, float] | NotEnough:
    """Say which quantiles bound a quantile: q ± z se.

    (A. Deng, U. Knoblich, J. Lu, Applying the delta method in metric analytics, KDD 2018,
    section 4.2: the interval of the share below a point, turned over.)

    Args:
        quantile: Which one is asked for, 0 to 1.
        std_error: Of the share of values below it: sqrt(q (1 - q) / n) of n independent
            values; of clustered ones the standard error of `ratio_arm` with values below it
            above the line and all values below the line.
        level: Of the interval.

    Returns:
        Two quantiles, to be read from the same values and given to `quantile_arm`; or why there
        are none: one of them would lie beyond all values.

    Examples:
        >>> [round(end, 4) for end in quantile_levels(quantile=0.9, std_error=0.003)]
        [0.8941, 0.9059]
    """
    width = NormalDist().inv_cdf((1 + level) / 2) * std_error
    low, high = quantile - width, quantile + width
    return (low, high) if 0 < low < high < 1 else NotEnough.FEW_FOR_QUANTILE


def quantile_arm(
    *, size: int, value: float, low: float, high: float, level: float = 0.95
) -> Arm | NotEnough:
    """Make an arm of a quantile: its standard error is (high - low) / (2 z).

    It takes the density from the distance of two order statistics, so that nothing is assumed
    of the distribution but that it has one near the quantile, and units may have many values
    each (see `quantile_levels` for paper and section).

    Args:
        size: Units that were assigned.
        value: The quantile.
        low: Value at the lower of `quantile_levels`.
        high: Value at the upper one.
        level: With which the levels were asked for.

    Returns:
        The arm, or why there is none.

    Examples:
        >>> arm = quantile_arm(size=11054, value=7.158, low=7.0988, high=7.2172)
        >>> round(arm.std_error, 4)
        0.0302
    """
    gap = _gap(size, value, low, high)
    if gap:
        return gap
    std_error = (high - low) / (2 * NormalDist().inv_cdf((1 + level) / 2))
    return Arm(size=size, mean=value, variance=size * std_error**2)


def incidence_arm(found: CumulativeIncidence) -> Arm | NotEnough:
    """Make an arm of a late outcome, with those who wait still counted for what they tell.

    The value is Aalen and Johansen's cumulative incidence F with its variance V. An arm
    without anybody young would have V = F (1 - F) / n, so it is worth n = F (1 - F) / V units
    that were followed for the whole window. That is also the clock for looking again and
    again: estimates of F at one horizon have independent increments in 1 / V (A. A. Tsiatis,
    Repeated significance testing for a general class of statistics used in censored survival
    analysis, J. Am. Stat. Assoc. 77, 1982, 855-861). Being followed for a shorter time must
    not depend on what would have happened.

    Args:
        found: From `estimate_incidence`, at the same horizon for all arms.

    Returns:
        The arm, or why there is none.

    Examples:
        >>> from landed.stats.incidence import LifeTable, estimate_incidence
        >>> young = LifeTable(events={3: 20}, others={}, censored={1: 50, 21: 30})
        >>> arm = incidence_arm(estimate_incidence(young, horizon=21))
        >>> round(arm.mean, 3), round(arm.size, 1)
        (0.4, 50.0)
    """
    if found.value is None or found.std_error is None or found.matured_rate is None:
        return NotEnough.NOT_MATURED if found.size else NotEnough.EMPTY
    variance = max(0.0, found.value * (1 - found.value))
    known = found.size * found.matured_rate
    size = variance / found.std_error**2 if found.std_error > _ROUNDING else known
    return _gap(size) or Arm(size=size, mean=found.value, variance=variance)
