"""The engagement score: five parts, what each is, and how much it weighs.

This is the one place that says so; the query takes these numbers as parameters, the API shows
every part beside the score, and the reference is written from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

__all__ = [
    "ENGAGEMENT_PARTS",
    "ENGAGEMENT_WINDOW",
    "OUTCOME_ACTIONS",
    "RECENCY_HALF_LIFE_DAYS",
    "EngagementPart",
]

ENGAGEMENT_WINDOW: Final = timedelta(days=28)
"""The days that a score looks back over; the same for everybody, so that scores compare."""

RECENCY_HALF_LIFE_DAYS: Final = 7.0
"""After so many days without a visit the recency is half of what it was."""

OUTCOME_ACTIONS: Final = (
    "application_submitted",
    "goal_achieved",
    "recommendation_saved",
    "resume_copied",
    "resume_downloaded",
    "resume_tailored",
)
"""What people come for: events that bring them nearer to a job."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementPart:
    """One part of the score.

    Attributes:
        name: Its name in JSON.
        weight: Its points in the score when it is full; all weights are 100 together.
        full_at: The amount from which it is full; recency has none, it only decays.
        formula: How its value of 0 to 1 is computed.
    """

    name: str
    weight: float
    full_at: float
    formula: str


ENGAGEMENT_PARTS: Final = (
    EngagementPart(
        name="recency",
        weight=20.0,
        full_at=0.0,
        formula="2 ^ (-days since the last act ÷ 7)",
    ),
    EngagementPart(
        name="frequency",
        weight=25.0,
        full_at=3.0,
        formula="days with a visit per week ÷ 3, at most 1",
    ),
    EngagementPart(
        name="depth",
        weight=15.0,
        full_at=20.0,
        formula="pages and interactions per day with a visit ÷ 20, at most 1",
    ),
    EngagementPart(
        name="breadth",
        weight=15.0,
        full_at=4.0,
        formula="different features used ÷ 4, at most 1",
    ),
    EngagementPart(
        name="outcomes",
        weight=25.0,
        full_at=2.0,
        formula="applications, saved jobs, CVs tailored or taken along and goals reached per week "
        "÷ 2, at most 1",
    ),
)
"""In the order in which the query gives them."""
