"""Waiting times against scipy's Kaplan-Meier estimate, and how often the interval holds."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from landed.stats import LifeTable, estimate_waiting

people = st.lists(st.tuples(st.integers(1, 40), st.booleans()), min_size=1, max_size=60)


def as_table(found: list[tuple[int, bool]]) -> LifeTable:
    return LifeTable(
        events=Counter(time for time, seen in found if seen),
        others={},
        censored=Counter(time for time, seen in found if not seen),
    )


@given(people, st.sampled_from([0.1, 0.25, 0.5, 0.75]))
def test_the_quantile_is_where_scipys_curve_crosses(
    found: list[tuple[int, bool]], share: float
) -> None:
    seen = [time for time, happened in found if happened]
    late = [time for time, happened in found if not happened]
    curve = stats.ecdf(stats.CensoredData(uncensored=seen, right=late)).cdf
    reached = curve.quantiles[curve.probabilities >= share - 1e-12]
    (ours,) = estimate_waiting(as_table(found), (share,))
    assert ours.value == (int(reached[0]) if seen and len(reached) else None)
    if ours.value is not None:
        assert ours.ci_low is not None
        assert ours.ci_low <= ours.value
        assert ours.ci_high is None or ours.value <= ours.ci_high


def test_the_ends_are_where_scipys_log_log_interval_crosses() -> None:
    rng = np.random.default_rng(4)
    true, view = rng.weibull(1.3, 300) * 50, rng.uniform(10, 90, 300)
    times = np.ceil(np.minimum(true, view)).astype(int)
    seen = true <= view
    data = stats.CensoredData(uncensored=times[seen], right=times[~seen])
    curve = stats.ecdf(data).sf
    ends = curve.confidence_interval(method="log-log")
    low = ends.low.quantiles[ends.low.probabilities <= 0.5]
    high = ends.high.quantiles[ends.high.probabilities <= 0.5]
    (median,) = estimate_waiting(
        as_table(list(zip(times.tolist(), seen.tolist(), strict=True))), (0.5,)
    )
    assert (median.ci_low, median.ci_high) == (int(low[0]), int(high[0]))


@pytest.mark.simulation
def test_the_interval_of_the_median_holds_it_nineteen_times_in_twenty() -> None:
    rng = np.random.default_rng(9)
    true_median, held = 1000 * np.log(2), 0
    for _ in range(600):
        waits, view = rng.exponential(1000, 120), rng.uniform(300, 3000, 120)
        times = np.ceil(np.minimum(waits, view)).astype(int)
        rows = list(zip(times.tolist(), (waits <= view).tolist(), strict=True))
        (median,) = estimate_waiting(as_table(rows), (0.5,))
        assert median.ci_low is not None
        held += median.ci_low <= true_median + 1 and (
            median.ci_high is None or true_median <= median.ci_high
        )
    assert 0.92 <= held / 600 <= 0.985


def test_who_meets_something_else_is_refused() -> None:
    with pytest.raises(ValueError, match="competing"):
        estimate_waiting(LifeTable(events={1: 1}, others={2: 1}, censored={}), (0.5,))


def test_nobody_waits_for_nothing() -> None:
    (median,) = estimate_waiting(LifeTable(events={}, others={}, censored={}), (0.5,))
    assert (median.value, median.ci_low, median.ci_high) == (None, None, None)
