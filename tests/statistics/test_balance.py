"""Sample ratios against four libraries, and how often the sequential test cries wolf."""

from __future__ import annotations

from math import nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landed.errors import InvalidInputError
from landed.stats import (
    NotEnough,
    SampleRatio,
    check_srm,
    check_srm_always,
    check_srm_by,
    count_stray,
)
from tests.statistics.reference import ids, output, result


def ratio(counts: list[int], weights: list[float]) -> SampleRatio:
    found = check_srm(counts, weights)
    assert isinstance(found, SampleRatio)
    return found


@pytest.mark.parametrize("result_id", ids("SRM chi-square"))
def test_the_test_is_scipys_with_idle_arms_left_out(result_id: str) -> None:
    inputs, want = result(result_id)["inputs"], output(result_id)
    found = ratio(inputs["observed"], inputs["expected_ratio"])
    assert found.statistic == pytest.approx(want["chi2"], rel=1e-9, abs=1e-12)
    assert found.df == want["df"]
    assert found.p_value == pytest.approx(want["p"], rel=1e-9)
    assert found.failed == want["flag_at_0_001"]


@pytest.mark.parametrize("result_id", ids("SampleRatio norm correction=False"))
def test_the_test_is_tea_tastings(result_id: str) -> None:
    inputs = result(result_id)["inputs"]
    found = ratio(inputs["observed"], inputs["expected_ratio"])
    assert found.p_value == pytest.approx(output(result_id)["p"], rel=1e-9)


def test_an_idle_arm_does_not_blunt_the_test_as_it_does_growthbooks() -> None:
    blunted = output("SRM6_zero_weight_arm#02")["p"]
    assert ratio([5000, 5250, 0], [0.5, 0.5, 0.0]).p_value < blunted / 3


def test_traffic_in_an_idle_arm_is_an_alarm_of_its_own() -> None:
    assert count_stray([500, 500, 3], [1, 1, 0]) == 3
    assert count_stray([500, 500, 0], [1, 1, 0]) == 0
    assert ratio([500, 500, 3], [1, 1, 0]).p_value == 1


def test_a_single_arm_is_always_balanced() -> None:
    assert (ratio([500, 3], [1, 0]).p_value, ratio([500], [1]).df) == (1.0, 0)


def test_few_units_say_nothing_yet() -> None:
    assert check_srm([7, 8], [1, 1]) is NotEnough.FEW_EXPECTED
    assert check_srm([0, 0], [1, 1]) is NotEnough.FEW_EXPECTED
    assert ratio([16, 0], [1, 1]).failed  # eight were expected


def test_a_value_of_a_dimension_is_judged_within_its_family() -> None:
    found = check_srm_by(
        {"chrome": [5000, 5050], "safari": [2000, 1700], "lynx": [2, 1], "other": [800, 700]},
        [1, 1],
    )
    alone = ratio([800, 700], [1, 1])
    assert found["lynx"] is NotEnough.FEW_EXPECTED
    tests = {value: test for value, test in found.items() if isinstance(test, SampleRatio)}
    assert [value for value, test in tests.items() if test.failed] == ["safari"]
    assert tests["other"].p_value == pytest.approx(2 * alone.p_value)
    assert check_srm_by({}, [1, 1]) == {}


@pytest.mark.parametrize(
    ("counts", "weights"),
    [
        ([1, 2], [1]),
        ([1, 2], [1, -1]),
        ([1, 2], [1, nan]),
        ([1, 2], [0, 0]),
        ([-1, 2], [1, 1]),
        ([], []),
    ],
)
def test_counts_and_weights_fit_each_other(counts: list[int], weights: list[float]) -> None:
    for check in (check_srm, check_srm_always, count_stray):
        with pytest.raises(InvalidInputError, match="as many weights"):
            check(counts, weights)


@given(
    counts=st.lists(st.integers(100, 10_000), min_size=2, max_size=5),
    factor=st.floats(0.01, 100),
)
def test_only_the_ratio_of_weights_matters(counts: list[int], factor: float) -> None:
    weights = [float(place + 1) for place in range(len(counts))]
    other = [weight * factor for weight in weights]
    assert ratio(counts, weights).p_value == pytest.approx(
        ratio(counts, other).p_value, rel=1e-6, abs=1e-300
    )
    assert 0 <= check_srm_always(counts, weights) <= 1


def test_nobody_is_no_evidence_and_a_broken_arm_is_all_of_it() -> None:
    assert check_srm_always([0, 0], [1, 1]) == 1
    assert check_srm_always([100_000, 0], [1, 1]) == 0
    assert check_srm_always([5000, 5000, 3], [1, 1, 0]) == 1


@pytest.mark.simulation
def test_the_sequential_test_may_be_looked_at_after_every_unit() -> None:
    rng = np.random.default_rng(61)
    tests, looks = 400, 60
    first = np.cumsum(rng.binomial(50, 0.5, (tests, looks)), axis=1)
    sizes = 50 * np.arange(1, looks + 1)
    smallest = [
        min(
            check_srm_always([int(hits), int(size - hits)], [1, 1])
            for hits, size in zip(row, sizes, strict=True)
        )
        for row in first
    ]
    assert np.mean(np.array(smallest) < 0.05) <= 0.05
    assert check_srm_always([5400, 4600], [1, 1]) < 1e-9
