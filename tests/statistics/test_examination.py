"""Examination by place: the true one comes back, with intervals that hold what they promise."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from landed.stats import (
    Examination,
    compare_examinations,
    correct_rate,
    fit_examination,
    randomised_examination,
)

Floats = npt.NDArray[np.float64]

TRUTH = np.array([1.0, 0.7, 0.5, 0.35, 0.2])
RUNS = 400


def a_ranked_market(rng: np.random.Generator, items: int = 20_000) -> tuple[Floats, Floats, float]:
    """Better kinds of items stand higher; clicks are tossed. Also: the true mean appeal."""
    appeal = np.array([0.05, 0.10, 0.15, 0.20])
    order = np.array(
        [
            [0.05, 0.10, 0.20, 0.30, 0.35],
            [0.10, 0.20, 0.25, 0.25, 0.20],
            [0.30, 0.25, 0.20, 0.15, 0.10],
            [0.45, 0.30, 0.15, 0.07, 0.03],
        ]
    )
    shown = np.stack([rng.multinomial(items, row) for row in order]).astype(float)
    clicked = rng.binomial(shown.astype(int), appeal[:, None] * TRUTH).astype(float)
    return shown, clicked, float(appeal @ shown.sum(axis=1) / shown.sum())


@pytest.mark.simulation
def test_intervals_hold_the_true_examination_and_the_true_rate() -> None:
    rng = np.random.default_rng(1)
    inside = np.zeros(len(TRUTH))
    rate_inside, naive_inside = 0, 0
    for _ in range(RUNS):
        shown, clicked, appeal = a_ranked_market(rng)
        fit = fit_examination(shown, clicked)
        assert fit is not None
        low, high = fit.intervals()
        inside += (low <= TRUTH) & (high >= TRUTH)
        rate = correct_rate(shown.sum(axis=0), clicked.sum(axis=0), fit, max_weight=10)
        assert rate is not None
        rate_inside += rate.ci_low <= appeal <= rate.ci_high
        naive = clicked.sum() / shown.sum()
        naive_inside += rate.ci_low <= naive <= rate.ci_high
    coverage = inside / RUNS
    assert coverage[0] == 1.0
    assert (coverage[1:] > 0.925).all()
    assert (coverage[1:] < 0.98).all()
    # The same clicks are in both, so this interval is on the wide side, never the narrow one.
    assert rate_inside / RUNS > 0.94
    assert naive_inside == 0


@pytest.mark.simulation
def test_appeal_of_the_visitor_widens_the_interval_by_the_dispersion() -> None:
    """Kinds of items that are wanted differently from place to place: the model says so."""
    rng = np.random.default_rng(2)
    shown, clicked, _ = a_ranked_market(rng, items=200_000)
    wrong = clicked * rng.uniform(0.6, 1.4, clicked.shape)
    right, fit = fit_examination(shown, clicked), fit_examination(shown, wrong)
    assert right is not None
    assert fit is not None
    assert right.dispersion < 3
    assert fit.dispersion > 20


@pytest.mark.simulation
def test_hausmans_p_value_is_uniform_when_both_are_right_and_small_when_not() -> None:
    rng = np.random.default_rng(3)
    p_values = []
    for _ in range(RUNS):
        shown, clicked, _ = a_ranked_market(rng)
        drawn = np.full(5, 4_000.0)
        tossed = rng.binomial(4_000, 0.12 * TRUTH).astype(float)
        # As in the product, the random lists are part of what the model is fitted on.
        both = fit_examination(np.vstack([shown, drawn]), np.vstack([clicked, tossed]))
        alone = randomised_examination(drawn, tossed)
        assert both is not None
        assert alone is not None
        p_values.append(compare_examinations(both, alone))
    assert 0.02 < np.mean(np.array(p_values) < 0.05) < 0.09
    assert 0.4 < np.mean(p_values) < 0.6
    shown, clicked, _ = a_ranked_market(rng, items=200_000)
    tilted = fit_examination(shown, clicked * np.array([1, 1, 1.2, 1.4, 1.6]))
    drawn = np.full(5, 40_000.0)
    alone = randomised_examination(drawn, rng.binomial(40_000, 0.12 * TRUTH).astype(float))
    assert tilted is not None
    assert alone is not None
    assert compare_examinations(tilted, alone) < 1e-4


def test_the_fit_is_the_maximum_of_the_likelihood() -> None:
    """A second way: no step from the answer makes the Poisson likelihood larger."""
    shown, clicked, _ = a_ranked_market(np.random.default_rng(4))
    fit = fit_examination(shown, clicked)
    assert fit is not None

    def likelihood(rates: Floats) -> float:
        seen = shown * rates
        mean = seen * (clicked.sum(axis=1) / seen.sum(axis=1))[:, None]
        return float((clicked * np.log(mean) - mean).sum())

    best = likelihood(fit.rates)
    for place in range(1, 5):
        for step in (0.99, 1.01):
            moved = fit.rates.copy()
            moved[place] *= step
            assert likelihood(moved) < best


def test_the_errors_are_those_of_the_likelihoods_curvature() -> None:
    shown, clicked, _ = a_ranked_market(np.random.default_rng(5))
    fit = fit_examination(shown, clicked)
    assert fit is not None

    def likelihood(logs: Floats) -> float:
        seen = shown * np.exp(np.concatenate([[0.0], logs]))
        mean = seen * (clicked.sum(axis=1) / seen.sum(axis=1))[:, None]
        return float((clicked * np.log(mean) - mean).sum())

    at, step, n = np.log(fit.rates[1:]), 1e-3, 4
    unit = np.eye(n) * step
    hessian = np.array(
        [
            [
                likelihood(at + unit[i] + unit[j])
                - likelihood(at + unit[i] - unit[j])
                - likelihood(at - unit[i] + unit[j])
                + likelihood(at - unit[i] - unit[j])
                for j in range(n)
            ]
            for i in range(n)
        ]
    ) / (4 * step * step)
    errors = np.sqrt(np.diag(np.linalg.inv(-hessian)) * fit.dispersion)
    np.testing.assert_allclose(fit.log_errors[1:], errors, rtol=1e-3)


def test_what_cannot_be_told_apart_is_refused() -> None:
    apart = np.diag([1000.0, 1000.0])
    assert fit_examination(apart, np.diag([100.0, 50.0])) is None
    shown = np.full((2, 2), 100.0)
    assert fit_examination(shown, np.zeros((2, 2))) is None
    assert fit_examination(shown, np.array([[5.0, 0.0], [5.0, 0.0]])) is None
    barely = np.array([[1e7, 1.0], [1.0, 1e7]])
    assert fit_examination(barely, np.array([[1e6, 1.0], [1.0, 3e5]])) is None
    assert randomised_examination(np.array([10.0, 10.0]), np.array([1.0, 0.0])) is None
    assert randomised_examination(np.array([]), np.array([])) is None


def test_two_places_and_one_kind_leave_no_dispersion_to_measure() -> None:
    fit = fit_examination(np.array([[100.0, 100.0]]), np.array([[20.0, 10.0]]))
    assert fit is not None
    assert fit.dispersion == 1.0


def test_the_weight_is_cut_and_the_cut_is_told() -> None:
    faint = Examination(
        rates=np.array([1.0, 0.01]), log_covariance=np.zeros((2, 2)), dispersion=1.0, clicks=100.0
    )
    found = correct_rate(np.array([100.0, 300.0]), np.array([10.0, 1.0]), faint, max_weight=10)
    assert found is not None
    assert found.value == pytest.approx((10 + 10 * 1) / 400)
    assert found.clipped_rate == 0.75
    nothing = correct_rate(np.zeros(2), np.zeros(2), faint, max_weight=10)
    assert nothing is None
    none_clicked = correct_rate(np.array([100.0, 0.0]), np.zeros(2), faint, max_weight=10)
    assert none_clicked is not None
    assert (none_clicked.value, none_clicked.ci_low, none_clicked.ci_high) == (0.0, 0.0, 0.0)


def test_estimates_of_equal_sharpness_leave_nothing_to_compare() -> None:
    drawn = randomised_examination(np.array([1e4, 1e4]), np.array([800.0, 400.0]))
    assert drawn is not None
    assert compare_examinations(drawn, drawn) == 1.0


def test_clicks_without_impressions_are_left_out() -> None:
    # Their impressions lie before the range: a context, and a cell of another, are empty.
    shown = np.array([[1000.0, 1000.0], [1000.0, 1000.0], [0.0, 0.0], [500.0, 0.0]])
    clicked = np.array([[200.0, 100.0], [100.0, 50.0], [7.0, 3.0], [50.0, 9.0]])
    found = fit_examination(shown, clicked)
    assert found is not None
    assert found.rates == pytest.approx([1.0, 0.5])
