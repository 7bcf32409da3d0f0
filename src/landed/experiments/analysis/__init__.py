"""What came of an experiment: sums from the log, judged, with a verdict in words."""

from landed.experiments.analysis.analyse import analyse
from landed.experiments.analysis.results import (
    Comparison,
    Estimate,
    Guard,
    Health,
    LateView,
    Lifts,
    Look,
    MetricResult,
    Outlook,
    Reading,
    Result,
    SegmentResult,
    Verdict,
)

__all__ = [
    "Comparison",
    "Estimate",
    "Guard",
    "Health",
    "LateView",
    "Lifts",
    "Look",
    "MetricResult",
    "Outlook",
    "Reading",
    "Result",
    "SegmentResult",
    "Verdict",
    "analyse",
]
