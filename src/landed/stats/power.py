"""How many units, how small an effect, how many days: what to ask before a test starts.

Never ask afterwards: the power for the effect that was seen is the p-value in other words. A
test without a clear answer is read by its interval against the effect that was planned for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np
from scipy.special import nctdtr, ndtr, ndtri, stdtrit

from landed.errors import InvalidInputError
from landed.stats.always_valid import always_critical
from landed.stats.effects import check_chance

__all__ = [
    "Plan",
    "SampleSize",
    "detectable_always",
    "detectable_effect",
    "power_at",
    "run_days",
    "size_for_always",
    "size_for_arms",
    "size_for_means",
    "size_for_shares",
]

_WEEK = 7
_HALVINGS = 100
_LARGEST = 1e30


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How sure the test shall be.

    Attributes:
        alpha: Chance of a false alarm; of one side only where `sides` is 1.
        power: Chance to find an effect of the planned size.
        ratio: Units of the treatment for each of the control.
        sides: 2, or 1 for a non-inferiority test.

    Raises:
        InvalidInputError: One of them breaks its rule.

    Examples:
        >>> round(Plan(power=0.9).z_alpha, 3)
        1.96
    """

    alpha: float = 0.05
    power: float = 0.8
    ratio: float = 1.0
    sides: int = 2

    def __post_init__(self) -> None:
        check_chance("alpha", self.alpha)
        check_chance("power", self.power)
        if not 0 < self.ratio < float("inf"):
            raise InvalidInputError(f"ratio is {self.ratio}; it must be above zero, such as 1")
        if self.sides not in {1, 2}:
            raise InvalidInputError(f"sides is {self.sides}; it must be 1 or 2")

    @property
    def z_alpha(self) -> float:
        """The statistic from which on a test rejects."""
        return -float(ndtri(self.alpha / self.sides))

    @property
    def z_power(self) -> float:
        """How far the planned effect must lie beyond that."""
        return float(ndtri(self.power))


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleSize:
    """Units needed.

    Attributes:
        control: Of the control, before rounding up.
        treatment: Of each treatment, before rounding up.

    Examples:
        >>> SampleSize(control=100.2, treatment=50.1).total
        152
    """

    control: float
    treatment: float

    @property
    def total(self) -> int:
        """Whole units of both arms."""
        return ceil(self.control) + ceil(self.treatment)


_PLAN = Plan()


def _size(control: float, plan: Plan) -> SampleSize:
    return SampleSize(control=control, treatment=control * plan.ratio)


def _check_effect(effect: float) -> None:
    if not 0 < abs(effect) < float("inf"):
        raise InvalidInputError(f"effect is {effect}; plan for one that is not zero")


def size_for_arms(
    *, control: float, treatment: float, effect: float, plan: Plan = _PLAN
) -> SampleSize:
    """Say how many units show a difference of any metric, by the normal formula.

    n_c = (z_alpha + z_beta)² (v_c + v_t / k) / δ² with k units of the treatment for each of the
    control. It serves means, unpooled shares, ratios, adjusted and capped metrics: give their
    variance of one unit. (J. Cohen, Statistical Power Analysis, Erlbaum 1988, section 2.4;
    R. Kohavi and others, Trustworthy Online Controlled Experiments, 2020, chapter 17.)

    Args:
        control: Variance of one unit, as `Arm.variance`.
        treatment: Likewise; mostly the same.
        effect: Smallest difference worth finding, in the metric's unit. Of a non-inferiority
            test the margin, with `sides=1` and no true difference.
        plan: How sure.

    Returns:
        The units.

    Raises:
        InvalidInputError: The effect is zero or not finite.

    Examples:
        >>> size_for_arms(control=100, treatment=100, effect=1).total
        3140
    """
    _check_effect(effect)
    need = ((plan.z_alpha + plan.z_power) / effect) ** 2
    return _size(need * (control + treatment / plan.ratio), plan)


def size_for_means(*, std_dev: float, effect: float, plan: Plan = _PLAN) -> SampleSize:
    """Say how many units show a difference of means, by the noncentral t.

    The power is P(T' > t_alpha) (+ P(T' < -t_alpha) for two sides) with T' of df = n_c + n_t - 2
    and noncentrality δ / (sd sqrt(1 / n_c + 1 / n_t)); equal variances. A unit or two more than the
    normal formula; for small tests. (Cohen 1988, section 2.2.)

    Args:
        std_dev: Of one unit, sd.
        effect: Smallest difference worth finding δ.
        plan: How sure.

    Returns:
        The units.

    Raises:
        InvalidInputError: The effect is zero or not finite.

    Examples:
        >>> size_for_means(std_dev=10, effect=1).total
        3142
    """
    start = size_for_arms(control=std_dev**2, treatment=std_dev**2, effect=effect, plan=plan)
    shift = abs(effect) / std_dev

    def power(control: float) -> float:
        return _t_power(control, shift, plan)

    # Two units in each arm are the fewest with a spread.
    low = max(2.0, 2.0 / plan.ratio, start.control / 2)
    return _size(_first(lambda control: power(control) >= plan.power, low), plan)


def _t_power(control: float, shift: float, plan: Plan) -> float:
    df = control * (1 + plan.ratio) - 2
    centre = shift * sqrt(control * plan.ratio / (1 + plan.ratio))
    critical = -float(stdtrit(df, plan.alpha / plan.sides))
    above = 1 - float(nctdtr(df, centre, critical))
    return above + (float(nctdtr(df, centre, -critical)) if plan.sides > 1 else 0.0)


def _first(enough: Callable[[float], bool], low: float) -> float:
    """The smallest number from low on that is enough."""
    high = low
    while not enough(high) and high < _LARGEST:
        low, high = high, high * 2
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def size_for_shares(*, base: float, target: float, plan: Plan = _PLAN) -> SampleSize:
    """Say how many units show a difference of two shares, by the test that pools them.

    n_c = (z_alpha sqrt(p q (1 + 1 / k)) + z_beta sqrt(p_c q_c + p_t q_t / k))² / δ² with
    p = (p_c + k p_t) / (1 + k) and q = 1 - p. (J. L. Fleiss, B. Levin, M. C. Paik, Statistical
    Methods for Rates and Proportions, Wiley 2003, section 4.2.) To take the base's variance for
    both arms would promise too much. For the unpooled test give p (1 - p) to `size_for_arms`.

    Args:
        base: Share of the control, 0 to 1.
        target: Share of the treatment that is worth finding.
        plan: How sure.

    Returns:
        The units.

    Raises:
        InvalidInputError: A share is none, or both are the same.

    Examples:
        >>> size_for_shares(base=0.10, target=0.11).total
        29502
    """
    check_chance("base", base)
    check_chance("target", target)
    _check_effect(target - base)
    mean = (base + plan.ratio * target) / (1 + plan.ratio)
    null = mean * (1 - mean) * (1 + 1 / plan.ratio)
    other = base * (1 - base) + target * (1 - target) / plan.ratio
    root = plan.z_alpha * sqrt(null) + plan.z_power * sqrt(other)
    return _size((root / (target - base)) ** 2, plan)


def size_for_always(
    *, control: float, treatment: float, effect: float, plan: Plan = _PLAN, tuned_at: float = 5000
) -> SampleSize:
    """Say how many units the confidence sequence needs to show a difference.

    The size at which |δ| / se = c_n + z_beta, with c_n of `always_critical`: from there on each
    look finds the effect with the planned power. Many tests stop earlier; that is what the
    sequence is for. Some two to three times the fixed test's units.

    Args:
        control: Variance of one unit, as `Arm.variance`.
        treatment: Likewise.
        effect: Smallest difference worth finding, in the metric's unit.
        plan: How sure, two-sided.
        tuned_at: See `mixture_rate`.

    Returns:
        The units.

    Raises:
        InvalidInputError: The effect is zero or not finite.

    Examples:
        >>> size_for_always(control=100, treatment=100, effect=1).total
        6018
    """
    _check_effect(effect)
    unit = control + treatment / plan.ratio

    def enough(size: float) -> bool:
        critical = always_critical(size * (1 + plan.ratio), alpha=plan.alpha, tuned_at=tuned_at)
        return abs(effect) * sqrt(size / unit) >= critical + plan.z_power

    return _size(_first(enough, 1.0), plan)


def power_at(*, effect: float, std_error: float, plan: Plan = _PLAN) -> float:
    """Give the chance to find an effect with the standard error that a size would have.

    Φ(|δ| / se - z_alpha), and for two sides + Φ(-|δ| / se - z_alpha).

    Args:
        effect: The planned one, in the metric's unit; never the one that was found.
        std_error: At the planned size.
        plan: Its alpha and sides count.

    Returns:
        0 to 1.

    Examples:
        >>> round(power_at(effect=2.8, std_error=1.0), 3)
        0.8
    """
    shift = abs(effect) / std_error
    wrong = float(ndtr(-shift - plan.z_alpha)) if plan.sides > 1 else 0.0
    return float(ndtr(shift - plan.z_alpha)) + wrong


def detectable_effect(*, std_error: float, plan: Plan = _PLAN) -> float:
    """Give the smallest effect that a size finds with the planned power: (z_alpha + z_beta) se.

    Args:
        std_error: At that size.
        plan: How sure.

    Returns:
        In the metric's unit.

    Examples:
        >>> round(detectable_effect(std_error=1.0), 3)
        2.802
    """
    return (plan.z_alpha + plan.z_power) * std_error


def detectable_always(
    *, size: float, std_error: float, plan: Plan = _PLAN, tuned_at: float = 5000
) -> float:
    """Give the smallest effect that the confidence sequence finds at a size: (c_n + z_beta) se.

    Args:
        size: Units of both arms.
        std_error: At that size.
        plan: How sure, two-sided.
        tuned_at: See `mixture_rate`.

    Returns:
        In the metric's unit.

    Examples:
        >>> round(detectable_always(size=20000, std_error=1.0), 3)
        3.969
    """
    critical = always_critical(size, alpha=plan.alpha, tuned_at=tuned_at)
    return (critical + plan.z_power) * std_error


def run_days(size: int, new_units: Sequence[float]) -> int | None:
    """Say how many days a test takes where units arrive as they did lately, in whole weeks.

    Units come for the first time ever less often, so a daily rate of active ones promises too
    much: count each on the first day of the window only. Beyond the window the last week's
    mean goes on. Whole weeks, since days of the week differ.

    Args:
        size: Units of all arms together.
        new_units: Units first seen on day 1, 2, … of a window in the store's history.

    Returns:
        Days, a multiple of seven; None where nobody comes any more.

    Examples:
        >>> run_days(29502, [3000.0] * 14)
        14
        >>> run_days(1000, [0.0] * 7) is None
        True
    """
    seen = np.cumsum(new_units)
    if len(seen) and seen[-1] >= size:
        days = int(np.searchsorted(seen, size)) + 1
    else:
        rate = float(np.mean(new_units[-_WEEK:])) if len(seen) else 0.0
        if rate <= 0:
            return None
        days = len(seen) + ceil((size - seen[-1]) / rate)
    return ceil(days / _WEEK) * _WEEK
