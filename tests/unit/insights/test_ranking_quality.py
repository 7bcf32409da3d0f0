"""The order of lists: what few lists can tell."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from landed.insights.ranking_quality import build_order_quality

LISTS = st.lists(
    st.fixed_dictionaries(
        {
            "people_group": st.integers(0, 39),
            "lists": st.integers(1, 3),
            "clicked": st.lists(st.integers(1, 20), max_size=3, unique=True),
        }
    ),
    max_size=8,
)


@given(LISTS)
def test_intervals_of_few_lists_hold_nothing_impossible(lists: list[dict[str, Any]]) -> None:
    found = build_order_quality("clicks", lists, "clicked")
    for one in (*found.ndcg.values(), *found.hit_rate.values(), found.mean_reciprocal_rank):
        if one.ci_low is not None and one.ci_high is not None and one.value is not None:
            assert 0 <= one.ci_low <= one.value <= one.ci_high <= 1
