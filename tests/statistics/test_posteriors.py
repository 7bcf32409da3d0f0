"""Posteriors against closed forms, another library, laws, and draws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landed.errors import InvalidInputError
from landed.stats import Effect, compare_arms, compare_betas, judge_bayes, judge_fixed, share_arm
from tests.statistics.reference import found, ids, output, result

EXACT = 1e-9


@pytest.mark.parametrize(
    "result_id", [*ids("Beta(1,1)-binomial exact"), *ids("Beta(100,900) prior")]
)
def test_two_shares_have_the_exact_chance_and_losses(result_id: str) -> None:
    inputs, want = result(result_id)["inputs"], output(result_id)
    pairs = [(inputs[arm]["x"], inputs[arm]["n"]) for arm in ("control", "treatment")]
    judged = compare_betas(control=pairs[0], treatment=pairs[1], prior=tuple(inputs["prior"]))
    # The finite sum loses digits to its logarithms: ours agrees with the quadrature to 1e-11.
    assert judged.chance_to_win == pytest.approx(want["prob_by_quadrature"], rel=1e-11)
    assert judged.chance_to_win == pytest.approx(want["prob_treatment_beats_control"], rel=EXACT)
    assert judged.loss_if_treatment == pytest.approx(
        want["expected_loss_choose_treatment"], rel=EXACT
    )
    assert judged.loss_if_control == pytest.approx(want["expected_loss_choose_control"], rel=EXACT)
    assert judged.value == pytest.approx(want["posterior_mean_t"] - want["posterior_mean_c"])


@pytest.mark.parametrize("result_id", ids("relative lift Gaussian posterior"))
def test_a_normal_effect_is_the_formula_s(result_id: str) -> None:
    """The linear relative effects that go in are GrowthBook's; ours are logarithms."""
    want, prior = output(result_id), result(result_id)["inputs"]["prior_var"]
    flat = output(result_id.split("#", maxsplit=1)[0] + "#01")
    effect = Effect(value=flat["post_mean"], std_error=flat["post_sd"], size=100)
    judged = judge_bayes(effect, prior_std_dev=None if prior is None else prior**0.5)
    assert judged.value == pytest.approx(want["post_mean"], rel=EXACT)
    assert judged.chance_to_win == pytest.approx(want["chance_to_win"], rel=EXACT)
    assert judged.loss_if_treatment == pytest.approx(want["risk_choose_treatment"], rel=EXACT)
    assert judged.loss_if_control == pytest.approx(want["risk_choose_control"], rel=EXACT)
    assert (judged.ci_low, judged.ci_high) == pytest.approx(want["ci95"], rel=EXACT)


def test_a_prior_on_the_scale_of_the_effect_is_heeded() -> None:
    """GrowthBook ignores it there: it compares an object with a word."""
    judged = judge_bayes(
        Effect(value=0.1, std_error=0.1, size=10), prior_mean=0.3, prior_std_dev=0.1
    )
    assert judged.value == pytest.approx(0.2)


def test_arms_without_units_leave_the_prior() -> None:
    judged = compare_betas(control=(0, 0), treatment=(0, 0))
    assert judged.chance_to_win == pytest.approx(0.5, rel=1e-12)
    assert judged.loss_if_control == pytest.approx(1 / 6, rel=1e-12)
    assert judged.ci_low == pytest.approx(-1 + 0.05**0.5, abs=1e-3)  # of a triangle


def test_everybody_and_nobody_still_leave_doubt() -> None:
    judged = compare_betas(control=(0, 5), treatment=(5, 5), prior=(0.5, 0.5))
    assert 0.99 < judged.chance_to_win < 1
    assert 0 < judged.loss_if_treatment < 1e-3
    assert judged.ci_high < 1


def test_a_hundred_million_units_cost_no_digits() -> None:
    hits = 1_000_000, 1_002_000
    judged = compare_betas(control=(hits[0], 10**8), treatment=(hits[1], 10**8))
    normal = judge_bayes(found(compare_arms(*(share_arm(hits=one, size=10**8) for one in hits))))
    assert judged.chance_to_win == pytest.approx(normal.chance_to_win, abs=1e-6)
    assert judged.loss_if_treatment == pytest.approx(normal.loss_if_treatment, rel=1e-3)


@pytest.mark.parametrize("alpha", [0.0, 1.0])
def test_alpha_is_a_chance(alpha: float) -> None:
    with pytest.raises(InvalidInputError, match="alpha"):
        compare_betas(control=(1, 2), treatment=(1, 2), alpha=alpha)
    with pytest.raises(InvalidInputError, match="alpha"):
        judge_bayes(Effect(value=1, std_error=1, size=9), alpha=alpha)


@pytest.mark.parametrize("prior", [(0.0, 1.0), (1.0, float("nan")), (float("inf"), 1.0)])
def test_a_prior_of_shares_is_not_too_weak(prior: tuple[float, float]) -> None:
    with pytest.raises(InvalidInputError, match="prior is"):
        compare_betas(control=(0, 2), treatment=(1, 2), prior=prior)


@pytest.mark.parametrize("width", [0.0, -1.0, float("nan")])
def test_a_prior_of_effects_has_a_width(width: float) -> None:
    with pytest.raises(InvalidInputError, match="prior_std_dev is"):
        judge_bayes(Effect(value=1, std_error=1, size=9), prior_std_dev=width)


def test_the_weakest_prior_still_fits_the_grid() -> None:
    judged = compare_betas(control=(0, 0), treatment=(3, 3), prior=(0.1, 0.1))
    assert judged.loss_if_control - judged.loss_if_treatment == pytest.approx(judged.value)


few = settings(max_examples=30, deadline=None)
pairs = st.tuples(st.integers(0, 3000), st.integers(0, 3000)).map(lambda two: (min(two), max(two)))


@few
@given(
    control=pairs, treatment=pairs, prior=st.sampled_from([(1.0, 1.0), (0.5, 0.5), (20.0, 80.0)])
)
def test_the_other_way_round_chances_add_up_to_one_and_losses_swap(
    control: tuple[int, int], treatment: tuple[int, int], prior: tuple[float, float]
) -> None:
    there = compare_betas(control=control, treatment=treatment, prior=prior)
    back = compare_betas(control=treatment, treatment=control, prior=prior)
    assert there.chance_to_win + back.chance_to_win == pytest.approx(1, rel=1e-9)
    assert there.loss_if_control == pytest.approx(back.loss_if_treatment, rel=1e-6, abs=1e-12)
    # E max(d, 0) - E max(-d, 0) is the mean of d.
    assert there.loss_if_control - there.loss_if_treatment == pytest.approx(there.value, abs=1e-9)
    assert -1 <= there.ci_low <= there.ci_high <= 1


@given(value=st.floats(-5, 5), std_error=st.floats(0.01, 5), prior=st.floats(0.01, 5))
def test_a_prior_draws_towards_itself_and_a_flat_one_is_the_fixed_interval(
    value: float, std_error: float, prior: float
) -> None:
    effect = Effect(value=value, std_error=std_error, size=10)
    judged, flat, fixed = (
        judge_bayes(effect, prior_std_dev=prior),
        judge_bayes(effect),
        judge_fixed(effect),
    )
    assert abs(judged.value) <= abs(value)
    assert judged.ci_high - judged.ci_low <= flat.ci_high - flat.ci_low + 1e-12
    assert (flat.ci_low, flat.ci_high) == pytest.approx((fixed.ci_low, fixed.ci_high))


@pytest.mark.simulation
def test_draws_from_both_posteriors_say_the_same() -> None:
    rng = np.random.default_rng(41)
    apart = rng.beta(17, 15, 400_000) - rng.beta(15, 15, 400_000)
    judged = compare_betas(control=(14, 28), treatment=(16, 30))
    assert judged.chance_to_win == pytest.approx(float((apart > 0).mean()), abs=0.003)
    assert judged.loss_if_treatment == pytest.approx(float(np.maximum(-apart, 0).mean()), rel=0.01)
    assert (judged.ci_low, judged.ci_high) == pytest.approx(
        tuple(np.quantile(apart, [0.025, 0.975])), abs=0.003
    )
