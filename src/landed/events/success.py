"""Success: what the product changed in people's working lives."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from landed.events.base import Days, Event, Label, Quantity, SignedUsd, Usd
from landed.events.fields import (
    ApplicationId,
    Company,
    GoalId,
    GoalType,
    Industry,
    JobTitle,
    RecommendationId,
)

__all__ = ["CareerAdvanced", "GoalAchieved", "GoalSet", "IncomeChanged"]


class IncomeChanged(Event, frozen=True, kw_only=True):
    """A person's yearly income changed.

    Send it when the person reports a new income; both amounts are before tax.
    """

    current_usd: Annotated[Usd, Meta(description="Yearly income now.", examples=[92_000.0])]
    previous_usd: Annotated[
        Usd | None, Meta(description="Yearly income before.", examples=[80_000.0])
    ] = None
    reason: Annotated[
        Label | None, Meta(description="Why, from the host's list.", examples=["new_job"])
    ] = None
    recommendation_id: RecommendationId | None = None
    application_id: ApplicationId | None = None


class CareerAdvanced(Event, frozen=True, kw_only=True):
    """A person took a step in the career.

    Send it when the person reports a promotion or a new role.
    """

    advancement_type: Annotated[
        Literal[
            "promotion", "role_change", "company_change", "industry_change", "responsibility_gain"
        ],
        Meta(description="Kind of step.", examples=["promotion"]),
    ]
    previous_job_title: Annotated[
        Label | None, Meta(description="Title before.", examples=["Data Analyst"])
    ] = None
    job_title: JobTitle | None = None
    company: Company | None = None
    industry: Industry | None = None
    salary_increase_usd: Annotated[
        SignedUsd | None, Meta(description="Change of the yearly salary.", examples=[12_000.0])
    ] = None
    recommendation_id: RecommendationId | None = None


class GoalSet(Event, frozen=True, kw_only=True):
    """A person set a goal.

    Send it when the goal is saved, and again with the same goal_id when it is changed.
    """

    goal_type: GoalType
    goal_id: GoalId | None = None
    target_value: Annotated[
        Quantity | None,
        Meta(description="What to reach, in the goal's own unit.", examples=[100_000.0]),
    ] = None
    due_on: Annotated[
        date | None, Meta(description="Day by which to reach it.", examples=["2025-12-31"])
    ] = None


class GoalAchieved(Event, frozen=True, kw_only=True):
    """A person reached a goal.

    Send it once per goal, when it is reached.
    """

    goal_type: GoalType
    goal_id: GoalId | None = None
    achieved_value: Annotated[
        Quantity | None,
        Meta(description="What was reached, in the goal's own unit.", examples=[104_000.0]),
    ] = None
    time_to_goal_days: Annotated[
        Days | None, Meta(description="Days since the goal was set.", examples=[140.0])
    ] = None
