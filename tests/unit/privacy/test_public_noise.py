"""Noise for the public: its shape, what is said of it, and that it hides one person."""

from __future__ import annotations

import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from landed.errors import PublicOffError
from landed.privacy import noise
from landed.privacy.noise import add_noise, build_mechanism, half_width, noise_maker, noise_scale


def outside(scale: float, width: int) -> float:
    """P(|noise| > width), added up."""
    a = math.exp(-1 / scale)
    inside = sum(a ** abs(k) for k in range(-width, width + 1)) * (1 - a) / (1 + a)
    return 1 - inside


@given(st.floats(0.05, 500), st.floats(0.5, 0.999))
def test_the_interval_is_the_smallest_that_is_wide_enough(scale: float, certainty: float) -> None:
    width = half_width(scale, certainty)
    assert outside(scale, width) <= 1 - certainty + 1e-9
    assert width == 0 or outside(scale, width - 1) >= 1 - certainty - 1e-9


def test_opendp_says_the_same_of_its_accuracy() -> None:
    import opendp.prelude as dp

    for scale in (0.3, 2.0, 6.0, 60.0):
        # Theirs is the smallest a with P(|noise| >= a) <= alpha, between whole numbers.
        theirs = dp.discrete_laplacian_scale_to_accuracy(scale, 0.05)
        assert half_width(scale) in {math.ceil(theirs) - 1, math.ceil(theirs)}


@given(st.integers(1, 10_000_000), st.integers(10, 10_000))
def test_opendp_never_accounts_for_more_than_was_asked(sensitivity: int, millis: int) -> None:
    epsilon = millis / 1000
    spent = build_mechanism(sensitivity, epsilon).map(d_in=sensitivity)
    assert 0.999 * epsilon < spent <= epsilon


@pytest.mark.simulation
def test_the_noise_has_the_shape_and_the_width_that_are_told() -> None:
    scale = noise_scale(3, 0.5)
    drawn = add_noise([1000] * 40_000, sensitivity=3, epsilon=0.5)
    off = [value - 1000 for value in drawn]
    within = sum(abs(one) <= half_width(scale) for one in off) / len(off)
    assert 0.945 < within < 0.965
    a = math.exp(-1 / scale)
    deviation = math.sqrt(2 * a) / (1 - a)
    mean = sum(off) / len(off)
    assert abs(mean) < 5 * deviation / math.sqrt(len(off))
    spread = math.sqrt(sum(one * one for one in off) / len(off))
    assert abs(spread / deviation - 1) < 0.05


def audited_epsilon(left: list[int], right: list[int]) -> float:
    """The largest epsilon that draws of two neighbours prove, one sided at 99.9 % each.

    For every set "at least k": P(left in it) / P(right in it) can be no more than exp(epsilon).
    """
    proven = 0.0
    for one, other in ((left, right), (right, left)):
        for sign in (1, -1):
            a, b = Counter(sign * v for v in one), Counter(sign * v for v in other)
            seen_a = seen_b = 0
            for value in sorted({*a, *b}, reverse=True):
                seen_a, seen_b = seen_a + a[value], seen_b + b[value]
                low = stats.beta.ppf(0.001, seen_a, len(one) - seen_a + 1) if seen_a else 0.0
                high = stats.beta.ppf(0.999, seen_b + 1, max(len(other) - seen_b, 1))
                if low > 0:
                    proven = max(proven, math.log(low / high))
    return proven


@pytest.mark.simulation
@pytest.mark.parametrize(("sensitivity", "epsilon"), [(1, 1.0), (4, 0.5)])
def test_neighbours_cannot_be_told_apart_better_than_promised(
    sensitivity: int, epsilon: float
) -> None:
    draws = 30_000
    left = add_noise([50] * draws, sensitivity=sensitivity, epsilon=epsilon)
    right = add_noise([50 + sensitivity] * draws, sensitivity=sensitivity, epsilon=epsilon)
    assert audited_epsilon(left, right) <= epsilon
    # The audit sees what it looks for: with half of the noise it proves that more was told.
    weak = add_noise([50] * draws, sensitivity=sensitivity, epsilon=2 * epsilon)
    weaker = add_noise([50 + sensitivity] * draws, sensitivity=sensitivity, epsilon=2 * epsilon)
    assert audited_epsilon(weak, weaker) > epsilon


def test_noise_is_whole_and_never_the_same_twice() -> None:
    drawn = [tuple(add_noise([7] * 50, sensitivity=3, epsilon=0.1)) for _ in range(5)]
    assert all(isinstance(value, int) for one in drawn for value in one)
    assert len(set(drawn)) == 5


def test_without_opendp_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert noise_maker().startswith("OpenDP 0.")
    monkeypatch.setattr(noise, "find_spec", lambda _: None)
    with pytest.raises(PublicOffError, match=r"landed\[public\]"):
        noise_maker()
