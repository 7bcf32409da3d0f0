"""Boundaries for a few planned looks, which cost less than the freedom to look at any time.

A test with K looks at shares of its information t_1 < … < t_K = 1 rejects at look k when
|z_k| >= c_k. The statistic times sqrt(t) is a Brownian motion, whose density among those that
did not stop yet is carried from look to look by numerical integration (P. Armitage, C. K.
McPherson, B. C. Rowe, Repeated significance tests on accumulating data, J. R. Stat. Soc. A
132, 1969, 235-244; C. Jennison, B. W. Turnbull, Group Sequential Methods, Chapman & Hall 2000,
chapter 19), here with Gauss and Legendre's nodes. Information is 1 / se²: with a fixed split
and variance the share of the planned units.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import e, log, sqrt

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from landed.errors import InvalidInputError
from landed.stats.effects import Effect, Judgement, check_chance

__all__ = [
    "classical_bounds",
    "crossing_chances",
    "judge_look",
    "obrien_fleming_spending",
    "pocock_spending",
    "power_spending",
    "spending_bounds",
]

Floats = npt.NDArray[np.float64]
Spending = Callable[[float, float], float]

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(128)
# Nobody gets there: P(|Z| > 40) is below any number.
_FAR = 40.0
_HALVINGS = 60
# Nearer looks would fall between the nodes.
_NEAREST = 0.001
_ROUNDING = 1e-9


def obrien_fleming_spending(share: float, alpha: float) -> float:
    """Spend next to nothing early: 2 times 2 - 2 Φ(z_{alpha/4} / sqrt(t)), two-sided.

    Each side spends the function of alpha / 2 (K. K. G. Lan, D. L. DeMets, Discrete sequential
    boundaries for clinical trials, Biometrika 70, 1983, 659-663, alpha*_1).

    Args:
        share: Of the information t, 0 to 1.
        alpha: Chance to reject without an effect over all looks, two-sided.

    Returns:
        What may be spent until then.

    Examples:
        >>> round(obrien_fleming_spending(0.5, 0.05), 6), round(obrien_fleming_spending(1, 0.05), 6)
        (0.003051, 0.05)
    """
    return 4 * float(ndtr(ndtri(alpha / 4) / sqrt(share)))


def pocock_spending(share: float, alpha: float) -> float:
    """Spend about evenly: alpha ln(1 + (e - 1) t) (Lan and DeMets 1983, alpha*_2).

    Args:
        share: Of the information t, 0 to 1.
        alpha: Chance to reject without an effect over all looks.

    Returns:
        What may be spent until then.

    Examples:
        >>> round(pocock_spending(0.5, 0.05), 4)
        0.031
    """
    return alpha * log(1 + (e - 1) * share)


def power_spending(exponent: float) -> Spending:
    """Spend alpha t^φ (K. Kim, D. L. DeMets, Biometrika 74, 1987, 149-154).

    Args:
        exponent: φ; 1 spends evenly, 3 comes near O'Brien and Fleming's.

    Returns:
        A function of share and alpha, as the other two.

    Examples:
        >>> power_spending(2)(0.5, 0.04)
        0.01
    """
    return lambda share, alpha: float(alpha * share**exponent)


@dataclass(slots=True)
class _Path:
    """Those who did not stop yet: where they are, how dense, and when."""

    places: Floats
    density: Floats
    time: float

    def beyond(self, bound: float, time: float, drift: float = 0.0) -> float:
        """Chance to be out at the next look."""
        step = sqrt(time - self.time)
        edge, moved = bound * sqrt(time), self.places + drift * (time - self.time)
        tails = ndtr((-edge - moved) / step) + ndtr((moved - edge) / step)
        return float(self.density @ tails)

    def go_on(self, bound: float, time: float, drift: float = 0.0) -> _Path:
        """Those who are still within at the next look."""
        step, edge = sqrt(time - self.time), bound * sqrt(time)
        places = edge * _NODES
        moved = self.places + drift * (time - self.time)
        kernel = np.exp(-(((places[:, None] - moved) / step) ** 2) / 2) / (step * sqrt(2 * np.pi))
        return _Path(places, edge * _WEIGHTS * (kernel @ self.density), time)


def _start() -> _Path:
    return _Path(np.zeros(1), np.ones(1), 0.0)


def _check_shares(shares: Sequence[float]) -> None:
    steps = np.diff([0.0, *shares])
    if not len(shares) or not np.all(steps >= _NEAREST - _ROUNDING) or shares[-1] > 1:
        raise InvalidInputError(
            f"shares of information are {list(shares)}; they must rise from above 0 to at most 1 by"
            f" {_NEAREST} or more: leave out a look that adds nothing"
        )


def crossing_chances(
    bounds: Sequence[float], shares: Sequence[float], *, drift: float = 0.0
) -> list[float]:
    """Give the chance to cross a boundary first at each look.

    Args:
        bounds: Of |z| at each look.
        shares: Of the information at each look, rising, at most 1.
        drift: Effect over its standard error at full information; 0 gives the false alarms,
            else the sum is the power.

    Returns:
        As many chances; their sum is that to cross at all.

    Raises:
        InvalidInputError: The shares do not rise by a thousandth each, or go beyond 1.

    Examples:
        Looking five times at 5 % each is no test at 5 %:

        >>> round(sum(crossing_chances([1.96] * 5, [0.2, 0.4, 0.6, 0.8, 1.0])), 3)
        0.142
    """
    _check_shares(shares)
    path, chances = _start(), []
    for bound, share in zip(bounds, shares, strict=True):
        chances.append(path.beyond(bound, share, drift))
        path = path.go_on(bound, share, drift)
    return chances


def spending_bounds(
    shares: Sequence[float],
    *,
    alpha: float = 0.05,
    spending: Spending = obrien_fleming_spending,
) -> list[float]:
    """Find the boundaries that spend alpha as a function of information says.

    Looks may come when they come: the boundary of one depends on those before it only, so give
    the shares until now. What is spent at a look is the chance to cross first there.

    Args:
        shares: Of the planned information at each look until now, rising, at most 1.
        alpha: Chance to reject without an effect over all looks, two-sided.
        spending: How much may be spent until a share.

    Returns:
        Of |z| at each look.

    Raises:
        InvalidInputError: Alpha is no chance; the shares do not rise by a thousandth each, or
            go beyond 1.

    Examples:
        >>> [round(bound, 3) for bound in spending_bounds([0.2, 0.4, 0.6, 0.8, 1.0])]
        [4.877, 3.357, 2.68, 2.29, 2.031]
    """
    check_chance("alpha", alpha)
    _check_shares(shares)
    path, spent, bounds = _start(), 0.0, list[float]()
    for share in shares:
        until = spending(share, alpha)
        bounds.append(_solve(path, share, until - spent))
        path, spent = path.go_on(bounds[-1], share), until
    return bounds


def _solve(path: _Path, share: float, chance: float) -> float:
    return _halve(lambda bound: path.beyond(bound, share) > chance)


def _halve(too_low: Callable[[float], bool]) -> float:
    low, high = 0.0, _FAR
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if too_low(middle) else (low, middle)
    return (low + high) / 2


def classical_bounds(looks: int, *, alpha: float = 0.05, exponent: float = 0.5) -> list[float]:
    """Find the classical boundaries for equally spaced looks: c (k / K)^(Δ - 1/2).

    Δ = 1/2 is Pocock's constant boundary (S. J. Pocock, Biometrika 64, 1977, 191-199), Δ = 0
    O'Brien and Fleming's (P. C. O'Brien, T. R. Fleming, Biometrics 35, 1979, 549-556); what
    lies between is Wang and Tsiatis's family (Biometrics 43, 1987, 193-199).

    Args:
        looks: How many, K.
        alpha: Chance to reject without an effect over all looks, two-sided.
        exponent: Δ.

    Returns:
        Of |z| at each look.

    Raises:
        InvalidInputError: Alpha is no chance; there are no looks.

    Examples:
        >>> [round(bound, 3) for bound in classical_bounds(3)]
        [2.289, 2.289, 2.289]
        >>> [round(bound, 3) for bound in classical_bounds(3, exponent=0)]
        [3.471, 2.454, 2.004]
    """
    check_chance("alpha", alpha)
    shares = [look / looks for look in range(1, looks + 1)]
    shape = [share ** (exponent - 0.5) for share in shares]
    constant = _halve(
        lambda bound: sum(crossing_chances([bound * part for part in shape], shares)) > alpha
    )
    return [constant * part for part in shape]


def judge_look(effect: Effect, *, bound: float) -> Judgement:
    """Judge an effect at a planned look: the repeated confidence interval value ± c se.

    All the intervals of a test hold the truth at once with chance 1 - alpha (C. Jennison, B. W.
    Turnbull, Interim analyses: the repeated confidence interval approach, J. R. Stat. Soc. B
    51, 1989, 305-361, section 2). There is no p-value: it would depend on the order of stages.

    Args:
        effect: What is known at the look.
        bound: The boundary c of this look.

    Returns:
        The judgement.

    Examples:
        >>> effect = Effect(value=0.02, std_error=0.008, size=9000)
        >>> judge_look(effect, bound=2.68).significant
        False
    """
    width = bound * effect.std_error
    return Judgement(value=effect.value, ci_low=effect.value - width, ci_high=effect.value + width)
