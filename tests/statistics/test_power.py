"""Sizes and powers against statsmodels and the formulae, their laws, and repetition."""

from __future__ import annotations

from math import ceil, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landed.errors import InvalidInputError
from landed.stats import (
    Plan,
    SampleSize,
    compare_arms,
    detectable_always,
    detectable_effect,
    judge_always,
    power_at,
    run_days,
    size_for_always,
    size_for_arms,
    size_for_means,
    size_for_shares,
)
from tests.statistics.reference import arm_of, found, output, result

CASES = ("PW1", "PW2", "PW3")


@pytest.mark.parametrize("case", CASES)
def test_shares_need_what_the_formulae_say(case: str) -> None:
    inputs = result(f"{case}#02")["inputs"]
    base, target = inputs["p_control"], inputs["p_treatment"]
    pooled = size_for_shares(base=base, target=target)
    unpooled = size_for_arms(
        control=base * (1 - base), treatment=target * (1 - target), effect=target - base
    )
    assert pooled.control == pytest.approx(output(f"{case}#03")["n"], rel=1e-9)
    assert unpooled.control == pytest.approx(output(f"{case}#02")["n"], rel=1e-9)
    assert ceil(pooled.treatment) == output(f"{case}#03")["n_ceil"]


@pytest.mark.parametrize("case", ["PW4", "PW5"])
def test_means_need_what_statsmodels_says(case: str) -> None:
    inputs = result(f"{case}#01")["inputs"]
    exact = size_for_means(std_dev=inputs["sd"], effect=inputs["delta"])
    normal = size_for_arms(
        control=inputs["sd"] ** 2, treatment=inputs["sd"] ** 2, effect=inputs["delta"]
    )
    uneven = size_for_means(std_dev=inputs["sd"], effect=inputs["delta"], plan=Plan(ratio=0.25))
    assert exact.control == pytest.approx(output(f"{case}#01")["n"], rel=1e-9)
    assert normal.control == pytest.approx(output(f"{case}#02")["n"], rel=1e-9)
    assert uneven.control == pytest.approx(output(f"{case}#03")["n_control"], rel=1e-9)
    assert uneven.treatment == pytest.approx(output(f"{case}#03")["n_treatment"], rel=1e-9)
    assert exact.total == output(f"{case}#05" if case == "PW4" else f"{case}#04")["n_total"]


def test_more_than_the_base_s_variance_is_needed() -> None:
    """Spotify's calculator promises 28,256 with the base's variance in both arms."""
    assert size_for_shares(base=0.10, target=0.11).total == 29_502


def test_one_side_needs_fewer() -> None:
    one = size_for_means(std_dev=10, effect=-1, plan=Plan(sides=1))
    assert one.control == pytest.approx(1237.19, abs=0.01)  # 1236.5 normal
    assert power_at(effect=1, std_error=10 * (2 / one.control) ** 0.5, plan=Plan(sides=1)) > 0.8


def test_an_effect_as_large_as_a_test_of_two_units_finds_needs_two() -> None:
    assert size_for_means(std_dev=1, effect=100) == SampleSize(control=2.0, treatment=2.0)


@pytest.mark.parametrize("size", [100, 5000, 200_000])
def test_power_and_detectable_effect_are_inverse(size: int) -> None:
    std_error = (2 / size) ** 0.5
    effect = detectable_effect(std_error=std_error)
    assert power_at(effect=effect, std_error=std_error) == pytest.approx(0.8, abs=1e-5)
    assert size_for_arms(control=1, treatment=1, effect=effect).control == pytest.approx(size)


def test_the_sequence_s_size_and_detectable_effect_are_inverse() -> None:
    needed = size_for_always(control=4, treatment=9, effect=0.3, plan=Plan(ratio=0.5))
    std_error = (4 / needed.control + 9 / needed.treatment) ** 0.5
    size = needed.control + needed.treatment
    assert detectable_always(size=size, std_error=std_error) == pytest.approx(0.3)


def test_no_effect_is_found_as_often_as_alpha_says() -> None:
    assert power_at(effect=0, std_error=1) == pytest.approx(0.05)
    assert power_at(effect=0, std_error=1, plan=Plan(sides=1)) == pytest.approx(0.05)


def test_tiny_effects_need_huge_numbers_and_no_overflow() -> None:
    size = size_for_always(control=1, treatment=1, effect=1e-9).control
    assert 1e20 < size < 2e20
    small, normal = (
        size_for_means(std_dev=1, effect=1e-4).control,
        size_for_arms(control=1, treatment=1, effect=1e-4).control,
    )
    assert small == pytest.approx(normal, rel=1e-5)


@pytest.mark.parametrize("effect", [0.0, nan, float("inf")])
def test_one_plans_for_an_effect(effect: float) -> None:
    for size in (size_for_arms, size_for_always):
        with pytest.raises(InvalidInputError, match="not zero"):
            size(control=1, treatment=1, effect=effect)
    with pytest.raises(InvalidInputError, match="not zero"):
        size_for_means(std_dev=1, effect=effect)


def test_shares_are_shares() -> None:
    with pytest.raises(InvalidInputError, match="base is 0"):
        size_for_shares(base=0, target=0.1)
    with pytest.raises(InvalidInputError, match="target is 1"):
        size_for_shares(base=0.1, target=1)
    with pytest.raises(InvalidInputError, match="not zero"):
        size_for_shares(base=0.1, target=0.1)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"alpha": 0}, "alpha is 0"),
        ({"power": 1}, "power is 1"),
        ({"ratio": 0}, "ratio is 0"),
        ({"ratio": nan}, "ratio is nan"),
        ({"sides": 3}, "sides is 3"),
    ],
)
def test_a_plan_keeps_its_rules(wrong: dict[str, float], why: str) -> None:
    with pytest.raises(InvalidInputError, match=why):
        Plan(**wrong)  # type: ignore[arg-type]


@settings(max_examples=30, deadline=None)
@given(
    effect=st.floats(0.01, 5),
    more=st.floats(1.01, 3),
    power=st.floats(0.5, 0.9),
    ratio=st.floats(0.1, 10),
)
def test_larger_effects_need_fewer_units_and_more_power_needs_more(
    effect: float, more: float, power: float, ratio: float
) -> None:
    plan, stricter = Plan(power=power, ratio=ratio), Plan(power=power + 0.05, ratio=ratio)
    for size in (size_for_arms, size_for_always):
        needed = size(control=1, treatment=1, effect=effect, plan=plan).control
        assert size(control=1, treatment=1, effect=effect * more, plan=plan).control <= needed
        assert size(control=1, treatment=1, effect=effect, plan=stricter).control >= needed
    fixed = size_for_arms(control=1, treatment=1, effect=effect, plan=plan).control
    # Student's counts rejections on the wrong side, too, of which there are few.
    assert fixed <= size_for_always(control=1, treatment=1, effect=effect, plan=plan).control
    assert fixed <= size_for_means(std_dev=1, effect=effect, plan=plan).control * (1 + 1e-3)


def test_days_are_whole_weeks_of_newcomers() -> None:
    assert run_days(1000, [100.0] * 14) == 14
    assert run_days(701, [100.0] * 14) == 14
    assert run_days(700, [100.0] * 14) == 7
    assert run_days(1, [0.0, 0.0, 5.0]) == 7
    # Newcomers get rarer: after 800 in the first week and 70 in the second, 10 a day go on.
    assert run_days(1000, [400.0, 400.0, 0, 0, 0, 0, 0, *[10.0] * 7]) == 28
    assert run_days(1000, []) is None
    assert run_days(1000, [900.0, *[0.0] * 7]) is None


@pytest.mark.simulation
def test_the_planned_size_of_a_sequence_finds_the_effect_as_often_as_planned() -> None:
    size = ceil(size_for_always(control=1, treatment=1, effect=0.1).control)
    rng = np.random.default_rng(81)
    hits = [
        judge_always(
            found(compare_arms(arm_of(rng.normal(0, 1, size)), arm_of(rng.normal(0.1, 1, size))))
        ).significant
        for _ in range(400)
    ]
    assert np.mean(hits) == pytest.approx(0.8, abs=0.06)
