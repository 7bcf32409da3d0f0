"""Arms and their differences against four libraries, published tables, laws and repetition."""

from __future__ import annotations

from math import inf, log1p, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from landed.errors import InvalidInputError
from landed.stats import (
    Arm,
    Effect,
    Judgement,
    NotEnough,
    capped_arm,
    compare_arms,
    compare_shares,
    fieller_interval,
    judge_fixed,
    judge_margin,
    mean_arm,
    quantile_arm,
    quantile_levels,
    ratio_arm,
    relative_effect,
    share_arm,
    square_and_add,
)
from tests.statistics.reference import (
    arm_of,
    arms,
    column,
    found,
    ids,
    known,
    output,
    result,
    rows,
    twelve_users,
)

EXACT = 1e-9
Z = 1.959963984540054


def welch(result_id: str) -> Judgement:
    return judge_fixed(found(compare_arms(*arms(result_id))))


@pytest.mark.parametrize("result_id", ids("Welch t test"))
def test_welch_is_scipys(result_id: str) -> None:
    want, effect = output(result_id), found(compare_arms(*arms(result_id)))
    judged = judge_fixed(effect)
    assert effect.df == pytest.approx(want["df"], rel=EXACT)
    assert effect.std_error == pytest.approx(want["se"], rel=EXACT)
    assert judged.p_value == pytest.approx(want["p_two_sided"], rel=EXACT)
    assert (judged.ci_low, judged.ci_high) == pytest.approx(want["ci95"], rel=EXACT)


def test_a_ratio_has_the_variance_of_its_users_not_of_its_events() -> None:
    want, pair = output("R1_ratio_delta#01"), arms("R1_ratio_delta#01")
    assert pair[0].mean == pytest.approx(want["ratio_c"], rel=EXACT)
    assert pair[0].variance == pytest.approx(want["var_unit_c"], rel=EXACT)
    assert pair[1].variance == pytest.approx(want["var_unit_t"], rel=EXACT)
    effect = found(compare_arms(*pair))
    assert effect.std_error == pytest.approx(want["se"], rel=EXACT)
    assert effect.std_error < output("R1_ratio_delta#02")["se_naive"] / 2


@pytest.mark.parametrize("result_id", ids("relative lift, Fieller"))
def test_fiellers_ends_are_those_of_the_formula(result_id: str) -> None:
    ends = fieller_interval(*arms(result_id), critical=Z)
    assert ends == pytest.approx(output(result_id)["ci95"], rel=EXACT)


def shares(result_id: str, alpha: float = 0.05) -> Judgement:
    inputs = result(result_id)["inputs"]
    pairs = [(inputs[arm]["x"], inputs[arm]["n"]) for arm in ("control", "treatment")]
    judged = compare_shares(control=pairs[0], treatment=pairs[1], alpha=alpha)
    assert isinstance(judged, Judgement)
    return judged


@pytest.mark.parametrize("result_id", ids("95% CI for difference, newcomb"))
def test_the_interval_of_two_shares_is_newcombes(result_id: str) -> None:
    judged = shares(result_id)
    assert (judged.ci_low, judged.ci_high) == pytest.approx(output(result_id)["ci"], rel=EXACT)


def test_non_inferiority_is_statsmodels() -> None:
    effect = found(compare_arms(*arms("P1_typical#13")))
    normal = Effect(value=effect.value, std_error=effect.std_error, size=effect.size)
    bound = judge_margin(normal, margin=0.005)
    assert bound.p_value == pytest.approx(output("P1_typical#13")["p"], rel=EXACT)
    assert bound.holds


def test_a_tiny_p_value_is_not_zero() -> None:
    effect = Effect(value=9.0, std_error=1.0, size=100_002, df=1e5)
    assert judge_fixed(effect).p_value == pytest.approx(output("TAIL#01")["p_sf"], rel=EXACT)


def test_the_relative_answer_agrees_with_the_absolute_one_on_rare_events() -> None:
    """3 of 1000 against 12: a linear delta method gives p = .24 where the difference has .02."""
    pair = arms("P3_rare#01")
    absolute = judge_fixed(found(compare_arms(*pair)))
    relative = judge_fixed(found(relative_effect(*pair)))
    assert absolute.significant
    assert relative.significant
    assert relative.as_relative.ci_low > -1


def test_a_quantile_is_growthbooks() -> None:
    inputs, want = result("Q1_quantile_p90#01")["inputs"], output("Q1_quantile_p90#01")
    pair = [
        known(quantile_arm(size=one["n"], value=one["q"], low=one["lo"], high=one["hi"]))
        for one in (inputs["control"], inputs["treatment"])
    ]
    # Theirs is (n - 1) / n of ours in each arm, a ten thousandth here.
    theirs = [
        Arm(size=arm.size, mean=arm.mean, variance=arm.variance * (1 - 1 / arm.size))
        for arm in pair
    ]
    effect = found(compare_arms(*theirs))
    judged = judge_fixed(effect)
    assert effect.std_error == pytest.approx(want["absolute"]["se"], rel=EXACT)
    assert (judged.ci_low, judged.ci_high) == pytest.approx(want["absolute"]["ci"], rel=EXACT)
    assert judged.p_value is not None
    assert 0 < judged.p_value < 1e-30


# Real experiments


def test_training_for_work_is_as_published() -> None:
    """Dehejia and Wahba 1999: 1794 (633 pooled); LaLonde 1986: 886 (472)."""
    table = rows("nsw_dw")
    control, treatment = (arm_of(column(table, "re78", treat=t)) for t in ("0.0", "1.0"))
    effect = found(compare_arms(control, treatment))
    pooled = (259 * control.variance + 184 * treatment.variance) / 443
    assert round(effect.value, 2) == 1794.34
    assert round(effect.std_error, 2) == 671.00
    assert round((pooled / 260 + pooled / 185) ** 0.5, 2) == 632.85
    judged = judge_fixed(effect)
    assert round(judged.p_value or 0, 5) == 0.00789
    assert (round(judged.ci_low, 1), round(judged.ci_high, 1)) == (474.0, 3114.7)


def test_the_whole_sample_of_lalonde_is_as_published() -> None:
    table = rows("nsw_lalonde722")
    control, treatment = (arm_of(column(table, "re78", treat=t)) for t in ("0.0", "1.0"))
    judged = judge_fixed(found(compare_arms(control, treatment)))
    assert round(judged.value, 2) == 886.30
    assert round(judged.p_value or 0, 4) == 0.0700


@pytest.mark.parametrize(
    ("where", "white", "black", "p_value"),
    [
        ({}, (235, 2435), (157, 2435), 0.00004),
        ({"job_city": "Chicago"}, (109, 1352), (73, 1352), 0.00573),
        ({"job_city": "Boston"}, (126, 1083), (84, 1083), 0.00229),
        ({"gender": "f"}, (184, 1860), (125, 1886), 0.00028),
        ({"gender": "m"}, (51, 575), (32, 549), 0.05134),
    ],
)
def test_callbacks_are_as_bertrand_and_mullainathan_published(
    where: dict[str, str], white: tuple[int, int], black: tuple[int, int], p_value: float
) -> None:
    """American Economic Review 94, 2004, table 1."""
    table = rows("callbacks")
    seen = [column(table, "received_callback", race=race, **where) for race in ("white", "black")]
    counts = [(int(part.sum()), len(part)) for part in seen]
    assert counts == [white, black]
    judged = compare_shares(control=counts[1], treatment=counts[0])
    assert isinstance(judged, Judgement)
    assert judged.p_value == pytest.approx(p_value, abs=6e-6)


# Not enough


@pytest.mark.parametrize(
    ("arm", "why"),
    [
        (mean_arm(size=0, total=0, squares=0), NotEnough.EMPTY),
        (mean_arm(size=1, total=3, squares=9), NotEnough.ONE_UNIT),
        (mean_arm(size=9, total=nan, squares=9), NotEnough.NOT_FINITE),
        (mean_arm(size=9, total=inf, squares=9), NotEnough.NOT_FINITE),
        (share_arm(hits=0, size=0), NotEnough.EMPTY),
        (quantile_arm(size=1, value=1, low=1, high=1), NotEnough.ONE_UNIT),
        (
            ratio_arm(size=0, above=0, below=0, squares_above=0, squares_below=0, products=0),
            NotEnough.EMPTY,
        ),
        (
            ratio_arm(size=5, above=0, below=0, squares_above=0, squares_below=0, products=0),
            NotEnough.NO_BASE,
        ),
    ],
)
def test_what_says_nothing_gives_a_reason(arm: Arm | NotEnough, why: NotEnough) -> None:
    good = Arm(size=10, mean=1.0, variance=1.0)
    assert arm is why
    assert compare_arms(arm, good) is why
    assert compare_arms(good, arm) is why
    assert relative_effect(arm, good) is why
    assert relative_effect(good, arm) is why


@pytest.mark.parametrize("quantile", [0.001, 0.999])
def test_a_quantile_among_the_last_values_has_no_bounds(quantile: float) -> None:
    levels = quantile_levels(quantile=quantile, std_error=0.001)
    assert levels is NotEnough.FEW_FOR_QUANTILE


def test_arms_without_spread_give_a_reason() -> None:
    converted = share_arm(hits=50, size=50)
    same = mean_arm(size=3, total=0.3, squares=0.03)
    assert compare_arms(converted, converted) is NotEnough.NO_SPREAD
    assert compare_arms(same, same) is NotEnough.NO_SPREAD
    assert relative_effect(converted, converted) is NotEnough.NO_SPREAD
    assert compare_shares(control=(50, 50), treatment=(9, 9)) is NotEnough.NO_SPREAD
    assert compare_shares(control=(0, 50), treatment=(0, 9)) is NotEnough.NO_SPREAD
    assert compare_shares(control=(0, 0), treatment=(0, 9)) is NotEnough.EMPTY


def test_one_arm_without_hits_still_has_an_interval() -> None:
    judged = compare_shares(control=(0, 100), treatment=(8, 100))
    assert isinstance(judged, Judgement)
    assert 0 < judged.ci_low < 0.08 < judged.ci_high


def test_a_relative_change_needs_a_base() -> None:
    none = Arm(size=100, mean=0.0, variance=1.0)
    some = Arm(size=100, mean=1.0, variance=1.0)
    assert relative_effect(none, some) is NotEnough.NOT_POSITIVE
    assert relative_effect(some, none) is NotEnough.NOT_POSITIVE
    assert fieller_interval(none, some, critical=1.96) is NotEnough.NEAR_ZERO


@pytest.mark.parametrize("alpha", [0.0, 1.0, nan])
def test_alpha_is_a_chance(alpha: float) -> None:
    effect = Effect(value=1.0, std_error=1.0, size=10)
    with pytest.raises(InvalidInputError, match="alpha is"):
        judge_fixed(effect, alpha=alpha)
    with pytest.raises(InvalidInputError, match="alpha is"):
        compare_shares(control=(1, 9), treatment=(1, 9), alpha=alpha)


@pytest.mark.parametrize("margin", [-0.1, inf, nan])
def test_a_margin_is_a_loss(margin: float) -> None:
    with pytest.raises(InvalidInputError, match="accepted loss"):
        judge_margin(Effect(value=1.0, std_error=1.0, size=10), margin=margin)


# Laws

sizes = st.integers(2, 10_000)
means = st.floats(0.01, 1e4)
some_arms = st.builds(Arm, size=sizes, mean=means, variance=st.floats(1e-3, 1e6))


@given(control=some_arms, treatment=some_arms, factor=st.floats(0.01, 100))
def test_units_do_not_matter(control: Arm, treatment: Arm, factor: float) -> None:
    bigger = [
        Arm(size=arm.size, mean=arm.mean * factor, variance=arm.variance * factor**2)
        for arm in (control, treatment)
    ]
    first, second = found(compare_arms(control, treatment)), found(compare_arms(*bigger))
    assert second.std_error == pytest.approx(first.std_error * factor, rel=1e-9)
    assert second.df == pytest.approx(first.df, rel=1e-9)
    ratios = [found(relative_effect(control, treatment)), found(relative_effect(*bigger))]
    assert ratios[0].value == pytest.approx(ratios[1].value, rel=1e-7, abs=1e-9)


@given(control=some_arms, treatment=some_arms, alpha=st.floats(0.001, 0.5))
def test_the_other_way_round_only_the_sign_changes(
    control: Arm, treatment: Arm, alpha: float
) -> None:
    for compare in (compare_arms, relative_effect):
        there = judge_fixed(found(compare(control, treatment)), alpha=alpha)
        back = judge_fixed(found(compare(treatment, control)), alpha=alpha)
        assert there.ci_low == pytest.approx(-back.ci_high, rel=1e-9, abs=1e-9)
        assert there.p_value == pytest.approx(back.p_value, rel=1e-9)
        flipped = judge_fixed(found(compare(control, treatment)).flipped, alpha=alpha)
        assert flipped.ci_high == -there.ci_low


@given(control=some_arms, treatment=some_arms, critical=st.floats(1, 5))
def test_fieller_leaves_out_zero_just_when_the_difference_does(
    control: Arm, treatment: Arm, critical: float
) -> None:
    ends = fieller_interval(control, treatment, critical=critical)
    if isinstance(ends, NotEnough):
        assert control.mean <= critical * control.std_error
        return
    effect = found(compare_arms(control, treatment))
    apart = abs(effect.value) - critical * effect.std_error
    if abs(apart) > 1e-6 * effect.std_error:
        assert (apart > 0) == (ends[0] > 0 or ends[1] < 0)
    assert ends[0] <= treatment.mean / control.mean - 1 + 1e-9 <= ends[1] + 2e-9


@given(control=st.tuples(sizes, sizes), treatment=st.tuples(sizes, sizes))
def test_shares_keep_within_their_bounds(
    control: tuple[int, int], treatment: tuple[int, int]
) -> None:
    pairs = [(min(pair) - 1, max(pair)) for pair in (control, treatment)]
    judged = compare_shares(control=pairs[0], treatment=pairs[1])
    assert isinstance(judged, Judgement)
    assert -1 <= judged.ci_low <= judged.value <= judged.ci_high <= 1


@given(values=st.lists(st.floats(-100, 100), min_size=2, max_size=30), bound=st.floats(-50, 50))
def test_capped_sums_are_those_of_capped_values(values: list[float], bound: float) -> None:
    table = np.array(values)
    low = table[table <= bound]
    arm = known(
        capped_arm(
            size=len(table),
            total=float(low.sum()),
            squares=float(low @ low),
            over=int((table > bound).sum()),
            bound=bound,
        )
    )
    capped = np.minimum(table, bound)
    assert arm.mean == pytest.approx(capped.mean(), abs=1e-9)
    assert arm.variance == pytest.approx(capped.var(ddof=1), rel=1e-6, abs=1e-6)


def test_intervals_of_a_value_add_up_to_that_of_a_difference() -> None:
    assert square_and_add(1.0, 2.0, (1.0, 1.0), (1.5, 3.0)) == (0.5, 2.0)


# By repetition


@pytest.mark.simulation
def test_the_fixed_interval_covers_the_truth_as_often_as_it_says() -> None:
    """Skewed revenue in unequal arms: difference 0.5, ratio 1.25."""
    rng = np.random.default_rng(11)
    covered = np.zeros(3)
    repetitions = 1500
    for _ in range(repetitions):
        control = arm_of(rng.gamma(0.5, 4.0, 400))
        treatment = arm_of(rng.gamma(0.5, 5.0, 800))
        plain = judge_fixed(found(compare_arms(control, treatment)))
        ratio = judge_fixed(found(relative_effect(control, treatment))).as_relative
        ends = fieller_interval(control, treatment, critical=Z)
        assert not isinstance(ends, NotEnough)
        covered += [
            plain.ci_low <= 0.5 <= plain.ci_high,
            ratio.ci_low <= 0.25 <= ratio.ci_high,
            ends[0] <= 0.25 <= ends[1],
        ]
    assert np.all(np.abs(covered / repetitions - 0.95) < 0.02)


@pytest.mark.simulation
def test_a_ratio_by_the_delta_method_has_the_error_it_says_and_the_naive_one_not() -> None:
    """Users differ in how often they click, so that their views are no trials of their own."""
    rng = np.random.default_rng(12)
    shape = (3000, 300)
    rate = rng.beta(1, 4, shape)
    views = rng.poisson(12, shape) + 1
    clicks = rng.binomial(views, rate)
    made = clicks.sum(axis=1) / views.sum(axis=1)
    arm = known(
        ratio_arm(
            size=300,
            above=float(clicks[0].sum()),
            below=float(views[0].sum()),
            squares_above=float((clicks[0] ** 2).sum()),
            squares_below=float((views[0] ** 2).sum()),
            products=float((clicks[0] * views[0]).sum()),
        )
    )
    assert arm.std_error == pytest.approx(made.std(), rel=0.15)
    naive = (made[0] * (1 - made[0]) / views[0].sum()) ** 0.5
    assert naive < 0.6 * made.std()


@pytest.mark.simulation
def test_a_quantile_of_clustered_values_has_the_error_it_says() -> None:
    """Ten waiting times of each of 400 users, who differ: read at the levels of the users."""
    rng = np.random.default_rng(13)
    made, said = [], []
    for _ in range(400):
        times = np.exp(rng.normal(0, 1, (400, 1)) + rng.normal(0, 0.5, (400, 10)))
        value = float(np.quantile(times, 0.9))
        below = (times <= value).sum(axis=1).astype(float)
        share = known(
            ratio_arm(
                size=400,
                above=float(below.sum()),
                below=4000.0,
                squares_above=float(below @ below),
                squares_below=40_000.0,
                products=float(below.sum() * 10),
            )
        )
        levels = quantile_levels(quantile=0.9, std_error=share.std_error)
        assert not isinstance(levels, NotEnough)
        low, high = np.quantile(times, levels)
        arm = known(quantile_arm(size=400, value=value, low=float(low), high=float(high)))
        made.append(value)
        said.append(arm.std_error)
    assert float(np.mean(said)) == pytest.approx(float(np.std(made)), rel=0.12)


def test_students_tail_is_scipys_at_any_number_of_degrees() -> None:
    for df in (1.3, 7.5, 307.13, 1e6):
        effect = Effect(value=-2.5, std_error=1.0, size=10, df=df)
        assert judge_fixed(effect).p_value == pytest.approx(2 * stats.t.sf(2.5, df), rel=1e-12)
        assert effect.critical(0.01) == pytest.approx(stats.t.ppf(0.01, df), rel=1e-9)


def test_a_relative_margin_is_one_of_the_logarithm() -> None:
    effect = found(relative_effect(*arms("P1_typical#01")))
    assert judge_margin(effect, margin=-log1p(-0.05)).holds


def test_twelve_users_are_the_reference_s() -> None:
    assert twelve_users("control").sum(axis=0).tolist() == [21.0, 172.0, 17.0, 155.0]
