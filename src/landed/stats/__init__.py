"""Estimators on sufficient statistics: pure numbers in, numbers with their uncertainty out.

The room does no I/O and knows nothing of events; each function names the source of its formula.

An experiment goes through it in three steps. Sums become an arm, whatever the metric; two arms
become an effect; somebody judges the effect: once, at any time, at a planned look, by belief or
against a margin. Where sums say nothing there is a reason in words instead.

Examples:
    Interviews of 4,000 people each, looked at whenever one likes:

    >>> control = share_arm(hits=320, size=4000)
    >>> treatment = share_arm(hits=428, size=4000)
    >>> effect = compare_arms(control, treatment)
    >>> found = judge_always(effect)
    >>> f"{found.value:+.3f} ({found.ci_low:+.3f} to {found.ci_high:+.3f})"
    '+0.027 (+0.007 to +0.047)'

    The same as relative change, for reading:

    >>> change = judge_always(relative_effect(control, treatment)).as_relative
    >>> f"{change.value:+.0%} ({change.ci_low:+.0%} to {change.ci_high:+.0%})"
    '+34% (+8% to +66%)'

    >>> print(compare_arms(control, share_arm(hits=0, size=0)))
    an arm has no units
"""

from __future__ import annotations

from landed.stats.always_valid import (
    always_critical,
    judge_always,
    judge_always_margin,
    mixture_rate,
)
from landed.stats.arms import (
    Arm,
    NotEnough,
    capped_arm,
    incidence_arm,
    mean_arm,
    quantile_arm,
    quantile_levels,
    ratio_arm,
    share_arm,
)
from landed.stats.balance import SampleRatio, check_srm, check_srm_always, check_srm_by, count_stray
from landed.stats.calibration import ScoreCurve, concordance, fit_score_curve
from landed.stats.cuped import Adjusted, adjust_arms, compare_strata
from landed.stats.differences import (
    compare_arms,
    compare_shares,
    fieller_interval,
    relative_effect,
    square_and_add,
)
from landed.stats.effects import Bound, Effect, Judgement, judge_fixed, judge_margin
from landed.stats.examination import (
    CorrectedRate,
    Examination,
    compare_examinations,
    correct_rate,
    fit_examination,
    randomised_examination,
)
from landed.stats.group_sequential import (
    classical_bounds,
    crossing_chances,
    judge_look,
    obrien_fleming_spending,
    pocock_spending,
    power_spending,
    spending_bounds,
)
from landed.stats.incidence import (
    CumulativeIncidence,
    Influence,
    LifeTable,
    cluster_incidence,
    estimate_curve,
    estimate_incidence,
    incidence_influence,
)
from landed.stats.intervals import mean_interval, median_ranks, ratio_interval, share_interval
from landed.stats.logistic import Calibration, CalibrationBin, assess_probabilities, fit_logistic
from landed.stats.moments import Column, Moments, compare_blocks, pool_moments
from landed.stats.multiplicity import Correction, Family, adjust_family, benjamini_hochberg, holm
from landed.stats.novelty import Trend, estimate_trend
from landed.stats.posteriors import Posterior, compare_betas, judge_bayes
from landed.stats.power import (
    Plan,
    SampleSize,
    detectable_always,
    detectable_effect,
    power_at,
    run_days,
    size_for_always,
    size_for_arms,
    size_for_means,
    size_for_shares,
)
from landed.stats.ranking import (
    GroupedMean,
    RankCorrelation,
    gini,
    grouped_ratio,
    hit,
    ndcg,
    novelty_bits,
    rank_correlation,
    reciprocal_rank,
    top_share,
)
from landed.stats.segments import Segment, Segments, compare_segments
from landed.stats.twyman import Doubt, doubts
from landed.stats.waiting import WaitingTime, estimate_waiting

__all__ = [
    "Adjusted",
    "Arm",
    "Bound",
    "Calibration",
    "CalibrationBin",
    "Column",
    "CorrectedRate",
    "Correction",
    "CumulativeIncidence",
    "Doubt",
    "Effect",
    "Examination",
    "Family",
    "GroupedMean",
    "Influence",
    "Judgement",
    "LifeTable",
    "Moments",
    "NotEnough",
    "Plan",
    "Posterior",
    "RankCorrelation",
    "SampleRatio",
    "SampleSize",
    "ScoreCurve",
    "Segment",
    "Segments",
    "Trend",
    "WaitingTime",
    "adjust_arms",
    "adjust_family",
    "always_critical",
    "assess_probabilities",
    "benjamini_hochberg",
    "capped_arm",
    "check_srm",
    "check_srm_always",
    "check_srm_by",
    "classical_bounds",
    "cluster_incidence",
    "compare_arms",
    "compare_betas",
    "compare_blocks",
    "compare_examinations",
    "compare_segments",
    "compare_shares",
    "compare_strata",
    "concordance",
    "correct_rate",
    "count_stray",
    "crossing_chances",
    "detectable_always",
    "detectable_effect",
    "doubts",
    "estimate_curve",
    "estimate_incidence",
    "estimate_trend",
    "estimate_waiting",
    "fieller_interval",
    "fit_examination",
    "fit_logistic",
    "fit_score_curve",
    "gini",
    "grouped_ratio",
    "hit",
    "holm",
    "incidence_arm",
    "incidence_influence",
    "judge_always",
    "judge_always_margin",
    "judge_bayes",
    "judge_fixed",
    "judge_look",
    "judge_margin",
    "mean_arm",
    "mean_interval",
    "median_ranks",
    "mixture_rate",
    "ndcg",
    "novelty_bits",
    "obrien_fleming_spending",
    "pocock_spending",
    "pool_moments",
    "power_at",
    "power_spending",
    "quantile_arm",
    "quantile_levels",
    "randomised_examination",
    "rank_correlation",
    "ratio_arm",
    "ratio_interval",
    "reciprocal_rank",
    "relative_effect",
    "run_days",
    "share_arm",
    "share_interval",
    "size_for_always",
    "size_for_arms",
    "size_for_means",
    "size_for_shares",
    "spending_bounds",
    "square_and_add",
    "top_share",
]
