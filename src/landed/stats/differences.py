"""Two arms against each other: the difference of their means, and their ratio.

Decide on the difference. The ratio is for reading: on rare events a linear relative effect
contradicts the test of the difference, so that here it is made on the logarithm or by Fieller.
The interval of the difference divided by the control's mean is no interval of anything.
"""

from __future__ import annotations

from math import log, sqrt

from scipy.special import ndtr

from landed.stats.arms import Arm, NotEnough, share_arm
from landed.stats.effects import Effect, Judgement, check_chance
from landed.stats.intervals import share_interval

__all__ = [
    "compare_arms",
    "compare_shares",
    "fieller_interval",
    "relative_effect",
    "square_and_add",
]

Ends = tuple[float, float]


def compare_arms(control: Arm | NotEnough, treatment: Arm | NotEnough) -> Effect | NotEnough:
    """Take the difference of two means, with Welch's degrees of freedom.

    se² = v_c / n_c + v_t / n_t; df = se⁴ / ((v_c / n_c)² / (n_c - 1) + (v_t / n_t)² / (n_t - 1)).
    The variances need not be equal; the arms must be independent of each other.
    (B. L. Welch, The generalization of "Student's" problem when several different population
    variances are involved, Biometrika 34, 1947, 28-35.)

    Args:
        control: As made in `landed.stats.arms`; a reason is passed on.
        treatment: Likewise.

    Returns:
        The effect in the metric's unit, or why there is none.

    Examples:
        >>> effect = compare_arms(
        ...     Arm(size=3407, mean=0.41, variance=15.21), Arm(size=3461, mean=0.7, variance=38.44)
        ... )
        >>> round(effect.std_error, 4), round(effect.df, 1)
        (0.1248, 5841.7)
    """
    if isinstance(control, NotEnough):
        return control
    if isinstance(treatment, NotEnough):
        return treatment
    parts = control.variance / control.size, treatment.variance / treatment.size
    return _effect(control, treatment, treatment.mean - control.mean, parts)


def _effect(control: Arm, treatment: Arm, value: float, parts: Ends) -> Effect | NotEnough:
    variance = sum(parts)
    if not variance:
        return NotEnough.NO_SPREAD
    # As shares of the whole, which neither overflow nor vanish.
    shares = parts[0] / variance, parts[1] / variance
    df = 1 / (shares[0] ** 2 / (control.size - 1) + shares[1] ** 2 / (treatment.size - 1))
    return Effect(value=value, std_error=sqrt(variance), size=control.size + treatment.size, df=df)


def relative_effect(control: Arm | NotEnough, treatment: Arm | NotEnough) -> Effect | NotEnough:
    """Take the logarithm of the ratio of two means, by the delta method.

    value = ln(x_t / x_c), se² = v_c / (n_c x_c²) + v_t / (n_t x_t²), df as Welch's for these
    two. Judge it as any effect and read it by `Judgement.as_relative`. On the logarithm the
    interval stays above -100 % and the answer is the same whichever arm is the base.
    (D. Katz and others, Obtaining confidence intervals for the risk ratio in cohort studies,
    Biometrics 34, 1978, 469-474, for shares; the same for means.)

    Args:
        control: As made in `landed.stats.arms`; a reason is passed on.
        treatment: Likewise.

    Returns:
        The effect without unit, or why there is none.

    Examples:
        >>> effect = relative_effect(
        ...     Arm(size=1000, mean=0.1, variance=0.09), Arm(size=1000, mean=0.15, variance=0.13)
        ... )
        >>> from landed.stats.effects import judge_fixed
        >>> round(judge_fixed(effect).as_relative.value, 3)
        0.5
    """
    if isinstance(control, NotEnough):
        return control
    if isinstance(treatment, NotEnough):
        return treatment
    if control.mean <= 0 or treatment.mean <= 0:
        return NotEnough.NOT_POSITIVE
    parts = tuple(arm.variance / arm.size / arm.mean**2 for arm in (control, treatment))
    return _effect(control, treatment, log(treatment.mean / control.mean), (parts[0], parts[1]))


def fieller_interval(control: Arm, treatment: Arm, *, critical: float) -> Ends | NotEnough:
    """Give the interval of the relative change that inverts the test of x_t - (1 + d) x_c = 0.

    The ends are the roots of (x_t - k x_c)² = c² (V_t + k² V_c) with k = 1 + d, V = variance /
    size. It agrees with the test of the difference always: it leaves out zero just when that
    test rejects with the same c and its unpooled variance. Means may be negative.
    (E. C. Fieller, Some problems in interval estimation, J. R. Stat. Soc. B 16, 1954, 175-185.)

    Args:
        control: Base of the change.
        treatment: What is compared with it.
        critical: The statistic c, such as 1.96; of a confidence sequence its own.

    Returns:
        Low and high end, 0.05 for 5 % more; or why there are none: the control's own
        interval covers zero.

    Examples:
        >>> ends = fieller_interval(
        ...     Arm(size=3407, mean=0.41, variance=15.21),
        ...     Arm(size=3461, mean=0.7, variance=38.44),
        ...     critical=1.96,
        ... )
        >>> [round(end, 3) for end in ends]
        [0.094, 1.708]
    """
    base, other = control.std_error**2, treatment.std_error**2
    square = critical**2
    lead = control.mean**2 - square * base
    if lead <= 0:
        return NotEnough.NEAR_ZERO
    centre = control.mean * treatment.mean
    width = critical * sqrt(treatment.mean**2 * base + other * lead)
    return (centre - width) / lead - 1, (centre + width) / lead - 1


def square_and_add(
    control: float, treatment: float, control_ends: Ends, treatment_ends: Ends
) -> Ends:
    """Make an interval of a difference out of the intervals of both values.

    low = d - sqrt((t - t_low)² + (c_high - c)²), high likewise the other way. It keeps the
    skew of the two, which a standard error forgets, where values are rare. With Wilson's
    intervals it is Newcombe's method 10 (R. G. Newcombe, Statistics in Medicine 17, 1998,
    873-890); in general it is Zou and Donner's (G. Y. Zou, A. Donner, Statistics in Medicine
    27, 2008, 1693-1702), which is for late outcomes as well.

    Args:
        control: Its value.
        treatment: Its value.
        control_ends: Interval of the first.
        treatment_ends: Interval of the second, with the same level.

    Returns:
        Low and high end of treatment - control.

    Examples:
        >>> ends = square_and_add(0.1, 0.2, (0.05, 0.16), (0.15, 0.26))
        >>> [round(end, 3) for end in ends]
        [0.022, 0.178]
    """
    value = treatment - control
    low = sqrt((treatment - treatment_ends[0]) ** 2 + (control_ends[1] - control) ** 2)
    high = sqrt((treatment_ends[1] - treatment) ** 2 + (control - control_ends[0]) ** 2)
    return value - low, value + high


def compare_shares(
    *, control: tuple[int, int], treatment: tuple[int, int], alpha: float = 0.05
) -> Judgement | NotEnough:
    """Judge the difference of two shares once: pooled z test and Newcombe's interval.

    z = d / sqrt(p (1 - p) (1 / n_c + 1 / n_t)) with p of both arms together, which is the
    chi-square test without correction (J. L. Fleiss, Statistical Methods for Rates and
    Proportions, Wiley 2003, section 3.1). The interval (see `square_and_add`) holds near 0 and
    1, and where an arm has no hits. Units are independent and count once.

    Args:
        control: Hits and size.
        treatment: Hits and size.
        alpha: Chance of an interval that leaves out the truth.

    Returns:
        The judgement in shares, or why there is none: of arms in which nobody or everybody
        did it, too.

    Raises:
        InvalidInputError: Alpha is no chance.

    Examples:
        >>> found = compare_shares(control=(1000, 10000), treatment=(1100, 10000))
        >>> round(found.p_value, 5), round(found.ci_low, 6), round(found.ci_high, 6)
        (0.02108, 0.001502, 0.018502)
    """
    check_chance("alpha", alpha)
    arms = [share_arm(hits=hits, size=size) for hits, size in (control, treatment)]
    gaps = [arm for arm in arms if isinstance(arm, NotEnough)]
    if gaps:
        return gaps[0]
    (hits_c, size_c), (hits_t, size_t) = control, treatment
    pooled = (hits_c + hits_t) / (size_c + size_t)
    if pooled in {0, 1}:
        return NotEnough.NO_SPREAD
    value = hits_t / size_t - hits_c / size_c
    std_error = sqrt(pooled * (1 - pooled) * (1 / size_c + 1 / size_t))
    low, high = _newcombe(control, treatment, 1 - alpha)
    p_value = 2 * float(ndtr(-abs(value) / std_error))
    return Judgement(value=value, ci_low=low, ci_high=high, p_value=p_value)


def _newcombe(control: tuple[int, int], treatment: tuple[int, int], level: float) -> Ends:
    ends = [share_interval(*pair, level=level) or (0.0, 1.0) for pair in (control, treatment)]
    return square_and_add(control[0] / control[1], treatment[0] / treatment[1], ends[0], ends[1])
