"""Metrics of recommendations and of the applications that come of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from landed.metrics.measures import Count, Distinct, Incidence, Mean, Quantile, Ratio
from landed.metrics.rankings import RANKINGS
from landed.metrics.types import Metric
from landed.metrics.windows import OFFER_WINDOW, OUTCOME_WINDOW

__all__ = ["APPLICATIONS", "RECOMMENDATIONS"]

_SHOWN: Final = "event = 'recommendation_shown'"
_BY_TIME: Final = (
    "Both are counted by the time they happened, so one just after midnight on the first day "
    "may belong to an impression of the day before. Positions differ in how often they are "
    "looked at: see the position-corrected rates before comparing rankings."
)


def _counted(what: str, title: str, question: str) -> Metric:
    event = f"recommendation_{what}"
    return Metric(
        name=f"recommendations_{what}",
        title=title,
        question=question,
        unit="events",
        formula=f"number of {event}",
        direction="neutral" if what == "dismissed" else "up_is_good",
        source=(event,),
        grain="an impression: one job shown to one person once" if what == "shown" else "an event",
        area="recommendations",
        measure=Count(),
    )


def _per_impression(
    name: str, title: str, question: str, event: str, *, caveat: str = _BY_TIME
) -> Metric:
    return Metric(
        name=name,
        title=title,
        question=question,
        unit="share",
        formula=f"{event} ÷ recommendation_shown",
        direction="down_is_good" if event.endswith("dismissed") else "up_is_good",
        source=("recommendation_shown", event),
        grain="an impression",
        caveat=caveat,
        area="recommendations",
        measure=Ratio(above=f"event = '{event}'", below=_SHOWN),
    )


def _rating(name: str, title: str, question: str, of: str) -> Metric:
    return Metric(
        name=name,
        title=title,
        question=question,
        unit="stars",
        formula=f"mean of {of} over feedback_given that carry one, 1 to 5",
        direction="up_is_good",
        source=("feedback_given",),
        grain="a feedback",
        caveat="Only of people who answer, and they differ from those who do not.",
        area="recommendations",
        measure=Mean(of=f"toFloat64OrNull(toString(properties.{of}))"),
    )


RECOMMENDATIONS: Final = (
    _counted("shown", "Recommendations shown", "How many jobs did we put in front of people?"),
    _counted("viewed", "Recommendations viewed", "How many of them were looked at in detail?"),
    _counted("clicked", "Recommendations clicked", "How many of the jobs shown did people open?"),
    _counted("saved", "Recommendations saved", "How many did people keep for later?"),
    _counted("dismissed", "Recommendations dismissed", "How many did people send away?"),
    _counted("applied", "Recommendations applied to", "How many led to an application?"),
    _per_impression(
        "click_through_rate",
        "Click-through rate",
        "How often does a recommendation that we show get opened?",
        "recommendation_clicked",
    ),
    _per_impression(
        "view_rate",
        "View rate",
        "How often does a recommendation that we show get read?",
        "recommendation_viewed",
    ),
    _per_impression(
        "save_rate",
        "Save rate",
        "How often is a recommendation kept for later?",
        "recommendation_saved",
    ),
    _per_impression(
        "dismissal_rate",
        "Dismissal rate",
        "How often is a recommendation sent away?",
        "recommendation_dismissed",
    ),
    _per_impression(
        "application_rate",
        "Application rate",
        "How often does a recommendation that we show lead to an application?",
        "recommendation_applied",
    ),
    Metric(
        name="engagement_rate",
        title="Engagement rate",
        question="How often does somebody do anything with a recommendation?",
        unit="share",
        formula="(recommendation_clicked + recommendation_saved + recommendation_dismissed) ÷ "
        "recommendation_shown",
        direction="up_is_good",
        source=(
            "recommendation_clicked",
            "recommendation_dismissed",
            "recommendation_saved",
            "recommendation_shown",
        ),
        grain="an impression",
        caveat="A recommendation that is clicked and saved counts twice, so it can pass 1.",
        area="recommendations",
        measure=Ratio(above="event != 'recommendation_shown'", below=_SHOWN),
    ),
    Metric(
        name="recommendation_seconds_median",
        title="Time on a recommendation, median",
        question="How long do people look at a job that we recommended?",
        unit="seconds",
        formula="median of time_spent_seconds over recommendation_viewed",
        direction="up_is_good",
        source=("recommendation_viewed",),
        grain="a view",
        area="recommendations",
        measure=Quantile(level=0.5, of="properties.time_spent_seconds"),
    ),
    Metric(
        name="avg_recommendation_score",
        title="Average score",
        question="How sure is the recommender of what it shows?",
        unit="points",
        formula="mean of score over recommendation_shown, 0 to 10",
        direction="neutral",
        source=("recommendation_shown",),
        grain="an impression",
        caveat="A high score is a claim, not a success: see the calibration.",
        area="recommendations",
        measure=Mean(of="properties.score"),
    ),
    Metric(
        name="salary_potential_usd",
        title="Salary potential",
        question="How much more would people earn in the jobs that we show?",
        unit="usd",
        formula="mean of salary_potential_usd over recommendation_shown",
        direction="up_is_good",
        source=("recommendation_shown",),
        grain="an impression",
        area="recommendations",
        measure=Mean(of="properties.salary_potential_usd"),
    ),
    _rating(
        "recommendation_quality",
        "Recommendation quality",
        "How good do people find what we recommend?",
        "recommendation_quality",
    ),
    _rating("satisfaction", "Satisfaction", "How satisfied are people?", "overall_satisfaction"),
    *RANKINGS,
)
"""In the order of the reference page."""


_INTERVIEW: Final = ("interview_scheduled", "interview_completed")
_OFFER: Final = ("offer_received", "offer_accepted", "offer_declined")


def _outcome_count(name: str, noun: str, outcomes: tuple[str, ...]) -> Metric:
    listed = ", ".join(f"'{one}'" for one in outcomes)
    return Metric(
        name=name,
        title=name.capitalize(),
        question=f"How many applications led to an {noun} in this period?",
        unit="applications",
        formula=f"applications with an outcome of {' or '.join(outcomes)}",
        direction="up_is_good",
        source=("application_outcome_recorded",),
        grain="an application, once however many such outcomes it had",
        caveat="Counted on the day the outcome was recorded; the application may be older than "
        "the period. Do not divide it by the applications of the period.",
        area="applications",
        measure=Distinct(
            of="(subject_key, properties.application_id)",
            where=f"properties.outcome_type IN ({listed})",
        ),
    )


def _incidence(name: str, noun: str, within: timedelta) -> Metric:
    days = within.days
    return Metric(
        name=f"{noun}_rate",
        title=f"{noun.capitalize()} rate",
        question=f"How likely does an application lead to {name} within {days} days?",
        unit="share",
        formula=f"Aalen-Johansen cumulative incidence of {name} {days} days after sending, with "
        "closing, rejection and withdrawal as competing events",
        direction="up_is_good",
        source=("application_submitted", "application_outcome_recorded", "application_closed"),
        grain="an application sent in the period",
        caveat="Young applications count for as long as they were followed, so a fresh period is "
        f"not taken for a bad one. Until some were followed for {days} days there is no rate, "
        "which is not the same as zero. The interval takes applications as independent.",
        area="applications",
        relation="applications",
        measure=Incidence(
            seconds_to=f"seconds_to_{noun}", seconds_to_other="seconds_to_close", within=within
        ),
    )


def _days_to(noun: str) -> Metric:
    return Metric(
        name=f"days_to_{noun}_median",
        title=f"Days to {noun}, median",
        question=f"How long does an application wait for the {noun}, when there is one?",
        unit="days",
        formula=f"median of days from sending to the first {noun}, over applications with one",
        direction="down_is_good",
        source=("application_submitted", "application_outcome_recorded"),
        grain=f"an application sent in the period that led to an {noun}",
        caveat="Applications that still wait are not in it, so a young period looks too fast; "
        "compare periods that are over for some weeks.",
        area="applications",
        relation="applications",
        measure=Quantile(level=0.5, of=f"seconds_to_{noun} / 86400"),
    )


APPLICATIONS: Final = (
    Metric(
        name="applications",
        title="Applications",
        question="How many applications did people send?",
        unit="applications",
        formula="number of application_submitted",
        direction="up_is_good",
        source=("application_submitted",),
        grain="a sent application",
        area="applications",
        measure=Count(),
    ),
    _outcome_count("interviews", "interview", _INTERVIEW),
    _outcome_count("offers", "offer", _OFFER),
    _incidence("an interview", "interview", OUTCOME_WINDOW),
    _incidence("an offer", "offer", OFFER_WINDOW),
    Metric(
        name="offer_acceptance_rate",
        title="Offer acceptance",
        question="How often is an offer taken?",
        unit="share",
        formula="offer_accepted ÷ (offer_accepted + offer_declined)",
        direction="up_is_good",
        source=("application_outcome_recorded",),
        grain="an answered offer",
        caveat="Offers that wait for an answer are in neither.",
        area="applications",
        measure=Ratio(
            above="properties.outcome_type = 'offer_accepted'",
            below="properties.outcome_type IN ('offer_accepted', 'offer_declined')",
        ),
    ),
    _days_to("interview"),
    _days_to("offer"),
)
"""In the order of the reference page."""
