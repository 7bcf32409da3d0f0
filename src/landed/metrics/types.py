"""What a metric is: a name, a question, and the rule that answers it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from landed.metrics.measures import Measure

__all__ = ["Area", "Direction", "Metric", "Unit"]

Area = Literal["behaviour", "recommendations", "applications", "success", "revenue", "operations"]
"""The part of the product that a metric speaks of."""

Unit = Literal[
    "people",
    "events",
    "sessions",
    "applications",
    "subscriptions",
    "pages",
    "points",
    "stars",
    "share",
    "per_cent",
    "seconds",
    "days",
    "ms",
    "usd",
    "money",
    "tokens",
    "bits",
    "log_odds",
    "correlation",
    "per_week",
]
"""What one of it is. A `share` is 0 to 1 and is written as per cent only on pages."""

Direction = Literal["up_is_good", "down_is_good", "neutral"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """The definition of one number: what is measured, never how it is fetched.

    Attributes:
        name: Its one name in code, JSON and URLs, snake_case.
        title: Its label on a page.
        question: What it answers, as a sentence that a recruiter would ask.
        unit: What one of it is.
        formula: How it is computed, in the words of the tracking plan.
        direction: Whether more of it is good news.
        source: The events that it is made from; empty means every event.
        grain: What is counted once.
        caveat: What a reader must know before trusting it; empty when there is nothing.
        area: The part of the product that it speaks of.
        relation: What its rows are: a name of `RELATIONS`.
        measure: How its number comes from the rows; None when an endpoint of its own answers.
        endpoint: That endpoint, where there is no measure.

    Examples:
        >>> from landed.metrics import METRICS
        >>> METRICS["click_through_rate"].formula
        'recommendation_clicked ÷ recommendation_shown'
    """

    name: str
    title: str
    question: str
    unit: Unit
    formula: str
    direction: Direction
    source: tuple[str, ...]
    grain: str
    caveat: str = ""
    area: Area
    relation: str = "events"
    measure: Measure | None = None
    endpoint: str = ""
