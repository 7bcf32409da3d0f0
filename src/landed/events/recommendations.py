"""Recommendations: what was shown to whom, where, and what they did with it."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from landed.events.base import Count, Event, Id, Label
from landed.events.fields import (
    Algorithm,
    ApplicationId,
    ApplicationMethod,
    Company,
    Industry,
    JobId,
    JobTitle,
    Location,
    Position,
    Propensity,
    RecommendationId,
    RecommendationScore,
    Region,
    SalaryPotential,
    Surface,
    Tier,
    TimeSpent,
)

__all__ = [
    "RecommendationApplied",
    "RecommendationClicked",
    "RecommendationDismissed",
    "RecommendationSaved",
    "RecommendationShown",
    "RecommendationViewed",
]


class _Recommendation(Event, frozen=True, kw_only=True):
    """What all events about one recommended job share."""

    job_id: JobId
    recommendation_id: RecommendationId | None = None
    tier: Tier | None = None
    score: RecommendationScore | None = None
    position: Position | None = None
    salary_potential_usd: SalaryPotential | None = None
    surface: Surface | None = None
    algorithm: Algorithm | None = None
    job_title: JobTitle | None = None
    company: Company | None = None
    industry: Industry | None = None
    region: Region | None = None
    location: Location | None = None


class RecommendationShown(_Recommendation, frozen=True, kw_only=True):
    """A recommended job was put before a person: the impression.

    Send one for each job when it comes into view. Click-through is counted against it.
    """

    list_id: Annotated[
        Id | None, Meta(description="The list that it was part of.", examples=["list-2"])
    ] = None
    list_count: Annotated[Count | None, Meta(description="Jobs in that list.", examples=[10])] = (
        None
    )
    propensity: Propensity | None = None


class RecommendationViewed(_Recommendation, frozen=True, kw_only=True):
    """A person looked at a recommendation's details.

    Send it when the details close, with the time that was spent on them.
    """

    time_spent_seconds: TimeSpent | None = None


class RecommendationClicked(_Recommendation, frozen=True, kw_only=True):
    """A person clicked on a recommended job.

    Send it on the click, with the surface and position of the impression.
    """

    time_spent_seconds: TimeSpent | None = None


class RecommendationSaved(_Recommendation, frozen=True, kw_only=True):
    """A person kept a recommended job for later.

    Send it when the job is put on the person's list.
    """


class RecommendationDismissed(_Recommendation, frozen=True, kw_only=True):
    """A person sent a recommended job away.

    Send it when the person hides the job or says that it does not fit.
    """

    reason: Annotated[
        Label | None, Meta(description="Why, from the host's list.", examples=["too_far"])
    ] = None


class RecommendationApplied(_Recommendation, frozen=True, kw_only=True):
    """A person set out to apply for a recommended job.

    Send it when the person presses apply. The sent application itself is
    `application_submitted`; give both the same application_id.
    """

    application_id: ApplicationId | None = None
    application_method: ApplicationMethod | None = None
    time_spent_seconds: TimeSpent | None = None
