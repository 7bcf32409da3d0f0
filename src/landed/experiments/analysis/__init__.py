"""What came of an experiment: sums from the log, judged, with a verdict in words."""

from landed.experiments.analysis.analyse import analyse
from landed.experiments.analysis.planning import plan_from_history
from landed.experiments.analysis.results import (
    Comparison,
    Estimate,
    Guard,
    Health,
    HistoryPlan,
    LateView,
    Lifts,
    Look,
    MetricResult,
    Outlook,
    Reading,
    Result,
    SegmentResult,
    UnknownExposures,
    Verdict,
)
from landed.experiments.analysis.unknown import fetch_unknown_exposures

__all__ = [
    "Comparison",
    "Estimate",
    "Guard",
    "Health",
    "HistoryPlan",
    "LateView",
    "Lifts",
    "Look",
    "MetricResult",
    "Outlook",
    "Reading",
    "Result",
    "SegmentResult",
    "UnknownExposures",
    "Verdict",
    "analyse",
    "fetch_unknown_exposures",
    "plan_from_history",
]
