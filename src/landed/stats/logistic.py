"""Logistic regression on grouped rows, and how well its probabilities hold.

Fitted by iteratively reweighted least squares, which is Newton's method here (McCullagh and
Nelder, Generalized Linear Models, Chapman and Hall 1989, section 4.4). A weak ridge on all but
the intercept keeps the answer finite where a feature separates the outcomes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit

__all__ = ["Calibration", "CalibrationBin", "assess_probabilities", "fit_logistic"]

Floats = npt.NDArray[np.float64]

_ROUNDS = 25
_RIDGE = 1e-3
_TINY = 1e-9
_MAX_STEP = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationBin:
    """People with about the same predicted probability.

    Attributes:
        people: How many.
        predicted_rate: Their mean probability.
        observed_rate: Share to whom it happened.
    """

    people: int
    predicted_rate: float
    observed_rate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How well probabilities held.

    Attributes:
        bins: From the lowest to the highest probability, with about as many people each.
        brier: Mean squared error of the probabilities; less is better.
        brier_of_mean: What everybody's share would have had: the score to beat.
        auc: Chance that of two people, one of each outcome, the one to whom it happened had
            the higher probability; None where all had the same outcome.
    """

    bins: tuple[CalibrationBin, ...]
    brier: float
    brier_of_mean: float
    auc: float | None


def fit_logistic(features: Floats, hits: Floats, sizes: Floats) -> Floats | None:
    """Fit the coefficients of a logistic regression to grouped rows.

    Args:
        features: One row for each group; the first column is 1 for the intercept.
        hits: To how many of each group it happened.
        sizes: How many each group has.

    Returns:
        The coefficients; None where it happened to all or to none.

    Examples:
        >>> x = np.array([[1.0, 0.0], [1.0, 1.0]])
        >>> fitted = fit_logistic(x, np.array([20.0, 60.0]), np.array([100.0, 100.0]))
        >>> [round(float(p), 2) for p in expit(x @ fitted)]
        [0.2, 0.6]
    """
    total, happened = float(sizes.sum()), float(hits.sum())
    if not 0 < happened < total:
        return None
    ridge = np.full(features.shape[1], _RIDGE)
    ridge[0] = _TINY
    beta = np.zeros(features.shape[1])
    beta[0] = np.log(happened / (total - happened))
    for _ in range(_ROUNDS):
        chance = expit(features @ beta)
        slope = features.T @ (hits - sizes * chance) - ridge * beta
        weights = sizes * chance * (1 - chance)
        step = np.linalg.solve(features.T @ (features * weights[:, None]) + np.diag(ridge), slope)
        beta += step * min(1.0, _MAX_STEP / max(float(np.abs(step).max()), _TINY))
    fitted: Floats = beta
    return fitted


def assess_probabilities(
    chances: Floats, hits: Floats, sizes: Floats, *, bins: int = 10
) -> Calibration | None:
    """Compare probabilities with what happened.

    Args:
        chances: The probability of each group.
        hits: To how many of each group it happened.
        sizes: How many each group has.
        bins: How many parts to show.

    Returns:
        The comparison; None of nobody.

    Examples:
        >>> p, n = np.array([0.2, 0.6]), np.array([100.0, 100.0])
        >>> found = assess_probabilities(p, np.array([20.0, 60.0]), n, bins=2)
        >>> [(one.predicted_rate, one.observed_rate) for one in found.bins]
        [(0.2, 0.2), (0.6, 0.6)]
        >>> round(found.auc, 3)
        0.708
    """
    total = float(sizes.sum())
    if not total:
        return None
    order = np.argsort(chances, kind="stable")
    chances, hits, sizes = chances[order], hits[order], sizes[order]
    mean = float(hits.sum()) / total
    squared = hits * (1 - chances) ** 2 + (sizes - hits) * chances**2
    return Calibration(
        bins=_bins(chances, hits, sizes, bins),
        brier=float(squared.sum()) / total,
        brier_of_mean=mean * (1 - mean),
        auc=_auc(chances, hits, sizes - hits),
    )


def _bins(chances: Floats, hits: Floats, sizes: Floats, count: int) -> tuple[CalibrationBin, ...]:
    middle = np.cumsum(sizes) - sizes / 2
    place = np.minimum((middle / sizes.sum() * count).astype(int), count - 1)
    return tuple(
        CalibrationBin(
            people=int(sizes[here].sum()),
            predicted_rate=float((chances[here] * sizes[here]).sum() / sizes[here].sum()),
            observed_rate=float(hits[here].sum() / sizes[here].sum()),
        )
        for here in (place == number for number in range(count))
        if sizes[here].sum()
    )


def _auc(chances: Floats, hits: Floats, misses: Floats) -> float | None:
    """Mann and Whitney's: pairs in the right order, ties half; chances are sorted."""
    pairs = float(hits.sum() * misses.sum())
    if not pairs:
        return None
    _, place = np.unique(chances, return_inverse=True)
    hit, miss = np.bincount(place, hits), np.bincount(place, misses)
    below = np.cumsum(miss) - miss
    return float((hit * (below + miss / 2)).sum()) / pairs
