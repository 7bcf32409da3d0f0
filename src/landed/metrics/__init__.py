"""Definitions of metrics: what is measured, never how it is fetched.

Every number has a name. A metric is declared once, with its question, unit, formula and
source, and pages, the API, exports and the docs read that declaration. The room does no
I/O; `landed.insights` fetches the values.
"""

from __future__ import annotations

from landed.metrics.reference import UNIT_WORDS, reference_markdown
from landed.metrics.registry import METRICS, metric
from landed.metrics.types import Direction, Metric, Unit
from landed.metrics.windows import OUTCOME_WINDOW

__all__ = [
    "METRICS",
    "OUTCOME_WINDOW",
    "UNIT_WORDS",
    "Direction",
    "Metric",
    "Unit",
    "metric",
    "reference_markdown",
]
