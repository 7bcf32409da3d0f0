"""The routes that answer with numbers, all in one list."""

from __future__ import annotations

from typing import Final

from landed.api.behaviour_reads import BEHAVIOUR_READS
from landed.api.dashboard_reads import DASHBOARD_READS
from landed.api.journey_reads import JOURNEY_READS
from landed.api.metric_reads import METRIC_READS
from landed.api.performance_reads import PERFORMANCE_READS
from landed.api.ranking_reads import RANKING_READS
from landed.api.reads import Read
from landed.api.recommendation_reads import RECOMMENDATION_READS
from landed.api.report_reads import REPORT_READS
from landed.api.revenue_reads import REVENUE_READS
from landed.api.success_reads import SUCCESS_READS

__all__ = ["READS"]

READS: Final[tuple[Read, ...]] = (
    *METRIC_READS,
    *BEHAVIOUR_READS,
    *JOURNEY_READS,
    *RECOMMENDATION_READS,
    *RANKING_READS,
    *REPORT_READS,
    *REVENUE_READS,
    *PERFORMANCE_READS,
    *DASHBOARD_READS,
    *SUCCESS_READS,
)
"""Every read, in the order of the reference."""
