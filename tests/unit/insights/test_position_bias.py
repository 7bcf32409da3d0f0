"""Position bias from rows: what is fitted, pooled, sampled and refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landed.insights.positions import build_position_bias, choose_sample

Rows = list[dict[str, Any]]


def a_context(name: int, counts: dict[int, tuple[int, int]]) -> Rows:
    return [
        {"context": name, "position": place, "shown": shown, "clicked": clicked}
        for place, (shown, clicked) in counts.items()
    ]


def an_algorithm(name: str, counts: dict[int, tuple[int, int]], propensity: float) -> Rows:
    return [
        {
            "algorithm": name,
            "position": place,
            "shown": shown,
            "clicked": clicked,
            "highest_propensity": propensity,
        }
        for place, (shown, clicked) in counts.items()
    ]


TWO = [
    *a_context(1, {1: (1000, 200), 2: (1000, 100)}),
    *a_context(2, {1: (1000, 100), 2: (1000, 50)}),
]


def test_the_fit_of_two_kinds_at_two_places() -> None:
    bias = build_position_bias(TWO, [], volume=8000)
    assert bias.method == "contexts"
    assert [row.examination.value for row in bias.rows] == pytest.approx([1.0, 0.5])
    assert [(row.shown, row.clicked) for row in bias.rows] == [(2000, 300), (2000, 150)]
    assert (bias.sampled_rate, bias.clicked, bias.reason) == (0.5, 450, "")
    assert bias.randomised_p_value is None
    assert bias.rows[1].randomised.value is None
    found = bias.correct({1: 100.0, 2: 100.0}, {1: 10.0, 2: 5.0})
    assert found is not None
    assert found.value == pytest.approx(0.1)


def test_nothing_shown_is_refused() -> None:
    clicks_alone = build_position_bias(a_context(1, {1: (0, 5)}), [], volume=0)
    assert (clicks_alone.method, clicks_alone.rows) == ("none", ())
    bias = build_position_bias([], [], volume=0)
    assert (bias.method, bias.rows, bias.sampled_rate) == ("none", (), 1.0)
    assert "known place" in bias.reason
    assert bias.correct({1: 5.0}, {1: 1.0}) is None
    assert bias.gather({1: 5.0}).tolist() == []


@pytest.mark.parametrize(
    ("contexts", "words"),
    [
        (a_context(1, {1: (1000, 60), 2: (1000, 39)}), "99 clicks"),
        (a_context(1, {1: (1000, 200)}), "one place"),
        (
            [*a_context(1, {1: (1000, 200)}), *a_context(2, {2: (1000, 100)})],
            "stands at one place only",
        ),
        (
            [*a_context(1, {1: (9000, 900), 2: (1, 1)}), *a_context(2, {2: (900, 90)})],
            "too few clicks to tell",
        ),
    ],
)
def test_what_cannot_be_identified_is_refused_with_the_reason(contexts: Rows, words: str) -> None:
    bias = build_position_bias(contexts, [], volume=2000)
    assert bias.method == "none"
    assert words in bias.reason
    assert bias.dispersion is None
    assert all(row.examination.value is None for row in bias.rows)


def test_places_with_few_clicks_are_taken_together() -> None:
    rows = a_context(1, {1: (1000, 200), 2: (1000, 90), 3: (500, 20), 4: (400, 15), 9: (50, 2)})
    rows += a_context(2, {1: (100, 20), 2: (100, 9), 3: (50, 2), 4: (40, 1)})
    bias = build_position_bias(rows, [], volume=3240)
    assert [(row.first, row.last) for row in bias.rows] == [(1, 1), (2, 2), (3, 9)]
    assert bias.rows[2].clicked == 40
    # Places between and beyond the known ones belong to the last known one above them.
    sums = bias.gather({0: 7.0, 1: 1.0, 6: 2.0, 50: 3.0})
    assert sums.tolist() == [1.0, 0.0, 5.0]


def test_random_lists_agree_and_are_told() -> None:
    drawn = an_algorithm("drawn", {1: (2000, 300), 2: (2000, 150)}, 0.5)
    ranked = an_algorithm("ranked", {1: (2000, 300), 2: (2000, 10)}, 1.0)
    bias = build_position_bias(TWO, [*drawn, *ranked], volume=4000)
    assert bias.method == "contexts"
    assert [row.randomised.value for row in bias.rows] == pytest.approx([1.0, 0.5])
    assert bias.randomised_p_value == 1.0


def test_random_lists_are_believed_where_the_model_disagrees() -> None:
    drawn = an_algorithm("drawn", {1: (3000, 280), 2: (3000, 70)}, 0.5)
    twenty = [{**row, "shown": row["shown"] * 20, "clicked": row["clicked"] * 20} for row in TWO]
    bias = build_position_bias(twenty, drawn, volume=80_000)
    assert bias.method == "randomised"
    assert bias.randomised_p_value is not None
    assert bias.randomised_p_value < 0.01
    assert bias.rows[1].examination.value == pytest.approx(0.25)


def test_random_lists_alone_suffice() -> None:
    apart = [*a_context(1, {1: (1000, 200)}), *a_context(2, {2: (1000, 100)})]
    drawn = an_algorithm("drawn", {1: (1000, 200), 2: (1000, 100)}, 0.1)
    bias = build_position_bias(apart, drawn, volume=2000)
    assert (bias.method, bias.reason, bias.randomised_p_value) == ("randomised", "", None)


@given(rows=st.integers(0, 10**9), days=st.integers(1, 1096))
def test_a_sample_is_about_as_large_as_wanted_and_of_every_weekday(rows: int, days: int) -> None:
    sample = choose_sample(rows, days)
    assert rows / sample.stride <= 400_000
    if sample.stride > 1:
        assert sample.stride % 7
        assert rows > 400_000
    if sample.span_seconds == 3_600:
        assert sample.stride % 2
        assert sample.stride % 3
    assert sample.parameters == {"span_seconds": sample.span_seconds, "stride": sample.stride}
