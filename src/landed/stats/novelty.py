"""Whether an effect wears off, or grows, as units get used to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy.special import ndtr, ndtri

from landed.stats.arms import NotEnough
from landed.stats.effects import Effect, check_chance

__all__ = ["Trend", "estimate_trend"]

_FEWEST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """How an effect moves with the days since the first exposure.

    Attributes:
        slope: Change of the effect from one day to the next, in its unit.
        ci_low: Lower end of the slope's interval.
        ci_high: Upper end.
        p_value: Two-sided, against no trend.
        first: Effect on the first of the days, by the line.
        last: Effect on the last.
    """

    slope: float
    ci_low: float
    ci_high: float
    p_value: float
    first: float
    last: float


def estimate_trend(days: Mapping[int, Effect], *, alpha: float = 0.05) -> Trend | NotEnough:
    """Draw a line through the effects by day since exposure, each weighed by 1 / se².

    slope = Σ w (t - t̄) d / Σ w (t - t̄)², se² = 1 / Σ w (t - t̄)²; the days' standard errors are
    taken as known (W. G. Cochran, The combination of estimates from different experiments,
    Biometrics 10, 1954, 101-129). Days since each unit's own exposure, not of the calendar:
    else the mix of old and new units moves, too. The same people on different days are alike,
    mostly so that the true error of the slope is smaller than said. A slope towards zero is a
    novelty that wears off: judge the last days then, and run for two weeks at least.

    Args:
        days: Day since the first exposure → effect on that day.
        alpha: What the interval leaves out.

    Returns:
        The trend, or why there is none: it needs three days.

    Raises:
        InvalidInputError: Alpha is no chance.

    Examples:
        >>> fading = {day: Effect(value=1 - 0.1 * day, std_error=0.1, size=900) for day in range(7)}
        >>> trend = estimate_trend(fading)
        >>> round(trend.slope, 3), round(trend.last, 3), trend.p_value < 0.001
        (-0.1, 0.4, True)
    """
    check_chance("alpha", alpha)
    if len(days) < _FEWEST:
        return NotEnough.FEW_POINTS
    times = np.array(list(days), dtype=np.float64)
    values = np.array([effect.value for effect in days.values()])
    weights = np.array([effect.std_error**-2 for effect in days.values()])
    centre = float(np.average(times, weights=weights))
    apart = times - centre
    lever = float(weights @ apart**2)
    slope, std_error = float(weights * apart @ values) / lever, 1 / sqrt(lever)
    width = -float(ndtri(alpha / 2)) * std_error
    level = float(np.average(values, weights=weights))
    return Trend(
        slope=slope,
        ci_low=slope - width,
        ci_high=slope + width,
        p_value=2 * float(ndtr(-abs(slope) / std_error)),
        first=level + slope * float(apart.min()),
        last=level + slope * float(apart.max()),
    )
