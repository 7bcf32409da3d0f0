"""The curve of a score: what was planted comes back, by a second optimiser and by repetition."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from scipy.optimize import minimize
from scipy.special import expit
from scipy.stats import mannwhitneyu

from landed.stats import concordance, fit_score_curve

Floats = npt.NDArray[np.float64]

SCORE = np.arange(0.25, 10, 0.5)
SEEN = np.array([1.0, 0.6, 0.3])
RUNS = 300


def a_market(rng: np.random.Generator, slope: float = 0.3) -> tuple[Floats, Floats]:
    shown = rng.integers(200, 2_000, (len(SCORE), len(SEEN))).astype(float)
    rate = SEEN * expit(-4 + slope * SCORE)[:, None]
    return shown, rng.binomial(shown.astype(int), rate).astype(float)


@pytest.mark.simulation
def test_the_interval_holds_the_true_slope_and_the_error_is_chance() -> None:
    rng = np.random.default_rng(1)
    inside, ratio = 0, []
    for _ in range(RUNS):
        shown, hits = a_market(rng)
        curve = fit_score_curve(SCORE, shown, hits, SEEN)
        assert curve is not None
        low, high = curve.slope_interval
        inside += low <= 0.3 <= high
        ratio.append(curve.error / curve.error_by_chance)
    assert 0.92 < inside / RUNS <= 0.995
    # Two parameters were fitted to these very bins, so the distance is a little below chance.
    assert 0.85 < np.mean(ratio) < 1.02


def test_the_fit_agrees_with_another_optimiser() -> None:
    shown, hits = a_market(np.random.default_rng(2))

    def loss(line: Floats) -> float:
        rate = SEEN * expit(line[0] + line[1] * SCORE)[:, None]
        return -float((hits * np.log(rate) + (shown - hits) * np.log1p(-rate)).sum())

    other = minimize(loss, np.array([-3.0, 0.0]), method="BFGS")
    curve = fit_score_curve(SCORE, shown, hits, SEEN)
    assert curve is not None
    assert curve.intercept == pytest.approx(other.x[0], abs=1e-4)
    assert curve.slope == pytest.approx(other.x[1], abs=1e-4)
    step = np.array([[1e-3, 0.0], [0.0, 1e-4]])
    curvature = [
        [
            loss(other.x + a + b) - loss(other.x + a - b) - loss(other.x - a + b)
            + loss(other.x - a - b)
            for b in step
        ]
        for a in step
    ]  # fmt: skip
    scale = np.diag(step)
    hessian = np.array(curvature) / (4 * np.outer(scale, scale))
    plain = curve.slope_error / curve.dispersion**0.5
    assert plain == pytest.approx(np.linalg.inv(hessian)[1, 1] ** 0.5, rel=0.02)


def test_a_curve_of_another_shape_stands_out() -> None:
    shown = np.full((len(SCORE), 1), 1e5)
    rate = 0.02 + 0.05 * (np.abs(SCORE - 5) < 2)
    curve = fit_score_curve(SCORE, shown, shown * rate[:, None])
    assert curve is not None
    assert curve.error > 5 * curve.error_by_chance
    assert curve.dispersion > 10


@pytest.mark.parametrize("hits", [np.zeros(3), np.full(3, 10.0)])
def test_none_or_all_are_no_curve(hits: Floats) -> None:
    assert fit_score_curve(np.arange(3.0), np.full(3, 10.0), hits) is None


def test_two_scores_are_no_curve() -> None:
    assert fit_score_curve(np.arange(2.0), np.full(2, 10.0), np.array([1.0, 2.0])) is None


def test_a_curve_without_end_is_refused() -> None:
    hits = np.array([0.0, 0.0, 0.0, 10.0])
    assert fit_score_curve(np.arange(4.0), np.full(4, 10.0), hits) is None


def test_one_score_in_all_is_refused() -> None:
    hits = np.array([1.0, 2.0, 3.0])
    assert fit_score_curve(np.full(3, 5.0), np.full(3, 10.0), hits) is None


def test_concordance_is_the_mann_whitney_statistic() -> None:
    rng = np.random.default_rng(3)
    shown = rng.integers(5, 20, 8)
    hits = rng.binomial(shown, np.linspace(0.1, 0.7, 8))
    wanted = np.repeat(np.arange(8), hits)
    left = np.repeat(np.arange(8), shown - hits)
    other = mannwhitneyu(wanted, left).statistic / (len(wanted) * len(left))
    assert concordance(shown.astype(float), hits.astype(float)) == pytest.approx(other)


def test_concordance_needs_a_pair() -> None:
    assert concordance(np.array([5.0]), np.array([0.0])) is None
    assert concordance(np.array([5.0]), np.array([5.0])) is None
