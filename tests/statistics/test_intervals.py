"""Intervals against scipy's, and how often they hold the truth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from landed.stats import mean_interval, median_ranks, ratio_interval, share_interval


@given(st.integers(1, 5000), st.floats(0, 1), st.sampled_from([0.8, 0.95, 0.99]))
def test_the_interval_of_a_share_is_scipys(size: int, part: float, level: float) -> None:
    hits = round(part * size)
    judge = stats.binomtest(hits, size).proportion_ci(level, method="wilson")
    found = share_interval(hits, size, level=level)
    assert found == pytest.approx((judge.low, judge.high), abs=1e-9)


def test_of_nothing_there_is_no_interval() -> None:
    assert share_interval(0, 0) is None
    assert mean_interval(3.0, 1.0, 1) is None
    assert median_ranks(3) is None
    assert ratio_interval([1.0], [2.0]) is None
    assert ratio_interval([0.0, 0.0], [0.0, 0.0]) is None


def test_the_interval_of_a_mean_is_scipys() -> None:
    values = np.random.default_rng(2).normal(5, 3, 400)
    judge = stats.norm.interval(0.95, values.mean(), stats.sem(values))
    found = mean_interval(float(values.mean()), float(values.std(ddof=1)), 400)
    assert found == pytest.approx(judge)


@pytest.mark.simulation
def test_the_ranks_of_the_median_hold_it_nineteen_times_in_twenty() -> None:
    rng = np.random.default_rng(5)
    samples = np.sort(rng.exponential(1, (4000, 60)), axis=1)
    ranks = median_ranks(60)
    assert ranks is not None
    low, high = samples[:, ranks[0] - 1], samples[:, ranks[1] - 1]
    held = ((low <= np.log(2)) & (np.log(2) <= high)).mean()
    assert 0.94 <= held <= 0.98


@pytest.mark.simulation
def test_the_interval_of_a_ratio_holds_it_nineteen_times_in_twenty() -> None:
    rng = np.random.default_rng(7)
    held = 0
    for _ in range(2000):
        paid = rng.choice([15.0, 19.0, 49.0], 200)
        pays = paid * rng.choice([0.0, 1.0, 1.5], 200, p=[0.1, 0.8, 0.1])
        ends = ratio_interval(pays.tolist(), paid.tolist())
        assert ends is not None
        held += ends[0] <= 0.95 <= ends[1]
    assert 0.93 <= held / 2000 <= 0.97
