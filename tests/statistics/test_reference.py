"""Each result of the reference file is checked, here or where it is named, or said to differ."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import log, log1p

import pytest

from landed.stats import (
    Column,
    Effect,
    Judgement,
    Moments,
    SampleRatio,
    adjust_arms,
    check_srm,
    compare_arms,
    compare_shares,
    judge_always,
    judge_bayes,
    judge_fixed,
    judge_margin,
    mean_arm,
    relative_effect,
    size_for_arms,
    size_for_means,
    size_for_shares,
)
from landed.stats.intervals import share_interval as wilson
from tests.statistics.reference import Result, all_results, arms, found, known, twelve_users

EXACT = 1e-9
Check = Callable[[Result], None]


def normal(effect: Effect) -> Effect:
    return replace(effect, df=None)


def same(judged: Judgement, want: Result, *, effect: str = "diff", ci: str = "ci") -> None:
    assert judged.value == pytest.approx(want[effect], rel=EXACT)
    assert (judged.ci_low, judged.ci_high) == pytest.approx(want[ci], rel=EXACT)
    for name in ("p", "pValue", "p_value", "p_two_sided"):
        if name in want:
            assert judged.p_value == pytest.approx(want[name], rel=EXACT)


def absolute(one: Result) -> Effect:
    """The difference: adjusted where the case is."""
    if "C1" in one["case"]:
        made = adjust_arms(
            [Moments.of(twelve_users(arm)) for arm in ("control", "treatment")],
            outcome=Column(0),
            covariates=[Column(2)],
        )
        assert not isinstance(made, str)
        return found(compare_arms(*made.arms))
    case = one["case"].removeprefix("S_").removeprefix("B2_")
    first = {"R1_ratio_delta": "R1_ratio_delta#01"}.get(case, case + "#01")
    return found(compare_arms(*arms(first)))


def theirs(one: Result) -> Effect:
    """Their own (linear) relative effect with our clock and degrees of freedom."""
    want = one["output"]
    value = next(want[name] for name in ("expected", "lift", "diff") if name in want)
    return replace(absolute(one), value=value, std_error=want["se"])


def by_welch(one: Result) -> None:
    same(judge_fixed(absolute(one)), one["output"], effect="expected")


def by_z(one: Result) -> None:
    same(judge_fixed(normal(absolute(one))), one["output"])


def by_t(one: Result) -> None:
    same(judge_fixed(absolute(one)), one["output"])


def linear(one: Result) -> None:
    same(judge_fixed(theirs(one)), one["output"], effect="expected")


def linear_z(one: Result) -> None:
    same(judge_fixed(normal(theirs(one))), one["output"], effect="lift", ci="ci95")


def one_sided(one: Result) -> None:
    bound = judge_margin(theirs(one), margin=0.0)
    assert bound.ci_low == pytest.approx(one["output"]["ci"][0], rel=EXACT)
    assert bound.p_value == pytest.approx(one["output"]["pValue"], rel=EXACT)


def always(one: Result) -> None:
    name = "expected" if "expected" in one["output"] else "diff"
    same(judge_always(absolute(one)), one["output"], effect=name)


def linear_always(one: Result) -> None:
    name = "expected" if "expected" in one["output"] else "lift"
    same(judge_always(theirs(one)), one["output"], effect=name)


def mixture(one: Result) -> None:
    """Any prior variance is a tuning: r = n se² / τ²."""
    effect, want = absolute(one), one["output"]
    rate = effect.size * effect.std_error**2 / one["inputs"]["tau2"]
    twice = 2 * log(1 / 0.05)
    judged = judge_always(effect, tuned_at=rate * (twice + log1p(twice)))
    assert judged.p_value == pytest.approx(want["p_always_valid"], rel=EXACT)
    assert (judged.ci_low, judged.ci_high) == pytest.approx(want["ci"], rel=EXACT)


def posterior(scale: str, prior: float | None) -> Check:
    def check(one: Result) -> None:
        want = one["output"]
        effect = theirs_or_ours(one, scale)
        base = 1.0 if scale == "relative" else abs(_base(one))
        judged = judge_bayes(effect, prior_std_dev=None if prior is None else prior * base)
        assert judged.value == pytest.approx(want["expected"], rel=EXACT)
        assert judged.chance_to_win == pytest.approx(want["chanceToWin"], rel=EXACT)
        assert judged.loss_if_control == pytest.approx(want["risk"][0], rel=EXACT)
        assert judged.loss_if_treatment == pytest.approx(want["risk"][1], rel=1e-7)  # they cancel
        assert (judged.ci_low, judged.ci_high) == pytest.approx(want["ci"], rel=EXACT)

    return check


def _base(one: Result) -> float:
    if "C1" in one["case"]:
        return float(twelve_users("control")[:, 0].mean())
    return arms(one["id"])[0].mean


def theirs_or_ours(one: Result, scale: str) -> Effect:
    """A posterior's se is the prior's too, so the effect is that under the flat prior."""
    if scale == "absolute":
        return absolute(one)
    flat = next(
        other["output"]
        for other in all_results()
        if other["case"] == one["case"]
        and "EffectBayesianABTest relative prior flat" in other["quantity"]
    )
    return Effect(value=flat["expected"], std_error=flat["se"], size=1)


def shares_p(one: Result) -> None:
    inputs, want = one["inputs"], one["output"]
    judged = compare_shares(
        control=(inputs["control"]["x"], inputs["control"]["n"]),
        treatment=(inputs["treatment"]["x"], inputs["treatment"]["n"]),
    )
    assert isinstance(judged, Judgement)
    p_value = next(want[name] for name in ("p_two_sided", "p", "pvalue") if name in want)
    assert judged.p_value == pytest.approx(p_value, rel=EXACT)


def wald_p(one: Result) -> None:
    judged = judge_fixed(normal(absolute(one)))
    assert judged.p_value == pytest.approx(one["output"]["p_two_sided"], rel=EXACT)


def wald_ci(one: Result) -> None:
    judged = judge_fixed(normal(absolute(one)))
    assert (judged.ci_low, judged.ci_high) == pytest.approx(one["output"]["ci"], rel=EXACT)


def chi_square(one: Result) -> None:
    wald_ci(one)
    shares_p(one)


def risk_ratio(one: Result) -> None:
    judged = judge_fixed(normal(found(relative_effect(*arms(one["id"]))))).as_relative
    assert 1 + judged.value == pytest.approx(one["output"]["ratio"], rel=EXACT)
    ends = [1 + judged.ci_low, 1 + judged.ci_high]
    assert ends == pytest.approx(one["output"]["ci"], rel=EXACT)


def single_share(one: Result) -> None:
    ends = wilson(one["inputs"]["x"], one["inputs"]["n"])
    assert ends == pytest.approx(one["output"]["wilson"], rel=EXACT)


def zero_one(one: Result) -> None:
    """tea-tasting takes zeros and ones for any values: n - 1 in the variance."""
    pair = [
        known(mean_arm(size=part["n"], total=part["x"], squares=part["x"]))
        if "x" in part
        else known(mean_arm(size=part["n"], total=part["sum"], squares=part["sum_squares"]))
        for part in (one["inputs"]["control"], one["inputs"]["treatment"])
    ]
    tea(one, found(compare_arms(*pair)), found(relative_effect(*pair)))


def tea(one: Result, effect: Effect, relative: Effect) -> None:
    want, judged = one["output"], judge_fixed(effect)
    assert judged.value == pytest.approx(want["effect_size"], rel=EXACT)
    assert judged.ci_low == pytest.approx(want["effect_size_ci_lower"], rel=EXACT)
    assert judged.ci_high == pytest.approx(want["effect_size_ci_upper"], rel=EXACT)
    assert judged.p_value == pytest.approx(want["pvalue"], rel=EXACT)
    change = judge_fixed(relative).as_relative
    assert change.ci_low == pytest.approx(want["rel_effect_size_ci_lower"], rel=EXACT)
    assert change.ci_high == pytest.approx(want["rel_effect_size_ci_upper"], rel=EXACT)


def tea_users(outcome: Column, covariates: list[Column], *, students: bool = True) -> Check:
    def check(one: Result) -> None:
        made = adjust_arms(
            [Moments.of(twelve_users(arm)) for arm in ("control", "treatment")],
            outcome=outcome,
            covariates=covariates,
        )
        assert not isinstance(made, str)
        effects = found(compare_arms(*made.arms)), found(relative_effect(*made.arms))
        tea(one, *(effects if students else map(normal, effects)))

    return check


def srm(one: Result) -> None:
    judged = check_srm(one["inputs"]["observed"], one["inputs"]["expected_ratio"])
    assert isinstance(judged, SampleRatio)
    if one["case"] != "SRM6_zero_weight_arm":  # theirs has a degree of freedom too many
        assert judged.p_value == pytest.approx(one["output"]["p"], rel=EXACT)


def total(one: Result) -> None:
    inputs, want = one["inputs"], one["output"]
    if "sd" not in inputs:  # Spotify's 28,256: the base's variance for both arms
        shares = size_for_shares(base=0.10, target=0.11)
        assert want["total"] < shares.total
        return
    size = (
        size_for_means(std_dev=inputs["sd"], effect=inputs["delta"]).total
        if "n_total" in want
        else size_for_arms(
            control=inputs["sd"] ** 2, treatment=inputs["sd"] ** 2, effect=inputs["delta"]
        ).total
    )
    assert size == pytest.approx(want.get("n_total", want.get("total")), rel=EXACT)


def clustered(one: Result) -> None:
    """With n in place of n - 1."""
    effect = found(compare_arms(*arms("R1_ratio_delta#01")))
    assert effect.std_error * (11 / 12) ** 0.5 == pytest.approx(one["output"]["se"], rel=EXACT)


def unadjusted(one: Result) -> None:
    made = [Moments.of(twelve_users(arm)) for arm in ("control", "treatment")]
    plain = adjust_arms(made, outcome=Column(0), covariates=[])
    assert not isinstance(plain, str)
    same(judge_fixed(found(compare_arms(*plain.arms))), one["output"], ci="ci95")


def theta(one: Result) -> None:
    made = [Moments.of(twelve_users(arm)) for arm in ("control", "treatment")]
    adjusted = adjust_arms(made, outcome=Column(0), covariates=[Column(2)])
    assert not isinstance(adjusted, str)
    assert adjusted.theta[0] == pytest.approx(one["output"]["theta"], rel=EXACT)


# What a quantity (with its library before it) is held against: a check, or in words where it is
# checked or why it is another method. The first that the text begins with counts.
RULES: list[tuple[str, Check | str]] = [
    ("statsmodels two-proportion z test, pooled", shares_p),
    ("statsmodels two-proportion z test, unpooled", wald_p),
    ("statsmodels two-proportion score test", shares_p),
    ("statsmodels 95% CI for difference, wald", wald_ci),
    ("statsmodels 95% CI for difference, newcomb", "test_effects"),
    ("statsmodels 95% CI for difference, agresti-caffo", "other: adds a hit and a miss"),
    ("statsmodels 95% CI for difference, score", "other: Newcombe's is ours"),
    ("statsmodels 95% CI for risk ratio", risk_ratio),
    ("scipy Pearson chi-square", shares_p),
    ("scipy Fisher exact", "other: exact"),
    ("scipy Barnard", "other: exact"),
    ("statsmodels single proportion", single_share),
    ("statsmodels non-inferiority", "test_effects"),
    ("scipy Welch t test", "test_effects"),
    ("scipy Student t test (pooled", "other: equal variances"),
    ("formula (numpy/scipy) relative lift, delta method", linear_z),
    ("formula (numpy/scipy) relative lift, Fieller", "test_effects"),
    ("formula (numpy/scipy) ratio of sums", "test_effects"),
    ("formula (numpy/scipy) WRONG", "test_effects"),
    ("statsmodels cross-check: weighted LS", clustered),
    ("scipy unadjusted Welch", unadjusted),
    ("scipy CUPED", "test_cuped"),
    ("statsmodels ANCOVA", "other: theta within arms"),
    ("statsmodels Lin (2013)", "other: a theta for each arm"),
    ("scipy SRM", "test_balance"),
    ("statsmodels adjusted p (holm)", "test_multiplicity"),
    ("statsmodels adjusted p (fdr_bh)", "test_multiplicity"),
    ("scipy adjusted p", "test_multiplicity"),
    ("statsmodels adjusted p", "other: a correction that we do not offer"),
    ("statsmodels n per arm, arcsine", "other: Cohen's h"),
    ("statsmodels achieved power", "other: Cohen's h"),
    ("formula (numpy/scipy) n per arm", "test_power"),
    ("statsmodels n per arm, two means", "test_power"),
    ("statsmodels unequal split", "test_power"),
    ("formula (numpy/scipy) Beta(", "test_posteriors"),
    ("formula (numpy/scipy) relative lift Gaussian", "test_posteriors"),
    ("formula (numpy/scipy) GrowthBook asymptotic CS, absolute", always),
    ("formula (numpy/scipy) GrowthBook asymptotic CS, relative", linear_always),
    ("formula (numpy/scipy) Eppo sequential", "test_always_valid"),
    ("formula (numpy/scipy) Statsig mSPRT", "other: a prior that shrinks as units come"),
    ("formula (numpy/scipy) classic mSPRT", mixture),
    ("formula (numpy/scipy) type I error when testing", "test_group_sequential"),
    ("spotify-confidence spotify ZTest.difference", by_z),
    ("spotify-confidence spotify ChiSquared.difference", chi_square),
    ("spotify-confidence spotify ZTest absolute", by_z),
    ("spotify-confidence spotify StudentsTTest absolute", by_t),
    ("spotify-confidence spotify ZTestLinreg", "other: mixes n and n - 1"),
    ("spotify-confidence spotify", "other: wrong, forgets the control's noise"),
    ("spotify-confidence group sequential", "test_group_sequential"),
    ("spotify-confidence total n", total),
    ("scipy two-sided p for t=9", "test_effects"),
    ("gbstats TwoSidedTTest absolute", by_welch),
    ("gbstats RatioStatistic TwoSidedTTest absolute", by_welch),
    ("gbstats RegressionAdjusted TwoSidedTTest absolute", by_welch),
    ("gbstats TwoSidedTTest relative", linear),
    ("gbstats RatioStatistic TwoSidedTTest relative", linear),
    ("gbstats RegressionAdjusted TwoSidedTTest relative", "other: degrees of freedom"),
    ("gbstats SequentialTwoSidedTTest absolute", always),
    ("gbstats RatioStatistic SequentialTwoSidedTTest absolute", always),
    ("gbstats RegressionAdjusted SequentialTwoSidedTTest absolute", always),
    ("gbstats SequentialTwoSidedTTest relative", linear_always),
    ("gbstats RatioStatistic SequentialTwoSidedTTest relative", linear_always),
    ("gbstats RegressionAdjusted SequentialTwoSidedTTest relative", linear_always),
    ("gbstats OneSidedTreatmentGreater relative", one_sided),
    ("gbstats RatioStatistic OneSidedTreatmentGreater relative", one_sided),
    ("gbstats RegressionAdjusted OneSided", "other: degrees of freedom"),
    ("gbstats SequentialOneSided", "test_always_valid"),
    ("gbstats RatioStatistic SequentialOneSided", "test_always_valid"),
    ("gbstats RegressionAdjusted SequentialOneSided", "test_always_valid"),
    *(
        (f"gbstats {kind}EffectBayesianABTest {scale} prior {name}", posterior(scale, prior))
        for kind in ("", "RatioStatistic ", "RegressionAdjusted ")
        for scale in ("relative", "absolute")
        for name, prior in (("flat", None), ("proper", 0.3))
    ),
    ("gbstats theta pooled", theta),
    ("gbstats check_srm", srm),
    ("gbstats quantile", "test_effects"),
    ("tea-tasting Proportion norm pooled correction=False", shares_p),
    ("tea-tasting Proportion norm pooled correction=True", "other: continuity"),
    ("tea-tasting Proportion", "other: exact"),
    ("tea-tasting Mean on 0/1", zero_one),
    ("tea-tasting Mean Welch", zero_one),
    ("tea-tasting ratio_z", tea_users(Column(0, 1), [], students=False)),
    ("tea-tasting ratio", tea_users(Column(0, 1), [])),
    ("tea-tasting mean", tea_users(Column(0), [])),
    ("tea-tasting cuped", tea_users(Column(0), [Column(2)])),
    ("tea-tasting SampleRatio norm correction=False", srm),
    ("tea-tasting SampleRatio", "other: continuity, or exact"),
    ("tea-tasting total n", total),
    ("confseq normal mixture", "test_always_valid"),
    ("confseq log mixture", "other: half a Cauchy"),
    ("simulation A/A", "test_always_valid"),
    ("own reimplementation, verified", "assignment, not statistics"),
]


def text(one: Result) -> str:
    library = one["library"].split(" (growthbook")[0].removesuffix(" (PyPI)")
    return f"{library} {one['quantity']}"


def rule(one: Result) -> Check | str | None:
    return next((then for start, then in RULES if text(one).startswith(start)), None)


def test_each_result_has_a_rule_and_each_rule_a_result() -> None:
    results = all_results()
    assert len(results) == 309
    assert [text(one) for one in results if rule(one) is None] == []
    idle = [start for start, _ in RULES if not any(text(one).startswith(start) for one in results)]
    assert idle == []


@pytest.mark.parametrize("result_id", [one["id"] for one in all_results() if callable(rule(one))])
def test_it_is_what_they_found(result_id: str) -> None:
    one = next(one for one in all_results() if one["id"] == result_id)
    check = rule(one)
    assert callable(check)
    check(one)
