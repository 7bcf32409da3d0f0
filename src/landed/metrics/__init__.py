"""Definitions of metrics: what is measured, never how it is fetched.

Every number has a name. A metric is declared once, with its question, unit, formula and
source, and pages, the API, exports and the docs read that declaration. The room does no
I/O; `landed.store` puts a `Question` into SQL and `landed.insights` fetches the values.
"""

from __future__ import annotations

from landed.metrics.engagement import (
    ENGAGEMENT_PARTS,
    ENGAGEMENT_WINDOW,
    OUTCOME_ACTIONS,
    RECENCY_HALF_LIFE_DAYS,
    EngagementPart,
)
from landed.metrics.funnels import (
    HIRING_STEPS,
    MAX_FUNNEL_STEPS,
    FunnelQuestion,
    Order,
    Step,
    parse_funnel,
)
from landed.metrics.measures import (
    Count,
    Distinct,
    Incidence,
    Mean,
    Measure,
    People,
    Quantile,
    Ratio,
    Total,
)
from landed.metrics.paths import PathLabel, PathQuestion, parse_paths
from landed.metrics.question import (
    FILTER_HELP,
    Dimension,
    Filter,
    Grain,
    Question,
    Users,
    parse_choice,
    parse_question,
)
from landed.metrics.reference import UNIT_WORDS, reference_markdown
from landed.metrics.registry import METRICS, metric
from landed.metrics.relations import RELATIONS, Relation
from landed.metrics.types import Area, Direction, Metric, Unit
from landed.metrics.windows import OFFER_WINDOW, OUTCOME_WINDOW

__all__ = [
    "ENGAGEMENT_PARTS",
    "ENGAGEMENT_WINDOW",
    "FILTER_HELP",
    "HIRING_STEPS",
    "MAX_FUNNEL_STEPS",
    "METRICS",
    "OFFER_WINDOW",
    "OUTCOME_ACTIONS",
    "OUTCOME_WINDOW",
    "RECENCY_HALF_LIFE_DAYS",
    "RELATIONS",
    "UNIT_WORDS",
    "Area",
    "Count",
    "Dimension",
    "Direction",
    "Distinct",
    "EngagementPart",
    "Filter",
    "FunnelQuestion",
    "Grain",
    "Incidence",
    "Mean",
    "Measure",
    "Metric",
    "Order",
    "PathLabel",
    "PathQuestion",
    "People",
    "Quantile",
    "Question",
    "Ratio",
    "Relation",
    "Step",
    "Total",
    "Unit",
    "Users",
    "metric",
    "parse_choice",
    "parse_funnel",
    "parse_paths",
    "parse_question",
    "reference_markdown",
]
