"""How often each position of a list is looked at, and rates that this is taken out of.

The position-based model says that a click needs two independent things: the position is
examined, and the item is wanted. Items of one kind (a context) that stood at several positions
tell the two apart; with a Poisson likelihood the fit of `clicks = shown x examination x appeal`
is a log-linear one with closed steps. Identification by items that swap positions: Agarwal,
Zaitsev, Wang, Li, Najork, Joachims, Estimating position bias without intrusive interventions,
WSDM 2019. Inverse propensity weights with clipping: Joachims, Swaminathan, Schnabel, Unbiased
learning-to-rank with biased feedback, WSDM 2017. The test of a model against a randomised
estimate is Hausman's (Econometrica 46, 1978, 1251-1271).
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc

__all__ = [
    "CorrectedRate",
    "Examination",
    "compare_examinations",
    "correct_rate",
    "fit_examination",
    "randomised_examination",
]

Floats = npt.NDArray[np.float64]

_STEPS: Final = 2_000
_CLOSE: Final = 1e-10
_Z: Final = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """How often each position is looked at, as a share of the first one's.

    Attributes:
        rates: By position, the first is 1.
        log_covariance: Of the rates' logarithms; zero in the first row and column.
        dispersion: Pearson's chi-squared over its degrees of freedom, at least 1; far above 1,
            clicks vary more than the model says. The covariance is multiplied by it.
        clicks: How many clicks it rests on.
    """

    rates: Floats
    log_covariance: Floats
    dispersion: float
    clicks: float

    @property
    def log_errors(self) -> Floats:
        """Standard error of each rate's logarithm: the relative error of the rate."""
        errors: Floats = np.sqrt(np.diag(self.log_covariance))
        return errors

    def intervals(self) -> tuple[Floats, Floats]:
        """Ends of the 95 % interval of each rate."""
        width = np.exp(_Z * self.log_errors)
        return self.rates / width, self.rates * width


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectedRate:
    """A rate as it would be if every item had stood at the first position.

    Attributes:
        value: Hits, each weighted by one over its position's examination, per item shown.
        std_error: With the error of the examination in it.
        ci_low: Lower end of the 95 % interval, made on the log scale.
        ci_high: Upper end.
        effective_size: How many items of equal weight are as good as these: Kish's
            (sum of weights) squared over the sum of squared weights.
        clipped_rate: Share of the items whose weight was cut to the largest one allowed; what
            is cut makes the value too low.
    """

    value: float
    std_error: float
    ci_low: float
    ci_high: float
    effective_size: float
    clipped_rate: float


def fit_examination(shown: Floats, clicked: Floats) -> Examination | None:
    """Fit examination by position from items that stood at several positions.

    Args:
        shown: Items by context (rows) and position (columns), first position first. Within a
            context, items must be equally wanted wherever they stand.
        clicked: Clicks on them.

    Returns:
        The fit; None where the data cannot tell positions from items: a position without
        clicks, or contexts that do not tie all positions together.

    Examples:
        Two kinds of jobs, one wanted twice as much; the second position is seen half as often.

        >>> shown = np.array([[1000.0, 1000.0], [1000.0, 1000.0]])
        >>> fit = fit_examination(shown, np.array([[200.0, 100.0], [100.0, 50.0]]))
        >>> fit.rates.round(3).tolist()
        [1.0, 0.5]

        Each kind at one position only: nothing can be said.

        >>> fit_examination(np.diag([1000.0, 1000.0]), np.diag([200.0, 50.0])) is None
        True
    """
    # A click whose impression lies outside the range tells nothing, nor does a context without one.
    clicked = np.where(shown > 0, clicked, 0.0)
    used = clicked.sum(axis=1) > 0
    if not used.any() or not _is_connected(shown[used]) or (clicked.sum(axis=0) <= 0).any():
        return None
    rates = _iterate(shown[used], clicked[used])
    if rates is None:
        return None
    placed = shown[used] * rates
    placed /= placed.sum(axis=1, keepdims=True)  # where the model expects a context's clicks
    expected = placed * clicked[used].sum(axis=1, keepdims=True)
    information = np.diag(expected.sum(axis=0)) - placed.T @ expected
    covariance = np.zeros_like(information)
    covariance[1:, 1:] = np.linalg.inv(information[1:, 1:])
    dispersion = _dispersion(clicked[used], expected, shown[used])
    return Examination(
        rates=rates,
        log_covariance=covariance * dispersion,
        dispersion=dispersion,
        clicks=float(clicked.sum()),
    )


def _is_connected(shown: Floats) -> bool:
    """Whether every position can be reached from every other over contexts they share."""
    together = (shown > 0).T.astype(np.float64) @ (shown > 0)
    reached = together[0] > 0
    for _ in reached:
        reached |= together @ reached > 0
    return bool(reached.all())


def _iterate(shown: Floats, clicked: Floats) -> Floats | None:
    """Proportional fitting: appeal given examination, examination given appeal, in turn.

    None where it does not come to rest: so few items tie the positions that any rate would do.
    """
    rates = np.ones(shown.shape[1])
    of_context, of_position = clicked.sum(axis=1), clicked.sum(axis=0)
    moved, steps = 1.0, 0
    while moved > _CLOSE and steps < _STEPS:
        appeal = of_context / (shown @ rates)
        better = of_position / (appeal @ shown)
        better /= better[0]
        moved, steps = float(np.abs(better - rates).max()), steps + 1
        rates = better
    return rates if moved <= _CLOSE else None


def _dispersion(clicked: Floats, expected: Floats, shown: Floats) -> float:
    cells = shown > 0
    spare = cells.sum() - clicked.shape[0] - (clicked.shape[1] - 1)
    if spare <= 0:
        return 1.0
    squares = (clicked - expected)[cells] ** 2 / np.maximum(expected[cells], _CLOSE)
    return max(1.0, float(squares.sum() / spare))


def randomised_examination(shown: Floats, clicked: Floats) -> Examination | None:
    """Estimate examination where the order was drawn at random.

    There the items of all positions are equally wanted on average, so click-through by
    position is examination up to a factor.

    Args:
        shown: Items by position.
        clicked: Clicks on them.

    Returns:
        The estimate; None where a position has no clicks.

    Examples:
        >>> fit = randomised_examination(np.array([1e4, 1e4]), np.array([800.0, 400.0]))
        >>> fit.rates.tolist(), round(float(fit.log_errors[1]), 3)
        ([1.0, 0.5], 0.061)
    """
    if not len(shown) or (clicked <= 0).any():
        return None
    rate = clicked / shown
    covariance = np.diag(1 / clicked) + 1 / clicked[0]
    covariance[0, :] = covariance[:, 0] = 0.0
    return Examination(
        rates=rate / rate[0],
        log_covariance=covariance,
        dispersion=1.0,
        clicks=float(clicked.sum()),
    )


def compare_examinations(model: Examination, randomised: Examination) -> float:
    """Say how likely two estimates differ this much by chance alone.

    Hausman's test: the model uses all lists and is the sharper one if it is right, so the
    variance of the difference is the difference of the variances.

    Returns:
        The p-value; small means that the model is wrong about the positions.
    """
    gap = np.log(randomised.rates[1:]) - np.log(model.rates[1:])
    spread = randomised.log_covariance[1:, 1:] - model.log_covariance[1:, 1:]
    values, vectors = np.linalg.eigh(spread)
    kept = values > _CLOSE  # where the model is not sharper there is nothing to compare
    statistic = np.sum((vectors.T @ gap)[kept] ** 2 / values[kept])
    return float(chdtrc(int(kept.sum()), statistic)) if kept.any() else 1.0


def correct_rate(
    shown: Floats, hits: Floats, examination: Examination, *, max_weight: float
) -> CorrectedRate | None:
    """Correct a rate for the positions at which its items stood.

    The examination is taken as independent of the hits. Fitted to the same clicks it is not,
    and the interval is then somewhat too wide, never too narrow.

    Args:
        shown: Items by position.
        hits: What became of them: clicks, or applications.
        examination: The fit.
        max_weight: The largest weight; it bounds what a hit at the bottom of a list may add.

    Returns:
        The rate; None where nothing was shown.

    Examples:
        Both positions are equally wanted, the second is seen half as often.

        >>> shown, clicked = np.array([1000.0, 1000.0]), np.array([100.0, 50.0])
        >>> fit = randomised_examination(shown, clicked)
        >>> found = correct_rate(shown, clicked, fit, max_weight=10)
        >>> round(found.value, 3), round(found.effective_size)
        (0.1, 1800)
    """
    total = float(shown.sum())
    if total <= 0:
        return None
    full = 1 / np.maximum(examination.rates, _CLOSE)
    weights = np.minimum(full, max_weight)
    value = float(weights @ hits) / total
    # Delta method; where the weight is cut it does not move with the examination.
    moving = np.where(full <= max_weight, weights * hits, 0.0)
    variance = float(weights**2 @ hits) + float(moving @ examination.log_covariance @ moving)
    error = float(np.sqrt(variance)) / total
    width = float(np.exp(_Z * error / value)) if value > 0 else 1.0
    return CorrectedRate(
        value=value,
        std_error=error,
        ci_low=value / width,
        ci_high=value * width,
        effective_size=float((weights @ shown) ** 2 / (weights**2 @ shown)),
        clipped_rate=float(shown[full > max_weight].sum()) / total,
    )
