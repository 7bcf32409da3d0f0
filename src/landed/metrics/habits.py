"""Metrics of how people come back: active people, retention, life cycle, adoption, engagement."""

from __future__ import annotations

from typing import Final

from landed.metrics.engagement import ENGAGEMENT_PARTS, ENGAGEMENT_WINDOW, OUTCOME_ACTIONS
from landed.metrics.relations import NO_ACT
from landed.metrics.types import Direction, Metric, Unit

__all__ = ["HABITS"]

_DAYS: Final = "Days are those of the reporting zone."


def _habit(
    name: str,
    title: str,
    question: str,
    *,
    formula: str,
    endpoint: str,
    unit: Unit = "people",
    direction: Direction = "up_is_good",
    grain: str = "a person",
    source: tuple[str, ...] = (),
    caveat: str = "",
) -> Metric:
    return Metric(
        name=name,
        title=title,
        question=question,
        unit=unit,
        formula=formula,
        direction=direction,
        source=source,
        grain=grain,
        caveat=f"{caveat or _DAYS} {NO_ACT}",
        area="behaviour",
        endpoint=f"/api/analytics/behaviour/{endpoint}",
    )


_ACTIVE: Final = (
    _habit(
        "daily_active_users",
        "Daily active users",
        "How many people came on a day?",
        formula="distinct people with an act on the day",
        endpoint="active-users",
    ),
    _habit(
        "weekly_active_users",
        "Weekly active users",
        "How many people came in the 7 days up to a day?",
        formula="distinct people with an act on the day or one of the 6 before",
        endpoint="active-users",
    ),
    _habit(
        "monthly_active_users",
        "Monthly active users",
        "How many people came in the 30 days up to a day?",
        formula="distinct people with an act on the day or one of the 29 before",
        endpoint="active-users",
    ),
    _habit(
        "stickiness",
        "Stickiness",
        "On how many days of the month does the typical active person come?",
        unit="share",
        formula="daily active users ÷ monthly active users of the same day",
        endpoint="active-users",
        grain="a day; 0.2 is 6 days in 30",
        caveat="A wave of newcomers lowers it for a month, without anybody's habits changing.",
    ),
)

_LIFE: Final = (
    _habit(
        "new_people",
        "New people",
        "How many people came for the first time?",
        formula="people whose first act ever was in the day, week or month",
        endpoint="lifecycle",
        caveat="A person who signs up with another id is new once more.",
    ),
    _habit(
        "returning_people",
        "Returning people",
        "How many came again after having come in the day, week or month before?",
        formula="people who acted in this and in the one before",
        endpoint="lifecycle",
    ),
    _habit(
        "resurrected_people",
        "Resurrected people",
        "How many came back after a break?",
        formula="people who acted now and earlier, but not in the day, week or month before",
        endpoint="lifecycle",
    ),
    _habit(
        "dormant_people",
        "Dormant people",
        "How many came last time and not this time?",
        direction="down_is_good",
        formula="people who acted in the day, week or month before - returning people",
        endpoint="lifecycle",
        caveat="Known only when the day, week or month is over; who found a job is among them.",
    ),
)

_BACK: Final = (
    _habit(
        "n_day_retention",
        "N-day retention",
        "How many new people come again on the 1st, 7th and 30th day after their first?",
        unit="share",
        formula="people with an act on the Nth day after that of their first ÷ people whose Nth "
        "day has passed",
        endpoint="retention",
        grain="a new person",
        caveat="Only people whose Nth day is over are in it; matured_rate is their share.",
    ),
    _habit(
        "bracket_retention",
        "Bracket retention",
        "How many new people come again in the 1st, 2nd, 3rd … week or month after their first?",
        unit="share",
        formula="people with an act in the Nth week or month after that of their first ÷ "
        "people of the cohort",
        endpoint="retention",
        grain="a new person",
        caveat="A cell is shown as a rate only when its week or month is over.",
    ),
    _habit(
        "rolling_retention",
        "Rolling retention",
        "How many new people come again on the Nth day or any time later?",
        unit="share",
        formula="people with an act on the Nth day after their first or later ÷ people whose Nth "
        "day has passed",
        endpoint="retention",
        grain="a new person",
        caveat="It still grows for young cohorts, since they can come back later.",
    ),
)

_FEATURES: Final = (
    _habit(
        "feature_adoption_rate",
        "Feature adoption",
        "What share of the active people uses each feature?",
        unit="share",
        formula="distinct people with feature_used ÷ active people of the same time",
        endpoint="features",
        source=("feature_used",),
    ),
    _habit(
        "feature_first_use_rate",
        "First use of a feature",
        "How likely has a new person used a feature N days after the first act?",
        unit="share",
        formula="Kaplan and Meier's estimate of the time from the first act ever to the first "
        "feature_used, for N of 0 to 30 days",
        endpoint="features",
        source=("feature_used",),
        grain="a new person",
        caveat="Who came only yesterday counts for one day and is not taken for a refusal; it "
        "comes with its interval and the share of people who were followed long enough.",
    ),
)

_PARTS: Final = ", ".join(f"{part.weight:g} · {part.name}" for part in ENGAGEMENT_PARTS)

_SCORE: Final = (
    _habit(
        "engagement_score",
        "Engagement score",
        "How much do people make of the product?",
        unit="points",
        formula=f"{_PARTS}; each part is 0 to 1 over the last {ENGAGEMENT_WINDOW.days} days: "
        + "; ".join(f"{part.name} = {part.formula}" for part in ENGAGEMENT_PARTS),
        endpoint="engagement",
        source=("feature_used", "interaction_recorded", "page_viewed", *OUTCOME_ACTIONS),
        caveat="A composite: weights are a choice. Look at the parts before acting on the sum.",
    ),
)

HABITS: Final = (*_ACTIVE, *_LIFE, *_BACK, *_FEATURES, *_SCORE)
"""In the order of the reference page."""
