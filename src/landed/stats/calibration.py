"""How a score goes with what happens: a fitted curve, its distance from the data, its order.

The curve is a logistic one, fitted by Fisher scoring (McCullagh and Nelder, Generalized Linear
Models, 1989, section 2.5) with a known factor before it: `P = examination x sigmoid(a + b score)`.
The expected calibration error is that of Naeini, Cooper and Hauskrecht (AAAI 2015), measured
against the curve; the concordance is the area under the ROC curve.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import pi
from statistics import NormalDist
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import expit

__all__ = ["ScoreCurve", "concordance", "fit_score_curve"]

Floats = npt.NDArray[np.float64]

_STEPS: Final = 30
_CLOSE: Final = 1e-9
_STILL: Final = 1e-6
_Z: Final = NormalDist().inv_cdf(0.975)
_FEWEST_SCORES: Final = 3
_MAX_STEP: Final = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreCurve:
    """The fitted curve `sigmoid(intercept + slope x score)`.

    Attributes:
        intercept: On the logit scale, at score 0.
        slope: Change of the logit with one point of score; 0 says that the score means nothing.
        slope_error: Standard error of the slope, widened by the dispersion.
        dispersion: Pearson's chi-squared over its degrees of freedom, at least 1.
        error: Mean distance of the observed rates from the curve over the items shown.
        error_by_chance: What that distance would be on average if the curve were true.
    """

    intercept: float
    slope: float
    slope_error: float
    dispersion: float
    error: float
    error_by_chance: float

    @property
    def slope_interval(self) -> tuple[float, float]:
        """Ends of the slope's 95 % interval."""
        return self.slope - _Z * self.slope_error, self.slope + _Z * self.slope_error

    def rate(self, score: Floats) -> Floats:
        """The curve's rate at some scores."""
        rates: Floats = expit(self.intercept + self.slope * score)
        return rates


def fit_score_curve(
    score: Floats, shown: Floats, hits: Floats, seen: Floats | None = None
) -> ScoreCurve | None:
    """Fit the curve to counts.

    Args:
        score: Of each bin.
        shown: Items of each bin, or of each bin (rows) and position (columns).
        hits: How many of them were successes.
        seen: Examination of each position, for counts by position; None: all are looked at.

    Returns:
        The curve; None with fewer than three scores, or with none or only hits.

    Examples:
        >>> score = np.array([1.0, 2.0, 3.0])
        >>> shown = np.full(3, 1e6)
        >>> curve = fit_score_curve(score, shown, shown / (1 + np.exp(3 - 0.5 * score)))
        >>> round(curve.intercept, 3), round(curve.slope, 3)
        (-3.0, 0.5)
    """
    matrix = shown[:, None] if shown.ndim == 1 else shown
    hit = hits[:, None] if hits.ndim == 1 else hits
    factor = np.ones(matrix.shape[1]) if seen is None else seen
    known = (matrix.sum(axis=1) > 0).sum()
    if known < _FEWEST_SCORES or not 0 < hit.sum() < matrix.sum():
        return None
    found = _score(score, matrix, hit, factor)
    if found is None:
        return None
    line, covariance = found
    mean = matrix * factor * expit(line[0] + line[1] * score)[:, None]
    spread = mean * (1 - mean / np.maximum(matrix, _CLOSE))
    cells = spread > _CLOSE
    spare = max(1, int(cells.sum()) - 2)
    dispersion = max(1.0, float(((hit - mean)[cells] ** 2 / spread[cells]).sum() / spare))
    error, chance = _distances(matrix, hit, factor, mean, spread)
    return ScoreCurve(
        intercept=float(line[0]),
        slope=float(line[1]),
        slope_error=float(np.sqrt(covariance[1, 1] * dispersion)),
        dispersion=dispersion,
        error=error,
        error_by_chance=chance,
    )


def _score(
    score: Floats, shown: Floats, hits: Floats, seen: Floats
) -> tuple[Floats, Floats] | None:
    """Fisher scoring from the overall rate; None where it finds no finite answer."""
    design = np.stack([np.ones_like(score), score - score.mean()])
    start = min(0.5, float(hits.sum() / (shown @ seen).sum()))
    line = np.array([np.log(start / (1 - start)), 0.0])
    step, information = np.zeros(2), np.eye(2)
    for _ in range(_STEPS):
        appeal = expit(line @ design)
        rate = np.clip(appeal[:, None] * seen, _CLOSE, 1 - _CLOSE)
        steep = (appeal * (1 - appeal))[:, None] * seen
        push = ((hits - shown * rate) * steep / (rate * (1 - rate))).sum(axis=1)
        weight = (shown * steep**2 / (rate * (1 - rate))).sum(axis=1)
        information = (design * weight) @ design.T
        step = np.clip(np.linalg.pinv(information) @ design @ push, -_MAX_STEP, _MAX_STEP)
        line = line + step
    if np.abs(step).max() > _STILL or np.linalg.det(information) < _CLOSE:
        return None
    turn = np.array([[1.0, -score.mean()], [0.0, 1.0]])  # back from the centred score
    return turn @ line, turn @ np.linalg.inv(information) @ turn.T


def _distances(
    shown: Floats, hits: Floats, seen: Floats, mean: Floats, spread: Floats
) -> tuple[float, float]:
    """Mean distance from the curve, on the scale of a position that everyone looks at."""
    looked = np.maximum(shown @ seen, _CLOSE)
    items = shown.sum(axis=1)
    gap = np.abs((hits - mean).sum(axis=1)) / looked
    by_chance = np.sqrt(2 / pi * spread.sum(axis=1)) / looked
    return float(items @ gap / items.sum()), float(items @ by_chance / items.sum())


def concordance(shown: Floats, hits: Floats) -> float | None:
    """How often a success has the higher score of a random pair of a success and a failure.

    Args:
        shown: Items by bin of score, lowest first.
        hits: Successes among them; may be weighted, as long as there are no more than items.

    Returns:
        0 to 1, ties count half: 0.5 is chance, 1 a perfect order; None without a pair.

    Examples:
        >>> concordance(np.array([10.0, 10.0]), np.array([0.0, 10.0]))
        1.0
        >>> concordance(np.array([10.0, 10.0]), np.array([5.0, 5.0]))
        0.5
    """
    misses = np.maximum(shown - hits, 0.0)
    pairs = hits.sum() * misses.sum()
    if pairs <= 0:
        return None
    below = np.concatenate([[0.0], np.cumsum(misses)[:-1]])
    return float((hits @ (below + misses / 2)) / pairs)
