"""Less noise by what was known before: CUPED, and strata that are weighed afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt

from landed.stats.arms import Arm, NotEnough
from landed.stats.effects import Effect
from landed.stats.moments import Column, Moments, pool_moments

__all__ = ["Adjusted", "adjust_arms", "compare_strata"]

Floats = npt.NDArray[np.float64]

# Covariates that are this near to a sum of others say nothing of their own.
_COLLINEAR = 1e-10


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjusted:
    """Arms whose chance imbalance before the experiment was taken out.

    Attributes:
        arms: In the order given; compare them as any others.
        theta: How much of each covariate was taken out, the same for all arms.
        kept: Share of the variance that is left, 0 to 1; half of it halves the run time.
    """

    arms: tuple[Arm, ...]
    theta: tuple[float, ...]
    kept: float


def adjust_arms(
    arms: Sequence[Moments], *, outcome: Column, covariates: Sequence[Column]
) -> Adjusted | NotEnough:
    """Take out of an outcome what covariates from before the exposure explain: CUPED.

    y* = y - θ' (x - x̄) with θ = Var(x)⁻¹ Cov(x, y) of all arms together and x̄ their common
    mean; the variance of a unit becomes v_y - 2 θ' c + θ' V θ. Outcome and covariates may be
    ratios: each is replaced by its linear part (x - R y) / ȳ, the delta method. (A. Deng, Y. Xu,
    R. Kohavi, T. Walker, Improving the sensitivity of online controlled experiments by utilizing
    pre-experiment data, WSDM 2013, section 3.2, and appendix B for ratios.)

    Covariates must be older than each unit's own exposure: what the treatment can change takes
    the effect away. One that does not vary, or repeats others, changes nothing. Units without
    history need a value too (0, and a further covariate that says so). Show the unadjusted
    effect beside this one.

    Args:
        arms: Sums and products of each arm, control first.
        outcome: Which column, or ratio of two, is the metric.
        covariates: Which are known before; none leaves the arms as they are.

    Returns:
        The arms, or why there are none.

    Examples:
        >>> control = Moments.of([[1, 2], [0, 0], [3, 2], [2, 1]])
        >>> treatment = Moments.of([[2, 1], [1, 1], [4, 3], [2, 1]])
        >>> adjusted = adjust_arms([control, treatment], outcome=Column(0), covariates=[Column(1)])
        >>> round(adjusted.theta[0], 3), round(adjusted.kept, 3)
        (1.085, 0.364)
    """
    columns = [outcome, *covariates]
    for gap in (arm.gap(columns) for arm in arms):
        if gap:
            return gap
    pooled = pool_moments(arms)
    spread = pooled.spread(columns)
    theta = _theta(spread)
    turn = np.concatenate([[1.0], -theta])
    centre = pooled.values(columns)
    return Adjusted(
        arms=tuple(_adjust(arm, columns, turn, centre) for arm in arms),
        theta=tuple(theta.tolist()),
        kept=max(0.0, float(turn @ spread @ turn / spread[0, 0])) if spread[0, 0] > 0 else 1.0,
    )


def _theta(spread: Floats) -> Floats:
    """Least squares on correlations, so that units of covariates do not matter."""
    scale = np.sqrt(np.clip(np.diag(spread)[1:], 0.0, None))
    scale[scale == 0] = np.inf
    inverse = np.linalg.pinv(
        spread[1:, 1:] / np.outer(scale, scale), rcond=_COLLINEAR, hermitian=True
    )
    theta: Floats = inverse @ (spread[1:, 0] / scale) / scale
    return theta


def _adjust(arm: Moments, columns: Sequence[Column], turn: Floats, centre: Floats) -> Arm:
    mean = centre[0] + turn @ (arm.values(columns) - centre)
    return Arm(size=arm.size, mean=float(mean), variance=arm.variance(columns, turn))


def compare_strata(
    strata: Sequence[tuple[Arm | NotEnough, Arm | NotEnough]],
) -> Effect | NotEnough:
    """Compare within strata, and weigh them by their units: post-stratification.

    effect = Σ w_h d_h with w_h the stratum's share of all units of both arms; variance = Σ w_h²
    (v_ch / n_ch + v_th / n_th) + Σ w_h (d_h - effect)² / N, where the last part is what the
    shares themselves vary by. It takes out by how much the arms differ in strata by chance.
    (L. W. Miratrix, J. S. Sekhon, B. Yu, Adjusting treatment effect estimates by
    post-stratification in randomized experiments, J. R. Stat. Soc. B 75, 2013, 369-396,
    sections 2 and 5.) Strata must be known before the exposure, and few: join thin ones.

    Args:
        strata: Control and treatment of each.

    Returns:
        The effect in the metric's unit, or why there is none.

    Examples:
        >>> quiet = Arm(size=50, mean=1.0, variance=1.0), Arm(size=50, mean=1.5, variance=1.0)
        >>> busy = Arm(size=10, mean=9.0, variance=4.0), Arm(size=30, mean=9.5, variance=4.0)
        >>> effect = compare_strata([quiet, busy])
        >>> round(effect.value, 2), round(effect.std_error, 3)
        (0.5, 0.253)
    """
    pairs = [
        (control, treatment)
        for control, treatment in strata
        if isinstance(control, Arm) and isinstance(treatment, Arm)
    ]
    if len(pairs) < len(strata):
        return NotEnough.THIN_STRATUM
    return _weigh([_within(pair) for pair in pairs]) if pairs else NotEnough.EMPTY


def _within(pair: tuple[Arm, Arm]) -> tuple[float, float, float, float]:
    """Units, difference, its variance and the sum that gives its degrees of freedom."""
    control, treatment = pair
    base, other = control.variance / control.size, treatment.variance / treatment.size
    doubt = base**2 / (control.size - 1) + other**2 / (treatment.size - 1)
    return control.size + treatment.size, treatment.mean - control.mean, base + other, doubt


def _weigh(parts: Sequence[tuple[float, float, float, float]]) -> Effect | NotEnough:
    sizes, values, variances, doubts = np.array(parts).T
    total = float(sizes.sum())
    weights = sizes / total
    value = float(weights @ values)
    inner = float(weights**2 @ variances)
    if not inner:
        return NotEnough.NO_SPREAD
    variance = inner + float(weights @ (values - value) ** 2) / total
    return Effect(
        value=value,
        std_error=sqrt(variance),
        size=total,
        df=inner**2 / float(weights**4 @ doubts),
    )
