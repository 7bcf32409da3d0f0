"""What to believe of an effect: chance to win, expected loss and credible interval.

Looking again and again is not free here either: a posterior that stops a test when it likes
what it sees claims too much, as any other fixed-size answer does.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, inf, pi, sqrt

import numpy as np
import numpy.typing as npt
from scipy.special import betainc, betaincc, digamma, expit, ndtr, ndtri, polygamma

from landed.errors import InvalidInputError
from landed.stats.effects import Effect, check_chance

__all__ = ["Posterior", "compare_betas", "judge_bayes"]

Floats = npt.NDArray[np.float64]

_POINTS = 1025
_WIDE = 10.0  # standard deviations; the rest is below 1e-22
_WEAKEST = 0.1  # half a hit is Jeffreys' prior; much less would leave the grid
_TAIL = 45.0  # exp(-45) is below 1e-19
_HALVINGS = 28


@dataclass(frozen=True, slots=True, kw_only=True)
class Posterior:
    """What is believed of an effect.

    Attributes:
        value: Its mean.
        ci_low: Lower end of the credible interval, with as much left out below as above.
        ci_high: Upper end.
        chance_to_win: Chance that the effect is above zero.
        loss_if_treatment: What one expects to lose by taking the treatment: E max(-effect, 0).
        loss_if_control: What one expects to lose by staying: E max(effect, 0).
    """

    value: float
    ci_low: float
    ci_high: float
    chance_to_win: float
    loss_if_treatment: float
    loss_if_control: float


def judge_bayes(
    effect: Effect,
    *,
    prior_mean: float = 0.0,
    prior_std_dev: float | None = None,
    alpha: float = 0.05,
) -> Posterior:
    """Judge an effect that is measured with normal noise, under a normal prior or a flat one.

    Precisions add: 1 / s² = 1 / se² + 1 / τ², m = s² (value / se² + μ / τ²). Then the chance to
    win is Φ(m / s) and the loss by taking the treatment s φ(m / s) - m Φ(-m / s). (A. Gelman
    and others, Bayesian Data Analysis, CRC Press 2013, section 2.5; the loss as in C. Stucchio,
    Bayesian A/B testing at VWO, 2015, section 4.) The prior is on the scale of the effect: on
    that of `relative_effect` N(0, 0.3²) says that nearly all changes lie within a factor 1.8.

    Args:
        effect: What was measured, with more being better (else give `effect.flipped`).
        prior_mean: μ, in the effect's unit.
        prior_std_dev: τ; None for a flat prior.
        alpha: What the credible interval leaves out.

    Returns:
        What to believe.

    Raises:
        InvalidInputError: Alpha is no chance, or the prior has no width.

    Examples:
        >>> effect = Effect(value=0.1, std_error=0.0455, size=20000)
        >>> round(judge_bayes(effect, prior_std_dev=0.3).chance_to_win, 3)
        0.985
    """
    check_chance("alpha", alpha)
    if prior_std_dev is not None and not prior_std_dev > 0:
        raise InvalidInputError(f"prior_std_dev is {prior_std_dev}; it must be above zero, or None")
    precision = 1 / effect.std_error**2
    belief = 0.0 if prior_std_dev is None else 1 / prior_std_dev**2
    mean = (effect.value * precision + prior_mean * belief) / (precision + belief)
    std_dev = 1 / sqrt(precision + belief)
    width = -float(ndtri(alpha / 2)) * std_dev
    at = mean / std_dev
    peak = std_dev * exp(-at * at / 2) / sqrt(2 * pi)
    return Posterior(
        value=mean,
        ci_low=mean - width,
        ci_high=mean + width,
        chance_to_win=float(ndtr(at)),
        loss_if_treatment=peak - mean * float(ndtr(-at)),
        loss_if_control=peak + mean * float(ndtr(at)),
    )


@dataclass(frozen=True, slots=True)
class _Beta:
    hits: float
    misses: float

    @property
    def mean(self) -> float:
        return self.hits / (self.hits + self.misses)

    @property
    def variance(self) -> float:
        return self.mean * (1 - self.mean) / (self.hits + self.misses + 1)

    @property
    def spread(self) -> float:
        """Standard deviation of the log odds."""
        return sqrt(float(polygamma(1, self.hits)) + float(polygamma(1, self.misses)))

    def grid(self) -> tuple[Floats, Floats]:
        """Points and their weights: trapezes over the log odds, where all is smooth.

        Such a sum converges faster than any power of the step, also for one hit or none.
        """
        centre = float(digamma(self.hits) - digamma(self.misses))
        low = centre - _WIDE * self.spread - _TAIL / self.hits
        high = centre + _WIDE * self.spread + _TAIL / self.misses
        odds = np.linspace(low, high, _POINTS)
        middle, step = float(expit(centre)), odds - centre
        # Relative to the centre, since logarithms of millions of units would cancel.
        height = -self.hits * np.log1p((1 - middle) * np.expm1(-step))
        height -= self.misses * np.log1p(middle * np.expm1(step))
        weights = np.exp(height - height.max())
        return expit(odds), weights / weights.sum()

    def loss_below(self, points: Floats) -> Floats:
        """E max(point - X, 0)."""
        below: Floats = betainc(self.hits, self.misses, points)
        part: Floats = betainc(self.hits + 1, self.misses, points)
        return points * below - self.mean * part

    def loss_above(self, points: Floats) -> Floats:
        """E max(X - point, 0)."""
        above: Floats = betaincc(self.hits, self.misses, points)
        part: Floats = betaincc(self.hits + 1, self.misses, points)
        return self.mean * part - points * above


def compare_betas(
    *,
    control: tuple[int, int],
    treatment: tuple[int, int],
    prior: tuple[float, float] = (1.0, 1.0),
    alpha: float = 0.05,
) -> Posterior:
    """Compare two shares under Beta priors, without a normal approximation.

    The posteriors are Beta(a + hits, b + size - hits). P(t > c) = ∫ f_c(x) P(t > x) dx and
    both losses likewise, by a sum over the log odds of the narrower posterior that is exact to
    some 12 digits; the interval's ends to three where an arm has next to no units. (E. Miller,
    Formulas for Bayesian A/B testing, 2015, has the closed form for whole numbers; C. Stucchio,
    Bayesian A/B testing at VWO, 2015, section 4, the losses.)

    Args:
        control: Hits and size; empty arms keep to the prior.
        treatment: Hits and size.
        prior: a and b of both arms, 0.1 or more.
        alpha: What the credible interval of the difference leaves out.

    Returns:
        What to believe of the difference of the shares.

    Raises:
        InvalidInputError: Alpha is no chance, or the prior too weak.

    Examples:
        >>> found = compare_betas(control=(1000, 10000), treatment=(1100, 10000))
        >>> round(found.chance_to_win, 6), round(found.loss_if_control, 6)
        (0.989457, 0.010014)
    """
    check_chance("alpha", alpha)
    if not all(_WEAKEST <= part < inf for part in prior):
        raise InvalidInputError(
            f"prior is {prior}; both numbers must be {_WEAKEST} or more, such as 1 and 1"
        )
    base, other = (
        _Beta(prior[0] + hits, prior[1] + size - hits) for hits, size in (control, treatment)
    )
    if other.spread < base.spread:
        return _turned(_posterior(other, base, alpha))
    return _posterior(base, other, alpha)


def _posterior(base: _Beta, other: _Beta, alpha: float) -> Posterior:
    points, weights = base.grid()
    value = other.mean - base.mean
    # By Chebyshev's inequality the ends lie within so many standard deviations.
    reach = sqrt((base.variance + other.variance) / (alpha / 2))
    low, high = _ends(other, points, weights, (value - reach, value + reach), alpha)
    return Posterior(
        value=value,
        ci_low=low,
        ci_high=high,
        chance_to_win=float(weights @ betaincc(other.hits, other.misses, points)),
        loss_if_treatment=float(weights @ other.loss_below(points)),
        loss_if_control=float(weights @ other.loss_above(points)),
    )


def _turned(found: Posterior) -> Posterior:
    """The same of the other arm as the treatment."""
    return Posterior(
        value=-found.value,
        ci_low=-found.ci_high,
        ci_high=-found.ci_low,
        chance_to_win=1 - found.chance_to_win,
        loss_if_treatment=found.loss_if_control,
        loss_if_control=found.loss_if_treatment,
    )


def _ends(
    other: _Beta, points: Floats, weights: Floats, within: tuple[float, float], alpha: float
) -> list[float]:
    """The differences that alpha / 2 lies below, and above; every second point is enough."""
    points, weights = points[::2], weights[::2] / weights[::2].sum()

    def below(difference: float) -> float:
        reached = np.clip(points + difference, 0.0, 1.0)
        return float(weights @ betainc(other.hits, other.misses, reached))

    ends = []
    for chance in (alpha / 2, 1 - alpha / 2):
        low, high = max(-1.0, within[0]), min(1.0, within[1])
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            low, high = (middle, high) if below(middle) < chance else (low, middle)
        ends.append((low + high) / 2)
    return ends
