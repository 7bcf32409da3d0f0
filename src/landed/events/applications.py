"""Applications: what was sent, what came of it, and what people say about it."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from landed.events.base import Count, Days, Event, FreeText, Label, Rating, Share, Usd
from landed.events.fields import (
    ApplicationId,
    ApplicationMethod,
    AtsScore,
    BillingCurrency,
    Company,
    Industry,
    JobId,
    JobTitle,
    Location,
    RecommendationId,
    Region,
    ResumeId,
    SalaryMax,
    SalaryMin,
    Tier,
)

__all__ = [
    "ApplicationClosed",
    "ApplicationOutcomeRecorded",
    "ApplicationSubmitted",
    "FeedbackGiven",
    "FollowUpSent",
]


class ApplicationSubmitted(Event, frozen=True, kw_only=True):
    """A person sent an application.

    Send it when the application has left, by whatever way; a later outcome names its
    application_id.
    """

    job_id: JobId
    application_id: ApplicationId | None = None
    job_title: JobTitle | None = None
    company: Company | None = None
    industry: Industry | None = None
    region: Region | None = None
    location: Location | None = None
    salary_min: SalaryMin | None = None
    salary_max: SalaryMax | None = None
    currency: BillingCurrency | None = None
    application_method: ApplicationMethod | None = None
    cv_version: Annotated[
        Label | None, Meta(description="Hash of the CV that was sent.", examples=["9f2c41aa"])
    ] = None
    resume_id: ResumeId | None = None
    ats_score: AtsScore | None = None
    optimizations_applied: Annotated[
        Annotated[list[Label], Meta(max_length=100)] | None,
        Meta(description="Improvements that the CV contains.", examples=[["keywords", "layout"]]),
    ] = None
    recommendation_id: RecommendationId | None = None
    tier: Tier | None = None
    predicted_interview_rate: Annotated[
        Share | None,
        Meta(description="Chance of an interview that was shown before.", examples=[0.35]),
    ] = None


class ApplicationOutcomeRecorded(Event, frozen=True, kw_only=True):
    """Something happened to a sent application.

    Send one for each step that becomes known, also late ones, with the time when it
    happened.
    """

    outcome_type: Annotated[
        Literal[
            "application_viewed",
            "phone_screen",
            "interview_scheduled",
            "interview_completed",
            "reference_check",
            "offer_received",
            "offer_accepted",
            "offer_declined",
            "rejection_received",
        ],
        Meta(description="What happened.", examples=["interview_scheduled"]),
    ]
    application_id: ApplicationId | None = None
    job_id: JobId | None = None
    stage: Annotated[
        Literal["screening", "interview", "final", "offer", "closed"] | None,
        Meta(description="Stage that the application is in now.", examples=["interview"]),
    ] = None
    details: Annotated[
        FreeText | None, Meta(description="Notes.", examples=["Second round next week"])
    ] = None


class ApplicationClosed(Event, frozen=True, kw_only=True):
    """An application came to its end, or its present state was written down.

    Send it when the final result is known; `pending` when it is still open at the last
    follow-up.
    """

    result: Annotated[
        Literal["hired", "rejected", "no_response", "withdrawn", "pending"],
        Meta(description="The final result.", examples=["hired"]),
    ]
    application_id: ApplicationId | None = None
    job_id: JobId | None = None
    time_to_result_days: Annotated[
        Days | None, Meta(description="Days from the application.", examples=[24.0])
    ] = None
    salary_offered_usd: Annotated[
        Usd | None, Meta(description="Yearly salary of the last offer.", examples=[118_000.0])
    ] = None
    initial_offer_usd: Annotated[
        Usd | None, Meta(description="Yearly salary of the first offer.", examples=[110_000.0])
    ] = None
    negotiated: Annotated[
        bool | None, Meta(description="Whether the offer was negotiated.", examples=[True])
    ] = None
    negotiation_round_count: Annotated[
        Count | None, Meta(description="Rounds of negotiation.", examples=[2])
    ] = None
    rejection_reason: Annotated[
        Label | None, Meta(description="Why, as a short class.", examples=["experience"])
    ] = None
    feedback_received: Annotated[
        FreeText | None,
        Meta(description="What the employer said.", examples=["Strong technical interview"]),
    ] = None


class FeedbackGiven(Event, frozen=True, kw_only=True):
    """A person rated the product.

    Send it when the form is handed in; each rating is optional.
    """

    cv_helpfulness: Annotated[
        Rating | None, Meta(description="How much the CV helped.", examples=[4])
    ] = None
    recommendation_quality: Annotated[
        Rating | None, Meta(description="How good the recommendations are.", examples=[5])
    ] = None
    overall_satisfaction: Annotated[
        Rating | None, Meta(description="Satisfaction with all of it.", examples=[4])
    ] = None
    would_recommend: Annotated[
        bool | None, Meta(description="Would recommend the product.", examples=[True])
    ] = None
    suggestions: Annotated[
        FreeText | None,
        Meta(description="What could be better.", examples=["More remote jobs, please"]),
    ] = None
    recommendation_id: RecommendationId | None = None
    application_id: ApplicationId | None = None
    job_id: JobId | None = None


class FollowUpSent(Event, frozen=True, kw_only=True):
    """A person was asked how an application went.

    Send it when the reminder leaves, usually 7, 14 and 30 days after the application.
    """

    application_id: ApplicationId | None = None
    job_id: JobId | None = None
    days_since_application: Annotated[
        Days | None, Meta(description="Days from the application.", examples=[7.0])
    ] = None
    channel: Annotated[Label | None, Meta(description="How it was sent.", examples=["email"])] = (
        None
    )
