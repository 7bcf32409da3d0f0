"""Estimators on sufficient statistics: pure numbers in, numbers with their uncertainty out.

The room does no I/O and knows nothing of events; each function names the source of its formula.
"""

from __future__ import annotations

from landed.stats.calibration import ScoreCurve, concordance, fit_score_curve
from landed.stats.examination import (
    CorrectedRate,
    Examination,
    compare_examinations,
    correct_rate,
    fit_examination,
    randomised_examination,
)
from landed.stats.incidence import CumulativeIncidence, LifeTable, estimate_incidence
from landed.stats.intervals import mean_interval, median_ranks, ratio_interval, share_interval
from landed.stats.logistic import Calibration, CalibrationBin, assess_probabilities, fit_logistic
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
from landed.stats.waiting import WaitingTime, cut_table, estimate_waiting

__all__ = [
    "Calibration",
    "CalibrationBin",
    "CorrectedRate",
    "CumulativeIncidence",
    "Examination",
    "GroupedMean",
    "LifeTable",
    "RankCorrelation",
    "ScoreCurve",
    "WaitingTime",
    "assess_probabilities",
    "compare_examinations",
    "concordance",
    "correct_rate",
    "cut_table",
    "estimate_incidence",
    "estimate_waiting",
    "fit_examination",
    "fit_logistic",
    "fit_score_curve",
    "gini",
    "grouped_ratio",
    "hit",
    "mean_interval",
    "median_ranks",
    "ndcg",
    "novelty_bits",
    "randomised_examination",
    "rank_correlation",
    "ratio_interval",
    "reciprocal_rank",
    "share_interval",
    "top_share",
]
