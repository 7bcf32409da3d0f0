"""Segments, trends and doubts: by hand, by another formula, by laws, and by repetition."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from landed.errors import InvalidInputError
from landed.stats import (
    Arm,
    Doubt,
    Effect,
    NotEnough,
    Segments,
    Trend,
    compare_arms,
    compare_segments,
    doubts,
    estimate_trend,
    judge_always,
    judge_look,
)
from tests.statistics.reference import arm_of, column, found, rows


def an_effect(value: float, std_error: float = 1.0) -> Effect:
    return Effect(value=value, std_error=std_error, size=1000)


def segments(effects: dict[str, Effect]) -> Segments:
    made = compare_segments(effects)
    assert isinstance(made, Segments)
    return made


def trend(days: dict[int, Effect]) -> Trend:
    made = estimate_trend(days)
    assert isinstance(made, Trend)
    return made


def test_segments_are_dersimonian_and_lairds() -> None:
    """By hand: w = 1, 1, 4; mean 4 / 3; Q = 52 / 3; the scale 6 - 18 / 6 = 3; τ² = 46 / 9."""
    made = segments({"a": an_effect(5), "b": an_effect(-1), "c": an_effect(1, 0.5)})
    excess = (5 - 4 / 3) ** 2 + (1 + 4 / 3) ** 2 + 4 * (1 / 3) ** 2
    between = (excess - 2) / 3
    weights = np.array([1 / (1 + between), 1 / (1 + between), 1 / (0.25 + between)])
    common = float(weights @ np.array([5, -1, 1]) / weights.sum())
    assert made.spread == pytest.approx(between**0.5)
    assert made.value == pytest.approx(common)
    assert made.std_error == pytest.approx(weights.sum() ** -0.5)
    assert made.p_value == pytest.approx(stats.chi2.sf(excess, 2))
    pull = 1 / (1 + between)
    assert made.segments["a"].value == pytest.approx(pull * common + (1 - pull) * 5)
    assert made.family.p_values["a"] == pytest.approx(3 * 2 * stats.norm.sf(5))


def test_while_a_test_goes_on_segments_are_judged_at_any_look() -> None:
    effects = {"a": an_effect(5), "b": an_effect(-1), "c": an_effect(1, 0.5)}
    always = compare_segments(effects, judge=judge_always)
    planned = compare_segments(effects, judge=partial(judge_look, bound=2.5))
    assert isinstance(always, Segments)
    assert isinstance(planned, Segments)
    assert always.family.p_values["a"] > segments(effects).family.p_values["a"]
    assert set(planned.family.p_values.values()) == {1.0}


def test_schooling_and_training_for_work() -> None:
    """Research: with a degree 3192 (1450), without 1154 (751)."""
    table = rows("nsw_dw")
    effects = {
        degree: found(
            compare_arms(
                *(arm_of(column(table, "re78", treat=t, nodegree=degree)) for t in ("0.0", "1.0"))
            )
        )
        for degree in ("0.0", "1.0")
    }
    assert [round(one.value) for one in effects.values()] == [3192, 1154]
    assert [round(one.std_error) for one in effects.values()] == [1450, 751]
    assert compare_segments(effects) is NotEnough.FEW_POINTS


some_effects = st.lists(
    st.builds(an_effect, st.floats(-10, 10), st.floats(0.1, 5)), min_size=3, max_size=8
)


@given(effects=some_effects)
def test_every_segment_lies_between_itself_and_the_common_effect(effects: list[Effect]) -> None:
    made = segments({str(place): effect for place, effect in enumerate(effects)})
    for one, effect in zip(made.segments.values(), effects, strict=True):
        ends = sorted([effect.value, made.value])
        assert ends[0] - 1e-9 <= one.value <= ends[1] + 1e-9
        assert one.raw == effect.value
        assert one.ci_low <= one.value <= one.ci_high
    assert made.spread >= 0


@pytest.mark.simulation
def test_shrunken_segments_are_nearer_the_truth_and_their_intervals_cover_it() -> None:
    rng = np.random.default_rng(91)
    raw, drawn, covered = [], [], []
    for _ in range(400):
        truth = rng.normal(1, 0.5, 8)
        seen = truth + rng.normal(0, 1, 8)
        made = segments({str(place): an_effect(value) for place, value in enumerate(seen.tolist())})
        for one, true in zip(made.segments.values(), truth.tolist(), strict=True):
            raw.append((one.raw - true) ** 2)
            drawn.append((one.value - true) ** 2)
            covered.append(one.ci_low <= true <= one.ci_high)
    assert np.mean(drawn) < 0.5 * np.mean(raw)
    assert np.mean(covered) > 0.85  # that the spread is itself estimated is not told


@given(
    level=st.floats(-5, 5),
    slope=st.floats(-1, 1),
    errors=st.lists(st.floats(0.1, 2), min_size=3, max_size=20),
)
def test_a_straight_line_is_found(level: float, slope: float, errors: list[float]) -> None:
    made = trend({day: an_effect(level + slope * day, error) for day, error in enumerate(errors)})
    assert made.slope == pytest.approx(slope, abs=1e-9)
    assert made.first == pytest.approx(level, abs=1e-9)
    assert made.last == pytest.approx(level + slope * (len(errors) - 1), abs=1e-9)


def test_the_slope_is_that_of_weighted_least_squares() -> None:
    days = {1: an_effect(1.0, 0.5), 2: an_effect(0.2, 1.0), 5: an_effect(-1.0, 0.7)}
    made = trend(days)
    design = np.array([[1.0, day] for day in days])
    weights = np.diag([one.std_error**-2 for one in days.values()])
    inverse = np.linalg.inv(design.T @ weights @ design)
    line = inverse @ design.T @ weights @ np.array([one.value for one in days.values()])
    assert made.slope == pytest.approx(line[1])
    assert made.p_value == pytest.approx(2 * stats.norm.sf(abs(line[1]) / inverse[1, 1] ** 0.5))
    assert made.ci_high == pytest.approx(line[1] + stats.norm.isf(0.025) * inverse[1, 1] ** 0.5)


def test_two_days_are_no_trend() -> None:
    assert estimate_trend({0: an_effect(1), 1: an_effect(2)}) is NotEnough.FEW_POINTS


@pytest.mark.parametrize("alpha", [0.0, 1.0])
def test_alpha_is_a_chance(alpha: float) -> None:
    with pytest.raises(InvalidInputError, match="alpha"):
        estimate_trend({}, alpha=alpha)
    with pytest.raises(InvalidInputError, match="alpha"):
        compare_segments({}, alpha=alpha)


def test_doubts_are_plain_rules() -> None:
    good = Arm(size=5000, mean=1.0, variance=1.0)
    assert doubts(good, Arm(size=5000, mean=1.1, variance=1.0), p_value=1e-9) == ()
    assert doubts(good, Arm(size=5000, mean=1.6, variance=1.0)) == (Doubt.LARGE_CHANGE,)
    assert doubts(good, Arm(size=500, mean=1.4, variance=1.0), p_value=1e-9) == (
        Doubt.TINY_P_VALUE,
    )
    assert doubts(good, Arm(size=100, mean=1.1, variance=1.0), p_value=0.5) == (Doubt.FEW_UNITS,)
    assert doubts(good, good) == (Doubt.SAME_MEANS,)
    assert doubts(good, Arm(size=5000, mean=1.2, variance=0.0)) == (Doubt.NO_SPREAD,)
    assert doubts(good, Arm(size=5000, mean=1.6, variance=1.0), largest_change=1.0) == ()
