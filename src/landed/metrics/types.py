"""What a metric is: a name, a question, and the rule that answers it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Direction", "Metric", "Unit"]

Unit = Literal["people", "events", "applications", "points", "share", "ms", "usd"]
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
