"""Adjustment, strata and blocks against other libraries, real experiments, and repetition."""

from __future__ import annotations

from math import nan

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landed.stats import (
    Adjusted,
    Arm,
    Column,
    Moments,
    NotEnough,
    adjust_arms,
    compare_arms,
    compare_blocks,
    compare_strata,
    judge_always,
    judge_fixed,
    pool_moments,
    ratio_arm,
)
from tests.statistics.reference import arm_of, column, found, known, output, rows, twelve_users

EXACT = 1e-9
Floats = npt.NDArray[np.float64]


def adjusted(arms: list[Floats], outcome: Column, *covariates: Column) -> Adjusted:
    made = adjust_arms([Moments.of(arm) for arm in arms], outcome=outcome, covariates=covariates)
    assert isinstance(made, Adjusted)
    return made


def users() -> list[Floats]:
    return [twelve_users(arm) for arm in ("control", "treatment")]


def test_one_covariate_is_growthbooks_and_tea_tastings() -> None:
    want = output("C1_cuped#02")
    made = adjusted(users(), Column(0), Column(2))
    effect = found(compare_arms(*made.arms))
    judged = judge_fixed(effect)
    assert made.theta == pytest.approx([want["theta"]], rel=EXACT)
    assert [arm.mean for arm in made.arms] == pytest.approx(
        [want["mean_c_adj"], want["mean_t_adj"]], rel=EXACT
    )
    assert (effect.std_error, effect.df) == pytest.approx((want["se"], want["df"]), rel=EXACT)
    assert judged.p_value == pytest.approx(want["p"], rel=EXACT)
    assert (judged.ci_low, judged.ci_high) == pytest.approx(want["ci95"], rel=EXACT)
    assert made.kept == pytest.approx(1 - want["corr"] ** 2, rel=EXACT)
    sequence = judge_always(effect)
    assert (sequence.ci_low, sequence.ci_high) == pytest.approx(
        output("S_C1_cuped#01")["ci"], rel=EXACT
    )


def test_a_ratio_by_its_ratio_before_is_tea_tastings() -> None:
    """Research, divergences: theirs .04565 with p .00229; GrowthBook takes another theta."""
    made = adjusted(users(), Column(0, 1), Column(2, 3))
    judged = judge_fixed(found(compare_arms(*made.arms)))
    assert round(judged.value, 5) == 0.04565
    assert round(judged.p_value or 0, 5) == 0.00229


def test_without_covariates_nothing_changes() -> None:
    made = adjusted(users(), Column(0, 1))
    plain = compare_arms(*made.arms)
    assert found(plain).std_error == pytest.approx(output("R1_ratio_delta#01")["se"], rel=EXACT)
    assert made.kept == 1
    assert made.theta == ()


def nsw() -> list[Floats]:
    table = rows("nsw_dw")
    names = ("re78", "re75", "re74", "educ")
    return [np.array([column(table, one, treat=t) for one in names]).T for t in ("0.0", "1.0")]


def test_training_for_work_adjusted_by_earlier_pay() -> None:
    effect = found(compare_arms(*adjusted(nsw(), Column(0), Column(1)).arms))
    assert (round(effect.value, 2), round(effect.std_error, 2)) == (1747.13, 668.96)


def test_several_covariates_are_least_squares() -> None:
    arms = nsw()
    made = adjusted(arms, Column(0), Column(1), Column(2), Column(3))
    both = np.concatenate(arms)
    design = np.column_stack([np.ones(len(both)), both[:, 1:]])
    theta = np.linalg.lstsq(design, both[:, 0], rcond=None)[0][1:]
    assert made.theta == pytest.approx(theta, rel=1e-8)
    apart = [arm[:, 0] - (arm[:, 1:] - both[:, 1:].mean(axis=0)) @ theta for arm in arms]
    for one, values in zip(made.arms, apart, strict=True):
        assert (one.mean, one.variance) == pytest.approx((values.mean(), values.var(ddof=1)))


def test_a_covariate_that_says_nothing_new_changes_nothing() -> None:
    arms = [np.column_stack([arm, 3 * arm[:, 1] + arm[:, 2], np.ones(len(arm))]) for arm in nsw()]
    few = adjusted(arms, Column(0), Column(1), Column(2))
    more = adjusted(arms, Column(0), Column(1), Column(2), Column(4), Column(5))
    assert more.theta[-1] == 0
    for one, other in zip(few.arms, more.arms, strict=True):
        assert (one.mean, one.variance) == pytest.approx((other.mean, other.variance), rel=1e-9)


def test_what_is_wholly_known_before_leaves_no_spread() -> None:
    arms = [np.column_stack([arm[:, 1] * 2 + 1, arm[:, 1]]) for arm in nsw()]
    made = adjusted(arms, Column(0), Column(1))
    assert compare_arms(*made.arms) is NotEnough.NO_SPREAD
    same = adjusted([np.ones((5, 2))] * 2, Column(0), Column(1))
    assert same.kept == 1
    assert compare_arms(*same.arms) is NotEnough.NO_SPREAD


def test_three_arms_share_one_theta() -> None:
    control, treatment = users()
    made = adjusted([control, treatment, treatment + 1], Column(0), Column(2))
    assert len(made.arms) == 3
    assert len(made.theta) == 1


@pytest.mark.parametrize(
    ("arm", "why"),
    [
        (Moments.of(np.zeros((0, 2))), NotEnough.EMPTY),
        (Moments.of([[1.0, 2.0]]), NotEnough.ONE_UNIT),
        (Moments.of([[1.0, nan], [1.0, 2.0]]), NotEnough.NOT_FINITE),
        (Moments.of([[1.0, 0.0], [2.0, 0.0]]), NotEnough.NO_BASE),
    ],
)
def test_what_says_nothing_gives_a_reason(arm: Moments, why: NotEnough) -> None:
    good = Moments.of([[1.0, 2.0], [3.0, 5.0]])
    assert adjust_arms([good, arm], outcome=Column(0, 1), covariates=[]) is why


def test_moments_of_arms_add_up() -> None:
    control, treatment = users()
    pooled = pool_moments([Moments.of(control), Moments.of(treatment)])
    whole = Moments.of(np.concatenate([control, treatment]))
    assert pooled == whole


# Blocks


def ads() -> Moments:
    blocks: dict[str, list[float]] = {}
    for row in rows("callbacks"):
        block = blocks.setdefault(row["job_ad_id"], [0.0] * 4)
        place = 0 if row["race"] == "black" else 2
        block[place] += int(row["received_callback"])
        block[place + 1] += 1
    return Moments.of(list(blocks.values()))


def test_callbacks_within_ads_vary_less_than_between() -> None:
    """1,323 ads got four CVs each, two of either name: .006195 against .007785 without the ads.

    The first is with statsmodels' small-sample factor G / (G - 1) · (N - 1) / (N - 2).
    """
    effect = found(compare_blocks(ads()))
    assert effect.value == pytest.approx(235 / 2435 - 157 / 2435, rel=EXACT)
    assert effect.std_error * (4869 / 4868) ** 0.5 == pytest.approx(0.006195, abs=1e-6)
    assert (effect.df, effect.size) == (1322, 4870)


def test_blocks_that_say_nothing_give_a_reason() -> None:
    assert compare_blocks(Moments.of([[1, 2, 1, 2]])) is NotEnough.ONE_UNIT
    assert compare_blocks(Moments.of([[1, 2, 1, 2]] * 3)) is NotEnough.NO_SPREAD
    assert compare_blocks(Moments.of([[0.1, 3, 0.7, 7]] * 30)) is NotEnough.NO_SPREAD
    assert compare_blocks(Moments.of([[0, 0, 1, 2]] * 3)) is NotEnough.NO_BASE


# Strata


def test_strata_weigh_by_their_units() -> None:
    quiet = Arm(size=300, mean=1.0, variance=2.0), Arm(size=100, mean=2.0, variance=2.0)
    busy = Arm(size=300, mean=10.0, variance=8.0), Arm(size=300, mean=13.0, variance=8.0)
    effect = found(compare_strata([quiet, busy]))
    assert effect.value == pytest.approx(0.4 * 1 + 0.6 * 3)
    inner = 0.16 * (2 / 300 + 2 / 100) + 0.36 * (8 / 300 + 8 / 300)
    between = (0.4 * 1.2**2 + 0.6 * 0.8**2) / 1000
    assert effect.std_error**2 == pytest.approx(inner + between)


def test_one_stratum_is_no_stratum() -> None:
    control, treatment = (arm_of(arm[:, 0]) for arm in nsw())
    one, plain = (
        found(compare_strata([(control, treatment)])),
        found(compare_arms(control, treatment)),
    )
    assert (one.value, one.std_error, one.df) == pytest.approx(
        (plain.value, plain.std_error, plain.df)
    )


def test_strata_that_say_nothing_give_a_reason() -> None:
    good = Arm(size=9, mean=1.0, variance=1.0)
    flat = Arm(size=9, mean=1.0, variance=0.0)
    assert compare_strata([]) is NotEnough.EMPTY
    assert compare_strata([(good, NotEnough.ONE_UNIT)]) is NotEnough.THIN_STRATUM
    assert compare_strata([(NotEnough.EMPTY, good)]) is NotEnough.THIN_STRATUM
    assert compare_strata([(flat, flat)]) is NotEnough.NO_SPREAD


# Laws and repetition


@settings(max_examples=40, deadline=None)
@given(
    rows=st.lists(st.tuples(*[st.floats(-100, 100)] * 3), min_size=4, max_size=20),
    factor=st.floats(0.01, 100),
    shift=st.floats(-100, 100),
)
def test_units_of_a_covariate_do_not_matter(
    rows: list[tuple[float, ...]], factor: float, shift: float
) -> None:
    table = np.round(np.array(rows), 2)
    turned = np.column_stack([table[:, 0], table[:, 1] * factor + shift, table[:, 2]])
    first, second = (
        adjusted([one[::2], one[1::2]], Column(0), Column(1), Column(2)) for one in (table, turned)
    )
    correlations = np.corrcoef(table.T) if np.all(np.ptp(table, axis=0) > 1) else np.ones((3, 3))
    if abs(correlations[1, 2]) < 0.99:
        for one, other in zip(first.arms, second.arms, strict=True):
            assert one.mean == pytest.approx(other.mean, rel=1e-4, abs=1e-4)
            assert one.variance == pytest.approx(other.variance, rel=1e-4, abs=1e-4)
    assert 0 <= first.kept <= 1 + 1e-9


def _market(rng: np.random.Generator, size: int) -> tuple[Floats, Floats, Floats]:
    """Activity before and during; sessions below the line; how busy a person is by nature."""
    nature = rng.gamma(2, 1, size)
    before = rng.poisson(nature * 4).astype(float)
    sessions = rng.poisson(nature * 3) + 1.0
    return nature, before, np.asarray(sessions, dtype=np.float64)


@pytest.mark.simulation
def test_adjustment_and_strata_narrow_the_interval_and_it_still_covers_the_truth() -> None:
    rng = np.random.default_rng(51)
    repetitions, lift = 500, 0.3
    covered = np.zeros(3)
    widths = np.zeros(4)
    for _ in range(repetitions):
        arms, busy = [], []
        for effect in (0.0, lift):
            nature, before, sessions = _market(rng, 300)
            during = rng.poisson(nature * 5) + effect
            clicks = rng.poisson(sessions * (nature + 0.5)) + effect * sessions
            arms.append(np.column_stack([during, before, clicks, sessions]))
            busy.append(before > 8)
        plain = judge_fixed(found(compare_arms(*(arm_of(arm[:, 0]) for arm in arms))))
        mean = judge_fixed(found(compare_arms(*adjusted(arms, Column(0), Column(1)).arms)))
        ratio = judge_fixed(found(compare_arms(*adjusted(arms, Column(2, 3), Column(1)).arms)))
        strata = judge_fixed(
            found(
                compare_strata(
                    [
                        (arm_of(arms[0][busy[0] == part, 0]), arm_of(arms[1][busy[1] == part, 0]))
                        for part in (True, False)
                    ]
                )
            )
        )
        judged = (mean, ratio, strata)
        covered += [one.ci_low <= lift <= one.ci_high for one in judged]
        widths += [one.ci_high - one.ci_low for one in (plain, *judged)]
    assert np.all(np.abs(covered / repetitions - 0.95) < 0.03)
    assert widths[1] < 0.7 * widths[0]
    assert widths[3] < 0.9 * widths[0]


@pytest.mark.simulation
def test_clusters_that_were_assigned_as_a_whole_are_the_units() -> None:
    """40 employers of 25 seekers each: seekers as units would be far too sure."""
    rng = np.random.default_rng(52)
    said, made, naive = [], [], []
    for _ in range(400):
        sizes = rng.poisson(25, 40) + 1
        mood = rng.normal(0, 1, 40)
        values = [rng.normal(mood[one], 1, sizes[one]) for one in range(40)]
        sums = np.array([part.sum() for part in values])
        arm = known(
            ratio_arm(
                size=40,
                above=float(sums.sum()),
                below=float(sizes.sum()),
                squares_above=float(sums @ sums),
                squares_below=float(sizes @ sizes),
                products=float(sums @ sizes),
            )
        )
        said.append(arm.std_error)
        made.append(arm.mean)
        naive.append(arm_of(np.concatenate(values)).std_error)
    assert float(np.mean(said)) == pytest.approx(float(np.std(made)), rel=0.12)
    assert float(np.mean(naive)) < 0.4 * float(np.std(made))
