"""Order and evenness: laws, and second computations from the long definitions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from landed.stats import (
    gini,
    grouped_ratio,
    hit,
    ndcg,
    novelty_bits,
    rank_correlation,
    reciprocal_rank,
    top_share,
)

PLACES = st.sets(st.integers(1, 12), min_size=1).map(sorted)
COUNTS = st.lists(st.integers(1, 50), min_size=1, max_size=40)


def long_ndcg(gains: list[int], k: int) -> float:
    """As the textbooks have it: over the whole list of gains."""
    discount = 1 / np.log2(np.arange(2, k + 2))
    best = sorted(gains, reverse=True)
    return float((np.array(gains[:k]) @ discount) / (np.array(best[:k]) @ discount))


@given(places=PLACES, k=st.integers(1, 12))
def test_ndcg_is_the_textbooks(places: list[int], k: int) -> None:
    gains = [int(place in places) for place in range(1, 13)]
    assert ndcg(places, k) == pytest.approx(long_ndcg(gains, k))


@given(places=PLACES)
def test_measures_of_order_are_shares_and_best_at_the_top(places: list[int]) -> None:
    top = list(range(1, len(places) + 1))
    for k in (1, 3, 5, 10):
        assert 0 <= ndcg(places, k) <= ndcg(top, k) == pytest.approx(1)
        assert hit(places, k) <= hit(places, k + 1)
    assert reciprocal_rank(places) == 1 / places[0]


@given(counts=COUNTS)
def test_gini_is_half_the_mean_difference_over_the_mean(counts: list[int]) -> None:
    x = np.array(counts, dtype=float)
    other = np.abs(x[:, None] - x[None, :]).mean() / (2 * x.mean())
    values, items = np.unique(x, return_counts=True)
    assert gini(values, items.astype(float)) == pytest.approx(other, abs=1e-9)


@given(counts=COUNTS)
def test_the_top_share_is_that_of_the_sorted_items(counts: list[int]) -> None:
    values, items = np.unique(np.array(counts, dtype=float), return_counts=True)
    found = top_share(values, items.astype(float), 0.5)
    whole = len(counts) // 2
    ordered = sorted(counts, reverse=True)
    other = sum(ordered[:whole]) + (ordered[whole] / 2 if len(counts) % 2 else 0)
    assert found == pytest.approx(other / sum(counts))


@given(counts=COUNTS)
def test_novelty_is_the_entropy_of_impressions(counts: list[int]) -> None:
    share = np.array(counts) / sum(counts)
    values, items = np.unique(np.array(counts, dtype=float), return_counts=True)
    assert novelty_bits(values, items.astype(float)) == pytest.approx(
        -(share * np.log2(share)).sum(), abs=1e-9
    )


def test_nothing_shown_has_no_evenness() -> None:
    none = np.array([])
    assert gini(none, none) is None
    assert top_share(none, none, 0.1) is None
    assert novelty_bits(none, none) is None


def test_a_mean_of_nothing_or_of_one_group() -> None:
    assert grouped_ratio(np.zeros(3), np.zeros(3)) is None
    one = grouped_ratio(np.array([3.0, 0.0]), np.array([4.0, 0.0]))
    assert one is not None
    assert (one.value, one.ci_low, one.ci_high, one.size) == (0.75, None, None, 4)


@pytest.mark.simulation
def test_the_jackknife_holds_the_truth_where_lists_of_a_person_are_alike() -> None:
    rng = np.random.default_rng(1)
    inside, naive_inside, runs = 0, 0, 400
    for _ in range(runs):
        lists = rng.integers(1, 30, 400)
        taste = rng.beta(2, 3, 400)
        hits = rng.binomial(lists, taste)
        group = rng.integers(0, 40, 400)
        total, size = np.bincount(group, hits, 40), np.bincount(group, lists, 40)
        found = grouped_ratio(total.astype(float), size.astype(float))
        assert found is not None
        assert found.ci_low is not None
        assert found.ci_high is not None
        inside += found.ci_low <= 0.4 <= found.ci_high
        width = 1.96 * (found.value * (1 - found.value) / found.size) ** 0.5
        naive_inside += abs(found.value - 0.4) <= width
    assert 0.92 < inside / runs < 0.98
    assert naive_inside / runs < 0.75  # lists taken as independent promise too much


PAIRS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=10, max_size=60)


@given(pairs=PAIRS)
def test_rank_correlation_is_spearmans_with_shared_ranks(pairs: list[tuple[int, int]]) -> None:
    first, second = np.array(pairs, dtype=float).T
    found = rank_correlation(first, second)
    if found is None:
        assert min(np.ptp(first), np.ptp(second)) == 0
        return
    assert found.value == pytest.approx(scipy_stats.spearmanr(first, second).statistic, abs=1e-12)
    assert -1 <= found.ci_low <= found.ci_high <= 1


@given(
    parts=st.lists(st.tuples(st.integers(1, 30), st.integers(0, 30)), min_size=2, max_size=30),
)
def test_the_interval_of_a_grouped_mean_is_students(parts: list[tuple[int, int]]) -> None:
    size, total = np.array(parts, dtype=float).T
    found = grouped_ratio(total, size)
    assert found is not None
    assert found.ci_low is not None
    assert found.ci_high is not None
    leave_one_out = (total.sum() - total) / (size.sum() - size)
    spread = (leave_one_out - found.value) ** 2
    error = np.sqrt((len(parts) - 1) / len(parts) * spread.sum())
    low, high = found.value + error * scipy_stats.t.ppf([0.025, 0.975], len(parts) - 1)
    assert (found.ci_low, found.ci_high) == pytest.approx((low, high))
