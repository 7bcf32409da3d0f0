"""The logistic fit against a general optimiser, and its assessment against scipy's ranks."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from scipy import optimize, stats
from scipy.special import expit

from landed.stats import assess_probabilities, fit_logistic

Floats = npt.NDArray[np.float64]


def groups(seed: int, size: int = 200) -> tuple[Floats, Floats, Floats]:
    rng = np.random.default_rng(seed)
    features = np.column_stack([np.ones(size), rng.normal(size=(size, 2))])
    sizes = rng.integers(1, 40, size).astype(float)
    hits = rng.binomial(sizes.astype(int), expit(features @ [-0.4, 0.8, -1.2])).astype(float)
    return features, hits, sizes


def test_the_fit_is_the_maximum_of_the_likelihood() -> None:
    features, hits, sizes = groups(1)

    def loss(beta: Floats) -> float:
        line = features @ beta
        ridge = 1e-3 * float((beta[1:] ** 2).sum()) / 2
        return float((sizes * np.logaddexp(0, line) - hits * line).sum()) + ridge

    judge = optimize.minimize(loss, np.zeros(3), method="BFGS", options={"gtol": 1e-6})
    assert fit_logistic(features, hits, sizes) == pytest.approx(judge.x, abs=1e-4)


@pytest.mark.simulation
def test_the_fit_finds_the_truth_again() -> None:
    fits = [fit_logistic(*groups(seed)) for seed in range(200)]
    mean = np.mean([one for one in fits if one is not None], axis=0)
    assert mean == pytest.approx([-0.4, 0.8, -1.2], abs=0.02)


@pytest.mark.parametrize("hits", [[0.0, 0.0], [4.0, 6.0]])
def test_there_is_no_fit_where_all_have_one_outcome(hits: list[float]) -> None:
    features = np.array([[1.0, 0.0], [1.0, 1.0]])
    assert fit_logistic(features, np.array(hits), np.array([4.0, 6.0])) is None


def test_a_feature_that_tells_all_has_a_finite_weight() -> None:
    features = np.array([[1.0, 0.0], [1.0, 1.0]])
    fitted = fit_logistic(features, np.array([0.0, 6.0]), np.array([4.0, 6.0]))
    assert fitted is not None
    assert np.isfinite(fitted).all()
    assert float(expit(features @ fitted)[1]) > 0.99


def test_the_order_is_mann_and_whitneys() -> None:
    _, hits, sizes = groups(3, 40)
    chances = np.round(np.random.default_rng(8).random(40), 1)  # with ties
    found = assess_probabilities(chances, hits, sizes)
    hit, miss = (np.repeat(chances, part.astype(int)) for part in (hits, sizes - hits))
    judge = stats.mannwhitneyu(hit, miss).statistic / (len(hit) * len(miss))
    assert found is not None
    assert found.auc == pytest.approx(judge)
    every = np.concatenate([(1 - hit) ** 2, miss**2])
    assert found.brier == pytest.approx(every.mean())
    assert sum(part.people for part in found.bins) == sizes.sum()


def test_of_nobody_nothing_is_assessed() -> None:
    none = np.array([])
    assert assess_probabilities(none, none, none) is None


def test_one_outcome_has_no_order() -> None:
    found = assess_probabilities(np.array([0.2, 0.4]), np.zeros(2), np.ones(2))
    assert found is not None
    assert found.auc is None
    assert found.brier == pytest.approx(0.1)
    assert found.brier_of_mean == 0
