"""An effect, and what a test with a planned size says of it.

An effect is a treatment's value minus the control's, on whatever scale, with its standard
error. Everything that judges takes just that: the fixed test here, the confidence sequence
(`landed.stats.always_valid`), the boundaries of planned looks (`landed.stats.group_sequential`)
and the posterior (`landed.stats.posteriors`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import expm1

from scipy.special import ndtr, ndtri, stdtr, stdtrit

from landed.errors import InvalidInputError

__all__ = [
    "Bound",
    "Effect",
    "Judgement",
    "check_chance",
    "check_margin",
    "judge_fixed",
    "judge_margin",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """A treatment's value minus the control's.

    Attributes:
        value: In the metric's unit; of `relative_effect` the logarithm of the ratio.
        std_error: Of the value, above zero.
        size: Units of both arms together: the clock of a confidence sequence.
        df: Degrees of freedom of Student's distribution; None for the normal one.

    Examples:
        >>> Effect(value=0.3, std_error=0.1, size=1000).flipped.value
        -0.3
    """

    value: float
    std_error: float
    size: float
    df: float | None = None

    @property
    def flipped(self) -> Effect:
        """The same, of a metric of which less is better."""
        return replace(self, value=-self.value)

    def tail(self, statistic: float) -> float:
        """Chance of a smaller statistic without an effect: the small tail, digit by digit."""
        return float(ndtr(statistic) if self.df is None else stdtr(self.df, statistic))

    def critical(self, chance: float) -> float:
        """The statistic that a chance lies below."""
        return float(ndtri(chance) if self.df is None else stdtrit(self.df, chance))


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What was found of an effect.

    Attributes:
        value: The effect, in its own scale.
        ci_low: Lower end of the interval.
        ci_high: Upper end.
        p_value: Two-sided, against no effect; None where the method has none.

    Examples:
        >>> found = Judgement(value=0.0, ci_low=-0.1, ci_high=0.1, p_value=1.0)
        >>> found.significant
        False
    """

    value: float
    ci_low: float
    ci_high: float
    p_value: float | None = None

    @property
    def significant(self) -> bool:
        """Whether the interval leaves out no effect at all."""
        return self.ci_low > 0 or self.ci_high < 0

    @property
    def as_relative(self) -> Judgement:
        """A judgement of a log ratio as relative change: exp(x) - 1, 0.05 for 5 % more."""
        return replace(
            self,
            value=expm1(self.value),
            ci_low=expm1(self.ci_low),
            ci_high=expm1(self.ci_high),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """Whether an effect is no worse than a margin.

    Attributes:
        value: The effect.
        ci_low: One-sided lower bound.
        margin: How much worse would be accepted, in the effect's unit; zero or more.
        p_value: One-sided, against an effect of just -margin.

    Examples:
        >>> Bound(value=0.0, ci_low=-0.004, margin=0.005, p_value=0.01).holds
        True
    """

    value: float
    ci_low: float
    margin: float
    p_value: float

    @property
    def holds(self) -> bool:
        """Whether the bound lies above -margin: it is shown to be no worse."""
        return self.ci_low > -self.margin


def check_chance(name: str, value: float) -> None:
    """Refuse what is no chance between 0 and 1, ends excluded.

    Args:
        name: What it is called where it was given.
        value: What was given.

    Raises:
        InvalidInputError: It is none.

    Examples:
        >>> check_chance("alpha", 0.05)
    """
    if not 0 < value < 1:
        raise InvalidInputError(f"{name} is {value}; it must lie between 0 and 1, such as 0.05")


def judge_fixed(effect: Effect, *, alpha: float = 0.05) -> Judgement:
    """Judge an effect once, at a size that was planned before.

    The interval is value ± t se, the p-value 2 P(T < -|value / se|) with Student's T or the
    normal one. It is computed in the small tail: 1 - P(T < t) would be 0 from t = 9 on. Who
    looks more often than once wants `judge_always`. (B. L. Welch, Biometrika 34, 1947, 28-35.)

    Args:
        effect: What was measured; near normal by the number of its units.
        alpha: Chance of an interval that leaves out the truth.

    Returns:
        The judgement.

    Raises:
        InvalidInputError: Alpha is no chance.

    Examples:
        >>> found = judge_fixed(Effect(value=0.29, std_error=0.1248, size=6868, df=5841.7))
        >>> round(found.p_value, 4), round(found.ci_low, 3)
        (0.0202, 0.045)
    """
    check_chance("alpha", alpha)
    width = -effect.critical(alpha / 2) * effect.std_error
    return Judgement(
        value=effect.value,
        ci_low=effect.value - width,
        ci_high=effect.value + width,
        p_value=2 * effect.tail(-abs(effect.value) / effect.std_error),
    )


def judge_margin(effect: Effect, *, margin: float, alpha: float = 0.05) -> Bound:
    """Ask once whether a guardrail is harmed by no more than a margin: non-inferiority.

    It tests effect <= -margin, one-sided: z = (value + margin) / se. That a harm is "not
    significant" shows nothing; that the bound lies above the margin does. Of a metric of which
    less is better give `effect.flipped`; of a `relative_effect` a loss of m is a margin of
    -ln(1 - m). (S. Wellek, Testing Statistical Hypotheses of
    Equivalence and Noninferiority, CRC Press 2010, section 2.1.)

    Args:
        effect: What was measured, with more being better.
        margin: Accepted loss, in the effect's unit; zero or more.
        alpha: Chance of calling safe what loses just the margin.

    Returns:
        The bound and whether it holds.

    Raises:
        InvalidInputError: The margin is negative or not finite, or alpha no chance.

    Examples:
        >>> effect = Effect(value=0.01, std_error=0.004335, size=20000)
        >>> judge_margin(effect, margin=0.005).holds
        True
    """
    check_chance("alpha", alpha)
    check_margin(margin)
    return Bound(
        value=effect.value,
        ci_low=effect.value + effect.critical(alpha) * effect.std_error,
        margin=margin,
        p_value=effect.tail(-(effect.value + margin) / effect.std_error),
    )


def check_margin(margin: float) -> None:
    """Refuse a margin that is no loss.

    Args:
        margin: What was given.

    Raises:
        InvalidInputError: It is negative, infinite or NaN.

    Examples:
        >>> check_margin(0.0)
    """
    if not 0 <= margin < float("inf"):
        raise InvalidInputError(f"margin is {margin}; it must be zero or more: the accepted loss")
