"""The confidence sequence against four implementations, its laws, and a hundred looks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landed.errors import InvalidInputError
from landed.stats import (
    Arm,
    Effect,
    NotEnough,
    always_critical,
    compare_arms,
    fieller_interval,
    judge_always,
    judge_always_margin,
    judge_fixed,
    judge_margin,
    mixture_rate,
    relative_effect,
)
from tests.statistics.reference import arms, found, ids, output, result

EXACT = 1e-9


def given_effect(result_id: str, value: str, std_error: str = "se") -> Effect:
    """The effect as it stands in a result: of a relative one we have another on purpose."""
    want = output(result_id)
    size = sum(arm.size for arm in arms(result_id))
    return Effect(value=want[value], std_error=want[std_error], size=size)


@pytest.mark.parametrize("result_id", ids("Eppo sequential"))
def test_the_sequence_is_eppos(result_id: str) -> None:
    want = output(result_id)
    judged = judge_always(given_effect(result_id, "lift"), tuned_at=10_000)
    assert mixture_rate(tuned_at=10_000) == pytest.approx(want["rho"], rel=EXACT)
    assert (judged.ci_low, judged.ci_high) == pytest.approx(want["ci"], rel=EXACT)


@pytest.mark.parametrize("result_id", ids("normal mixture boundary"))
def test_the_sequence_is_confseqs(result_id: str) -> None:
    inputs, want = result(result_id)["inputs"], output(result_id)
    critical = always_critical(inputs["v"], tuned_at=inputs["v_opt"])
    assert critical * inputs["v"] ** 0.5 == pytest.approx(want["bound_on_sum"], rel=EXACT)


@pytest.mark.parametrize(
    "result_id", ids("SequentialOneSidedTreatmentGreater relative, tuning 5000", "gbstats")
)
def test_the_one_sided_sequence_is_growthbooks(result_id: str) -> None:
    """Its p-value is searched for there, to four digits or so."""
    want = output(result_id)
    if result_id.startswith("S_C1"):
        return
    bound = judge_always_margin(given_effect(result_id, "expected"), margin=0.0)
    assert bound.ci_low == pytest.approx(want["ci"][0], rel=EXACT)
    assert bound.p_value == pytest.approx(want["pValue"], abs=2e-4)
    assert not bound.holds


def test_it_serves_relative_changes_too() -> None:
    control, treatment = arms("M1_growthbook_vector#01")
    judged = judge_always(found(relative_effect(control, treatment))).as_relative
    ends = fieller_interval(control, treatment, critical=always_critical(6868))
    assert judged.ci_low == pytest.approx(-0.14, abs=0.02)
    assert not isinstance(ends, NotEnough)
    assert (ends[0] < 0) == (judged.ci_low < 0)


def test_a_great_effect_has_a_p_value_of_nothing_and_no_overflow() -> None:
    effect = Effect(value=1000.0, std_error=1.0, size=10_000)
    assert judge_always(effect).p_value == 0.0
    assert judge_always_margin(effect, margin=0.0).p_value < 1e-200


def test_below_the_margin_nothing_speaks_for_it() -> None:
    effect = Effect(value=-1.0, std_error=1.0, size=10_000)
    assert judge_always_margin(effect, margin=0.5).p_value == 0.5
    barely = Effect(value=1e-200, std_error=1.0, size=10_000)
    assert judge_always_margin(barely, margin=0.0).p_value == 0.5


@pytest.mark.parametrize("alpha", [0.0, 0.5])
def test_a_one_sided_alpha_is_below_a_half(alpha: float) -> None:
    with pytest.raises(InvalidInputError, match="twice alpha"):
        judge_always_margin(Effect(value=1, std_error=1, size=10), margin=0, alpha=alpha)


@pytest.mark.parametrize("tuned_at", [0, -1, float("nan"), float("inf")])
def test_it_is_tuned_at_a_size(tuned_at: float) -> None:
    with pytest.raises(InvalidInputError, match="tuned_at is"):
        judge_always(Effect(value=1, std_error=1, size=10), tuned_at=tuned_at)


effects = st.builds(
    Effect,
    value=st.floats(-10, 10),
    std_error=st.floats(0.01, 10),
    size=st.floats(4, 1e8),
)
alphas = st.floats(1e-4, 0.4)


@given(effect=effects, alpha=alphas)
def test_it_is_never_narrower_than_the_fixed_interval(effect: Effect, alpha: float) -> None:
    always, once = judge_always(effect, alpha=alpha), judge_fixed(effect, alpha=alpha)
    assert always.ci_low <= once.ci_low
    assert always.ci_high >= once.ci_high
    assert (always.p_value or 0) >= (once.p_value or 0)
    bound = judge_always_margin(effect, margin=1.0, alpha=alpha)
    assert bound.ci_low <= judge_margin(effect, margin=1.0, alpha=alpha).ci_low


@given(effect=effects)
def test_the_p_value_is_below_alpha_just_when_zero_is_left_out(effect: Effect) -> None:
    judged = judge_always(effect)
    assert judged.p_value is not None
    if abs(judged.p_value - 0.05) > 1e-9:
        assert judged.significant == (judged.p_value < 0.05)
    bound = judge_always_margin(effect, margin=0.5)
    if abs(bound.p_value - 0.05) > 1e-9:
        # The p-value is at the rate of the default alpha times two, as the bound is.
        assert bound.holds == (bound.p_value < 0.05)


@given(effect=effects, factor=st.floats(1e-3, 1e3))
def test_units_do_not_matter(effect: Effect, factor: float) -> None:
    other = Effect(
        value=effect.value * factor, std_error=effect.std_error * factor, size=effect.size
    )
    assert judge_always(other).p_value == pytest.approx(
        judge_always(effect).p_value, rel=1e-6, abs=1e-300
    )


def looks(rng: np.random.Generator, tests: int, shares: tuple[float, float]) -> list[Effect]:
    """Many tests, each looked at a hundred times, every 200 units of an arm."""
    hits = [np.cumsum(rng.binomial(200, share, (tests, 100)), axis=1) for share in shares]
    sizes = np.arange(200.0, 20_001.0, 200.0)
    made = []
    for test in range(tests):
        for look, size in enumerate(sizes.tolist()):
            pair = [
                Arm(size=size, mean=p, variance=p * (1 - p))
                for p in (float(part[test, look]) / size for part in hits)
            ]
            made.append(found(compare_arms(*pair)))
    return made


@pytest.mark.simulation
def test_a_hundred_looks_at_two_equal_arms_raise_few_false_alarms() -> None:
    """The fixed test cries wolf in 38 % of them (4000 in the reference), this in 2.4 %."""
    tests = 300
    made = looks(np.random.default_rng(21), tests, (0.1, 0.1))
    always = np.array([judge_always(one).significant for one in made]).reshape(tests, 100)
    once = np.array([judge_fixed(one).significant for one in made]).reshape(tests, 100)
    assert once.any(axis=1).mean() == pytest.approx(output("SIM_FPR#01")["fixed_any_look"], abs=0.1)
    assert always.any(axis=1).mean() <= 0.05


@pytest.mark.simulation
def test_the_sequence_holds_the_truth_at_all_looks_and_guardrails_are_not_called_safe() -> None:
    tests, loss = 200, 0.02
    made = looks(np.random.default_rng(22), tests, (0.12, 0.12 - loss))
    judged = [judge_always(one) for one in made]
    inside = np.array([one.ci_low <= -loss <= one.ci_high for one in judged]).reshape(tests, 100)
    assert inside.all(axis=1).mean() >= 0.95
    safe = np.array([judge_always_margin(one, margin=loss).holds for one in made])
    assert safe.reshape(tests, 100).any(axis=1).mean() <= 0.05
    assert np.array([one.significant for one in judged]).reshape(tests, 100)[:, -1].mean() > 0.9
